//! What the emitted contract is called with, and what it answered here: for an EVM that is not ours, in
//! the page or in a test.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{Audited, Engine, MessageVerdict, Mismatch};
use iso_evm_verifier::hash::{CRYPTO, keccak256};
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
    /// The calls for the messages of a witness, as far as it has the code that they run.
    pub fn of(engine: &Engine, witness: &Opened<'_>) -> Self {
        let mut parts = BTreeMap::new();
        let mut call = |index: usize, calldata: Bytes| {
            let hash = witness.message(index).and_then(|message| message.code_hash());
            let code = hash.and_then(|hash| Some((hash, witness.code(index)?)));
            let archives = code.map(|(hash, code)| engine.archives_of(&calldata, hash, code));
            let archives = archives.unwrap_or_default().into_iter().map(|(address, bytes)| {
                let hash = keccak256(&bytes);
                parts.insert(hash, bytes);
                (address, hash)
            });
            Call { archives: archives.collect(), calldata }
        };
        let messages = witness.messages.iter().enumerate();
        let calls = messages.map(|(index, stored)| call(index, stored.bytes())).collect();
        Self { hypervisor: engine.contract().code.clone(), parts, calls }
    }
}

/// The calls for the messages of a `witness.bin`.
pub(crate) fn calls(bytes: &[u8]) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), CRYPTO)?;
    Ok(json!(Calls::of(&Engine::new(opened.rules), &opened)))
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
