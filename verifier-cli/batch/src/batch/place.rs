//! [`Place`]: which item of which file it is. Rows, lines for people and errors name an item by it.
//! `specs/17-batch.md`.

use std::{fmt, sync::Arc};

use alloy_primitives::FixedBytes;
use iso_evm_verifier::hash::keccak256;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was found; within an archive, behind the archive's name.
    pub source: Arc<str>,
    /// Which of the source's items, from 0: containers one behind the other, or inputs a line.
    pub container: usize,
    /// The line that the item stands on, from 1, where its source has an input a line.
    pub line: Option<u64>,
}

/// Names an item in little room.
pub(crate) type Key = FixedBytes<16>;

/// The key of an item of a source.
pub(crate) fn key(source: &str, container: usize) -> Key {
    let name = [source.as_bytes(), &container.to_be_bytes()].concat();
    Key::from_slice(&keccak256(&name)[..16])
}

impl Place {
    pub(crate) fn key(&self) -> Key {
        key(&self.source, self.container)
    }
}

/// A file's name, with the line, or with which container it is if it is not the first.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, container, line } = self;
        match (line, container) {
            (Some(line), _) => write!(f, "{source}:{line}"),
            (None, 0) => f.write_str(source),
            (None, container) => write!(f, "{source}: {container}"),
        }
    }
}
