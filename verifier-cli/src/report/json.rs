//! The `--json` report of `iso-verify`; `specs/schemas/README.md`.

use alloy_primitives::{Address, B256, U64, U256};
use iso_evm_hypervisor::{Mismatch, Verdict as HypervisorVerdict};
use iso_evm_witness::{Fork, container::RootSource};
use serde::Serialize;

use crate::verify::{Audits, MessageReport, Report, Verdict};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonReport {
    verdict: Verdict,
    audits: Audits,
    anchor: RootSource,
    fork: Fork,
    chain_id: u64,
    transaction_hash: Option<B256>,
    state_root_enter: B256,
    state_root_leave: B256,
    gas_used: U64,
    hypervisor: Hypervisor,
    witness_hash: B256,
    tool: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Hypervisor {
    code_hash: B256,
    size: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
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
    host_gas: U64,
    verdict: Verdict,
    mismatch: Option<JsonMismatch>,
}

/// 0, 1 or 2; any other claim as the quantity that it is.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Status {
    Number(u8),
    Quantity(U256),
}

#[derive(Clone, Debug, Serialize)]
struct JsonMismatch {
    audit: &'static str,
    kind: &'static str,
    pc: Option<u64>,
    record: Option<u64>,
    expected: Option<B256>,
    found: Option<B256>,
}

/// The report as JSON writes it.
pub fn json(report: &Report) -> JsonReport {
    JsonReport {
        verdict: report.verdict(),
        audits: report.audits,
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
        witness_hash: report.witness_hash,
        tool: env!("CARGO_PKG_VERSION"),
        messages: report.messages.iter().enumerate().map(message).collect(),
    }
}

fn message((index, report): (usize, &MessageReport)) -> Message {
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
        gas_available: message.map(|message| message.gasAvailable),
        gas_used: message.map(|message| message.gasUsed),
        records: message.map(|message| message.stateAccessList.len()),
        witness_bytes: report.witness_bytes,
        host_gas: U64::from(report.execution.host_gas),
        verdict: report.verdict(),
        mismatch: mismatch(&report.execution.verdict),
    }
}

/// Where the claim is false. Bytes that are no witness have no program counter and no record.
fn mismatch(verdict: &HypervisorVerdict) -> Option<JsonMismatch> {
    const AUDIT: &str = "execution";
    match verdict {
        HypervisorVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => {
            Some(JsonMismatch {
                audit: AUDIT,
                kind: kind.name(),
                pc: *pc,
                record: *record,
                expected: Some(*expected),
                found: Some(*found),
            })
        }
        HypervisorVerdict::Malformed { .. } => Some(JsonMismatch {
            audit: AUDIT,
            kind: "malformed",
            pc: None,
            record: None,
            expected: None,
            found: None,
        }),
        HypervisorVerdict::Valid
        | HypervisorVerdict::Unavailable { .. }
        | HypervisorVerdict::Inconclusive { .. } => None,
    }
}
