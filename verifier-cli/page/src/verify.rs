//! Verifies a witness by all four audits and both engines, and says it in words.

use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{
    EngineKind, FalseClaim, Options, Report, hash::keccak256, report, verify::ClaimKind,
    verify_opened,
};
use iso_evm_wire::Opened;
use serde_json::{Value, json};

use crate::{PageError, calls::answered};

/// The report of a `witness.bin`, as `iso-verify` gives it, and what it says in words.
pub(crate) fn verify(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), keccak256)?;
    let options = Options { engine: EngineKind::Both, ..Options::default() };
    let report = verify_opened(&Engine::new(opened.rules), &opened, &options)?;
    let execution = report.messages.iter().map(|message| message.execution.as_ref().map(answered));
    let execution: Vec<_> = execution.collect();
    Ok(json!({
        "report": report::json::json(&report),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "lacks": lacks(&report),
        "execution": execution,
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
        "title": meaning(claim.kind),
        "words": claim.to_string(),
        "expected": claim.words.map(|words| words.expected),
        "found": claim.words.map(|words| words.found),
    })
}

/// What is false, in a sentence.
fn meaning(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Execution(kind) => kind.meaning(),
        ClaimKind::Access(kind) => kind.meaning(),
        ClaimKind::Tree(kind) => kind.meaning(),
        ClaimKind::Transaction(kind) => kind.meaning(),
        _ => "The bytes are no canonical message.",
    }
}

/// What did not run, and which checks were not made, a line each.
fn lacks(report: &Report) -> Vec<String> {
    report.not_run.iter().map(ToString::to_string).collect()
}
