//! [`Hashes`]: what of a witness is hashed, each of it once.
//!
//! In the data's way this stands between the container and the audits: anchors, audits and report
//! ask for the same hashes. What [was hashed as the file was read](Opened::is_hashed_by) is not hashed
//! again.

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{Opened, Witness};

use super::{signer, transaction::Included, trie::Nodes};
use crate::{hash::keccak256_each, header_hash::header_hash, transaction_hash::transaction_hash};

/// The hashes of a witness, each computed when it is first asked for. Threads may share them.
#[derive(Debug)]
pub struct Hashes<'a> {
    witness: &'a Witness,
    /// Whether everything stands under its own hash for certain.
    known: bool,
    /// What the sender signed, as far as this side's function was asked.
    signed: Option<B256>,
    /// Of codes, then of nodes.
    held: OnceLock<Vec<B256>>,
    inclusion_nodes: OnceLock<Vec<B256>>,
    included: OnceLock<Option<Included>>,
    header: OnceLock<Option<B256>>,
    ancestors: OnceLock<Vec<B256>>,
    transaction: OnceLock<Option<B256>>,
}

/// Something that stands under a hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    /// The hash that it stands under.
    pub(crate) key: B256,
    /// The hash of the bytes.
    pub(crate) hash: B256,
    pub(crate) bytes: &'a Bytes,
}

impl<'a> Hashes<'a> {
    /// The hashes of a witness, none of them computed yet.
    pub fn of(witness: &'a Witness) -> Self {
        Self::new(witness, false, None)
    }

    /// Those of an opened witness, of which some may be known.
    pub fn of_opened(opened: &'a Opened<'_>) -> Self {
        let known = opened.is_hashed_by(keccak256_each);
        Self::new(opened, known, opened.signed_by_sender(signer))
    }

    fn new(witness: &'a Witness, known: bool, signed: Option<B256>) -> Self {
        Self {
            witness,
            known,
            signed,
            held: OnceLock::new(),
            inclusion_nodes: OnceLock::new(),
            included: OnceLock::new(),
            header: OnceLock::new(),
            ancestors: OnceLock::new(),
            transaction: OnceLock::new(),
        }
    }

    /// The witness that the hashes are of.
    pub const fn witness(&self) -> &'a Witness {
        self.witness
    }

    /// All code of the witness, each with its hash.
    pub(crate) fn codes(&self) -> impl Iterator<Item = Held<'a>> {
        self.held(0, &self.witness.codes)
    }

    /// All trie nodes of the state.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Held<'a>> {
        self.held(self.witness.codes.len(), &self.witness.nodes)
    }

    /// Trie nodes of the state by their own hashes.
    pub(crate) fn nodes_by_hash(&self) -> Nodes {
        self.nodes().map(|node| (node.hash, node.bytes.clone())).collect()
    }

    /// The hash of which is known that the sender signed it.
    pub(super) const fn signed_by_sender(&self) -> Option<B256> {
        self.signed
    }

    /// What proves the inclusion, if the paths are whole.
    pub(super) fn included(&self) -> Option<&Included> {
        self.included.get_or_init(|| Included::of(self)).as_ref()
    }

    /// Trie nodes that prove the inclusion, those under their own hashes.
    pub(super) fn inclusion_nodes(&self) -> BTreeMap<B256, &'a Bytes> {
        let Some(inclusion) = &self.witness.inclusion else { return BTreeMap::new() };
        let both = || inclusion.nodes.iter().map(|(key, node)| (*key, node));
        if self.known {
            return both().collect();
        }
        let own = self.inclusion_nodes.get_or_init(|| {
            let nodes: Vec<&[u8]> = inclusion.nodes.values().map(AsRef::as_ref).collect();
            keccak256_each(&nodes)
        });
        both().zip(own).filter(|((key, _), own)| key == *own).map(|(node, _)| node).collect()
    }

    /// Hash of the block's header; none if there is none.
    pub(crate) fn header(&self) -> Option<B256> {
        *self.header.get_or_init(|| self.witness.block.header.as_deref().map(header_hash))
    }

    /// Hashes of the ancestors' headers, the parent's first.
    pub(crate) fn ancestors(&self) -> &[B256] {
        self.ancestors.get_or_init(|| self.witness.ancestors.iter().map(header_hash).collect())
    }

    /// Hash of the transaction; an unsigned one has none.
    pub(crate) fn transaction(&self) -> Option<B256> {
        *self.transaction.get_or_init(|| transaction_hash(&self.witness.transaction))
    }

    /// What stands under hashes, with its own; these begin at `first` of all that are computed together.
    fn held(&self, first: usize, map: &'a BTreeMap<B256, Bytes>) -> impl Iterator<Item = Held<'a>> {
        let own = (!self.known).then(|| &self.own_hashes()[first..]);
        map.iter().enumerate().map(move |(index, (key, bytes))| {
            let hash = own.map_or(*key, |own| own[index]);
            Held { key: *key, hash, bytes }
        })
    }

    /// The hashes of all codes, then of all nodes.
    fn own_hashes(&self) -> &[B256] {
        self.held.get_or_init(|| {
            let Witness { codes, nodes, .. } = self.witness;
            let all: Vec<&[u8]> = codes.values().chain(nodes.values()).map(AsRef::as_ref).collect();
            keccak256_each(&all)
        })
    }
}
