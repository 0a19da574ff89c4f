//! [`Lines`]: a walk as lines of JSON, in the format of EIP-3155; `specs/schemas/trace.schema.json`.
//!
//! A line a step, then one for each message that is not true as far as it ran, where it ended; and one at
//! the end, if there is an end. No more than one line is held.

use std::borrow::Cow;

use alloy_primitives::{B256, Bytes, U64, U256, hex};
use iso_evm_hypervisor::{MessageVerdict, Mismatch};
use serde::{Serialize, Serializer};

use super::{
    difference::judged_in_words,
    names::Names,
    step::Step,
    walk::{Event, Scope, Walk},
};

/// A step, as a line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StepLine<'a> {
    pc: usize,
    op: u8,
    gas: U64,
    gas_cost: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Hex<'a>>,
    mem_size: usize,
    stack: &'a [U256],
    depth: usize,
    refund: i64,
    op_name: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Where the trace of a message ends before the message does, or what is false of it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct JudgedLine {
    message: usize,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pc: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What it came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    state_root: Option<B256>,
    output: &'a Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_used: Option<U64>,
    pass: bool,
    fork: String,
}

/// Bytes that are written as hex.
#[derive(Debug)]
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::serialize(self.0, serializer)
    }
}

/// The lines of a walk, one after the other, without their ends.
#[derive(Debug)]
pub struct Lines<'w, 'a> {
    walk: &'w mut Walk<'a>,
    names: Names,
    through: bool,
    /// Whether something was false of a message.
    is_false: bool,
    remark: Option<String>,
}

impl<'w, 'a> Lines<'w, 'a> {
    /// The lines of a walk that has not begun.
    pub fn new(walk: &'w mut Walk<'a>) -> Self {
        let names = Names::of(walk.opened().rules.fork());
        Self { walk, names, through: false, is_false: false, remark: None }
    }

    /// What the line before said of a message that is not true as far as it ran, in words; told once.
    pub const fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }

    /// Whether nothing has been left out so far for want of gas.
    pub const fn is_complete(&self) -> bool {
        self.walk.is_complete()
    }
}

impl Iterator for Lines<'_, '_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.through {
            return None;
        }
        let opened = self.walk.opened();
        match self.walk.next() {
            Some(Event::Step(step)) => Some(step_line(step, &self.names)),
            Some(Event::Judged { message, verdict, .. }) => {
                self.is_false |= is_false(verdict);
                self.remark = Some(judged_in_words(opened, message, verdict));
                Some(judged_line(message, verdict))
            }
            None => {
                self.through = true;
                summary_line(self.walk, self.is_false)
            }
        }
    }
}

/// A step as a line.
pub fn step_line(step: &Step, names: &Names) -> String {
    json(&StepLine {
        pc: step.pc,
        op: step.opcode,
        gas: U64::from(step.gas),
        gas_cost: U64::from(step.shown_cost()),
        memory: step.memory.as_deref().map(Hex),
        mem_size: step.memory_size,
        stack: &step.stack,
        depth: step.depth,
        refund: step.refund.all,
        op_name: names.name(step.opcode),
        error: step.halt.map(|halt| halt.to_string()),
    })
}

fn judged_line(message: usize, verdict: &MessageVerdict) -> String {
    let line = JudgedLine { message, ..JudgedLine::default() };
    json(&match verdict {
        MessageVerdict::Valid => JudgedLine { verdict: "valid", ..line },
        MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => JudgedLine {
            verdict: "mismatch",
            kind: Some(kind.name()),
            pc: *pc,
            record: *record,
            expected: Some(*expected),
            found: Some(*found),
            ..line
        },
        MessageVerdict::Malformed { position } => {
            let reason =
                Some(format!("the bytes are no canonical message, at position {position}"));
            JudgedLine { verdict: "malformed", reason, ..line }
        }
        MessageVerdict::Unavailable { archive } => {
            let reason = Some(format!("the code is not there: its archive belongs at {archive}"));
            JudgedLine { verdict: "unavailable", reason, ..line }
        }
        MessageVerdict::Inconclusive { reason } => {
            JudgedLine { verdict: "inconclusive", reason: Some(reason.to_string()), ..line }
        }
    })
}

/// Whether a claim is false, and not only open.
const fn is_false(verdict: &MessageVerdict) -> bool {
    matches!(verdict, MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. })
}

/// What the walk came to, if it came to an end. Where a message is false, nothing is repeated of what the witness says
/// that it came to.
fn summary_line(walk: &Walk<'_>, is_false: bool) -> Option<String> {
    let opened = walk.opened();
    let none = Bytes::new();
    let ended = walk.ended();
    let output = ended.map_or(&none, |ended| &ended.output);
    let (state_root, gas_used, pass) = match walk.scope() {
        Scope::Transaction => {
            // A transaction that ran no code has no message that could have ended.
            let pass = match ended {
                Some(ended) => ended.status == 1,
                None if opened.messages.is_empty() => opened.receipt.success,
                None => return None,
            };
            let gas_used = (!is_false).then_some(opened.receipt.gas_used);
            (opened.roots.leave, gas_used, pass)
        }
        Scope::Message(index) => {
            let (ended, fields) = (ended?, opened.message(index)?.fields());
            let available: u64 = fields.gasAvailable.saturating_to();
            let used = available.saturating_sub(ended.gas_left);
            (fields.stateRootLeave, Some(used), ended.status == 1)
        }
    };
    let state_root = (!is_false).then_some(state_root);
    let gas_used = gas_used.map(U64::from);
    Some(json(&SummaryLine { state_root, output, gas_used, pass, fork: opened.rules.to_string() }))
}

fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("only numbers and strings, and strings as keys")
}
