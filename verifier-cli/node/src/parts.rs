//! What a block and its receipts are read by: parts of an answer, and the roots that they must have.
//!
//! In the data's way this stands between the node's answer and what is made of it.

use alloy_primitives::B256;
use iso_evm_rpc::RpcError;
use iso_evm_wire::json;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::NodeError;

/// Part of a node's answer in this project's words: they write the same JSON.
pub(super) fn reread<T: DeserializeOwned>(
    method: &'static str,
    answer: &Value,
) -> Result<T, NodeError> {
    T::deserialize(answer).map_err(|error| {
        RpcError::Answer { method, error: json::in_words(&error.to_string()) }.into()
    })
}

/// Makes sure that a root that follows from an answer is the one that the header has.
pub(super) fn check_root(
    number: u64,
    what: &'static str,
    expected: B256,
    found: B256,
) -> Result<(), NodeError> {
    if expected == found {
        return Ok(());
    }
    Err(NodeError::Root { number, what, expected, found })
}
