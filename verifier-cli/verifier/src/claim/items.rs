//! The items of a claim with the trees that they hang in: for whoever proves that one stands there.

use std::iter;

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{
    claim::{
        BlockClaim, Environment, Instant, MessageClaim, ToldInstant, TransactionClaim,
        items::TreeRoot,
    },
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

    /// The same with every number and hash computed again from the items, those of the heads' records among
    /// them: for one whose items have been changed.
    #[must_use]
    pub fn rebuilt(self) -> Self {
        let Self { claim, environment, ancestors, first, transactions, .. } = self;
        let roots = [claim.enter, claim.leave];
        let transactions = transactions.into_iter().map(ClaimedTransaction::rebuilt).collect();
        Self::new(environment, claim.header, ancestors, roots, (first, transactions))
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
    /// Where they are; in somebody else's claim, which does not tell the transaction's bytes, behind all of them.
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
        sender: B256,
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

impl ClaimedTransaction {
    fn rebuilt(self) -> Self {
        let Self { claim, steps, places, messages, .. } = self;
        let hashes = [claim.hash, claim.receipt];
        let steps = Instants::new(steps.all().collect());
        let messages = messages.into_iter().map(ClaimedMessage::rebuilt).collect();
        Self::new(hashes, claim.sender, (steps, places), messages)
    }

    /// Takes over the words of instants that are told by their digests alone, from a claim that has them.
    pub fn learn(&mut self, other: &Self) {
        self.steps.learn(&other.steps);
        for (message, other) in self.messages.iter_mut().zip(&other.messages) {
            message.instants.learn(&other.instants);
            if message.claim.entry == other.claim.entry {
                message.entry = message.entry.or(other.entry);
            }
        }
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
        entry: impl Into<ToldInstant>,
        instants: Instants,
        checkpoints: Vec<Leaf>,
    ) -> Self {
        let entry: ToldInstant = entry.into();
        let checkpoint_tree = Tree::new(checkpoints.iter().map(Leaf::hash).collect());
        let claim = MessageClaim {
            head: head.hash(),
            entry: entry.digest,
            instants: instants.tree.root(),
            checkpoints: TreeRoot::from(&checkpoint_tree),
        };
        let entry = entry.known;
        Self { claim, head, records, record_tree, entry, instants, checkpoints, checkpoint_tree }
    }

    fn rebuilt(self) -> Self {
        let entry = self.told_entry();
        let Self { mut head, records, instants, checkpoints, .. } = self;
        let tree = RecordTree::of_bytes(&records);
        head.set_records(&tree);
        let instants = Instants::new(instants.all().collect());
        Self::new(head, (records, tree), entry, instants, checkpoints)
    }

    /// The message's entry, as it is claimed.
    pub const fn told_entry(&self) -> ToldInstant {
        ToldInstant { digest: self.claim.entry, known: self.entry }
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
    /// Their words; none where nobody knows them.
    pub known: Vec<Option<Instant>>,
    /// Their digests: zero where nobody knows an instant.
    pub digests: Vec<B256>,
    /// The tree of their digests.
    pub tree: Tree,
}

impl Instants {
    /// These instants, be they known or told by their digests alone.
    pub fn new(told: Vec<impl Into<ToldInstant>>) -> Self {
        let told = told.into_iter().map(Into::into);
        let (known, digests): (Vec<_>, Vec<_>) =
            told.map(|told: ToldInstant| (told.known, told.digest)).unzip();
        let tree = Tree::new(digests.iter().map(|digest| merkle::leaf(&[*digest])).collect());
        Self { known, digests, tree }
    }

    fn learn(&mut self, other: &Self) {
        let both = self.digests.iter().zip(&other.digests);
        let alike = both.map(|(digest, other)| digest == other);
        for ((known, other), alike) in self.known.iter_mut().zip(&other.known).zip(alike) {
            *known = known.or(other.filter(|_| alike));
        }
    }

    /// All of them, as they are claimed.
    pub fn all(&self) -> impl ExactSizeIterator<Item = ToldInstant> {
        let both = self.known.iter().zip(&self.digests);
        both.map(|(known, digest)| ToldInstant { digest: *digest, known: *known })
    }
}
