//! Bytes by their keccak256: trie nodes, codes, and headers of the blocks before.
//!
//! In the data's way this stands between a file's lists and the state.

use std::{collections::BTreeMap, fmt};

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::Decodable;
use iso_evm_wire::{block::BlockFields, protocol::BLOCK_HASHES};
use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess},
};

use super::{BlockFileError, given::Given};
use crate::input::object::Exactly;

/// Bytes, each under its own hash. In a file they are a list, or an object: what that calls them is
/// not looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Preimages(pub(super) BTreeMap<B256, Bytes>);

impl Preimages {
    pub(super) fn add(&mut self, bytes: Bytes) {
        self.0.insert(keccak256(&bytes), bytes);
    }
}

impl<'de> Deserialize<'de> for Preimages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Preimages;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of bytes, or an object of bytes by their hash")
            }

            fn visit_unit<E>(self) -> Result<Preimages, E> {
                Ok(Preimages::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Preimages, A::Error> {
                let mut preimages = Preimages::default();
                while let Some(bytes) = list.next_element()? {
                    preimages.add(bytes);
                }
                Ok(preimages)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Preimages, A::Error> {
                let mut preimages = Preimages::default();
                while let Some((_, bytes)) = object.next_entry::<IgnoredAny, _>()? {
                    preimages.add(bytes);
                }
                Ok(preimages)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// The RLP of a header in a file, where that has its fields; `index` is its place there.
pub(super) fn header_rlp(
    header: Given<Exactly<BlockFields>>,
    index: usize,
) -> Result<Bytes, BlockFileError> {
    match header {
        Given::Encoded(rlp) => Ok(rlp),
        Given::Fields(fields) => {
            let Exactly(fields) = *fields;
            let header = fields.into_header();
            let header = header.map_err(|error| BlockFileError::AncestorFields { index, error })?;
            Ok(alloy_rlp::encode(header).into())
        }
    }
}

/// The header with a hash, if it is there.
pub(super) fn header(preimages: &BTreeMap<B256, Bytes>, hash: B256) -> Option<Header> {
    let mut rlp = &preimages.get(&hash)?[..];
    Header::decode(&mut rlp).ok().filter(|_| rlp.is_empty())
}

/// The headers before a block's parent as far as they are there and `BLOCKHASH` reaches, each the parent
/// of the one before it.
pub(super) fn ancestors(
    preimages: &BTreeMap<B256, Bytes>,
    block: &Header,
    parent: &Header,
) -> Result<Vec<Header>, BlockFileError> {
    follows(block, parent)?;
    let mut headers: Vec<Header> = Vec::new();
    // The last that is asked for is told by its child.
    while (headers.len() as u64) < BLOCK_HASHES - 2 {
        let child = headers.last().unwrap_or(parent);
        let Some(header) = self::header(preimages, child.parent_hash) else { break };
        follows(child, &header)?;
        headers.push(header);
    }
    Ok(headers)
}

/// Makes sure that a header can be its parent's next.
fn follows(child: &Header, parent: &Header) -> Result<(), BlockFileError> {
    if child.number.checked_sub(1) != Some(parent.number) {
        return Err(BlockFileError::Number { child: child.number, found: parent.number });
    }
    if child.timestamp <= parent.timestamp {
        let (parent, found) = (parent.timestamp, child.timestamp);
        return Err(BlockFileError::Time { parent, found });
    }
    Ok(())
}
