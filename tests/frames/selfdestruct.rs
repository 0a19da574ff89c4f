//! SELFDESTRUCT before and after EIP-6780: what it costs, what it moves, what remains.

use iso_evm_wire::{Fork, records::FrameKind};

use super::*;
use crate::harness::guest::CONTRACT;

const SELFDESTRUCT: u8 = 0xff;
const BALANCE: u8 = 0x31;
const EXTCODESIZE: u8 = 0x3b;

fn destroy(beneficiary: Address) -> Vec<u8> {
    Program::new().push_address(beneficiary).op([SELFDESTRUCT]).build()
}

/// Gas of it: the base, a cold beneficiary (EIP-2929), and one that comes into being.
fn cost(fork: Fork, cold: bool, empty: bool) -> u64 {
    let cold = if cold && fork >= Fork::Berlin { 2600 } else { 0 };
    5_000 + cold + if empty { 25_000 } else { 0 }
}

#[test]
fn selfdestruct_costs_by_warmth_and_emptiness_of_its_beneficiary() {
    for fork in Fork::ALL {
        for (what, beneficiary, cold, empty) in [
            ("an account", OTHER, true, false),
            ("nobody", NOBODY, true, true),
            ("itself", CONTRACT, false, false),
            ("an empty precompile", Address::with_last_byte(5), false, true),
        ] {
            let gas = 3 + cost(fork, cold, empty);
            // exactly enough, one less, and just before the cold load
            for (gas, end) in
                [(gas, End::Success), (gas - 1, End::Halt), (3 + 5_000 - 1, End::Halt)]
            {
                let guest = Guest::new(format!("to {what}, {gas}"), fork, destroy(beneficiary))
                    .with_code(OTHER, [op::STOP])
                    .gas(gas);
                let recording = Case::new(guest, end).recorded();
                assert_eq!(recording.messages[1].witness.gasUsed, U256::from(gas), "{fork} {what}");
            }
        }
    }
}

/// Without a balance nobody comes into being.
#[test]
fn selfdestruct_without_a_balance_creates_no_beneficiary() {
    for fork in Fork::ALL {
        let guest = Guest::new("nothing", fork, destroy(NOBODY)).gas(100_000);
        let poor = |execution: &mut Execution| {
            execution.prestate.get_mut(&CONTRACT).expect("the guest").balance = U256::ZERO;
        };
        let recording = Case::new(guest, End::Success).change(poor).recorded();
        let used = recording.messages[1].witness.gasUsed;
        assert_eq!(used, U256::from(3 + cost(fork, true, false)), "{fork}");
    }
}

#[test]
fn in_every_kind_of_frame() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for kind in FrameKind::ALL {
            for beneficiary in [OTHER, NOBODY, CONTRACT] {
                let guest =
                    Guest::new(format!("{kind:?} to {beneficiary}"), fork, destroy(beneficiary))
                        .kind(kind)
                        .with_code(OTHER, [op::STOP]);
                let end = if kind == FrameKind::Staticcall { End::Halt } else { End::Success };
                cases.push(Case::new(guest, end));
            }
        }
    }
    check_all(cases);
}

/// Until the transaction's end code and nonce stay; the balance has gone, but from Cancun on not
/// to itself.
#[test]
fn code_and_nonce_stay_until_the_transaction_ends() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for (beneficiary, left) in
            [(NOBODY, 0), (OTHER, if fork >= Fork::Cancun { 100 } else { 0 })]
        {
            let program = Program::new().call(op::CALL, OTHER, 100, Some(100_000)).keep(0);
            let program = program.push_address(OTHER).op([BALANCE]).keep(1);
            let program = program.push_address(OTHER).op([EXTCODESIZE]).keep(2);
            let program = program.call(op::CALL, OTHER, 0, Some(100_000)).keep(3).give(4);
            let guest = Guest::new(format!("to {beneficiary}"), fork, program.build())
                .with_code(OTHER, destroy(beneficiary));
            let outcomes = [Outcome::Child, Outcome::Child];
            cases.push(Case::new(guest, words([1, left, 22, 1])).outcomes(outcomes));
        }
    }
    check_all(cases);
}

/// Created and destroyed in one transaction: gone under the rules of every fork.
#[test]
fn in_the_transaction_that_created_it() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for beneficiary in [OTHER, NOBODY, CONTRACT.create(1)] {
            // in its initcode
            let code = destroy(beneficiary);
            let program = Program::new().put(&code).create(op::CREATE, 5, code.len() as u64);
            let program = program.op([op::DUP1]).keep(1).op([EXTCODESIZE]).keep(0);
            let program = program.push_address(CONTRACT.create(1)).op([BALANCE]).keep(1).give(2);
            let guest = Guest::new(format!("initcode to {beneficiary}"), fork, program.build())
                .with_code(OTHER, [op::STOP]);
            cases.push(Case::new(guest, words([0, 0])).outcomes([Outcome::Child]));
            // once it is there: its code is three bytes, a jump to what its caller says
            let runtime = [0x60, 0x00, 0x35, SELFDESTRUCT];
            let initcode = [&[0x63][..], &runtime, &[0x60, 0, 0x52, 0x60, 4, 0x60, 28, op::RETURN]];
            let initcode = initcode.concat();
            let program =
                Program::new().put(&initcode).create(op::CREATE, 5, initcode.len() as u64);
            let program = program.op([op::POP]).push(U256::from_be_slice(&beneficiary[..])).keep(0);
            let program = program.push(0).push(0).push(32).push(0).push(0);
            let program = program.push_address(CONTRACT.create(1)).op([GAS, op::CALL]).keep(0);
            let program =
                program.push_address(CONTRACT.create(1)).op([EXTCODESIZE]).keep(1).give(2);
            let guest = Guest::new(format!("call to {beneficiary}"), fork, program.build())
                .with_code(OTHER, [op::STOP]);
            let outcomes = [Outcome::Child, Outcome::Child];
            cases.push(Case::new(guest, words([1, 4])).outcomes(outcomes));
        }
    }
    check_all(cases);
}
