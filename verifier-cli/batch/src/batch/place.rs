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
    /// The id that the item has in its table, where its source is one.
    pub id: Option<Arc<str>>,
}

/// Names an item in little room.
pub(crate) type Key = FixedBytes<16>;

/// The key of an item of a source.
pub(crate) fn key(source: &str, container: usize) -> Key {
    let name = [source.as_bytes(), &container.to_be_bytes()].concat();
    Key::from_slice(&keccak256(&name)[..16])
}

/// The key of an item that has a name of its own, whatever file it stands in.
pub(crate) fn key_of_id(id: &str) -> Key {
    // No source has so many items.
    key(id, usize::MAX)
}

impl Place {
    pub(crate) fn key(&self) -> Key {
        self.id.as_ref().map_or_else(|| key(&self.source, self.container), |id| key_of_id(id))
    }

    /// By what the item is known in a table: its id, or where it stands.
    pub fn id(&self) -> String {
        self.id.as_ref().map_or_else(|| self.to_string(), |id| id.to_string())
    }
}

/// A file's name, with the id or the line, or with which container it is if it is not the first.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, container, line, id } = self;
        if let Some(id) = id {
            return write!(f, "{source}: {id}");
        }
        match (line, container) {
            (Some(line), _) => write!(f, "{source}:{line}"),
            (None, 0) => f.write_str(source),
            (None, container) => write!(f, "{source}: {container}"),
        }
    }
}
