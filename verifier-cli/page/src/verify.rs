//! Verifies a witness by all four audits and both engines, and says it in words.

use iso_evm_hypervisor::{Audited, Engine, MessageVerdict, Mismatch};
use iso_evm_verifier::{
    EngineKind, FalseClaim, Options, Report, hash::keccak256, report, verify_opened,
};
use iso_evm_wire::Opened;
use serde_json::{Value, json};

use crate::PageError;

/// The report of a `witness.bin`, as `iso-verify` gives it, and what it says in words.
pub(crate) fn verify(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), keccak256)?;
    let options = Options { engine: EngineKind::Both, ..Options::default() };
    let report = verify_opened(&Engine::new(opened.rules), &opened, &options)?;
    Ok(json!({
        "report": report::json::json(&report),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "lacks": lacks(&report),
        "execution": report.messages.iter().map(|message| execution(message.execution.as_ref())).collect::<Vec<_>>(),
        "roots": report.anchor.meaning(),
    }))
}

/// A false claim in words.
fn finding(claim: &FalseClaim) -> Value {
    json!({
        "audit": claim.kind.audit(),
        "kind": claim.kind.name(),
        "message": claim.message,
        "record": claim.record,
        "pc": claim.pc,
        "words": claim.to_string(),
    })
}

/// What did not run, and which checks were not made, a line each.
fn lacks(report: &Report) -> Vec<String> {
    report.not_run.iter().map(ToString::to_string).collect()
}

/// What the execution audit says of a message, and its host gas.
fn execution(audited: Option<&Audited>) -> Value {
    let Some(Audited { verdict, host_gas }) = audited else { return Value::Null };
    let said = match verdict {
        MessageVerdict::Valid => json!({ "verdict": "valid" }),
        MessageVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => json!({
            "verdict": "mismatch", "kind": kind.name(), "pc": pc, "record": record,
            "expected": expected, "found": found,
        }),
        MessageVerdict::Malformed { position } => {
            json!({ "verdict": "malformed", "position": position })
        }
        MessageVerdict::Unavailable { archive } => {
            json!({ "verdict": "unavailable", "archive": archive })
        }
        MessageVerdict::Inconclusive { reason } => {
            json!({ "verdict": "inconclusive", "reason": reason.to_string() })
        }
    };
    json!({ "said": said, "hostGas": host_gas })
}
