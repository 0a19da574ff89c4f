//! [`MessageStory`]: one message from within. The code around the place, the stack, memory and gas there, its
//! records, its state roots, the way through the trie.

use alloy_primitives::{B256, U256, hex};
use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_wire::{Opened, records::Record};
use serde::Serialize;

use super::{
    code::{CodeLine, around},
    roots::{RootEvent, roots},
    trie::{Way, way},
    under_way::UnderWay,
};
use crate::{
    runs::Runs,
    seen::{Seen, Wanted},
    sources::{self, Named, plain},
    words::{
        Told,
        form::{mnemonic, thousands, value},
        record::{Field, fields, title},
    },
};

/// Instructions before and behind the place.
const LINES: (usize, usize) = (8, 6);

/// A message from within.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageStory {
    /// Index of the message.
    pub index: usize,
    /// Hash of its code.
    pub code_hash: Option<B256>,
    /// Number of bytes of its code.
    pub code_size: Option<usize>,
    /// The instant that is shown; none if the message cannot be run so far.
    pub at: Option<Instant>,
    /// The code around it.
    pub code: Vec<CodeLine>,
    /// The message's records.
    pub records: Vec<RecordLine>,
    /// The state roots, as a line of events.
    pub roots: Vec<RootEvent>,
    /// The way through the trie to what the finding is about.
    pub way: Option<Way>,
}

/// A guest before an opcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Instant {
    /// Why it is this one that is shown.
    pub why: String,
    /// Offset in the code.
    pub pc: usize,
    /// File, line and function, where there are artifacts.
    pub place: Option<String>,
    /// The source's line.
    pub line: Option<String>,
    /// The functions that are under way, each with the line that it has come to, the innermost last.
    pub functions: Vec<String>,
    /// Number of the step, from 0, and of all.
    pub step: (u64, u64),
    /// Gas that is left.
    pub gas: String,
    /// What the opcode costs.
    pub cost: String,
    /// The stack from the top, at most sixteen words.
    pub stack: Vec<String>,
    /// Number of words on the stack.
    pub height: usize,
    /// The beginning of memory, in rows of 32 bytes.
    pub memory: Vec<String>,
    /// Number of bytes of memory.
    pub memory_size: usize,
    /// Why the guest halted there, if it did.
    pub halt: Option<String>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordLine {
    /// Index of the record.
    pub index: usize,
    /// Where the code stood as it was taken, if the run came so far.
    pub pc: Option<usize>,
    /// What it is about: the variable that its slot holds, or the event that it logs, where there are artifacts.
    pub title: String,
    /// That name, by itself.
    pub name: Option<String>,
    /// File, line and function.
    pub place: Option<String>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Indices of the report's findings that are about it.
    pub findings: Vec<usize>,
}

/// What a message's story is made from.
pub(super) struct Teller<'a> {
    pub(super) witness: &'a Opened<'a>,
    pub(super) engine: &'a NativeEngine,
    pub(super) gas_limit: Option<u64>,
    pub(super) runs: &'a Runs,
    pub(super) named: &'a Named<'a>,
    pub(super) told: &'a [Told],
}

impl Teller<'_> {
    /// The story of a message; none if its bytes are no message.
    pub(super) fn message(&self, index: usize) -> Option<MessageStory> {
        let message = self.witness.message(index)?;
        let code = sources::code(self.witness, index);
        let (at, under_way) = self.instant(index).unzip();
        let label = |pc| under_way.as_ref()?.label(self.named.of(index)?, pc);
        let lines = match (&code, &at) {
            (Some(code), Some(at)) => around(code, at.pc, LINES, label),
            _ => Vec::new(),
        };
        let about = self.told.iter().find(|told| {
            told.message == Some(index) && told.audit == iso_evm_verifier::Audit::Access
        });
        Some(MessageStory {
            index,
            code_hash: message.opening().map(|opening| opening.codeHash),
            code_size: code.as_ref().map(|code| code.len()),
            at,
            code: lines,
            records: self.records(index),
            roots: roots(self.witness, index),
            way: about.and_then(|told| way(self.witness, index, told.record?)),
        })
    }

    /// The instant that the message's finding is about, or the message's end; and what runs there.
    fn instant(&self, index: usize) -> Option<(Instant, UnderWay)> {
        let run = self.runs.of_message(index)?;
        let Wanted { record, pc } = Wanted::of(self.told, index);
        let last = run.steps.checked_sub(1)?;
        let (number, why) = match (record.zip(run.record), pc) {
            (Some((record, number)), _) => (number, format!("where record {record} is taken")),
            // The pc of a halt is that behind its opcode.
            (None, Some(_)) => {
                (run.last_at_pc.unwrap_or(last), "where the audit found it".to_owned())
            }
            (None, None) => (last, "where the message ends".to_owned()),
        };
        let code = sources::code(self.witness, index).map(Code::new);
        let bytes = self.witness.messages.get(index)?.bytes();
        let again = || Seen::at(self.engine, (&bytes, code.as_ref()), self.gas_limit, number);
        let seen = run.seen(number).cloned().or_else(again)?;
        let contract = self.named.of(index);
        let run_to = |contract| {
            let of = (index, contract);
            UnderWay::at(self.witness, self.engine, self.gas_limit, of, number)
        };
        let under_way = contract.and_then(run_to).unwrap_or_default();
        let functions = &under_way.functions;
        let at = || contract.and_then(|contract| contract.place(seen.pc));
        let place = functions.last().cloned().or_else(at);
        let instant = Instant {
            why,
            pc: seen.pc,
            line: place.as_ref().and_then(|place| place.text.as_deref()).map(plain),
            place: place.map(|place| plain(&place.to_string())),
            functions: functions.iter().map(|place| plain(&place.to_string())).collect(),
            step: (number, run.steps),
            gas: thousands(U256::from(seen.gas)),
            cost: thousands(U256::from(seen.cost)),
            stack: seen.stack.iter().map(|word| value((*word).into())).collect(),
            height: seen.height,
            memory: seen.memory.chunks(32).map(hex::encode).collect(),
            memory_size: seen.memory_size,
            halt: seen.halt.map(|halt| halt.to_string()),
        };
        Some((instant, under_way))
    }

    /// The records of a message.
    fn records(&self, index: usize) -> Vec<RecordLine> {
        let Some(message) = self.witness.message(index) else { return Vec::new() };
        let run = self.runs.of_message(index);
        let lines = message.records().iter().enumerate().map(|(at, record)| {
            let pc = run.and_then(|run| run.places.get(&at)).copied();
            let findings = self.told.iter();
            let findings =
                findings.filter(|told| (told.message, told.record) == (Some(index), Some(at)));
            let (title, fields, name) = match record {
                Ok(record) => {
                    let name = self.name(index, at, record);
                    (named(record, name.as_deref()), fields(record), name)
                }
                Err(error) => (error.to_string(), Vec::new(), None),
            };
            RecordLine {
                index: at,
                pc,
                title,
                name,
                place: pc.and_then(|pc| self.named.place(index, pc)),
                fields,
                findings: findings.map(|told| told.finding).collect(),
            }
        });
        lines.collect()
    }

    /// What artifacts call what a record is about.
    fn name(&self, index: usize, at: usize, record: &Record) -> Option<String> {
        name_of(self.named, self.runs, (index, at), record)
    }
}

/// Puts the names that artifacts have for records in the places of findings.
pub(super) fn name(told: &mut [Told], witness: &Opened<'_>, of: &Named<'_>, runs: &Runs) {
    for one in told {
        let (Some(message), Some(at)) = (one.message, one.record) else { continue };
        let record = witness.message(message).and_then(|opened| opened.records().get(at));
        let Some(Ok(record)) = record else { continue };
        if let Some(name) = name_of(of, runs, (message, at), record) {
            one.place = one.place.replace(&title(record), &named(record, Some(&name)));
        }
    }
}

/// What artifacts call what a record is about: the variable that its slot holds, the event that it logs.
fn name_of(
    named: &Named<'_>,
    runs: &Runs,
    (message, at): (usize, usize),
    record: &Record,
) -> Option<String> {
    match record {
        Record::Sload(record) => named.slot(message, record.key, false),
        Record::Sstore(record) => named.slot(message, record.key, false),
        Record::Tload(record) => named.slot(message, record.key, true),
        Record::Tstore(record) => named.slot(message, record.key, true),
        Record::Log(record) => {
            let data = runs.of_message(message)?.logs.get(&at)?;
            named.event(message, &record.topics, data)
        }
        _ => None,
    }
}

/// What a record is about, by the name that artifacts have for it.
fn named(record: &Record, name: Option<&str>) -> String {
    let Some(name) = name else { return title(record) };
    let opcode = mnemonic(record.opcode());
    match record {
        Record::Sload(_) | Record::Tload(_) => format!("{opcode} of {name}"),
        Record::Sstore(_) | Record::Tstore(_) => format!("{opcode} to {name}"),
        _ => format!("{opcode}: {name}"),
    }
}
