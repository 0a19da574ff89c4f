//! [`CallData`]: calldata in pieces, so that messages share those that are the same.
//! `specs/09-container.md`, section Calldata.
//!
//! In the data's way this stands between the memory that a call passes and the message that it opens. A
//! loop passes the same memory with a counter in it: as a whole each calldata is another, but one piece
//! of it.

use std::sync::Arc;

use alloy_primitives::Bytes;

/// Bytes in a piece; the last may have fewer. Shorter calldata is in no pieces.
pub const PIECE: usize = 1024;

/// Bytes in pieces, which clones share.
#[derive(Clone, Debug)]
pub struct CallData {
    length: usize,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Whole(Bytes),
    Pieces(Arc<[Bytes]>),
}

impl CallData {
    /// The bytes, of which the pieces are parts. What is shorter than [`PIECE`] stays whole.
    pub fn of(bytes: &Bytes) -> Self {
        let length = bytes.len();
        if length < PIECE {
            return Self { length, form: Form::Whole(bytes.clone()) };
        }
        let piece = |from| bytes.slice(from..length.min(from + PIECE));
        let pieces = (0..length).step_by(PIECE).map(piece).collect();
        Self { length, form: Form::Pieces(pieces) }
    }

    /// So many bytes in pieces; `None` if the pieces do not have the lengths of such calldata's.
    pub fn of_pieces(length: usize, pieces: Vec<Bytes>) -> Option<Self> {
        let fit = pieces.iter().enumerate().all(|(index, piece)| {
            let left = length.saturating_sub(index.saturating_mul(PIECE));
            !piece.is_empty() && piece.len() == left.min(PIECE)
        });
        let whole = length >= PIECE && pieces.len() == length.div_ceil(PIECE);
        (fit && whole).then(|| Self { length, form: Form::Pieces(pieces.into()) })
    }

    /// How many bytes there are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Bytes] {
        match &self.form {
            Form::Whole(bytes) => std::slice::from_ref(bytes),
            Form::Pieces(pieces) => pieces,
        }
    }

    /// The bytes, put together for the one who asks.
    pub fn bytes(&self) -> Bytes {
        match &self.form {
            Form::Whole(bytes) => bytes.clone(),
            Form::Pieces(pieces) => pieces.concat().into(),
        }
    }
}

impl Default for CallData {
    fn default() -> Self {
        Self::of(&Bytes::new())
    }
}

impl PartialEq for CallData {
    fn eq(&self, other: &Self) -> bool {
        // What is shared is not read.
        let alike = |(own, other): (&Bytes, &Bytes)| own.as_ptr() == other.as_ptr() || own == other;
        self.length == other.length && self.pieces().iter().zip(other.pieces()).all(alike)
    }
}

impl Eq for CallData {}

impl PartialEq<[u8]> for CallData {
    fn eq(&self, other: &[u8]) -> bool {
        let mut alike = self.pieces().iter().zip(other.chunks(PIECE));
        self.length == other.len() && alike.all(|(own, other)| own == other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_bytes() {
        for length in [0, 1, 1023, 1024, 1025, 2047, 2048, 5000] {
            let bytes: Bytes = (0..length).map(|at| at as u8).collect::<Vec<_>>().into();
            let call_data = CallData::of(&bytes);
            assert_eq!((call_data.bytes(), call_data.len()), (bytes.clone(), length));
            assert!(call_data == bytes[..], "{length}");
            let pieces = call_data.pieces().to_vec();
            let again = CallData::of_pieces(length, pieces.clone());
            assert_eq!(again, (length >= 1024).then(|| call_data.clone()), "{length}");
            assert_eq!(CallData::of_pieces(length + 1, pieces.clone()), None, "{length}");
            assert_eq!(CallData::of_pieces(length.saturating_sub(1), pieces), None, "{length}");
            if length > 0 {
                assert!(call_data != bytes[1..] && call_data != CallData::of(&bytes.slice(1..)));
            }
        }
    }

    #[test]
    fn pieces_of_other_lengths_are_refused() {
        let piece = |length: usize| Bytes::from(vec![0; length]);
        for lengths in [&[1023, 1025][..], &[1024, 1024, 0], &[1024], &[2048], &[512, 1024, 512]] {
            let pieces = lengths.iter().map(|length| piece(*length)).collect();
            assert_eq!(CallData::of_pieces(2048, pieces), None, "{lengths:?}");
        }
        assert!(CallData::of_pieces(usize::MAX, vec![piece(1024); 3]).is_none());
    }
}
