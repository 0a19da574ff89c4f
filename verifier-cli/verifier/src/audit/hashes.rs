//! [`Hashes`]: what of a witness is hashed, each of it once.
//!
//! In the data's way this stands between the container and the audits: anchors, audits and report
//! ask for the same hashes. What [was hashed as the file was read](Opened::is_hashed_by) is not hashed
//! again.

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{Opened, Witness};

use super::{transaction::Included, trie::Nodes};
use crate::{hash::keccak256, header_hash::header_hash, transaction_hash::transaction_hash};

/// The hashes of a witness, each computed when it is first asked for. Threads may share them.
#[derive(Debug)]
pub struct Hashes<'a> {
    witness: &'a Witness,
    /// Whether everything stands under its own hash for certain.
    known: bool,
    codes: OnceLock<Vec<B256>>,
    nodes: OnceLock<Vec<B256>>,
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
        Self::new(witness, false)
    }

    /// Those of an opened witness, of which some may be known.
    pub fn of_opened(opened: &'a Opened<'_>) -> Self {
        Self::new(opened, opened.is_hashed_by(keccak256))
    }

    fn new(witness: &'a Witness, known: bool) -> Self {
        Self {
            witness,
            known,
            codes: OnceLock::new(),
            nodes: OnceLock::new(),
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
        self.held(&self.codes, &self.witness.codes)
    }

    /// All trie nodes of the state.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Held<'a>> {
        self.held(&self.nodes, &self.witness.nodes)
    }

    /// Trie nodes of the state by their own hashes.
    pub(crate) fn nodes_by_hash(&self) -> Nodes {
        self.nodes().map(|node| (node.hash, node.bytes.clone())).collect()
    }

    /// What proves the inclusion, if the paths are whole.
    pub(super) fn included(&self) -> Option<&Included> {
        self.included.get_or_init(|| Included::of(self)).as_ref()
    }

    /// Trie nodes that prove the inclusion, those under their own hashes.
    pub(super) fn inclusion_nodes(&self) -> BTreeMap<B256, &'a Bytes> {
        let nodes = self.witness.inclusion.as_ref().map(|inclusion| &inclusion.nodes);
        let held = nodes.map(|nodes| self.held(&self.inclusion_nodes, nodes));
        let own = held.into_iter().flatten().filter(|node| node.key == node.hash);
        own.map(|node| (node.hash, node.bytes)).collect()
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

    /// What stands under hashes, with its own; `own` keeps these, in order.
    fn held(
        &self,
        own: &OnceLock<Vec<B256>>,
        map: &'a BTreeMap<B256, Bytes>,
    ) -> impl Iterator<Item = Held<'a>> {
        let hash = || map.values().map(|bytes| keccak256(bytes)).collect();
        let own = (!self.known).then(|| own.get_or_init(hash).clone());
        map.iter().enumerate().map(move |(index, (key, bytes))| {
            let hash = own.as_ref().map_or(*key, |own| own[index]);
            Held { key: *key, hash, bytes }
        })
    }
}
