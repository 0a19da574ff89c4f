//! EIP-7702: calls of accounts whose code is a delegation.

use alloy_consensus::crypto::secp256k1::{recover_signer, sign_message};
use iso_evm_wire::Fork;
use revm::context::{
    either::Either,
    transaction::{Authorization, SignedAuthorization},
};

use super::*;
use crate::harness::guest::CONTRACT;

const DELEGATING: Address = Address::repeat_byte(0xde);
const FURTHER: Address = Address::repeat_byte(0xdf);
const CALLS: [u8; 4] = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
const EXTCODESIZE: u8 = 0x3b;
const EXTCODEHASH: u8 = 0x3f;
const COLD: u64 = 2600;
const WARM: u64 = 100;

fn delegation(target: Address) -> Vec<u8> {
    [&[0xef, 0x01, 0x00], &target[..]].concat()
}

/// What a call of it comes to: success, and the length of the return data.
#[test]
fn a_call_of_a_delegating_account_runs_its_target() {
    let sha256 = Address::with_last_byte(2);
    let targets = [
        ("a contract", OTHER, [1, 32], Outcome::Child),
        ("a precompile", sha256, [1, 0], Outcome::Nocode),
        ("nobody", NOBODY, [1, 0], Outcome::Nocode),
        ("itself", DELEGATING, [0, 0], Outcome::Child),
        ("another delegation", FURTHER, [0, 0], Outcome::Child),
        ("the caller", CONTRACT, [0, 0], Outcome::Child),
    ];
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for opcode in CALLS {
            for (what, target, expected, outcome) in targets {
                // enough for a callee, too little for an endless chain
                let program = Program::new().call(opcode, DELEGATING, 0, Some(1_000)).keep(0);
                let program = program.op([op::RETURNDATASIZE]).keep(1).give(2);
                let guest = Guest::new(format!("{opcode:x} to {what}"), fork, program.build())
                    .with_code(OTHER, returning(7))
                    .with_code(DELEGATING, delegation(target))
                    .with_code(FURTHER, delegation(OTHER));
                // before Prague it is code that begins with an undefined opcode
                let (expected, outcome) = if fork >= Fork::Prague {
                    (expected, outcome)
                } else {
                    ([0, 0], Outcome::Child)
                };
                cases.push(Case::new(guest, words(expected)).outcomes([outcome]));
            }
        }
    }
    check_all(cases);
}

/// The account's own access, then its target's.
#[test]
fn a_call_pays_for_the_delegating_account_and_for_its_target() {
    let mut cases = Vec::new();
    for fork in since(Fork::Prague) {
        for opcode in CALLS {
            let operands = if matches!(opcode, op::CALL | op::CALLCODE) { 7 } else { 6 };
            let measured = |program: Program, to, n| {
                let program = program.op([GAS]).call(opcode, to, 0, Some(0)).op([op::POP]);
                program.spent().keep(n)
            };
            for (target, first, second) in [
                (OTHER, COLD + COLD, WARM + WARM),
                (DELEGATING, COLD + WARM, WARM + WARM),
                (CONTRACT, COLD + WARM, WARM + WARM),
                (Address::with_last_byte(1), COLD + WARM, WARM + WARM),
            ] {
                let program = measured(measured(Program::new(), DELEGATING, 0), DELEGATING, 1);
                let guest =
                    Guest::new(format!("{opcode:x} to {target}"), fork, program.give(2).build())
                        .with_code(OTHER, [op::STOP])
                        .with_code(DELEGATING, delegation(target));
                let around = 3 * operands + 2 + 2;
                cases.push(Case::new(guest, words([around + first, around + second])));
            }
            // its target is warm, it is not
            let program = measured(measured(Program::new(), OTHER, 0), DELEGATING, 1);
            let guest =
                Guest::new(format!("{opcode:x}, target first"), fork, program.give(2).build())
                    .with_code(OTHER, [op::STOP])
                    .with_code(DELEGATING, delegation(OTHER));
            let around = 3 * operands + 2 + 2;
            cases.push(Case::new(guest, words([around + COLD, around + COLD + WARM])));
        }
    }
    check_all(cases);
}

/// The code that others see is the designator, and looking at it does not touch the target.
#[test]
fn others_see_the_designator_as_the_code() {
    let code = delegation(OTHER);
    let mut cases = Vec::new();
    for fork in since(Fork::Prague) {
        let seen = Program::new().push_address(DELEGATING).op([EXTCODESIZE]).keep(0);
        let seen = seen.push_address(DELEGATING).op([EXTCODEHASH]).keep(1);
        let seen = seen.op([GAS]).call(op::STATICCALL, OTHER, 0, Some(0)).op([op::POP]).spent();
        let guest = Guest::new("designator", fork, seen.keep(2).give(3).build())
            .with_code(OTHER, [op::STOP])
            .with_code(DELEGATING, code.clone());
        let spent = U256::from(3 * 6 + COLD + 2 + 2);
        let end = End::Words(vec![U256::from(23), keccak256(&code).into(), spent]);
        cases.push(Case::new(guest, end));
    }
    check_all(cases);
}

/// The guest runs the target's code as itself.
#[test]
fn a_guest_that_delegates() {
    const ADDRESS: u8 = 0x30;
    const CODESIZE: u8 = 0x38;
    for fork in since(Fork::Prague) {
        let code = Program::new().op([ADDRESS]).keep(0).op([CODESIZE]).keep(1).give(2).build();
        let size = U256::from(code.len());
        let guest = Guest::new("delegates", fork, delegation(OTHER)).with_code(OTHER, code);
        let end = End::Words(vec![U256::from_be_slice(&CONTRACT[..]), size]);
        let recording = Case::new(guest, end).recorded();
        let witness = &recording.messages[1].witness;
        assert_eq!((witness.to, witness.context), (OTHER, CONTRACT));
    }
}

/// An authorisation of [`authority`].
fn signed(address: Address, nonce: u64) -> SignedAuthorization {
    let inner = Authorization { chain_id: U256::from(1), address, nonce };
    let signature = sign_message(B256::repeat_byte(0x11), inner.signature_hash());
    inner.into_signed(signature.expect("the key is one"))
}

/// Account whose key signed the delegation.
fn authority() -> Address {
    let signed = signed(Address::ZERO, 0);
    let signature = signed.signature().expect("it is signed");
    recover_signer(&signature, signed.inner().signature_hash()).expect("by somebody")
}

/// The transaction's own authorisations: one that sets a delegation, one that clears it again, one
/// with another nonce. The authority is warm from the start in each case, its target is not.
#[test]
fn set_in_the_transaction() {
    let set = signed(OTHER, 0);
    let cleared = signed(Address::ZERO, 1);
    let mut cases = Vec::new();
    for fork in since(Fork::Prague) {
        for (what, list, size, hash, cost) in [
            ("set", vec![set.clone()], 23, keccak256(delegation(OTHER)), WARM + COLD),
            ("set, then cleared", vec![set.clone(), cleared.clone()], 0, keccak256([]), WARM),
            ("of another nonce", vec![signed(OTHER, 1)], 0, B256::ZERO, WARM),
        ] {
            let program = Program::new().push_address(authority()).op([EXTCODESIZE]).keep(0);
            let program = program.push_address(authority()).op([EXTCODEHASH]).keep(1);
            let program =
                program.op([GAS]).call(op::STATICCALL, authority(), 0, Some(0)).op([op::POP]);
            let guest = Guest::new(what, fork, program.spent().keep(2).give(3).build())
                .with_code(OTHER, [op::STOP]);
            let change = move |execution: &mut Execution| {
                execution.tx.tx_type = 4;
                execution.tx.gas_priority_fee = Some(0);
                execution.tx.authorization_list = list.iter().cloned().map(Either::Left).collect();
            };
            let spent = U256::from(3 * 6 + cost + 2 + 2);
            let end = End::Words(vec![U256::from(size), hash.into(), spent]);
            cases.push(Case::new(guest, end).change(change));
        }
    }
    check_all(cases);
}
