//! Large calldata that messages have, each once: a call passes the same memory as often as it likes,
//! which was paid for once.
//!
//! In the data's way this stands between revm's memory and the messages.

use std::collections::HashMap;

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::stored::APART_FROM;

use super::hash::hash;

/// Calldata by its hash.
#[derive(Debug, Default)]
pub(super) struct Passed(HashMap<B256, Bytes>);

/// Calldata of a message that opens.
#[derive(Debug)]
pub(super) enum CallData {
    /// Too short to be shared.
    Small,
    /// No message has had it.
    New(B256),
    /// A message has had it.
    Known(B256, Bytes),
}

impl Passed {
    /// What is known of this calldata. What is short is not looked up.
    pub(super) fn look_up(&self, call_data: &[u8]) -> CallData {
        if call_data.len() < APART_FROM {
            return CallData::Small;
        }
        let hash = hash(call_data);
        match self.0.get(&hash) {
            Some(known) => CallData::Known(hash, known.clone()),
            None => CallData::New(hash),
        }
    }

    /// A message has this calldata, which is new.
    pub(super) fn insert(&mut self, hash: B256, call_data: Bytes) {
        self.0.insert(hash, call_data);
    }
}
