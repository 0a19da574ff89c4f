//! Recordings without roots: the roots are zero, there is no proof, and all else is as with them.

use alloy_primitives::B256;
use iso_evm_wire::{Fork, MessageWitness, records::Record};
use iso_evm_witness::{Prepared, Recording, proof::Proof, record};

use crate::replay::{NAMES, input};

#[test]
fn a_trace_is_the_recording_without_roots_and_proof() {
    for name in NAMES {
        let input = input(name);
        let run = &input.execution;
        let mut expected = record(run).unwrap_or_else(|error| panic!("{name}: {error}"));
        expected.messages.iter_mut().for_each(|message| strip(&mut message.witness));
        let expected = Recording {
            state_root_enter: B256::ZERO,
            state_root_leave: B256::ZERO,
            proof: Proof::default(),
            ..expected
        };
        let prepared = Prepared::without_roots(run).expect("prepared");
        assert_eq!(prepared.state_root(), B256::ZERO);
        let found = prepared.record(run.tx.clone()).expect("recorded");
        assert_eq!(found, expected, "{name}");
    }
}

/// Of a state of which the proofs alone are known, slots are read from these.
#[test]
fn a_trace_without_roots_reads_slots_from_proofs() {
    let mut run = iso_evm_testing::cases::all()[1].execution.clone();
    assert_eq!(run.rules, Fork::Prague.into());
    let with = record(&run).expect("recorded");
    run.proofs = Some(iso_evm_witness::proof::StateProof {
        root: with.state_root_enter,
        nodes: with.proof.nodes.clone(),
    });
    run.prestate.values_mut().for_each(|account| account.storage.clear());
    let prepared = Prepared::without_roots(&run).expect("prepared");
    let without = prepared.record(run.tx.clone()).expect("recorded");
    assert_eq!(without.gas_used, with.gas_used);
    assert_eq!(without.logs, with.logs);
    assert_eq!(without.messages.len(), with.messages.len());
}

/// Zero in place of every root.
fn strip(message: &mut MessageWitness) {
    message.stateRootEnter = B256::ZERO;
    message.stateRootLeave = B256::ZERO;
    for access in &mut message.stateAccessList {
        let mut record = Record::decode(access).expect("recorded");
        match &mut record {
            Record::Sstore(record) => record.stateRoot = B256::ZERO,
            Record::Call(_, record) => record.stateRoot = B256::ZERO,
            Record::Create(record) => record.stateRoot = B256::ZERO,
            Record::Create2(record) => record.stateRoot = B256::ZERO,
            Record::Selfdestruct(record) => record.stateRoot = B256::ZERO,
            _ => {}
        }
        *access = record.encode();
    }
}
