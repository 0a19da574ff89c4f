//! Hashes of calldata: of what messages share, one.
//!
//! In the data's way this stands between the messages and the pairs that are compared.

use std::collections::HashMap;

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::stored::APART_FROM;

use crate::hash::keccak256;

/// Hashes of large calldata by where it stands in memory, which is where the messages of one opened
/// witness share it, for as long as that is there.
#[derive(Debug, Default)]
pub(super) struct CallDataHashes(HashMap<(usize, usize), B256>);

impl CallDataHashes {
    /// The hash of a message's calldata.
    pub(super) fn of(&mut self, call_data: &Bytes) -> B256 {
        if call_data.len() < APART_FROM {
            return keccak256(call_data);
        }
        let place = (call_data.as_ptr() as usize, call_data.len());
        *self.0.entry(place).or_insert_with(|| keccak256(call_data))
    }
}
