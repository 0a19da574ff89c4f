//! What calls pass, in pieces, of which each is kept once: a call passes the same memory as often as it
//! likes, which was paid for once.
//!
//! In the data's way this stands between revm's memory and the messages.

use std::collections::HashSet;

use alloy_primitives::Bytes;
use iso_evm_wire::{CallData, call_data::PIECE};

/// The pieces of calldata that messages have.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pieces: HashSet<Bytes>,
    /// Those of the last calldata: of the next, most are mostly the same.
    last: Vec<Bytes>,
}

impl Passed {
    /// Calldata, and how many bytes of it no message has had. What is new is kept by `keep`.
    pub(super) fn share(
        &mut self,
        bytes: &[u8],
        keep: impl Fn(&[u8]) -> Bytes,
    ) -> (CallData, usize) {
        if bytes.len() < PIECE {
            return (CallData::of(&keep(bytes)), bytes.len());
        }
        let mut new = 0;
        let mut share = |(index, piece): (usize, &[u8])| {
            if let Some(last) = self.last.get(index).filter(|last| *last == piece) {
                return last.clone();
            }
            if let Some(known) = self.pieces.get(piece) {
                return known.clone();
            }
            new += piece.len();
            let piece = keep(piece);
            self.pieces.insert(piece.clone());
            piece
        };
        let pieces: Vec<_> = bytes.chunks(PIECE).enumerate().map(&mut share).collect();
        self.last.clone_from(&pieces);
        let call_data = CallData::of_pieces(bytes.len(), pieces);
        (call_data.unwrap_or_else(|| CallData::of(&keep(bytes))), new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calldata_that_differs_in_a_byte_shares_all_other_pieces() {
        let mut passed = Passed::default();
        let mut bytes = vec![0; 10 * 1024 + 5];
        let mut share = |bytes: &[u8]| {
            let (call_data, new) = passed.share(bytes, Bytes::copy_from_slice);
            assert!(call_data == *bytes);
            new
        };
        assert_eq!(share(&bytes), 1024 + 5);
        assert_eq!(share(&bytes), 0);
        bytes[3000] = 1;
        assert_eq!(share(&bytes), 1024);
        bytes[3000] = 0;
        assert_eq!(share(&bytes[1024..]), 0);
        assert_eq!(share(&bytes[..2000]), 2000 - 1024);
        // What is short is nobody's.
        assert_eq!((share(&bytes[..1023]), share(&bytes[..1023])), (1023, 1023));
    }
}
