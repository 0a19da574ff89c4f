//! EIP-7610: a creation where the account has storage, though neither code nor nonce. Plain revm does
//! not know it, so what must come is written down here; by the execution specs it is the same.

use std::collections::BTreeMap;

use iso_evm_verifier::audit::{AccessKind, AuditOutcome, replay::replay};
use iso_evm_wire::{Fork, encoding::encode};
use iso_evm_witness::{Prepared, prestate::PrestateAccount};
use revm::primitives::TxKind;

use super::*;
use crate::harness::guest::{CONTRACT, SENDER};

/// Writes two slots and deploys nothing.
const INITCODE: [u8; 10] = [0x60, 0x01, 0x60, 0x00, 0x55, 0x60, 0x00, 0x60, 0x01, 0x55];
const EXTCODEHASH: u8 = 0x3f;
const BALANCE: u8 = 0x31;

/// Where the creation of a guest goes.
fn target(opcode: u8, initcode: &[u8]) -> Address {
    match opcode {
        op::CREATE => CONTRACT.create(1),
        _ => CONTRACT.create2(B256::ZERO, keccak256(initcode)),
    }
}

fn taken(balance: u64) -> PrestateAccount {
    let slot = |number| B256::from(U256::from(number));
    PrestateAccount {
        balance: U256::from(balance),
        storage: BTreeMap::from([(slot(1), slot(1)), (slot(70), slot(9))]),
        ..PrestateAccount::default()
    }
}

/// The guest: creates, keeps what came of it, the gas that a look at the address costs then, and the
/// hash of what is there.
fn creates(opcode: u8, value: u64, target: Address) -> Vec<u8> {
    let program =
        Program::new().put(&INITCODE).create(opcode, value, INITCODE.len() as u64).keep(1);
    let look = program.op([GAS]).push_address(target).op([BALANCE, op::POP]).spent().keep(2);
    look.push_address(target)
        .op([EXTCODEHASH])
        .keep(3)
        .op([op::RETURNDATASIZE])
        .keep(0)
        .give(4)
        .build()
}

/// Records and puts before all audits.
fn checked(name: &str, execution: &Execution) -> Recording {
    let recording = record(execution).unwrap_or_else(|error| panic!("{name}: {error}"));
    audit::all_valid(name, execution.rules, &recording).unwrap_or_else(|what| panic!("{what}"));
    proved::all_proved(name, execution, &recording).unwrap_or_else(|what| panic!("{what}"));
    // A trace comes to the same.
    let prepared = Prepared::without_roots(execution).expect("no proofs");
    let trace = prepared.record(execution.tx.clone()).expect("runs");
    assert_eq!((trace.gas_used, trace.success), (recording.gas_used, recording.success), "{name}");
    recording
}

/// The state after: fees, and the nonces that have grown.
fn after(execution: &Execution, recording: &Recording, grown: &[Address]) -> B256 {
    let mut after = execution.prestate.clone();
    let fee = |price| U256::from(recording.gas_used) * U256::from(price);
    let (price, base) = (execution.tx.gas_price, u128::from(execution.block.basefee));
    after.get_mut(&SENDER).expect("the sender").balance -= fee(price);
    after.entry(execution.block.beneficiary).or_default().balance += fee(price - base);
    for address in grown {
        after.get_mut(address).expect("an account").nonce += 1;
    }
    state_trie(&after).root().expect("all is known")
}

#[test]
fn a_creation_over_storage_collides() {
    for fork in Fork::ALL {
        for opcode in [op::CREATE, op::CREATE2] {
            for (balance, value) in [(0, 0), (3, 0), (3, 5)] {
                let target = target(opcode, &INITCODE);
                let name = format!("{fork} {opcode:x} balance {balance} value {value}");
                let guest = Guest::new(&name, fork, creates(opcode, value, target));
                let mut execution = guest.execution();
                execution.prestate.insert(target, taken(balance));
                let recording = checked(&name, &execution);
                // Driver and guest; no frame over the storage.
                assert_eq!(recording.messages.len(), 2, "{name}");
                let message = &recording.messages[1];
                assert_eq!(outcomes(message), [Outcome::Collision], "{name}");
                let look = if fork >= Fork::Berlin { 100 } else { 700 } + 3 + 2 + 2;
                let look = U256::from(look);
                let hash = if balance == 0 { B256::ZERO } else { keccak256([]) };
                let words = [U256::ZERO, U256::ZERO, look, hash.into()];
                let output = words.map(|word| word.to_be_bytes::<32>()).concat();
                assert_eq!(message.witness.returndataHash, keccak256(output), "{name}");
                // All but a 64th of the gas has gone with it.
                assert!(message.witness.gasUsed > U256::from(950_000), "{name}");
                let expected = after(&execution, &recording, &[SENDER, CONTRACT]);
                assert_eq!(recording.state_root_leave, expected, "{name}");
            }
        }
    }
}

/// Creation transactions: no message, all gas gone, the value stays.
#[test]
fn a_creation_transaction_over_storage_collides() {
    for fork in Fork::ALL {
        for (balance, value) in [(0, 0), (3, 5)] {
            let name = format!("{fork} top, balance {balance}");
            let mut execution = Guest::new(&name, fork, vec![]).execution();
            execution.tx.kind = TxKind::Create;
            execution.tx.data = INITCODE.into();
            execution.tx.value = U256::from(value);
            execution.tx.gas_limit = 200_000;
            execution.prestate.insert(SENDER.create(5), taken(balance));
            let recording = checked(&name, &execution);
            assert!(!recording.success && recording.messages.is_empty(), "{name}");
            assert_eq!(recording.gas_used, 200_000, "{name}");
            let expected = after(&execution, &recording, &[SENDER]);
            assert_eq!(recording.state_root_leave, expected, "{name}");
        }
    }
}

/// What is not in the way: other checks come first, slots that are zero, storage of an account that
/// has a nonce or code anyway; and the instants around: touched before, undone behind.
#[test]
fn zero_slots_and_earlier_checks_decide_before_a_storage_collision() {
    let zeros = || {
        let storage = BTreeMap::from([(B256::ZERO, B256::ZERO)]);
        PrestateAccount { balance: U256::ONE, storage, ..PrestateAccount::default() }
    };
    for fork in Fork::ALL {
        for opcode in [op::CREATE, op::CREATE2] {
            let target = target(opcode, &INITCODE);
            let create = |program: Program, value| {
                program.put(&INITCODE).create(opcode, value, INITCODE.len() as u64).op([op::POP])
            };
            let touch = || Program::new().call(op::CALL, target, 0, Some(0)).op([op::POP]);
            let twice = create(create(Program::new(), 0), 0);
            let undone = create(Program::new(), 0).push(0).push(0).op([op::REVERT]);
            let nonce = PrestateAccount { nonce: 1, ..taken(0) };
            let code = PrestateAccount { code: vec![0].into(), ..taken(0) };
            // CREATE goes elsewhere the second time.
            let second = if opcode == op::CREATE { Outcome::Child } else { Outcome::Collision };
            for (name, program, account, expected) in [
                ("too little", create(Program::new(), 1_001), taken(0), vec![Outcome::Balance]),
                ("zeros", create(Program::new(), 0), zeros(), vec![Outcome::Child]),
                ("nonce", create(Program::new(), 0), nonce, vec![Outcome::Collision]),
                ("code", create(Program::new(), 0), code, vec![Outcome::Collision]),
                (
                    "touched",
                    create(touch(), 0),
                    taken(0),
                    vec![Outcome::Nocode, Outcome::Collision],
                ),
                ("twice", twice, taken(3), vec![Outcome::Collision, second]),
                ("undone", undone, taken(3), vec![Outcome::Collision]),
            ] {
                let name = format!("{fork} {opcode:x} {name}");
                // A collision leaves a 64th.
                let guest = Guest::new(&name, fork, program.build()).gas(12_000_000);
                let mut execution = guest.execution();
                execution.prestate.insert(target, account);
                let recording = checked(&name, &execution);
                assert_eq!(outcomes(&recording.messages[1]), expected, "{name}");
            }
        }
    }
}

/// A liar says that it was refused for something else.
#[test]
fn another_outcome_than_the_collision_is_found() {
    let target = target(op::CREATE, &INITCODE);
    let mut execution = Guest::new("lie", Fork::Osaka, creates(op::CREATE, 0, target)).execution();
    execution.prestate.insert(target, taken(3));
    let recording = checked("lie", &execution);
    let mut witness = iso_evm_testing::witness(&execution, &recording);
    let mut message = witness.message(1).expect("a message");
    let record = Record::decode(&message.stateAccessList[1]).expect("a record");
    let Record::Create(mut create) = record else { panic!("{record:?}") };
    create.outcome = Outcome::Nonce as u8;
    message.stateAccessList[1] = Record::Create(create).encode();
    witness.messages[1] = encode(&message).into();
    let AuditOutcome::Invalid(finding) = replay(&witness).access else { panic!("a lie is valid") };
    assert_eq!(finding.kind, AccessKind::Outcome);
    let [expected, found] = [Outcome::Collision, Outcome::Nonce].map(|it| U256::from(it as u8));
    assert_eq!((finding.expected, finding.found), (expected.into(), found.into()));
}
