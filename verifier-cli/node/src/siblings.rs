//! The nodes beside removed accounts and slots: where a branch is left with one child, its new shape
//! depends on that child, and a proof of what was removed does not have it.
//!
//! In the data's way this stands beside the parent's state: the replay asks for what a root lacks.
//! Two ways lead to such a node. At the block itself the branch has collapsed, and the proof that the
//! key is absent there ends in the sibling with the branch's nibble put before its path: taken off
//! again, it must have the hash that is missing. Else any key whose hash begins like the sibling's
//! path is proved at the parent.

use std::{collections::BTreeMap, ops::ControlFlow};

use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::{
    Nibbles,
    nodes::{ExtensionNode, LeafNode, TrieNode},
};
use iso_evm_witness::state_root::MissingNode;
use rayon::prelude::*;

use super::{
    NodeError,
    parent::{Parent, Wanted, leads},
};

/// The longest path that a key is looked for, in nibbles: 16⁶ hashes take a few seconds.
const LONGEST_PATH: usize = 6;

/// Paths of 64 nibbles are walked at most.
const DEEPEST: usize = 64;

impl Parent<'_> {
    /// Looks for what a root lacks. `false`: it is not to be had.
    pub(super) fn find(&self, missing: MissingNode) -> Result<bool, NodeError> {
        if !self.known.borrow().proved {
            return Ok(false);
        }
        let MissingNode { hash, account, slot } = missing;
        if !self.asked(account, slot) {
            self.prove(&Wanted::from([(account, slot.into_iter().collect())]))?;
            return Ok(true);
        }
        let Some(path) = self.path_of(missing) else { return Ok(false) };
        Ok(self.by_block(missing, &path)? || self.by_key(hash, account, slot, &path)?)
    }

    /// The path down to the missing node.
    fn path_of(&self, missing: MissingNode) -> Option<Nibbles> {
        let known = self.known.borrow();
        let (root, key) = match missing.slot {
            Some(slot) => (*known.storage_roots.get(&missing.account)?, keccak256(slot)),
            None => (self.block.parent.state_root, keccak256(missing.account)),
        };
        path_beside(&known.all_nodes(), root, key, missing.hash)
    }

    /// The sibling, out of the proof at the block itself.
    fn by_block(&self, missing: MissingNode, path: &Nibbles) -> Result<bool, NodeError> {
        if self.block.supposed {
            return Ok(false);
        }
        let MissingNode { hash, account, slot } = missing;
        let slots: Vec<B256> = slot.into_iter().collect();
        let check = |proof: &_| leads(&self.block.header, account, proof);
        let at = self.block_at();
        let answer = self.node.wait(self.node.proof(self.place(), at, account, &slots, check));
        let Some(proof) = unless_lacking(answer)? else { return Ok(false) };
        let nodes = match slot {
            Some(_) => proof.slot_nodes().cloned().collect(),
            None => proof.account_proof,
        };
        let Some(node) = out_of(&nodes, hash) else { return Ok(false) };
        tracing::debug!(%hash, %account, depth = path.len(), "sibling found at the block itself");
        self.known.borrow_mut().add([node]);
        Ok(true)
    }

    /// The sibling, out of the proof of another key below it.
    fn by_key(
        &self,
        hash: B256,
        account: Address,
        slot: Option<B256>,
        path: &Nibbles,
    ) -> Result<bool, NodeError> {
        if path.len() > LONGEST_PATH {
            return Ok(false);
        }
        let most = 1_u64 << (4 * path.len() + 4);
        let hashed = |number: u64| match slot {
            Some(_) => keccak256(slot_of(number)),
            None => keccak256(account_of(number)),
        };
        let below = |number: &u64| Nibbles::unpack_array(&hashed(*number)).starts_with(path);
        let Some(number) = (0..most).into_par_iter().find_any(below) else { return Ok(false) };
        let (account, slots) = match slot {
            Some(_) => (account, vec![slot_of(number)]),
            None => (account_of(number), Vec::new()),
        };
        let check = |proof: &_| leads(&self.block.parent, account, proof);
        let answer =
            self.node.wait(self.node.proof(self.place(), self.at(), account, &slots, check));
        let Some(proof) = unless_lacking(answer)? else { return Ok(false) };
        let mut known = self.known.borrow_mut();
        let mut nodes = proof.nodes();
        let found = nodes.try_for_each(|node| {
            let found = keccak256(&node) == hash;
            known.add([node]);
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        tracing::debug!(%hash, %account, depth = path.len(), "sibling looked for by a key");
        Ok(found.is_break())
    }
}

/// An answer, or none where there is no proof.
fn unless_lacking<T>(answer: Result<T, NodeError>) -> Result<Option<T>, NodeError> {
    match answer {
        Err(error) if error.is_lack() => Ok(None),
        answer => answer.map(Some),
    }
}

/// The path of a node that is known by its hash, below a root: it hangs on one that leads to `key`.
fn path_beside(
    nodes: &BTreeMap<B256, Bytes>,
    root: B256,
    key: B256,
    hash: B256,
) -> Option<Nibbles> {
    let (mut next, mut depth) = (root, 0);
    let key = Nibbles::unpack_array(&key);
    for _ in 0..DEEPEST {
        match TrieNode::decode(&mut &nodes.get(&next)?[..]).ok()? {
            TrieNode::Branch(branch) => {
                let mut below = None;
                for (nibble, child) in branch.as_ref().children() {
                    let child = child.and_then(|child| child.as_hash());
                    if child == Some(hash) {
                        return Some(key.slice(..depth).join(&Nibbles::from_nibbles([nibble])));
                    }
                    if nibble == key.get(depth)? {
                        below = child;
                    }
                }
                (next, depth) = (below?, depth + 1);
            }
            TrieNode::Extension(extension) => {
                (next, depth) = (extension.child.as_hash()?, depth + extension.key.len());
            }
            _ => return None,
        }
    }
    None
}

/// The node with this hash, out of leaves and extensions that have taken in what stood above it.
fn out_of(nodes: &[Bytes], hash: B256) -> Option<Bytes> {
    nodes.iter().flat_map(stripped).find(|node| keccak256(node) == hash)
}

fn slot_of(number: u64) -> B256 {
    B256::left_padding_from(&number.to_be_bytes())
}

fn account_of(number: u64) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

/// A leaf or extension with each shorter end of its path.
fn stripped(node: &Bytes) -> Vec<Bytes> {
    let encoded = |node: &dyn Encodable| {
        let mut rlp = Vec::new();
        node.encode(&mut rlp);
        Bytes::from(rlp)
    };
    match TrieNode::decode(&mut &node[..]) {
        Ok(TrieNode::Leaf(LeafNode { key, value })) => (1..key.len())
            .map(|count| encoded(&LeafNode { key: key.slice(count..), value: value.clone() }))
            .collect(),
        Ok(TrieNode::Extension(ExtensionNode { key, child })) => (1..key.len())
            .map(|count| encoded(&ExtensionNode { key: key.slice(count..), child: child.clone() }))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;
    use iso_evm_witness::state_root::{Account, StateTrie};

    use super::*;

    const ACCOUNT: Address = Address::repeat_byte(7);

    fn trie(slots: u64, seed: u64) -> StateTrie {
        let mut trie = StateTrie::new();
        let (nonce, balance) = (1, U256::ZERO);
        trie.set_account(ACCOUNT, Some(Account { nonce, balance, code_hash: B256::ZERO }));
        (0..slots).for_each(|slot| {
            trie.set_storage(ACCOUNT, slot_of(seed + slot), U256::from(1_000 + slot));
        });
        trie.root().unwrap();
        trie
    }

    /// The root of an account's storage, which its leaf has.
    fn storage_root(nodes: &BTreeMap<B256, Bytes>) -> B256 {
        let leaf = nodes.values().find_map(|node| match TrieNode::decode(&mut &node[..]).ok()? {
            TrieNode::Leaf(leaf) => alloy_trie::TrieAccount::decode(&mut &leaf.value[..]).ok(),
            _ => None,
        });
        leaf.unwrap().storage_root
    }

    /// Each slot of many tries is deleted, with a proof of that slot alone.
    #[test]
    fn siblings_out_of_the_block_itself_and_by_a_key() {
        // Siblings that are leaves, extensions, branches.
        let mut kinds = [0; 3];
        let many = (0..6).map(|seed| (40, 100 * seed));
        let few = (0..2_000).map(|seed| (3, 1_000 + 3 * seed));
        for (count, seed) in many.chain(few) {
            let whole = trie(count, seed);
            for slot in (0..count).map(|slot| slot_of(seed + slot)) {
                let proof = whole.clone().proof_of([ACCOUNT], [(ACCOUNT, slot)]).unwrap();
                let mut after = whole.clone();
                after.set_storage(ACCOUNT, slot, U256::ZERO);
                let expected = after.root().unwrap();
                let mut partial = StateTrie::from_proof(&proof);
                partial.set_storage(ACCOUNT, slot, U256::ZERO);
                let missing = match partial.root() {
                    Ok(root) => {
                        assert_eq!(root, expected);
                        continue;
                    }
                    Err(missing) => missing,
                };
                let root = storage_root(&proof.nodes);
                let path = path_beside(&proof.nodes, root, keccak256(slot), missing.hash).unwrap();
                let later = after.proof_of([ACCOUNT], [(ACCOUNT, slot)]).unwrap();
                let later: Vec<Bytes> = later.nodes.into_values().collect();
                let found = out_of(&later, missing.hash);
                // Another key below the sibling, of those that are there.
                let other = (0..count).map(|slot| slot_of(seed + slot));
                let mut other =
                    other.filter(|slot| Nibbles::unpack_array(&keccak256(slot)).starts_with(&path));
                let other = other.next().unwrap();
                let beside = whole.clone().proof_of([ACCOUNT], [(ACCOUNT, other)]).unwrap();
                let by_key = beside.nodes.get(&missing.hash).unwrap();
                let kind = match TrieNode::decode(&mut &by_key[..]).unwrap() {
                    TrieNode::Leaf(_) => 0,
                    TrieNode::Extension(_) => 1,
                    _ => 2,
                };
                kinds[kind] += 1;
                // A branch stays as it is, under an extension: its content is in no such proof.
                assert_eq!(found.as_ref(), (kind < 2).then_some(by_key));
                partial.add_nodes([(missing.hash, by_key.clone())]);
                assert_eq!(partial.root().unwrap(), expected);
            }
        }
        assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
    }
}
