//! Memory by its pages. Normative text: `specs/19-segments.md`, section Memory.
//!
//! Memory of millions of bytes is cheap while it is zero, and most instructions look at little of it:
//! what is hashed is the list of the pages that are not zero, each by its index and its own hash, and
//! what is carried into a segment is the bytes of those that the segment looks at.

use std::collections::BTreeSet;

use alloy_primitives::{B256, Bytes, Keccak256, U256, keccak256};

/// Bytes of a page.
pub const PAGE_SIZE: usize = 4_096;

/// A page of memory that is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Number of pages before it.
    pub index: u64,
    /// keccak256 of its [`PAGE_SIZE`] bytes; behind the end of memory they are zero.
    pub hash: B256,
    /// The bytes, where they are given.
    pub bytes: Option<Bytes>,
}

/// Memory as a segment takes it: the pages that are not zero, with the bytes of some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    list: Vec<Page>,
    from: u64,
}

impl Pages {
    /// The pages of memory, the bytes of all given.
    pub fn of(memory: &[u8]) -> Self {
        let page = |(index, bytes): (u64, &[u8])| {
            if bytes.iter().all(|byte| *byte == 0) {
                return None;
            }
            let mut bytes = bytes.to_vec();
            bytes.resize(PAGE_SIZE, 0);
            Some(Page { index, hash: keccak256(&bytes), bytes: Some(bytes.into()) })
        };
        Self::new((0..).zip(memory.chunks(PAGE_SIZE)).filter_map(page).collect())
    }

    /// These pages, ascending, none of them zero: for whoever has their hashes.
    pub const fn new(list: Vec<Page>) -> Self {
        Self { list, from: 0 }
    }

    /// The same without room for pages before this one: none of them is given. A host's memory need
    /// not reach over them then.
    #[must_use]
    pub fn from(mut self, from: u64) -> Self {
        for page in self.list.iter_mut().take_while(|page| page.index < from) {
            page.bytes = None;
        }
        Self { from, ..self }
    }

    /// Index of the first page that there is room for.
    pub const fn first(&self) -> u64 {
        self.from
    }

    /// The same with the bytes of these pages alone.
    #[must_use]
    pub fn given(mut self, pages: &BTreeSet<u64>) -> Self {
        for page in &mut self.list {
            page.bytes = page.bytes.take().filter(|_| pages.contains(&page.index));
        }
        self
    }

    /// The pages, ascending.
    pub fn list(&self) -> &[Page] {
        &self.list
    }

    /// What names memory: the hash of [`Self::listed`].
    pub fn hash(&self) -> B256 {
        let mut hasher = Keccak256::new();
        for page in &self.list {
            hasher.update(U256::from(page.index).to_be_bytes::<32>());
            hasher.update(page.hash);
        }
        hasher.finalize()
    }

    /// Index and hash of each page, a word each.
    pub fn listed(&self) -> Vec<u8> {
        let words = |page: &Page| [U256::from(page.index).to_be_bytes::<32>(), page.hash.0];
        self.list.iter().flat_map(words).flatten().collect()
    }

    /// The bytes of the pages that are given, one behind the other.
    pub fn data(&self) -> Vec<u8> {
        self.list.iter().filter_map(|page| page.bytes.as_ref()).flatten().copied().collect()
    }

    /// A byte for each page of memory up to the last that is not given: 1 if it is not given. Where there
    /// is no room, none need say so.
    pub fn withheld(&self) -> Vec<u8> {
        let missing = |page: &&Page| page.bytes.is_none() && page.index >= self.from;
        let missing = self.list.iter().filter(missing);
        let mut flags = Vec::new();
        for page in missing {
            flags.resize(page.index as usize, 0);
            flags.push(1);
        }
        flags
    }
}
