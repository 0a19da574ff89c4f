//! The slots of one account.

use std::collections::BTreeSet;

use alloy_primitives::{
    B256,
    map::{B256Map, Entry},
};

use super::{
    super::trie::{Later, NodeNotHeld, Nodes, Root, Trie},
    value::SlotValue,
};

/// A slot that has been asked for.
#[derive(Debug)]
pub(super) struct Slot {
    hash: B256,
    /// The slot's value when the transaction started, or the account was created.
    pub(super) original: B256,
    /// Value of the slot at this instant.
    pub(super) now: B256,
    /// Value of the slot in the trie.
    held: B256,
}

/// The slots of one account, from its storage root on; of a created one, from its creation on.
#[derive(Debug)]
pub(super) struct Storage {
    trie: Trie<SlotValue>,
    slots: B256Map<Slot>,
    /// Slots that the trie may hold with another value. In order, so that of several missing nodes
    /// the same is named each time.
    changed: BTreeSet<B256>,
}

impl Storage {
    pub(super) fn from_root(root: B256) -> Self {
        Self { trie: Trie::from_root(root), slots: B256Map::default(), changed: BTreeSet::new() }
    }

    /// A slot; `hash` is its key's. Looks it up in the trie if it has not been asked for.
    pub(super) fn load(
        &mut self,
        nodes: &Nodes,
        key: B256,
        hash: B256,
    ) -> Result<&mut Slot, NodeNotHeld> {
        Ok(match self.slots.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let word = self.trie.get(nodes, &hash)?.map_or(B256::ZERO, |word| word.0);
                vacant.insert(Slot { hash, original: word, now: word, held: word })
            }
        })
    }

    /// Whether there may be a slot that is not zero. One that was set to zero counts until a root is
    /// asked for: only code sets slots, and of who has code nobody asks this.
    pub(super) fn is_set(&self) -> bool {
        let written = |key| self.slots.get(key).is_some_and(|slot| !slot.now.is_zero());
        !self.trie.is_empty() || self.changed.iter().any(written)
    }

    /// Sets a slot that has been asked for.
    pub(super) fn set(&mut self, key: B256, value: B256) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.now = value;
            self.changed.insert(key);
        }
    }

    /// Appends the nodes that show a slot, as the trie was when a root was last asked for.
    pub(super) fn prove(
        &mut self,
        nodes: (&Nodes, &mut Later),
        path: &B256,
        into: &mut Vec<Vec<u8>>,
    ) {
        self.trie.prove(nodes, path, &[], into);
    }

    /// Writes what changed; the root. The error names the slot too.
    pub(super) fn root(
        &mut self,
        nodes: &Nodes,
        later: &mut Later,
    ) -> Result<Root, (B256, NodeNotHeld)> {
        for removing in [false, true] {
            for key in &self.changed {
                let Some(slot) = self.slots.get_mut(key) else { continue };
                if slot.now == slot.held || slot.now.is_zero() != removing {
                    continue;
                }
                if removing {
                    self.trie.remove(nodes, &slot.hash)
                } else {
                    self.trie.insert(nodes, &slot.hash, SlotValue(slot.now))
                }
                .map_err(|missing| (*key, missing))?;
                slot.held = slot.now;
            }
        }
        self.changed.clear();
        Ok(self.trie.root(later))
    }
}
