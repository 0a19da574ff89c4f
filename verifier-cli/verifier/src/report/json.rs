//! The `--json` report of `iso-verify`; `specs/schemas/README.md`.

use alloy_primitives::{Address, B256, U64, U256};
use iso_evm_wire::{
    Rules,
    segment::{Checkpoint, ClaimedLeaf},
};
use serde::Serialize;

use crate::{
    audit::anchors::{Anchor, Anchors, RootSource},
    segments::Row,
    verify::{
        Audit, AuditSelection, Audits, EngineKind, FalseClaim, MessageReport, NamedVerdict, NotRun,
        Report, Verdict,
    },
};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonReport {
    verdict: NamedVerdict,
    selected: AuditSelection,
    strict: bool,
    audits: Audits,
    findings: Vec<JsonFinding>,
    not_run: Vec<JsonNotRun>,
    anchors: JsonAnchors,
    anchor: RootSource,
    fork: Rules,
    chain_id: u64,
    transaction_hash: Option<B256>,
    state_root_enter: B256,
    state_root_leave: B256,
    gas_used: U64,
    hypervisor: Hypervisor,
    witness_hash: B256,
    engine: EngineKind,
    tool: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Hypervisor {
    code_hash: B256,
    size: usize,
}

/// What is said of one message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    index: usize,
    parent: Option<usize>,
    depth: Option<usize>,
    kind: Option<&'static str>,
    to: Option<Address>,
    context: Option<Address>,
    status: Option<Status>,
    gas_available: Option<U256>,
    gas_used: Option<U256>,
    records: Option<usize>,
    witness_bytes: usize,
    host_gas: Option<U64>,
    verdict: NamedVerdict,
    mismatch: Option<JsonMismatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<JsonSegment>>,
}

/// What is said of one segment of a message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonSegment {
    start: Checkpoint,
    end: Option<ClaimedLeaf>,
    records: usize,
    own_gas: U64,
    input_bytes: usize,
    host_gas: Option<U64>,
    verdict: Verdict,
    said: String,
    mismatch: Option<JsonMismatch>,
}

/// 0, 1 or 2; any other claim as the quantity that it is.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Status {
    Number(u8),
    Quantity(U256),
}

/// A false claim; bytes that are no message have no words.
#[derive(Clone, Debug, Serialize)]
pub struct JsonMismatch {
    audit: Audit,
    kind: &'static str,
    pc: Option<u64>,
    record: Option<u64>,
    expected: Option<B256>,
    found: Option<B256>,
}

/// A false claim with its message.
#[derive(Clone, Debug, Serialize)]
pub struct JsonFinding {
    message: Option<usize>,
    #[serde(flatten)]
    mismatch: JsonMismatch,
    /// The index of the finding that explains this one; null if no other does. Absent where nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Option<usize>>,
}

/// An audit or check that did not run.
#[derive(Clone, Debug, Serialize)]
pub struct JsonNotRun {
    audit: Audit,
    check: Option<&'static str>,
    why: String,
}

/// What the witness is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonAnchors {
    chain_id: u64,
    fork: Rules,
    block: JsonAnchor,
    transaction: JsonAnchor,
    root: B256,
    source: RootSource,
    ancestors: Option<B256>,
}

/// `{"hash": …}` or `{"digest": …}`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum JsonAnchor {
    Hash(B256),
    Digest(B256),
}

/// The report as JSON writes it.
pub fn json(report: &Report) -> JsonReport {
    JsonReport {
        verdict: report.named(report.verdict()),
        selected: report.selected,
        strict: report.strict,
        audits: report.audits,
        findings: findings(report),
        not_run: report.not_run.iter().map(not_run).collect(),
        anchors: anchors(&report.anchors),
        anchor: report.anchor,
        fork: report.fork,
        chain_id: report.chain_id,
        transaction_hash: report.transaction_hash,
        state_root_enter: report.state_root_enter,
        state_root_leave: report.state_root_leave,
        gas_used: U64::from(report.gas_used),
        hypervisor: Hypervisor {
            code_hash: report.hypervisor_code_hash,
            size: report.hypervisor_size,
        },
        witness_hash: report.witness_hash.get(),
        engine: report.engine,
        tool: env!("CARGO_PKG_VERSION"),
        messages: messages(report).collect(),
    }
}

/// What is said of each message.
pub fn messages(report: &Report) -> impl Iterator<Item = Message> {
    let named = |message: &MessageReport| report.named(message.verdict());
    let messages = report.messages.iter().enumerate();
    messages.map(move |(index, of_message)| {
        let segments = report.segments.as_ref().and_then(|segments| segments.get(index));
        let rows =
            segments.map(|segments| segments.rows.iter().map(|row| segment(index, row)).collect());
        Message { segments: rows, ..message(index, of_message, named(of_message)) }
    })
}

fn message(index: usize, report: &MessageReport, verdict: NamedVerdict) -> Message {
    let message = report.message.as_ref();
    let status = |status: U256| {
        u8::try_from(status)
            .ok()
            .filter(|status| *status <= 2)
            .map_or(Status::Quantity(status), Status::Number)
    };
    Message {
        index,
        parent: report.place.parent,
        depth: report.place.depth,
        kind: report.kind.map(|kind| kind.name()),
        to: message.map(|message| message.to),
        context: message.map(|message| message.context),
        status: message.map(|message| status(message.status)),
        gas_available: message.map(|message| message.gas_available),
        gas_used: message.map(|message| message.gas_used),
        records: message.map(|message| message.records),
        witness_bytes: report.witness_bytes,
        host_gas: report.execution.as_ref().and_then(|audited| host_gas(audited.host_gas)),
        verdict,
        mismatch: report.mismatch.as_ref().map(mismatch),
        segments: None,
    }
}

/// What a host's run took; `None` if there was none, since each takes some.
fn host_gas(gas: u64) -> Option<U64> {
    (gas > 0).then(|| U64::from(gas))
}

/// What is said of a segment of a message, as JSON writes it.
fn segment(message: usize, row: &Row) -> JsonSegment {
    JsonSegment {
        start: row.start,
        end: row.end,
        records: row.records,
        own_gas: U64::from(row.own_gas),
        input_bytes: row.input_bytes,
        host_gas: host_gas(row.host_gas),
        verdict: row.said.verdict(),
        said: row.said.to_string(),
        mismatch: row.said.claim(message).as_ref().map(mismatch),
    }
}

/// A false claim as JSON writes it.
pub fn mismatch(claim: &FalseClaim) -> JsonMismatch {
    JsonMismatch {
        audit: claim.kind.audit(),
        kind: claim.kind.name(),
        pc: claim.pc,
        record: claim.record,
        expected: claim.words.map(|words| words.expected),
        found: claim.words.map(|words| words.found),
    }
}

/// A false claim with its message, as JSON writes it.
pub fn finding(claim: &FalseClaim) -> JsonFinding {
    JsonFinding { message: claim.message, mismatch: mismatch(claim), cause: None }
}

/// The findings of a report with their causes, if somebody has looked for these.
fn findings(report: &Report) -> Vec<JsonFinding> {
    let findings = report.findings.iter().enumerate();
    let with_cause = |(index, claim)| {
        let cause = report.causes.as_ref().map(|causes| causes.cause_of(index));
        JsonFinding { cause, ..finding(claim) }
    };
    findings.map(with_cause).collect()
}

/// An audit or check that did not run, as JSON writes it.
pub fn not_run(not_run: &NotRun) -> JsonNotRun {
    JsonNotRun {
        audit: not_run.audit,
        check: not_run.check.map(|check| check.name()),
        why: not_run.why.to_string(),
    }
}

/// What the witness is about, as JSON writes it.
pub fn anchors(anchors: &Anchors) -> JsonAnchors {
    JsonAnchors {
        chain_id: anchors.chain_id,
        fork: anchors.fork,
        block: anchors.block.into(),
        transaction: anchors.transaction.into(),
        root: anchors.root,
        source: anchors.source,
        ancestors: anchors.ancestors,
    }
}

impl From<Anchor> for JsonAnchor {
    fn from(anchor: Anchor) -> Self {
        match anchor {
            Anchor::Hash(hash) => Self::Hash(hash),
            Anchor::Digest(digest) => Self::Digest(digest),
        }
    }
}
