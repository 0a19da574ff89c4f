//! A transaction with all that is measured of it made ready.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_testing::{cases::Case, witness};
use iso_evm_verifier::{AuditVerdict, Options, verify_with};
use iso_evm_wire::{MessageWitness, Witness, records::Record};
use iso_evm_witness::{Prepared, Recording, prestate, state_root::StateTrie};

/// A transaction, its recording, its witness, and what audits it.
pub(crate) struct Subject<'a> {
    pub(crate) case: &'a Case,
    pub(crate) with_roots: Prepared<'a>,
    pub(crate) without_roots: Prepared<'a>,
    pub(crate) witness: Witness,
    /// The witness's file.
    pub(crate) file: Bytes,
    pub(crate) messages: Vec<MessageWitness>,
    pub(crate) engine: Engine,
    /// The state before.
    pub(crate) state: StateTrie,
    /// What is written, in order: account, slot and value.
    pub(crate) writes: Vec<(Address, B256, U256)>,
}

impl<'a> Subject<'a> {
    /// Records it and has all audits find it valid.
    pub(crate) fn new(case: &'a Case) -> Self {
        let Case { name, execution } = case;
        let with_roots = Prepared::new(execution).unwrap();
        let without_roots = Prepared::without_roots(execution).unwrap();
        let recording = with_roots.record(execution.tx.clone()).unwrap();
        assert!(recording.success, "{name}");
        let witness = witness(execution, &recording);
        let engine = Engine::new(execution.rules);
        let audits = verify_with(&engine, &witness, &Options::default()).unwrap().audits;
        let verdicts = [audits.execution, audits.access, audits.tree, audits.transaction];
        assert_eq!(verdicts, [AuditVerdict::Valid; 4], "{name}");
        let mut state = prestate::state_trie(&execution.prestate);
        assert_eq!(state.root(), Ok(recording.state_root_enter), "{name}");
        Self {
            case,
            with_roots,
            without_roots,
            file: witness.encode().into(),
            messages: (0..witness.messages.len()).map(|at| witness.message(at).unwrap()).collect(),
            witness,
            engine,
            state,
            writes: writes(&recording),
        }
    }
}

/// The writes of a transaction of which nothing is undone, in an order in which they may have been.
fn writes(recording: &Recording) -> Vec<(Address, B256, U256)> {
    let records = recording.messages.iter().flat_map(|message| {
        let context = message.witness.context;
        message.witness.stateAccessList.iter().map(move |access| (context, Record::decode(access)))
    });
    let writes = records.filter_map(|(context, record)| match record {
        Ok(Record::Sstore(record)) => Some((context, record.key, record.value.into())),
        _ => None,
    });
    writes.collect()
}
