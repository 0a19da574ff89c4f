//! The tree audit: honest trees are valid, and each lie between a parent and a child is found where
//! it is.

mod honest;
mod inputs;
mod lies;
mod missing;
mod reruns;

use std::collections::BTreeMap;

use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::{
    MessageWitness, StoredMessage, Witness,
    block::Block,
    container::{Receipt, Roots},
    encoding::encode,
    records::{Outcome, Record},
    transaction::{EthereumBody, Transaction},
};
use iso_evm_witness::{Execution, Recording, record};

use crate::replay;

/// The parts of a container that the tree audit looks at, as they were recorded.
fn witness_of(execution: &Execution, recording: &Recording) -> Witness {
    let messages = recording.messages.iter().map(|message| encode(&message.witness).into());
    let (enter, leave) = (recording.state_root_enter, recording.state_root_leave);
    Witness {
        chain_id: execution.chain_id,
        rules: execution.rules,
        block: Block { gas_limit: execution.block.gas_limit, ..Block::default() },
        ancestors: Vec::new(),
        block_hashes: BTreeMap::new(),
        transaction: Transaction::unsigned(
            Address::ZERO,
            EthereumBody::Legacy(TxLegacy {
                gas_limit: execution.tx.gas_limit,
                ..TxLegacy::default()
            }),
        ),
        receipt: Receipt { success: true, gas_used: 0, logs: None, deposit: None },
        roots: Roots { enter, leave },
        inclusion: None,
        messages: messages.collect(),
        codes: recording.proof.codes.clone(),
        nodes: BTreeMap::new(),
    }
}

/// The witness of an input in `fixtures/`.
fn fixture(name: &str) -> Witness {
    let execution = replay::input(name).execution;
    let recording = record(&execution).unwrap_or_else(|error| panic!("{name}: {error}"));
    witness_of(&execution, &recording)
}

/// A witness with its messages taken apart, to be changed.
#[derive(Clone, Debug)]
struct Open {
    witness: Witness,
    messages: Vec<(MessageWitness, Vec<Record>)>,
}

impl Open {
    fn new(witness: &Witness) -> Self {
        let open = |stored: &StoredMessage| {
            let message = stored.decode().expect("a message");
            let records = message.stateAccessList.iter().map(Record::decode);
            let records = records.map(|record| record.expect("a record")).collect();
            (message, records)
        };
        Self { witness: witness.clone(), messages: witness.messages.iter().map(open).collect() }
    }

    /// The witness with its messages encoded again.
    fn close(&self) -> Witness {
        let close = |(message, records): &(MessageWitness, Vec<Record>)| {
            let records = records.iter().map(Record::encode).collect();
            encode(&MessageWitness { stateAccessList: records, ..message.clone() }).into()
        };
        Witness { messages: self.messages.iter().map(close).collect(), ..self.witness.clone() }
    }

    /// Message and record that open each message, by its place in the pre-order; none for the top.
    fn openers(&self) -> Vec<Option<(usize, usize)>> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.messages.len()];
        for (index, place) in self.witness.tree().iter().enumerate() {
            if let Some(parent) = place.parent {
                children[parent].push(index);
            }
        }
        let mut openers = vec![None; self.messages.len()];
        for (parent, (_, records)) in self.messages.iter().enumerate() {
            let opening = records.iter().enumerate();
            let opening = opening.filter(|(_, record)| outcome(record) == Some(Outcome::Child));
            for ((record, _), child) in opening.zip(&children[parent]) {
                openers[*child] = Some((parent, record));
            }
        }
        openers
    }

    /// All records of calls and creations with this outcome: message and record.
    fn with_outcome(&self, wanted: Outcome) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (message, (_, records)) in self.messages.iter().enumerate() {
            let those = records.iter().enumerate();
            let those = those.filter(|(_, record)| outcome(record) == Some(wanted));
            found.extend(those.map(|(record, _)| (message, record)));
        }
        found
    }
}

/// The fields that all records of calls and creations have.
macro_rules! callee {
    ($record:expr, $callee:ident => $use:expr) => {
        match $record {
            Record::Call(_, $callee) => Some($use),
            Record::Create($callee) => Some($use),
            Record::Create2($callee) => Some($use),
            _ => None,
        }
    };
}
use callee;

fn outcome(record: &Record) -> Option<Outcome> {
    callee!(record, callee => callee.outcome).and_then(Outcome::from_number)
}

/// A word that differs from this one.
fn flipped(word: B256) -> B256 {
    word ^ B256::with_last_byte(1)
}
