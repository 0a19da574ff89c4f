//! `vectors/`: messages, true and lying, with the verdict that an audit must come to.
//!
//! The messages are recorded from guests, some with one thing changed. Each states here what the
//! verdict is to be about, so that blessing can write no verdict that was not meant.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{MessageVerdict, Mismatch, MismatchKind, opcodes::OPCODES};
use iso_evm_wire::{
    AccessWitness, Fork, MessageWitness,
    encoding::{decode, encode},
    records::{FrameKind, Outcome, Record, RecordError},
};
use serde::{Deserialize, Serialize};

use super::{committed, compare, vectors_false, vectors_true};
use crate::harness::{audit, blessed::blessing, guest::Guest};

/// What is changed in the message that was recorded.
pub(super) enum Change {
    Nothing,
    Message(fn(&mut MessageWitness)),
    Bytes(fn(&mut Vec<u8>)),
    /// Other code is archived.
    Code(&'static [u8]),
}

/// What the verdict must be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Valid,
    Mismatch(MismatchKind),
    Malformed,
    Unavailable,
}

/// A vector before it is made.
pub(super) struct Case {
    pub(super) guest: Guest,
    pub(super) change: Change,
    pub(super) about: About,
}

/// The files, and what is in each.
fn files() -> [(&'static str, Vec<Case>); 4] {
    [
        ("valid", vectors_true::valid()),
        ("mismatch", vectors_false::mismatch()),
        ("malformed", vectors_false::malformed()),
        ("unavailable", vectors_false::unavailable()),
    ]
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    fork: Fork,
    /// The code that is archived; empty for a creation, whose code is in the message.
    code: Bytes,
    calldata: Bytes,
    verdict: Golden,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Golden {
    Valid,
    Mismatch {
        kind: String,
        number: u8,
        pc: Option<u64>,
        record: Option<u64>,
        expected: B256,
        found: B256,
    },
    Malformed {
        position: u64,
    },
    Unavailable {
        archive: Address,
    },
    Inconclusive,
}

impl From<MessageVerdict> for Golden {
    fn from(verdict: MessageVerdict) -> Self {
        match verdict {
            MessageVerdict::Valid => Self::Valid,
            MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => {
                Self::Mismatch {
                    kind: kind.name().to_owned(),
                    number: kind as u8,
                    pc,
                    record,
                    expected,
                    found,
                }
            }
            MessageVerdict::Malformed { position } => Self::Malformed { position },
            MessageVerdict::Unavailable { archive } => Self::Unavailable { archive },
            MessageVerdict::Inconclusive { .. } => Self::Inconclusive,
        }
    }
}

impl Vector {
    /// The vector; an error if its verdict is about something else.
    fn make(case: &Case) -> Result<Self, String> {
        let run = case.guest.record();
        let message = run.guest();
        let mut witness = message.witness.clone();
        let mut code =
            if case.guest.kind.is_create() { Bytes::new() } else { message.code.clone() };
        if let Change::Message(change) = case.change {
            change(&mut witness);
        }
        let mut calldata = encode(&witness);
        match case.change {
            Change::Bytes(change) => change(&mut calldata),
            Change::Code(other) => code = other.into(),
            Change::Nothing | Change::Message(_) => {}
        }
        let name = case.guest.name.clone();
        let mut vector = Self {
            name,
            fork: run.fork(),
            code,
            calldata: calldata.into(),
            verdict: Golden::Valid,
        };
        let verdict = vector.audit();
        let about = match &verdict {
            MessageVerdict::Valid => Some(About::Valid),
            MessageVerdict::Mismatch(mismatch) => Some(About::Mismatch(mismatch.kind)),
            MessageVerdict::Malformed { .. } => Some(About::Malformed),
            MessageVerdict::Unavailable { .. } => Some(About::Unavailable),
            MessageVerdict::Inconclusive { .. } => None,
        };
        if about != Some(case.about) {
            return Err(format!("{}: {:?} meant, {verdict:x?}", vector.name, case.about));
        }
        vector.verdict = verdict.into();
        Ok(vector)
    }

    fn audit(&self) -> MessageVerdict {
        audit::engine(self.fork).audit(&self.calldata, &self.code, None).verdict
    }

    /// The message and its records, if all of it is canonical.
    fn decoded(&self) -> Option<(MessageWitness, Vec<Record>)> {
        let message = decode(&self.calldata).ok()?;
        let records = message.stateAccessList.iter().map(Record::decode);
        let records = records.collect::<Result<_, RecordError>>().ok()?;
        Some((message, records))
    }
}

/// The committed vectors of a file.
fn read(file: &str) -> Vec<Vector> {
    serde_json::from_str(&committed(&format!("vectors/{file}.json"))).expect("vectors are JSON")
}

#[test]
fn vectors_are_what_their_guests_give() {
    let mut wrong = Vec::new();
    for (file, cases) in files() {
        let (made, other): (Vec<_>, Vec<_>) =
            cases.iter().map(Vector::make).partition(Result::is_ok);
        wrong.extend(other.into_iter().filter_map(Result::err));
        let vectors: Vec<_> = made.into_iter().filter_map(Result::ok).collect();
        let json = serde_json::to_string_pretty(&vectors).expect("vectors are JSON");
        compare(&format!("vectors/{file}.json"), &(json + "\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Vectors whose bytes are canonical, but whose facts the fork or each other rule out.
const FACT_RULES: [&str; 4] = [
    "frame-kind-6",
    "cold-before-berlin",
    "delegated-before-prague",
    "delegate-without-delegation",
];

#[test]
fn committed_vectors_hold() {
    if blessing() {
        return;
    }
    let mut names = BTreeSet::new();
    for (file, _) in files() {
        for vector in read(file) {
            assert_eq!(Golden::from(vector.audit()), vector.verdict, "{}", vector.name);
            if matches!(vector.verdict, Golden::Malformed { .. }) {
                // A second opinion, of the decoder.
                let by_its_facts = FACT_RULES.contains(&vector.name.as_str());
                assert_eq!(vector.decoded().is_some(), by_its_facts, "{}", vector.name);
            }
            if vector.verdict == Golden::Valid {
                assert!(vector.decoded().is_some(), "{}", vector.name);
            }
            assert!(names.insert(vector.name.clone()), "{} is there twice", vector.name);
        }
    }
}

#[test]
fn every_kind_outcome_and_record_has_a_vector() {
    if blessing() {
        return;
    }
    let mut kinds = BTreeSet::new();
    for vector in read("mismatch") {
        if let Golden::Mismatch { number, .. } = vector.verdict {
            kinds.insert(number);
        }
    }
    assert_eq!(kinds, MismatchKind::of_messages().map(|kind| kind as u8).collect());

    let (mut outcomes, mut opcodes, mut frames) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for vector in read("valid") {
        let (_, records) = vector.decoded().expect("valid vectors are canonical");
        for record in records {
            opcodes.insert(record.opcode());
            match record {
                Record::Opening(opening) => drop(frames.insert(opening.kind)),
                Record::Call(_, call) => drop(outcomes.insert(call.outcome)),
                Record::Create(create) => drop(outcomes.insert(create.outcome)),
                Record::Create2(create) => drop(outcomes.insert(create.outcome)),
                _ => {}
            }
        }
    }
    assert_eq!(outcomes, Outcome::ALL.iter().map(|outcome| *outcome as u8).collect());
    assert_eq!(frames, FrameKind::ALL.iter().map(|kind| *kind as u8).collect());
    let recorded = OPCODES.iter().map(|row| row.byte).filter(|byte| {
        let access = AccessWitness { opcode: *byte, ..Default::default() };
        Record::decode(&access) != Err(RecordError::UnknownOpcode(*byte))
    });
    assert_eq!(opcodes, recorded.collect());
}
