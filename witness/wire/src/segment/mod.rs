//! A message cut into segments: what is committed to, where a segment starts and ends, and the one
//! byte string that has a segment audited. Normative text: `specs/19-segments.md`.
//!
//! In the data's way this stands beside [`crate::encoding`]: a message that does not fit one
//! transaction is audited from [`Checkpoint`] to checkpoint, each [`Segment`] on its own.
//!
//! `merkle` is the tree that records and checkpoints hang in, `head` a message without its records,
//! `checkpoint` and `state` the guest between two instructions, `pages` its memory, `bounds` where
//! it is cut, `commitment` how an operator stands by a checkpoint, `layout` and `input` the bytes that the segment
//! machine takes.

pub mod bounds;
pub mod checkpoint;
pub mod commitment;
pub mod head;
pub mod input;
pub mod layout;
pub mod merkle;
pub mod pages;
pub mod records;
pub mod state;
#[cfg(test)]
mod tests;

pub use bounds::{Bounds, Cut};
pub use checkpoint::{Checkpoint, Field};
pub use commitment::{ClaimedLeaf, Leaf};
pub use head::Head;
pub use input::{Section, Segment};
pub use pages::{PAGE_SIZE, Page, Pages};
pub use records::RecordTree;
pub use state::State;

use alloy_primitives::B256;

/// A word that begins with this text, and is zero behind it: what a hashed list of words begins with,
/// so that none can stand for another.
pub(crate) const fn tag(text: &str) -> B256 {
    let (bytes, mut word) = (text.as_bytes(), [0; 32]);
    let mut index = 0;
    while index < bytes.len() {
        word[index] = bytes[index];
        index += 1;
    }
    B256::new(word)
}
