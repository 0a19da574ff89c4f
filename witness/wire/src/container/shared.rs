//! [`Shared`]: calldata that more than one message of a container has, which stands there once.
//! `specs/09-container.md`, section Calldata.
//!
//! In the data's way this stands between the messages and both forms of the container: writers ask
//! which calldata stands apart, readers whether that is so. It follows from the messages alone, so that
//! a witness has one form.

use std::collections::{BTreeMap, HashMap, HashSet};

use alloy_primitives::{B256, Bytes, keccak256};

use crate::stored::StoredMessage;

/// Where bytes stand in memory. Messages that share calldata have it at one place, however many they
/// are, and nothing is read of it to see that.
type Place = (usize, usize);

fn place(bytes: &Bytes) -> Place {
    (bytes.as_ptr() as usize, bytes.len())
}

/// Calldata that more than one message has.
#[derive(Debug, Default)]
pub(crate) struct Shared<'a> {
    contents: HashSet<&'a Bytes>,
    places: HashMap<Place, &'a Bytes>,
}

impl<'a> Shared<'a> {
    /// What these messages share of what is large enough to stand apart.
    pub(crate) fn of(messages: &'a [StoredMessage]) -> Self {
        let mut places: HashMap<Place, (&'a Bytes, usize)> = HashMap::new();
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for call_data in messages.iter().filter_map(StoredMessage::call_data) {
            places.entry(place(call_data)).or_insert((call_data, 0)).1 += 1;
            *lengths.entry(call_data.len()).or_default() += 1;
        }
        // What is as long as no other is not read.
        places.retain(|(_, length), _| lengths[length] > 1);
        let mut counts: HashMap<&'a Bytes, usize> = HashMap::new();
        for (call_data, count) in places.values() {
            *counts.entry(call_data).or_default() += count;
        }
        counts.retain(|_, count| *count > 1);
        let contents: HashSet<_> = counts.into_keys().collect();
        let places = places.into_iter().map(|(place, (call_data, _))| (place, call_data));
        let places = places.filter(|(_, call_data)| contents.contains(call_data)).collect();
        Self { contents, places }
    }

    /// Whether another message has this message's calldata too.
    pub(crate) fn has(&self, message: &StoredMessage) -> bool {
        message.call_data().is_some_and(|call_data| self.has_bytes(call_data))
    }

    /// Whether more than one message has this calldata, which is that of one of them or of none.
    pub(crate) fn has_bytes(&self, call_data: &Bytes) -> bool {
        self.places.contains_key(&place(call_data))
    }

    /// The same with its hashes.
    pub(crate) fn by_hash(self) -> SharedByHash<'a> {
        let hashes: HashMap<&Bytes, B256> =
            self.contents.into_iter().map(|bytes| (bytes, keccak256(bytes))).collect();
        let places = self.places.into_iter().map(|(place, bytes)| (place, hashes[bytes])).collect();
        let entries = hashes.into_iter().map(|(bytes, hash)| (hash, bytes)).collect();
        SharedByHash { entries, places }
    }
}

/// Calldata that more than one message has, by its hash.
#[derive(Debug, Default)]
pub(crate) struct SharedByHash<'a> {
    entries: BTreeMap<B256, &'a Bytes>,
    places: HashMap<Place, B256>,
}

impl<'a> SharedByHash<'a> {
    /// Each that stands apart.
    pub(crate) const fn entries(&self) -> &BTreeMap<B256, &'a Bytes> {
        &self.entries
    }

    /// The hash of a message's calldata, if that stands apart.
    pub(crate) fn hash(&self, message: &StoredMessage) -> Option<B256> {
        self.places.get(&place(message.call_data()?)).copied()
    }
}
