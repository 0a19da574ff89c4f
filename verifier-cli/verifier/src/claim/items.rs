//! The items of a claim with the trees that they hang in: for whoever proves that one stands there.

use std::iter;

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_wire::{
    claim::{BlockClaim, Environment, Instant, MessageClaim, TransactionClaim, items::TreeRoot},
    segment::{
        Head, Leaf, RecordTree,
        merkle::{self, Tree},
    },
};

use super::steps::StepPlaces;

/// A block, or a run of its transactions.
#[derive(Clone, Debug)]
pub struct ClaimedBlock {
    /// The words of the block's claim.
    pub claim: BlockClaim,
    /// What the block gives to the messages in it.
    pub environment: Environment,
    /// Hashes of the block's ancestors, the parent first.
    pub ancestors: Vec<B256>,
    /// Place of the first transaction that is known: of those before it nothing is claimed but that they
    /// are there.
    pub first: usize,
    /// The transactions from there on.
    pub transactions: Vec<ClaimedTransaction>,
    /// The tree of the ancestors' hashes.
    pub ancestors_tree: Tree,
    /// The tree of the transactions.
    pub tree: Tree,
}

impl ClaimedBlock {
    /// The claim of these transactions, which follow each other from the state root `enter` to `leave`.
    pub fn new(
        environment: Environment,
        header: B256,
        ancestors: Vec<B256>,
        [enter, leave]: [B256; 2],
        (first, transactions): (usize, Vec<ClaimedTransaction>),
    ) -> Self {
        let known = transactions.iter().map(|told| told.claim.leaf());
        let tree = Tree::new(iter::repeat_n(B256::ZERO, first).chain(known).collect());
        let leaf = |hash: &B256| merkle::leaf(&[*hash]);
        let ancestors_tree = Tree::new(ancestors.iter().map(leaf).collect());
        let claim = BlockClaim {
            environment: environment.hash(),
            header,
            ancestors: TreeRoot::from(&ancestors_tree),
            transactions: TreeRoot::from(&tree),
            enter,
            leave,
        };
        Self { claim, environment, ancestors, first, transactions, ancestors_tree, tree }
    }

    /// The same as a run of transactions that names no header: a claim that names one is of all of its block's
    /// transactions.
    #[must_use]
    pub fn of_run(self) -> Self {
        let Self { claim, environment, ancestors, transactions, .. } = self;
        let roots = [claim.enter, claim.leave];
        Self::new(environment, B256::ZERO, ancestors, roots, (0, transactions))
    }

    /// The transaction at a place.
    pub fn transaction(&self, place: usize) -> Option<&ClaimedTransaction> {
        self.transactions.get(place.checked_sub(self.first)?)
    }

    /// The one hash that is committed to.
    pub fn root(&self) -> B256 {
        self.claim.root()
    }
}

/// A transaction.
#[derive(Clone, Debug)]
pub struct ClaimedTransaction {
    /// The words of the transaction's claim.
    pub claim: TransactionClaim,
    /// The instants behind its steps.
    pub steps: Instants,
    /// Where they are.
    pub places: StepPlaces,
    /// Its messages, in pre-order.
    pub messages: Vec<ClaimedMessage>,
    /// The tree of the messages.
    pub tree: Tree,
}

impl ClaimedTransaction {
    /// The claim of these steps and messages; `hash` and `receipt` are those of the bytes.
    pub fn new(
        [hash, receipt]: [B256; 2],
        sender: Address,
        (steps, places): (Instants, StepPlaces),
        messages: Vec<ClaimedMessage>,
    ) -> Self {
        let tree = Tree::new(messages.iter().map(|told| told.claim.leaf()).collect());
        let claim = TransactionClaim {
            hash,
            receipt,
            sender,
            steps: TreeRoot::from(&steps.tree),
            messages: TreeRoot::from(&tree),
        };
        Self { claim, steps, places, messages, tree }
    }
}

/// A message.
#[derive(Clone, Debug)]
pub struct ClaimedMessage {
    /// The words of the message's leaf.
    pub claim: MessageClaim,
    /// The words that the message's hash is of.
    pub head: Head,
    /// Its records' bytes, the opening one's not among them.
    pub records: Vec<Bytes>,
    /// The tree of the records.
    pub record_tree: RecordTree,
    /// The instant before its first opcode; none if nobody knows one.
    pub entry: Option<Instant>,
    /// The instants behind its records.
    pub instants: Instants,
    /// Its checkpoints.
    pub checkpoints: Vec<Leaf>,
    /// The tree of the checkpoints.
    pub checkpoint_tree: Tree,
}

impl ClaimedMessage {
    /// The claim of a message with this head.
    pub fn new(
        head: Head,
        (records, record_tree): (Vec<Bytes>, RecordTree),
        entry: Option<Instant>,
        instants: Instants,
        checkpoints: Vec<Leaf>,
    ) -> Self {
        let checkpoint_tree = Tree::new(checkpoints.iter().map(Leaf::hash).collect());
        let claim = MessageClaim {
            head: head.hash(),
            entry: entry.map_or(B256::ZERO, |entry| entry.digest()),
            instants: instants.tree.root(),
            checkpoints: TreeRoot::from(&checkpoint_tree),
        };
        Self { claim, head, records, record_tree, entry, instants, checkpoints, checkpoint_tree }
    }

    /// The instant behind the record with this index, the entry behind record 0; none if nobody knows one.
    pub fn behind(&self, record: usize) -> Option<&Instant> {
        match record.checked_sub(1) {
            None => self.entry.as_ref(),
            Some(place) => self.instants.known.get(place)?.as_ref(),
        }
    }
}

/// Instants in a row, as a tree of their digests.
#[derive(Clone, Debug)]
pub struct Instants {
    /// Their words; none where nobody knows one: the digest is zero.
    pub known: Vec<Option<Instant>>,
    /// The tree of their digests.
    pub tree: Tree,
}

impl Instants {
    /// These instants.
    pub fn new(known: Vec<Option<Instant>>) -> Self {
        let digest = |known: &Option<Instant>| known.map_or(B256::ZERO, |known| known.digest());
        let tree = Tree::new(known.iter().map(|known| merkle::leaf(&[digest(known)])).collect());
        Self { known, tree }
    }
}
