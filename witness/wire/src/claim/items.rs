//! The levels of a claim: block, transaction, message. Normative text: `specs/20-claims.md`, section
//! Items.

use alloy_primitives::B256;

use super::{hash, number, number_of};
use crate::segment::{merkle, tag};

/// What the hashed words of a block's claim begin with.
pub const BLOCK_TAG: B256 = tag("iso-evm block 1");
/// What the hashed words of a transaction's claim begin with.
pub const TRANSACTION_TAG: B256 = tag("iso-evm transaction 1");

/// A tree of which only the number of leaves and the root are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeRoot {
    /// Number of leaves.
    pub count: u64,
    /// The root: zero if there is no leaf.
    pub root: B256,
}

impl TreeRoot {
    fn of_words(count: B256, root: B256) -> Option<Self> {
        Some(Self { count: number_of(count)?, root })
    }
}

impl From<&merkle::Tree> for TreeRoot {
    fn from(tree: &merkle::Tree) -> Self {
        Self { count: tree.count(), root: tree.root() }
    }
}

/// What is claimed of a block, or of a run of its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockClaim {
    /// Hash of the [`Environment`](super::Environment).
    pub environment: B256,
    /// Hash of the block's header; zero if none is claimed.
    pub header: B256,
    /// Hashes of the block's ancestors, the parent first.
    pub ancestors: TreeRoot,
    /// The transactions.
    pub transactions: TreeRoot,
    /// State root before the first transaction.
    pub enter: B256,
    /// State root after the last.
    pub leave: B256,
}

impl BlockClaim {
    /// The words behind the tag.
    pub fn words(&self) -> [B256; 8] {
        [
            self.environment,
            self.header,
            number(self.ancestors.count),
            self.ancestors.root,
            number(self.transactions.count),
            self.transactions.root,
            self.enter,
            self.leave,
        ]
    }

    /// The claim of these words; none if a number of items is beyond 64 bits.
    pub fn of_words(words: &[B256; 8]) -> Option<Self> {
        Some(Self {
            environment: words[0],
            header: words[1],
            ancestors: TreeRoot::of_words(words[2], words[3])?,
            transactions: TreeRoot::of_words(words[4], words[5])?,
            enter: words[6],
            leave: words[7],
        })
    }

    /// The one hash that is committed to.
    pub fn root(&self) -> B256 {
        hash(BLOCK_TAG, &self.words())
    }
}

/// What is claimed of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionClaim {
    /// keccak256 of the transaction's bytes; of one that nobody signed, of what would be
    /// signed.
    pub hash: B256,
    /// keccak256 of the receipt's bytes, as the receipts' trie of a block with this transaction alone has
    /// them.
    pub receipt: B256,
    /// Who sent the transaction, as a word: one that is no address is malformed.
    pub sender: B256,
    /// The steps around the messages, by the digest of the instant behind each.
    pub steps: TreeRoot,
    /// The messages, in pre-order.
    pub messages: TreeRoot,
}

impl TransactionClaim {
    /// The words behind the tag.
    pub fn words(&self) -> [B256; 7] {
        [
            self.hash,
            self.receipt,
            self.sender,
            number(self.steps.count),
            self.steps.root,
            number(self.messages.count),
            self.messages.root,
        ]
    }

    /// The claim of these words; none if a number of items is beyond 64 bits.
    pub fn of_words(words: &[B256; 7]) -> Option<Self> {
        Some(Self {
            hash: words[0],
            receipt: words[1],
            sender: words[2],
            steps: TreeRoot::of_words(words[3], words[4])?,
            messages: TreeRoot::of_words(words[5], words[6])?,
        })
    }

    /// The transaction's leaf in the block's tree.
    pub fn leaf(&self) -> B256 {
        merkle::leaf(&[hash(TRANSACTION_TAG, &self.words())])
    }
}

/// What is claimed of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageClaim {
    /// The message's hash ([`Head::hash`](crate::segment::Head::hash)).
    pub head: B256,
    /// Digest of the instant before its first opcode.
    pub entry: B256,
    /// The instants behind its records, by their digests; of as many leaves as there are records behind the
    /// opening one.
    pub instants: B256,
    /// The checkpoints.
    pub checkpoints: TreeRoot,
}

impl MessageClaim {
    /// The words of the leaf.
    pub fn words(&self) -> [B256; 5] {
        [
            self.head,
            self.entry,
            self.instants,
            number(self.checkpoints.count),
            self.checkpoints.root,
        ]
    }

    /// The claim of these words; none if the number of checkpoints is beyond 64 bits.
    pub fn of_words(words: &[B256; 5]) -> Option<Self> {
        Some(Self {
            head: words[0],
            entry: words[1],
            instants: words[2],
            checkpoints: TreeRoot::of_words(words[3], words[4])?,
        })
    }

    /// The message's leaf in the transaction's tree.
    pub fn leaf(&self) -> B256 {
        merkle::leaf(&self.words())
    }
}
