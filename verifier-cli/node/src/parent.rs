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
    map::{AddressMap, B256Map, HashMap, HashSet},
};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, nodes::TrieNode};
use iso_evm_rpc::RpcError;
use iso_evm_wire::transaction::Transaction;
use iso_evm_witness::{proof::StateProof, state_root::StateTrie};

use super::{ChainBlock, Node, NodeError, answers::AccountProof, at::At, calls::PROOF, place};

/// Most slots in one question.
pub(super) const MOST_SLOTS: usize = 128;

/// The state at the parent block.
#[derive(Debug)]
pub(super) struct Parent<'a> {
    pub(super) node: &'a Node,
    pub(super) block: &'a ChainBlock,
    pub(super) known: RefCell<Known>,
}

/// What is known of the parent's state.
#[derive(Debug)]
pub(super) struct Known {
    /// Whether values are taken from proofs. If not, they are taken on trust.
    pub(super) proved: bool,
    /// The trie of it; nothing in it is ever set.
    pub(super) trie: StateTrie,
    /// Nodes, in the order in which they came.
    nodes: Vec<(B256, Bytes)>,
    /// Hashes of the nodes.
    hashes: HashSet<B256>,
    /// What was asked for.
    accounts: HashSet<Address>,
    slots: HashSet<(Address, B256)>,
    /// Why there is no proof of an account and a slot, where that was asked for in vain.
    lacks: HashMap<(Address, Option<B256>), String>,
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
            lacks: HashMap::default(),
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

    /// Whether the node proves the state. It is asked for the block's beneficiary, which every
    /// transaction touches; if it does not prove that one, which need not exist, for a sender.
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
        let no_state = match parent.state_root {
            EMPTY_ROOT_HASH => Some("the root of an empty state"),
            B256::ZERO => Some("no state root, but zero"),
            _ => None,
        };
        if let Some(found) = no_state {
            let number = parent.number;
            return without(format!("eth_getProof: the header of block {number} has {found}"));
        }
        let mut lack = None;
        let sender = self.block.transactions.first().map(Transaction::from);
        for account in [Some(self.block.block.beneficiary), sender].into_iter().flatten() {
            match node.wait(self.ask(account, &[])) {
                Ok(()) => return Ok(true),
                Err(error @ NodeError::Rpc(RpcError::NotOffered { .. })) => {
                    return without(error.to_string());
                }
                Err(error) if error.is_lack() => {
                    self.lack(account, &[], &error);
                    lack.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        lack.map_or(Ok(true), |error| without(error.to_string()))
    }

    /// The state, as nodes are asked for it.
    pub(super) const fn at(&self) -> At {
        At { number: self.block.parent.number, hash: self.block.header.parent_hash }
    }

    /// The block, as nodes are asked for it.
    pub(super) const fn block_at(&self) -> At {
        At { number: self.block.header.number, hash: self.block.hash }
    }

    /// Where what is about the block is kept.
    pub(super) const fn place(&self) -> (u64, B256) {
        (self.block.chain_id, self.block.hash)
    }

    /// From here on values are taken on trust: of an account, or a slot of it, there is no proof.
    pub(super) fn trust(&self, account: Address, slot: Option<B256>) {
        let mut known = self.known.borrow_mut();
        known.proved = false;
        let Header { state_root: root, number, .. } = self.block.parent;
        let lack = known.lacks.get(&(account, slot)).cloned();
        let lack = lack.unwrap_or_else(|| NodeError::Proof { account, root, number }.to_string());
        self.node.notice(format!(
            "{lack}: from there on state is taken on trust, and the access and transaction audits \
             will not run"
        ));
    }

    /// Notes that something is not proved, and why.
    fn lack(&self, account: Address, slots: &[B256], error: &NodeError) {
        let mut known = self.known.borrow_mut();
        tracing::debug!(%account, %error, "no proof");
        for slot in [None].into_iter().chain(slots.iter().map(|slot| Some(*slot))) {
            known.lacks.insert((account, slot), error.to_string());
        }
    }

    /// Takes all proofs that the cache has for this state, however they were asked for.
    fn read_cache(&self) {
        let Some(cache) = self.node.rpc.cache() else { return };
        let folder = place::block(self.block.chain_id, self.block.hash);
        let prefix = format!("{PROOF}{}", self.block.header.parent_hash);
        for proof in cache.all::<AccountProof>(&folder, &prefix) {
            let Some(account) = proof.address else { continue };
            let slots = proof.slots().iter().filter_map(|slot| slot.key.map(B256::from));
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
                let new = |slot: &&B256| {
                    !known.slots.contains(&(account, **slot))
                        && !known.lacks.contains_key(&(account, Some(**slot)))
                };
                let slots: Vec<B256> = slots.iter().filter(new).copied().collect();
                let seen =
                    known.accounts.contains(&account) || known.lacks.contains_key(&(account, None));
                if slots.is_empty() && !seen {
                    questions.push((account, Vec::new()));
                }
                questions.extend(slots.chunks(MOST_SLOTS).map(|slots| (account, slots.to_vec())));
            }
        }
        self.node.all(questions, |(account, slots)| async move {
            match self.ask(account, &slots).await {
                Err(error) if error.is_lack() => {
                    self.lack(account, &slots, &error);
                    Ok(())
                }
                answer => answer,
            }
        })?;
        Ok(())
    }

    /// Whether this was asked for already.
    pub(super) fn asked(&self, account: Address, slot: Option<B256>) -> bool {
        let known = self.known.borrow();
        match slot {
            Some(slot) => known.slots.contains(&(account, slot)),
            None => known.accounts.contains(&account),
        }
    }

    /// Asks for a proof, and takes it in.
    async fn ask(&self, account: Address, slots: &[B256]) -> Result<(), NodeError> {
        let take = |proof: &AccountProof| self.take(account, slots, proof);
        let proof = self.node.proof(self.place(), self.at(), account, slots, take).await;
        self.still_there(self.at().hash, proof).await.map(|_| ())
    }

    /// An answer about a state. If it is refused because the block has gone, that is said.
    pub(super) async fn still_there<T>(
        &self,
        state: B256,
        answer: Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        match answer {
            Err(
                NodeError::Rpc(RpcError::Refused { .. } | RpcError::Nothing { .. })
                | NodeError::Proof { .. },
            ) if !self.node.knows(state).await => Err(NodeError::Reorganised(state)),
            answer => answer,
        }
    }

    /// Takes an answer in, if it proves what was asked for.
    fn take(
        &self,
        account: Address,
        slots: &[B256],
        proof: &AccountProof,
    ) -> Result<(), NodeError> {
        let mut known = self.known.borrow_mut();
        known.add(proof.nodes());
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
        if let Some(root) = proof.storage_hash {
            known.storage_roots.insert(account, root);
        }
        Ok(())
    }
}

impl Known {
    /// Adds trie nodes to those that are known.
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
    proof: &AccountProof,
) -> Result<(), NodeError> {
    let Header { state_root: root, number, .. } = *header;
    let nodes = proof.nodes().map(|node| (keccak256(&node), node)).collect();
    let reached = StateTrie::from_proof(&StateProof { root, nodes }).account(account);
    reached.map(|_| ()).map_err(|_| NodeError::Proof { account, root, number })
}
