//! What a container must hold and nothing else: what its messages ask for, and what its roots lead
//! to. `specs/09-container.md`.
//!
//! In the data's way this stands between the messages and the rest of the container: the writer
//! leaves out what is not needed, the readers refuse it. What a message claims counts, true or not.

use std::collections::BTreeSet;

use alloy_consensus::Transaction;
use alloy_primitives::{B256, KECCAK256_EMPTY, U256, keccak256};

use super::{Witness, nodes};
use crate::{
    block::Block,
    open::{Opened, OpenedMessage},
    protocol::EOA_DELEGATION_MARKER,
    records::Record,
};

/// What a container needs beside its messages.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Hashes of code.
    pub(super) codes: BTreeSet<B256>,
    /// Hashes of trie nodes, those that are there.
    pub(super) nodes: BTreeSet<B256>,
    /// As many headers of ancestors, of those that are there, as it takes to tell hashes that were
    /// asked for, and to prove the root at entry.
    pub(super) ancestors: usize,
    /// Hashes of trie nodes on the ways to the transaction and its receipt; none if there is no header
    /// that begins them, or if they are not whole.
    pub(super) inclusion: Option<BTreeSet<B256>>,
    /// Blocks whose hash was asked for, in reach of `BLOCKHASH`.
    numbers: BTreeSet<u64>,
}

impl Needs {
    /// What messages, root and nodes ask for.
    pub(super) fn of(witness: &Opened<'_>) -> Self {
        let mut needs = Self::default();
        for message in witness.opened().iter().flatten() {
            needs.message(message, &witness.block);
        }
        let mut reached = nodes::reach(witness.roots.enter, &witness.nodes);
        // What the transaction's own authorisations say is known (EIP-7702). Where it runs, as the
        // code of a target that delegates itself, the hypervisor needs it all the same.
        let body = witness.transaction.body();
        for authorization in body.authorization_list().unwrap_or_default() {
            let target = authorization.address().as_slice();
            let delegation = [&EOA_DELEGATION_MARKER[..], target].concat();
            reached.codes.remove(&keccak256(delegation));
        }
        needs.nodes = reached.nodes;
        needs.codes.extend(reached.codes);
        let header = witness.block.header.as_deref();
        needs.inclusion = witness
            .inclusion
            .as_ref()
            .zip(header)
            .and_then(|(inclusion, header)| inclusion.ways(header));
        if header.is_some() {
            // Each header tells the hash of the block before: the block's own that of its parent.
            let back = needs.numbers.iter().map(|number| witness.block.number - number - 1);
            let told = back.filter(|back| *back <= witness.ancestors.len() as u64);
            needs.ancestors = told.max().unwrap_or_default() as usize;
            // The parent's header proves a root at entry that is its state root.
            let parent = witness.ancestors.first();
            if parent.is_some_and(|parent| parent.state_root == witness.roots.enter) {
                needs.ancestors = needs.ancestors.max(1);
            }
        }
        needs
    }

    /// Whether a node stands on the way to the transaction or its receipt.
    pub(super) fn on_the_way(&self, hash: &B256) -> bool {
        self.inclusion.as_ref().is_some_and(|ways| ways.contains(hash))
    }

    fn message(&mut self, message: &OpenedMessage, block: &Block) {
        self.codes.extend(message.code_hash());
        self.codes.extend(deployed(message));
        for record in message.records().iter().flatten() {
            if let Record::Blockhash(record) = record {
                let number = u64::try_from(record.number).ok();
                self.numbers.extend(number.filter(|number| block.is_recent(*number)));
            }
        }
    }

    /// Whether the hash of a block must be given: it is asked for, and no header tells it.
    pub(super) fn block_hash(&self, witness: &Witness, number: u64) -> bool {
        let told = witness.block.header.is_some()
            && witness.block.number.saturating_sub(number) <= witness.ancestors.len() as u64 + 1;
        self.numbers.contains(&number) && !told
    }
}

/// The hash of the code that a creation claims to have deployed, if there is any.
fn deployed(message: &OpenedMessage) -> Option<B256> {
    let (kind, message) = (message.kind()?, message.fields());
    let hash = Some(message.returndataHash).filter(|hash| *hash != KECCAK256_EMPTY);
    hash.filter(|_| kind.is_create() && message.status == U256::ONE)
}
