//! What the emitted contract is called with, and what it answered here: for an EVM that is not ours, in
//! the page or in a test.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{Audited, Engine, MessageVerdict, Mismatch};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::Opened;
use serde::Serialize;
use serde_json::{Value, json};

use crate::PageError;

/// Calls of a hypervisor, each on a chain that holds it and some archives.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// Runtime code of the hypervisor.
    pub hypervisor: Bytes,
    /// The codes of archives, by hash.
    pub parts: BTreeMap<B256, Bytes>,
    /// The calls, in the messages' order.
    pub calls: Vec<Call>,
}

/// A call of the hypervisor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// The message as the hypervisor takes it.
    pub calldata: Bytes,
    /// Archives by address: each the hash of its code.
    pub archives: Vec<(Address, B256)>,
}

impl Calls {
    /// None yet.
    pub fn of(engine: &Engine) -> Self {
        Self { hypervisor: engine.contract().code.clone(), ..Self::default() }
    }

    /// The call for a message. `code` is what the message runs, if it is at hand: a creation's is in the
    /// message.
    pub fn push(&mut self, engine: &Engine, calldata: Bytes, code: Option<(B256, &Bytes)>) {
        let archives = code.map(|(hash, code)| engine.archives_of(&calldata, hash, code));
        let archives = archives.unwrap_or_default().into_iter().map(|(address, bytes)| {
            let hash = keccak256(&bytes);
            self.parts.insert(hash, bytes);
            (address, hash)
        });
        let archives = archives.collect();
        self.calls.push(Call { calldata, archives });
    }
}

/// The calls for the messages of a `witness.bin`.
pub(crate) fn calls(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), keccak256)?;
    let engine = Engine::new(opened.rules);
    let mut calls = Calls::of(&engine);
    for (index, stored) in opened.messages.iter().enumerate() {
        let hash = opened.message(index).and_then(|message| message.code_hash());
        let code = hash.and_then(|hash| Some((hash, opened.code(index)?)));
        calls.push(&engine, stored.bytes(), code);
    }
    Ok(json!(calls))
}

/// What an engine here answered, and its host gas.
pub fn answered(Audited { verdict, host_gas }: &Audited) -> Value {
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
            // In lower case, as an EVM gives it.
            json!({ "verdict": "unavailable", "archive": format!("{archive:#x}") })
        }
        MessageVerdict::Inconclusive { reason } => {
            json!({ "verdict": "inconclusive", "reason": reason.to_string() })
        }
    };
    json!({ "said": said, "hostGas": host_gas })
}
