//! The first item in which somebody's claim is another than one's own, found by reading a few nodes of it.
//! Normative text: `specs/20-claims.md`, section Two claims.
//!
//! In the data's way this stands between two claims of one block and whoever proves the difference: the one
//! is at hand, of the other only what is asked for.

use alloy_primitives::B256;
use iso_evm_wire::{
    claim::{BlockClaim, MessageClaim, TransactionClaim, items::TreeRoot},
    segment::merkle::{self, Tree},
};

use super::{
    difference::{Difference, TreeOf},
    items::{ClaimedBlock, ClaimedMessage, ClaimedTransaction},
    steps::OF_INVALID,
};

/// A claim of which one can ask for parts. None is what nobody can have: an operator who withholds it is
/// asked for it on the chain.
pub trait Published {
    /// The words of the block's claim.
    fn block(&mut self) -> Option<BlockClaim>;
    /// The words of a transaction's.
    fn transaction(&mut self, place: usize) -> Option<TransactionClaim>;
    /// The words of a message's.
    fn message(&mut self, transaction: usize, message: usize) -> Option<MessageClaim>;
    /// A node of a tree, this many levels above the leaves, by its place on that level.
    fn node(&mut self, tree: TreeOf, level: u32, place: u64) -> Option<B256>;
}

/// What is not published, and is needed to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an item of the claim is withheld")]
pub struct Withheld;

/// The first difference of a claim from one's own; none if there is none. What it is about follows, in
/// either claim, from items that are alike. Of each tree on the way down a node a level is read.
///
/// # Errors
///
/// If something on the way is withheld.
pub fn first_difference(
    own: &ClaimedBlock,
    theirs: &mut dyn Published,
) -> Result<Option<Difference>, Withheld> {
    let block = theirs.block().ok_or(Withheld)?;
    if block.root() == own.root() {
        return Ok(None);
    }
    let mut compare = Compare { own, theirs };
    compare.block(&block).map(Some)
}

/// The first difference within a message of a transaction, or within one that it opens; none if there is none.
/// Where the message differs in what it was given, that is what its own items follow from.
///
/// # Errors
///
/// If something on the way is withheld.
pub fn difference_within(
    own: &ClaimedBlock,
    theirs: &mut dyn Published,
    (at, message): (usize, usize),
) -> Result<Option<Difference>, Withheld> {
    let transaction = own.transaction(at).ok_or(Withheld)?;
    let told = transaction.messages.get(message).ok_or(Withheld)?;
    if theirs.message(at, message).ok_or(Withheld)? == told.claim {
        return Ok(None);
    }
    Compare { own, theirs }.message(at, message, transaction).map(Some)
}

struct Compare<'a> {
    own: &'a ClaimedBlock,
    theirs: &'a mut dyn Published,
}

impl Compare<'_> {
    fn block(&mut self, block: &BlockClaim) -> Result<Difference, Withheld> {
        let own = &self.own.claim;
        // All in the block follows from these.
        let premises = |claim: &BlockClaim| (claim.environment, claim.header, claim.enter);
        if premises(block) != premises(own) {
            return Ok(Difference::Block);
        }
        let ancestors = &self.own.ancestors_tree;
        if let Some(place) = self.differs(TreeOf::Ancestors, ancestors, block.ancestors)? {
            return Ok(Difference::Item(TreeOf::Ancestors, place));
        }
        let transactions = TreeOf::Transactions;
        let Some(place) = self.differs(transactions, &self.own.tree, block.transactions)? else {
            return Ok(Difference::Block);
        };
        let index = usize::try_from(place).map_err(|_| Withheld)?;
        match self.own.transaction(index) {
            Some(told) if place < block.transactions.count => self.transaction(index, told),
            _ => Ok(Difference::Item(transactions, place)),
        }
    }

    fn transaction(&mut self, at: usize, own: &ClaimedTransaction) -> Result<Difference, Withheld> {
        let theirs = self.theirs.transaction(at).ok_or(Withheld)?;
        if (theirs.hash, theirs.sender) != (own.claim.hash, own.claim.sender) {
            return Ok(Difference::Transaction(at));
        }
        let steps = TreeOf::Steps(at);
        // How many there are at least follows from the transaction's bytes; of a deposit also whether it runs.
        let counts = [theirs.steps.count, own.claim.steps.count];
        let runs = counts.map(|count| count != OF_INVALID as u64);
        if counts[0] < own.places.before_removals as u64 || runs[0] != runs[1] {
            return Ok(Difference::Item(steps, counts[0].min(counts[1])));
        }
        let step = self.differs(steps, &own.steps.tree, theirs.steps)?;
        let messages = TreeOf::Messages(at);
        let message = self.differs(messages, &own.tree, theirs.messages)?;
        match (step, message) {
            // A step behind the messages follows from them.
            (Some(step), message) if message.is_none() || step < own.places.top as u64 => {
                Ok(Difference::Item(steps, step))
            }
            (_, None) => Ok(Difference::Receipt(at)),
            (_, Some(place)) => {
                let index = usize::try_from(place).map_err(|_| Withheld)?;
                if index >= own.messages.len() || place >= theirs.messages.count {
                    return Ok(Difference::Item(messages, place));
                }
                self.message(at, index, own)
            }
        }
    }

    /// A message that differs, all before it being alike; or one that it opens.
    fn message(
        &mut self,
        at: usize,
        mut index: usize,
        own: &ClaimedTransaction,
    ) -> Result<Difference, Withheld> {
        loop {
            let told: &ClaimedMessage = own.messages.get(index).ok_or(Withheld)?;
            let theirs = self.theirs.message(at, index).ok_or(Withheld)?;
            if theirs.entry != told.claim.entry {
                return Ok(Difference::Entry(at, index));
            }
            let records = told.record_tree.tree();
            let record = self.first(TreeOf::Records(at, index), records)?;
            let instant = self.first(TreeOf::Instants(at, index), &told.instants.tree)?;
            match (record, instant) {
                // The record is claimed before the instant behind it.
                (Some(record), instant) if instant.is_none_or(|instant| record <= instant) => {
                    return Ok(Difference::Item(TreeOf::Records(at, index), record));
                }
                (_, Some(instant)) => match self.child(at, told, instant, own)? {
                    Some(child) => index = child,
                    None => return Ok(Difference::Item(TreeOf::Instants(at, index), instant)),
                },
                (None, None) if theirs.head != told.claim.head => {
                    return Ok(Difference::Head(at, index));
                }
                _ => {
                    let checkpoints = TreeOf::Checkpoints(at, index);
                    let own = &told.checkpoint_tree;
                    let place = self.differs(checkpoints, own, theirs.checkpoints)?;
                    return Ok(Difference::Item(checkpoints, place.unwrap_or_default()));
                }
            }
        }
    }

    /// The message that a record opens, if that differs: then the instant behind the record follows from
    /// what differs.
    fn child(
        &mut self,
        at: usize,
        told: &ClaimedMessage,
        place: u64,
        own: &ClaimedTransaction,
    ) -> Result<Option<usize>, Withheld> {
        let place = usize::try_from(place).map_err(|_| Withheld)?;
        let (before, behind) = (told.behind(place), told.behind(place + 1));
        let (Some(before), Some(behind)) = (before, behind) else { return Ok(None) };
        let Ok(child) = usize::try_from(before.messages) else { return Ok(None) };
        if behind.messages == before.messages {
            return Ok(None);
        }
        let Some(opened) = own.messages.get(child) else { return Ok(None) };
        let theirs = self.theirs.message(at, child).ok_or(Withheld)?;
        Ok((theirs != opened.claim).then_some(child))
    }

    /// The first leaf of one's own that differs, of a tree whose count nobody has told; none if all are alike.
    fn first(&mut self, tree: TreeOf, own: &Tree) -> Result<Option<u64>, Withheld> {
        let depth = merkle::depth(own.count());
        if own.count() == 0 || self.theirs.node(tree, depth, 0).ok_or(Withheld)? == own.root() {
            return Ok(None);
        }
        self.descend(tree, own, depth, depth).map(Some)
    }

    /// The first place that differs, the first that only one of the two has among them; none if the trees
    /// are alike.
    fn differs(
        &mut self,
        tree: TreeOf,
        own: &Tree,
        theirs: TreeRoot,
    ) -> Result<Option<u64>, Withheld> {
        if theirs == TreeRoot::from(own) {
            return Ok(None);
        }
        if theirs.root == own.root() || theirs.count == 0 || own.count() == 0 {
            return Ok(Some(theirs.count.min(own.count())));
        }
        let depths = [own.count(), theirs.count].map(merkle::depth);
        self.descend(tree, own, depths[0].max(depths[1]), depths[1]).map(Some)
    }

    /// The first leaf that differs, of trees that do and of which the deeper is `depth` deep: on each level
    /// one node is read. Above `known` levels they have none.
    fn descend(
        &mut self,
        tree: TreeOf,
        own: &Tree,
        depth: u32,
        known: u32,
    ) -> Result<u64, Withheld> {
        let mut place = 0;
        for level in (0..depth).rev() {
            let left = 2 * place;
            let alike = level <= known
                && self.theirs.node(tree, level, left).ok_or(Withheld)? == own.node(level, left);
            place = if alike { left + 1 } else { left };
        }
        Ok(place)
    }
}

/// One that is at hand as a whole.
impl Published for &ClaimedBlock {
    fn block(&mut self) -> Option<BlockClaim> {
        Some(self.claim)
    }

    fn transaction(&mut self, place: usize) -> Option<TransactionClaim> {
        Some(ClaimedBlock::transaction(self, place)?.claim)
    }

    fn message(&mut self, transaction: usize, message: usize) -> Option<MessageClaim> {
        Some(ClaimedBlock::transaction(self, transaction)?.messages.get(message)?.claim)
    }

    fn node(&mut self, tree: TreeOf, level: u32, place: u64) -> Option<B256> {
        let of = |at: usize| ClaimedBlock::transaction(self, at);
        let tree = match tree {
            TreeOf::Ancestors => &self.ancestors_tree,
            TreeOf::Transactions => &self.tree,
            TreeOf::Steps(at) => &of(at)?.steps.tree,
            TreeOf::Messages(at) => &of(at)?.tree,
            TreeOf::Records(at, message) => of(at)?.messages.get(message)?.record_tree.tree(),
            TreeOf::Instants(at, message) => &of(at)?.messages.get(message)?.instants.tree,
            TreeOf::Checkpoints(at, message) => &of(at)?.messages.get(message)?.checkpoint_tree,
        };
        Some(tree.node(level, place))
    }
}
