//! The nodes that prove what a transaction touched: those on the way to each account and slot, out
//! of the tries as they were before it. `specs/09-container.md`.
//!
//! In the data's way this comes last: the recorder has noted what was touched, the nodes go into
//! the container.

use alloy_primitives::{
    Address, B256, Bytes, keccak256,
    map::{AddressSet, HashSet},
};
use alloy_trie::Nibbles;

use super::{
    MissingNode, StateTrie,
    hashes::Hashes,
    later::{Later, Root},
    node::{Kind, Node, Nodes, UnknownNode},
    reference::Reference,
    trie::Trie,
    value::Value,
};
use crate::proof::StateProof;

/// What a transaction touched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    /// Accounts, absent ones among them.
    pub(crate) accounts: AddressSet,
    /// Slots of accounts.
    pub(crate) slots: HashSet<(Address, B256)>,
    /// Nodes beside removed accounts and slots.
    pub(crate) siblings: Vec<TriePlace>,
}

/// A place in a trie that an account, or a slot of it, needs the nodes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TriePlace {
    pub(super) account: Address,
    /// With a slot, the place is in the trie of the account's storage.
    pub(super) slot: Option<B256>,
    pub(super) path: Nibbles,
}

impl StateTrie {
    /// What proves these accounts and slots, or that they are not there: as a node's `eth_getProof`
    /// gives it.
    ///
    /// # Errors
    ///
    /// [`MissingNode`] if a node is known by its hash only.
    pub fn proof_of(
        &mut self,
        accounts: impl IntoIterator<Item = Address>,
        slots: impl IntoIterator<Item = (Address, B256)>,
    ) -> Result<StateProof, MissingNode> {
        let root = self.root()?;
        let touched = Touched {
            accounts: accounts.into_iter().collect(),
            slots: slots.into_iter().collect(),
            siblings: Vec::new(),
        };
        Ok(StateProof { root, nodes: self.prove(&touched, &mut Hashes::default())? })
    }

    /// The nodes that prove all that was touched, by hash. It is taken out of the state as of its
    /// last root.
    pub(crate) fn prove(
        &self,
        touched: &Touched,
        hashes: &mut Hashes,
    ) -> Result<Nodes, MissingNode> {
        let (mut accounts, mut slots) = (Vec::new(), Vec::new());
        for &account in &touched.accounts {
            let path = Nibbles::unpack_array(&hashes.address(account));
            accounts.push(TriePlace { account, slot: None, path });
        }
        for &(account, slot) in &touched.slots {
            let path = Nibbles::unpack_array(&hashes.slot(slot));
            slots.push(TriePlace { account, slot: Some(slot), path });
        }
        for place in &touched.siblings {
            if place.slot.is_some() { &mut slots } else { &mut accounts }.push(*place);
        }
        accounts.sort_unstable_by_key(|place| place.path);
        slots.sort_unstable_by_key(|place| (place.account, place.path));

        let mut proof = Proof { known: &self.nodes, taken: Nodes::new(), buffer: Later::default() };
        proof.take_trie(&self.accounts, &accounts)?;
        for slots in slots.chunk_by(|one, next| one.account == next.account) {
            let account = slots[0].account;
            if let Some(leaf) = self.leaf(account, hashes.address(account))? {
                proof.take_trie(&leaf.storage, slots)?;
            }
        }
        Ok(proof.taken)
    }
}

/// A proof in the making.
struct Proof<'a> {
    /// Where nodes that are known by their hash are looked for.
    known: &'a Nodes,
    taken: Nodes,
    /// Room to write a node.
    buffer: Later,
}

impl Proof<'_> {
    /// Takes the nodes of a trie that lead to the places, which are in order.
    fn take_trie<V: Value>(
        &mut self,
        trie: &Trie<V>,
        places: &[TriePlace],
    ) -> Result<(), MissingNode> {
        let Some(top) = &trie.top else { return Ok(()) };
        self.take(top, 0, places)
    }

    /// Takes a node, which lies `depth` nibbles down, and those below it. All places lie there.
    fn take<V: Value>(
        &mut self,
        node: &Node<V>,
        depth: usize,
        places: &[TriePlace],
    ) -> Result<(), MissingNode> {
        let Some(first) = places.first() else { return Ok(()) };
        let read;
        let node = match node.kind {
            Kind::Unknown { .. } => {
                let found = node.read(64 - depth, self.known);
                read = found.map_err(|node: UnknownNode| node.of(first.account, first.slot))?;
                &read
            }
            _ => node,
        };
        self.put(node, depth == 0);
        match &node.kind {
            Kind::Extension { path, child } => {
                let below = |place: &&TriePlace| {
                    place.path.len() >= depth && place.path.slice(depth..).starts_with(path)
                };
                let start = places.iter().take_while(|place| !below(place)).count();
                let count = places[start..].iter().take_while(below).count();
                self.take(child, depth + path.len(), &places[start..start + count])
            }
            Kind::Branch { children } => {
                let start = places.iter().take_while(|place| place.path.len() <= depth).count();
                let nibble = |place: &TriePlace| place.path.get_unchecked(depth);
                for places in places[start..].chunk_by(|one, next| nibble(one) == nibble(next)) {
                    if let Some(child) = &children[usize::from(nibble(&places[0]))] {
                        self.take(child, depth + 1, places)?;
                    }
                }
                Ok(())
            }
            Kind::Leaf { .. } | Kind::Unknown { .. } => Ok(()),
        }
    }

    /// Adds a node to the proof, unless it stands inside its parent.
    fn put<V: Value>(&mut self, node: &Node<V>, is_top: bool) {
        let Some(reference) = &node.reference else { return };
        let hash = match reference {
            Reference::Hash(root) => Root::get(root),
            Reference::Inline(rlp) => is_top.then(|| keccak256(rlp)),
        };
        let Some(hash) = hash else { return };
        let buffer = &mut self.buffer;
        self.taken.entry(hash).or_insert_with(|| {
            buffer.bytes().clear();
            node.kind.encode(buffer);
            Bytes::copy_from_slice(buffer.bytes())
        });
    }
}
