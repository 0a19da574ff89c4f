//! What the emitted contract is called with: for an EVM that is not ours, in the page or in a test.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::{Opened, Rules, StoredMessage};
use serde::Serialize;
use serde_json::{Value, json};

use crate::PageError;

/// A call of the hypervisor, on a chain that holds it and some archives.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    calldata: Bytes,
    /// Archives by address.
    archives: Vec<(Address, B256)>,
}

/// The hypervisor of a `witness.bin`, the code that its messages run as it is archived, and each
/// message's call.
pub(crate) fn calls(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), keccak256)?;
    let engine = Engine::new(opened.rules);
    let mut parts = BTreeMap::new();
    let call = |(index, stored): (usize, &StoredMessage)| {
        let calldata = stored.bytes();
        let hash = opened.message(index).and_then(|message| message.code_hash());
        let code = hash.and_then(|hash| Some((hash, opened.code(index)?)));
        let archives = code.map(|(hash, code)| engine.archives_of(&calldata, hash, code));
        let archives = archives.unwrap_or_default().into_iter().map(|(address, bytes)| {
            let hash = keccak256(&bytes);
            parts.insert(hash, bytes);
            (address, hash)
        });
        Call { archives: archives.collect(), calldata }
    };
    let calls: Vec<_> = opened.messages.iter().enumerate().map(call).collect();
    Ok(of(opened.rules, &engine, &calls, &parts))
}

fn of(fork: Rules, engine: &Engine, calls: &[Call], parts: &BTreeMap<B256, Bytes>) -> Value {
    json!({
        "fork": fork,
        "hypervisor": engine.contract().code,
        "parts": parts,
        "calls": calls,
    })
}
