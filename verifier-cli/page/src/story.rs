//! What a witness holds, told for a person: the story of `iso-verify explain`, for the page to draw.

use iso_evm_explain::{Within, story};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{EngineKind, Options, hash::keccak256, verify_opened};
use iso_evm_wire::Opened;
use serde_json::{Value, json};

use crate::PageError;

/// The story of a `witness.bin`, with one of its messages from within: that at hand, or the one that is asked for.
pub(crate) fn told(bytes: &[u8], message: Option<usize>) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), keccak256)?;
    let count = opened.messages.len();
    if let Some(index) = message.filter(|index| *index >= count) {
        return Err(PageError::NoMessage { index, count });
    }
    let engine = Engine::new(opened.rules);
    // Both engines have agreed where the page verifies.
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(&engine, &opened, &options)?;
    report.look_for_causes(&engine, &opened, &options);
    let within = message.map_or(Within::AtHand, Within::Message);
    Ok(json!(story(&engine, &opened, &report, None, within)))
}
