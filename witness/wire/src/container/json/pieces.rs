//! Calldata in pieces as JSON: each piece as its bytes, or as its place among those that messages share.

use std::collections::HashSet;

use alloy_primitives::Bytes;
use serde_json::Value;

use super::record;
use crate::{
    call_data::{CallData, PIECE},
    container::Shared,
};

/// The pieces of calldata.
pub(super) fn to_json(call_data: &CallData, shared: &Shared<'_>) -> Value {
    let piece = |piece: &Bytes| match shared.index(piece) {
        Some(index) => Value::from(index),
        None => piece.to_string().into(),
    };
    call_data.pieces().iter().map(piece).collect()
}

/// Pieces that messages share, as a file has them.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    pieces: &'a [Bytes],
    set: HashSet<&'a [u8]>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(pieces: &'a [Bytes]) -> Self {
        Self { pieces, set: pieces.iter().map(|piece| &piece[..]).collect() }
    }

    /// Calldata in pieces, or why it is none; `None` if it has more than `most` bytes.
    pub(super) fn read(&self, json: &Value, most: u64) -> Option<Result<CallData, &'static str>> {
        let Value::Array(given) = json else { return Some(Err("a list of pieces expected")) };
        if given.len().saturating_sub(1) as u64 * PIECE as u64 > most {
            return None;
        }
        Some(self.call_data(given))
    }

    fn call_data(&self, given: &[Value]) -> Result<CallData, &'static str> {
        let piece = |json: &Value| match json.as_u64() {
            Some(index) => {
                let piece = usize::try_from(index).ok().and_then(|index| self.pieces.get(index));
                piece.cloned().ok_or("there are not so many pieces in callData")
            }
            None => {
                let bytes =
                    record::raw(json.clone()).map_err(|_| "a piece, or its place expected")?;
                // A witness has one form.
                let shared = self.set.contains(&bytes[..]);
                if shared { Err("a piece that is in callData") } else { Ok(bytes) }
            }
        };
        let pieces = given.iter().map(piece).collect::<Result<Vec<_>, _>>()?;
        let length = pieces.iter().map(|piece| piece.len()).sum();
        CallData::of_pieces(length, pieces).ok_or("pieces of 1,024 bytes expected, and the rest")
    }
}
