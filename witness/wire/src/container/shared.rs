//! [`Shared`]: pieces of calldata that are in the messages of a container more than once, and stand
//! there once. `specs/09-container.md`, section Calldata.
//!
//! In the data's way this stands between the messages and both forms of the container: writers ask
//! which pieces stand apart, readers whether that is so. It follows from the messages alone, so that
//! a witness has one form.

use std::collections::HashMap;

use alloy_primitives::{B256, Bytes, keccak256};

use crate::{call_data::CallData, stored::StoredMessage};

/// Where bytes stand in memory. Messages that share a piece have it at one place, however many they
/// are, and nothing is read of it to see that.
type Place = (usize, usize);

fn place(bytes: &Bytes) -> Place {
    (bytes.as_ptr() as usize, bytes.len())
}

/// Pieces that are there more than once.
#[derive(Debug, Default)]
pub(crate) struct Shared<'a> {
    /// By ascending hash.
    entries: Vec<&'a Bytes>,
    /// Which entry stands at a place.
    places: HashMap<Place, usize>,
}

impl<'a> Shared<'a> {
    /// What these messages share.
    pub(crate) fn of(messages: &'a [StoredMessage]) -> Self {
        let mut places: HashMap<Place, (&'a Bytes, usize)> = HashMap::new();
        let all = messages.iter().filter_map(StoredMessage::call_data);
        for piece in all.flat_map(CallData::pieces) {
            places.entry(place(piece)).or_insert((piece, 0)).1 += 1;
        }
        let mut counts: HashMap<&'a [u8], (&'a Bytes, usize)> = HashMap::new();
        for (piece, count) in places.values() {
            counts.entry(piece).or_insert((piece, 0)).1 += count;
        }
        counts.retain(|_, (_, count)| *count > 1);
        let mut entries: Vec<(B256, &'a Bytes)> =
            counts.values().map(|(piece, _)| (keccak256(piece), *piece)).collect();
        entries.sort_unstable_by_key(|(hash, _)| *hash);
        let entries: Vec<_> = entries.into_iter().map(|(_, piece)| piece).collect();
        let indexes: HashMap<&[u8], usize> =
            entries.iter().enumerate().map(|(index, piece)| (&piece[..], index)).collect();
        let places = places.into_iter();
        let places = places
            .filter_map(|(place, (piece, _))| Some((place, *indexes.get(&piece[..])?)))
            .collect();
        Self { entries, places }
    }

    /// What stands apart, by ascending hash.
    pub(crate) fn entries(&self) -> &[&'a Bytes] {
        &self.entries
    }

    /// Which of them a piece of one of the messages is, if it stands apart.
    pub(crate) fn index(&self, piece: &Bytes) -> Option<usize> {
        self.places.get(&place(piece)).copied()
    }

    /// The calldata of a message of which a piece stands apart.
    pub(crate) fn call_data<'m>(&self, message: &'m StoredMessage) -> Option<&'m CallData> {
        let call_data = message.call_data()?;
        call_data.pieces().iter().any(|piece| self.index(piece).is_some()).then_some(call_data)
    }
}
