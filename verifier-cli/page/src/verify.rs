//! Verifies a witness by all four audits and both engines, and says it in words.

use iso_evm_explain::{last_line, open, told};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{EngineKind, Options, hash::CRYPTO, report, verify_opened};
use iso_evm_wire::Opened;
use serde_json::{Value, json};

use crate::{PageError, calls::answered};

/// The report of a `witness.bin`, as `iso-verify` gives it, and what it says in words.
pub(crate) fn verify(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), CRYPTO)?;
    let options = Options { engine: EngineKind::Both, ..Options::default() };
    let engine = Engine::new(opened.rules);
    let mut report = verify_opened(&engine, &opened, &options)?;
    report.look_for_causes(&engine, &opened, &options);
    let execution = report.messages.iter().map(|message| message.execution.as_ref().map(answered));
    let execution: Vec<_> = execution.collect();
    let told = told(&opened, &report);
    Ok(json!({
        "report": report::json::json(&report),
        "conclusion": last_line(&report, &told),
        "told": told,
        "lacks": open(&report),
        "execution": execution,
        "roots": report.anchor.meaning(),
    }))
}
