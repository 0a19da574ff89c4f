//! The state at the parent block, as far as it has been asked for: accounts and slots with the trie
//! nodes that prove them, and code by its hash.
//!
//! In the data's way this stands between the node and the replay: revm reads it, and the trie of the
//! roots stands on its nodes.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use alloy_consensus::Header;
use alloy_primitives::{
    Address, B256, Bytes, keccak256,
    map::{AddressMap, B256Map, HashSet},
};
use alloy_rlp::Decodable;
use alloy_rpc_types_eth::EIP1186AccountProofResponse;
use alloy_trie::{EMPTY_ROOT_HASH, nodes::TrieNode};
use iso_evm_witness::{proof::StateProof, state_root::StateTrie};

use super::{ChainBlock, Node, NodeError, cache::place, calls::PROOF};

/// Most slots in one question.
pub(super) const MOST_SLOTS: usize = 128;

/// The state at the parent block.
#[derive(Debug)]
pub(super) struct Parent<'a> {
    pub(super) node: &'a Node,
    pub(super) block: &'a ChainBlock,
    pub(super) known: RefCell<Known>,
}

/// What is known of it.
#[derive(Debug)]
pub(super) struct Known {
    /// Whether values are taken from proofs. If not, they are taken on trust.
    pub(super) proved: bool,
    /// The trie of it; nothing in it is ever set.
    pub(super) trie: StateTrie,
    /// Nodes, in the order in which they came.
    nodes: Vec<(B256, Bytes)>,
    /// Hashes of those.
    hashes: HashSet<B256>,
    /// What was asked for.
    accounts: HashSet<Address>,
    slots: HashSet<(Address, B256)>,
    /// Storage roots, as the node says.
    pub(super) storage_roots: AddressMap<B256>,
    /// Slots that end in a leaf which holds zero.
    pub(super) zeros: HashSet<(Address, B256)>,
    pub(super) codes: B256Map<Bytes>,
    /// An account that has this code.
    pub(super) owners: B256Map<Address>,
    /// Headers of the blocks before the parent, downwards.
    pub(super) ancestors: Vec<Header>,
}

/// What to ask for: slots by account.
pub(super) type Wanted = BTreeMap<Address, BTreeSet<B256>>;

impl<'a> Parent<'a> {
    /// The state, of which nothing is known yet but what the cache has.
    pub(super) fn new(node: &'a Node, block: &'a ChainBlock) -> Result<Self, NodeError> {
        let root = block.parent.state_root;
        let known = Known {
            proved: false,
            trie: StateTrie::from_proof(&StateProof { root, nodes: BTreeMap::new() }),
            nodes: Vec::new(),
            hashes: HashSet::default(),
            accounts: HashSet::default(),
            slots: HashSet::default(),
            storage_roots: AddressMap::default(),
            zeros: HashSet::default(),
            codes: B256Map::default(),
            owners: B256Map::default(),
            ancestors: Vec::new(),
        };
        let parent = Self { node, block, known: RefCell::new(known) };
        let proved = parent.can_prove()?;
        parent.known.borrow_mut().proved = proved;
        if proved {
            parent.read_cache();
        }
        Ok(parent)
    }

    /// Whether the node proves the state: it is asked for the block's beneficiary, which every
    /// transaction touches.
    fn can_prove(&self) -> Result<bool, NodeError> {
        let (node, parent) = (self.node, &self.block.parent);
        let without = |reason: String| {
            node.notice(format!(
                "{reason}: state is taken on trust, and the access and transaction audits will not run"
            ));
            Ok(false)
        };
        if node.options.no_proofs {
            return without("eth_getProof is not to be asked".to_owned());
        }
        if parent.state_root == EMPTY_ROOT_HASH {
            return without(format!(
                "eth_getProof: the header of block {} has the root of an empty state",
                parent.number
            ));
        }
        match self.fetch([(self.block.block.beneficiary, Vec::new())]) {
            Ok(()) => Ok(true),
            Err(error) if error.is_refusal() => without(error.to_string()),
            Err(error) => Err(error),
        }
    }

    /// Takes all proofs that the cache has for this state, however they were asked for.
    fn read_cache(&self) {
        let Some(cache) = &self.node.cache else { return };
        let folder = place::block(self.block.chain_id, self.block.hash);
        let prefix = format!("{PROOF}{}", self.block.header.parent_hash);
        for proof in cache.all::<EIP1186AccountProofResponse>(&folder, &prefix) {
            let account = proof.address;
            let slots = proof.storage_proof.iter().map(|slot| slot.key.as_b256());
            // What the cache has is checked like an answer; what is wrong is asked for again.
            let _ = self.take(account, &slots.collect::<Vec<_>>(), &proof);
        }
    }

    /// Asks for proofs of all that is not proved yet.
    pub(super) fn prove(&self, wanted: &Wanted) -> Result<(), NodeError> {
        let mut questions = Vec::new();
        {
            let known = self.known.borrow();
            if !known.proved {
                return Ok(());
            }
            for (&account, slots) in wanted {
                let new = |slot: &&B256| !known.slots.contains(&(account, **slot));
                let slots: Vec<B256> = slots.iter().filter(new).copied().collect();
                if slots.is_empty() && !known.accounts.contains(&account) {
                    questions.push((account, Vec::new()));
                }
                questions.extend(slots.chunks(MOST_SLOTS).map(|slots| (account, slots.to_vec())));
            }
        }
        self.fetch(questions)
    }

    /// Whether this was asked for already.
    pub(super) fn asked(&self, account: Address, slot: Option<B256>) -> bool {
        let known = self.known.borrow();
        match slot {
            Some(slot) => known.slots.contains(&(account, slot)),
            None => known.accounts.contains(&account),
        }
    }

    fn fetch(
        &self,
        questions: impl IntoIterator<Item = (Address, Vec<B256>)>,
    ) -> Result<(), NodeError> {
        let (chain, of) = (self.block.chain_id, self.block.hash);
        let state = self.block.header.parent_hash;
        self.node.all(questions, |(account, slots)| async move {
            let take = |proof: &EIP1186AccountProofResponse| self.take(account, &slots, proof);
            let proof = self.node.proof((chain, of), state, account, &slots, take).await;
            self.still_there(state, proof).await
        })?;
        Ok(())
    }

    /// An answer about a state. If it is refused because the block has gone, that is said.
    pub(super) async fn still_there<T>(
        &self,
        state: B256,
        answer: Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        match answer {
            Err(NodeError::Refused { .. }) if !self.node.knows(state).await => {
                Err(NodeError::Reorganised(state))
            }
            answer => answer,
        }
    }

    /// Takes an answer in, if it proves what was asked for.
    fn take(
        &self,
        account: Address,
        slots: &[B256],
        proof: &EIP1186AccountProofResponse,
    ) -> Result<(), NodeError> {
        let mut known = self.known.borrow_mut();
        known.add(nodes_of(proof));
        let mut reached = known.trie.account(account).is_ok();
        for &slot in slots {
            match known.trie.storage(account, slot) {
                Err(missing) if known.is_zero(missing.hash) => {
                    known.zeros.insert((account, slot));
                }
                value => reached &= value.is_ok(),
            }
        }
        if !reached {
            let Header { state_root: root, number, .. } = self.block.parent;
            return Err(NodeError::Proof { account, root, number });
        }
        known.accounts.insert(account);
        known.slots.extend(slots.iter().map(|slot| (account, *slot)));
        known.storage_roots.insert(account, proof.storage_hash);
        Ok(())
    }
}

impl Known {
    /// Adds nodes.
    pub(super) fn add(&mut self, nodes: impl IntoIterator<Item = Bytes>) {
        let Self { hashes, nodes: all, trie, .. } = self;
        let keyed = nodes.into_iter().map(|node| (keccak256(&node), node));
        let new: Vec<_> = keyed.filter(|(hash, _)| hashes.insert(*hash)).collect();
        trie.add_nodes(new.iter().cloned());
        all.extend(new);
    }

    /// Whether this is the hash of a leaf that holds zero. No trie of Ethereum has such: some
    /// development nodes have.
    pub(super) fn is_zero(&self, hash: B256) -> bool {
        self.hashes.contains(&hash)
            && self.nodes.iter().any(|(other, node)| *other == hash && is_zero_leaf(node))
    }

    /// The nodes that came after so many others.
    pub(super) fn nodes_since(&self, count: usize) -> &[(B256, Bytes)] {
        self.nodes.get(count..).unwrap_or_default()
    }

    /// All nodes, by hash.
    pub(super) fn all_nodes(&self) -> BTreeMap<B256, Bytes> {
        self.nodes.iter().cloned().collect()
    }
}

/// Whether a node of a storage trie is a leaf that holds zero.
pub(super) fn is_zero_leaf(node: &Bytes) -> bool {
    let decoded = TrieNode::decode(&mut &node[..]);
    matches!(decoded, Ok(TrieNode::Leaf(leaf)) if leaf.value[..] == [alloy_rlp::EMPTY_STRING_CODE])
}

/// Makes sure that an answer is about an account in the state with this root, that of a block.
pub(super) fn leads(
    header: &Header,
    account: Address,
    proof: &EIP1186AccountProofResponse,
) -> Result<(), NodeError> {
    let Header { state_root: root, number, .. } = *header;
    let nodes = nodes_of(proof).map(|node| (keccak256(&node), node)).collect();
    let reached = StateTrie::from_proof(&StateProof { root, nodes }).account(account);
    reached.map(|_| ()).map_err(|_| NodeError::Proof { account, root, number })
}

/// All nodes of an answer.
pub(super) fn nodes_of(proof: &EIP1186AccountProofResponse) -> impl Iterator<Item = Bytes> {
    let slots = proof.storage_proof.iter().flat_map(|slot| &slot.proof);
    proof.account_proof.iter().chain(slots).cloned()
}
