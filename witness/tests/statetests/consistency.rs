//! What must hold between the messages of any recording.

use alloy_primitives::{B256, U256};
use iso_evm_wire::{
    AccessWitness,
    encoding::{decode, encode},
    records::{Outcome, Record},
};
use iso_evm_witness::{RecordedMessage, Recording};

/// Checks the messages against each other.
pub(crate) fn check(recording: &Recording) -> Result<(), String> {
    let messages = &recording.messages;
    let mut children = vec![Vec::new(); messages.len()];
    for message in messages {
        if let Some(parent) = message.parent {
            children[parent].push(message);
        }
    }
    for (index, message) in messages.iter().enumerate() {
        let problem = |what: &str| Err(format!("message {index}: {what}"));
        let witness = &message.witness;
        let records = decoded(&witness.stateAccessList);
        let opened = records.iter().filter(|record| outcome(record) == Some(Outcome::Child));
        if opened.count() != children[index].len() {
            return problem("children do not match records");
        }
        if message.parent.is_some_and(|parent| parent >= index) {
            return problem("not in pre-order");
        }
        let depth = message.parent.map_or(0, |parent| messages[parent].depth + 1);
        if message.depth != depth {
            return problem("wrong depth");
        }
        if !matches!(records.first(), Some(Record::Opening(_))) {
            return problem("no opening record");
        }
        if witness.status != U256::ONE && witness.stateRootLeave != witness.stateRootEnter {
            return problem("failed, yet the root has changed");
        }
        if witness.status.is_zero() && witness.gasUsed != witness.gasAvailable {
            return problem("halted with gas left");
        }
        if witness.gasUsed > witness.gasAvailable {
            return problem("used more gas than there was");
        }
        let opened = records.iter().filter(|record| outcome(record) == Some(Outcome::Child));
        for (record, child) in opened.zip(&children[index]) {
            agrees(record, child).map_err(|what| format!("message {index}: {what}"))?;
        }
        let bytes = encode(witness);
        if decode(&bytes).as_ref() != Ok(witness) {
            return problem("does not decode to itself");
        }
    }
    Ok(())
}

/// Checks a record against the message that it opened.
fn agrees(record: &Record, child: &RecordedMessage) -> Result<(), String> {
    let witness = &child.witness;
    let (gas, gas_used, status, root) = match record {
        Record::Call(_, call) => (call.gas, call.gasUsed, call.status, call.stateRoot),
        Record::Create(create) => (create.gas, create.gasUsed, create.status, create.stateRoot),
        Record::Create2(create) => (create.gas, create.gasUsed, create.status, create.stateRoot),
        _ => return Err("a record that opens no frame".into()),
    };
    let same = U256::from(gas) == witness.gasAvailable
        && U256::from(gas_used) == witness.gasUsed
        && U256::from(status) == witness.status
        && (status != 1 || root == witness.stateRootLeave);
    if same { Ok(()) } else { Err(format!("record and child differ: {record:?}")) }
}

/// Every root that the messages name, in order of time; those that an opcode without gas left out
/// are no roots.
pub(crate) fn roots_in_order(messages: &[RecordedMessage]) -> Vec<B256> {
    // Depth-first without recursion: a call tree can be 1024 deep.
    let mut roots = Vec::new();
    let mut next = 0;
    let mut running: Vec<(usize, Vec<Record>, usize)> = Vec::new();
    let mut enter = |running: &mut Vec<(usize, Vec<Record>, usize)>, roots: &mut Vec<B256>| {
        let Some(message) = messages.get(next) else { return };
        roots.push(message.witness.stateRootEnter);
        running.push((next, decoded(&message.witness.stateAccessList), 0));
        next += 1;
    };
    enter(&mut running, &mut roots);
    while let Some((message, records, at)) = running.last_mut() {
        let Some(record) = records.get(*at) else {
            let witness = &messages[*message].witness;
            if witness.status == U256::ONE {
                roots.push(witness.stateRootLeave);
            }
            running.pop();
            if let Some((_, records, at)) = running.last_mut() {
                roots.extend(root(&records[*at]));
                *at += 1;
            }
            continue;
        };
        if outcome(record) == Some(Outcome::Child) {
            enter(&mut running, &mut roots);
        } else {
            roots.extend(root(record));
            *at += 1;
        }
    }
    roots
}

fn decoded(list: &[AccessWitness]) -> Vec<Record> {
    list.iter().map(|access| Record::decode(access).expect("a record")).collect()
}

fn outcome(record: &Record) -> Option<Outcome> {
    match record {
        Record::Call(_, call) => Outcome::from_number(call.outcome),
        Record::Create(create) => Outcome::from_number(create.outcome),
        Record::Create2(create) => Outcome::from_number(create.outcome),
        _ => None,
    }
}

fn root(record: &Record) -> Option<B256> {
    let root = match record {
        Record::Sstore(sstore) => sstore.stateRoot,
        Record::Selfdestruct(selfdestruct) => selfdestruct.stateRoot,
        Record::Call(_, call) => call.stateRoot,
        Record::Create(create) => create.stateRoot,
        Record::Create2(create) => create.stateRoot,
        _ => return None,
    };
    (!root.is_zero()).then_some(root)
}
