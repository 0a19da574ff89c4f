//! Proofs are checked with `alloy_trie::proof`, and by replaying on nothing but their nodes.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, nodes::TrieNode, proof::verify_proof};

use super::Random;
use crate::{
    proof::StateProof,
    state_root::{Account, MissingNode, StateTrie, Storage, Touched, value::Value as _},
};

type Nodes = BTreeMap<B256, Bytes>;

/// The nodes with a name of their own on the way to `key`, in order.
fn on_the_way(root: B256, key: &Nibbles, nodes: &Nodes) -> Vec<Bytes> {
    let (mut way, mut depth, mut reference) = (Vec::new(), 0, root.to_vec());
    loop {
        let rlp = match nodes.get(reference.as_slice()) {
            Some(rlp) => {
                way.push(rlp.clone());
                rlp.to_vec()
            }
            None if reference.len() < 32 => reference,
            None => return way,
        };
        let next = match TrieNode::decode(&mut &rlp[..]).unwrap() {
            TrieNode::Branch(branch) => {
                let nibble = key.get_unchecked(depth);
                depth += 1;
                let branch = branch.as_ref();
                let child = branch.children().find(|(index, _)| *index == nibble);
                child.and_then(|(_, child)| child).cloned()
            }
            TrieNode::Extension(extension) => {
                depth += extension.key.len();
                key.slice(..depth).ends_with(&extension.key).then_some(extension.child)
            }
            TrieNode::Leaf(_) | TrieNode::EmptyRoot => None,
        };
        let Some(next) = next else { return way };
        reference = next.as_hash().map_or_else(|| next.to_vec(), |hash| hash.to_vec());
    }
}

/// Checks that the nodes prove what the trie has at a key; returns what they prove.
fn proved(root: B256, key: impl AsRef<[u8]>, value: Option<Vec<u8>>, nodes: &Nodes) {
    let key = Nibbles::unpack(keccak256(key));
    let way = on_the_way(root, &key, nodes);
    if root == EMPTY_ROOT_HASH {
        assert!(way.is_empty() && value.is_none());
    } else {
        verify_proof(root, key, value, &way).expect("proved");
    }
}

fn address(random: &mut Random, of: u64) -> Address {
    Address::with_last_byte(random.below(of) as u8)
}

fn slot(random: &mut Random, of: u64) -> B256 {
    B256::from(U256::from(random.below(of)))
}

fn account(random: &mut Random) -> Account {
    let (nonce, balance) = (random.below(3), random.value());
    Account { nonce, balance, code_hash: KECCAK256_EMPTY }
}

fn random_state(random: &mut Random, accounts: u64, slots: u64) -> StateTrie {
    let mut state = StateTrie::new();
    for _ in 0..random.below(accounts) {
        let address = address(random, accounts);
        state.set_account(address, Some(account(random)));
        for _ in 0..random.below(slots) {
            state.set_storage(address, slot(random, slots), random.value());
        }
    }
    state
}

#[test]
fn a_proof_tells_present_from_absent_keys() {
    let (mut there, mut absent) = (0, 0);
    for seed in 1..=60 {
        let mut random = Random(seed);
        let (accounts, slots) = (1 + random.below(40), 1 + random.below(40));
        let mut state = random_state(&mut random, accounts, slots);
        let root = state.root().unwrap();
        let mut touched = Touched::default();
        for _ in 0..random.below(10) {
            let address = address(&mut random, accounts);
            touched.accounts.insert(address);
            for _ in 0..random.below(4) {
                touched.slots.insert((address, slot(&mut random, slots)));
            }
        }
        let nodes = state.clone().prove(&touched, state.hashes()).unwrap();
        let leaf = |address: Address| state.leaf(address, keccak256(address)).unwrap();
        for &address in &touched.accounts {
            let value = leaf(address).map(|leaf| leaf.rlp().to_vec());
            *if value.is_some() { &mut there } else { &mut absent } += 1;
            proved(root, address, value, &nodes);
        }
        for &(address, slot) in &touched.slots {
            let value = state.storage(address, slot).unwrap();
            *if value.is_zero() { &mut absent } else { &mut there } += 1;
            let value = (!value.is_zero()).then(|| alloy_rlp::encode(value));
            let root = leaf(address).and_then(|leaf| leaf.fields.storage_root.get());
            proved(root.unwrap_or(EMPTY_ROOT_HASH), slot, value, &nodes);
        }
        let proof = StateProof { root, nodes: nodes.clone() };
        assert_eq!(replay(&proof, &touched, &[]), Ok(vec![root]));
        all_are_needed(&proof, &touched, &[]);
    }
    assert!(there > 100 && absent > 400, "{there} there, {absent} absent");
}

/// What happens to a state between two roots.
#[derive(Clone, Copy, Debug)]
enum Change {
    Set(Address, Option<Account>),
    Store(Address, B256, U256),
    /// All slots go, as where an account is created.
    Take(Address),
    /// Keys that were removed come back.
    PutBack,
    Root,
}

/// Makes the changes; the root before them, and each that they ask for.
fn changed(
    state: &mut StateTrie,
    touched: &mut Touched,
    changes: &[Change],
) -> Result<Vec<B256>, MissingNode> {
    let mut taken: Vec<(Address, Storage)> = Vec::new();
    let mut roots = vec![state.root()?];
    for change in changes {
        match *change {
            Change::Set(address, account) => {
                touched.accounts.insert(address);
                state.set_account(address, account);
            }
            Change::Store(address, slot, value) => {
                touched.accounts.insert(address);
                if !taken.iter().any(|(taken, _)| *taken == address) {
                    touched.slots.insert((address, slot));
                }
                state.set_storage(address, slot, value);
            }
            Change::Take(address) => {
                touched.accounts.insert(address);
                taken.push((address, state.take_storage(address)));
            }
            Change::PutBack => {
                if let Some((address, storage)) = taken.pop() {
                    state.put_storage(address, storage);
                }
            }
            Change::Root => roots.push(state.root_noting(&mut touched.siblings)?),
        }
    }
    Ok(roots)
}

/// Reads what was touched out of a state of which only the proof is known, then makes the changes.
fn replay(
    proof: &StateProof,
    touched: &Touched,
    changes: &[Change],
) -> Result<Vec<B256>, MissingNode> {
    let mut state = StateTrie::from_proof(proof);
    for &address in &touched.accounts {
        state.account(address)?;
    }
    for &(address, slot) in &touched.slots {
        state.storage(address, slot)?;
    }
    changed(&mut state, &mut Touched::default(), changes)
}

/// Each node, if it alone is taken away, is missed by its name.
fn all_are_needed(proof: &StateProof, touched: &Touched, changes: &[Change]) {
    for hash in proof.nodes.keys() {
        let mut proof = proof.clone();
        proof.nodes.remove(hash);
        let missing = replay(&proof, touched, changes).expect_err("a node is missing");
        assert_eq!(missing.hash, *hash);
        assert!(touched.accounts.contains(&missing.account));
    }
}

#[test]
fn changes_replayed_on_nothing_but_the_proof() {
    let (mut siblings, mut nodes) = (0, 0);
    for seed in 1..=500 {
        let mut random = Random(seed);
        let (accounts, slots) = (1 + random.below(30), 1 + random.below(40));
        let mut state = random_state(&mut random, accounts, slots);
        let mut changes = Vec::new();
        for _ in 0..random.below(25) {
            let address = address(&mut random, accounts);
            changes.push(match random.below(10) {
                0 => Change::Set(address, None),
                1 => Change::Set(address, Some(account(&mut random))),
                2 => Change::Take(address),
                3 => Change::PutBack,
                4..=6 => Change::Store(address, slot(&mut random, slots), U256::ZERO),
                7 => Change::Store(address, slot(&mut random, slots), random.value()),
                _ => Change::Root,
            });
        }
        changes.push(Change::Root);
        let root = state.root().unwrap();
        let (before, mut touched) = (state.clone(), Touched::default());
        let roots = changed(&mut state, &mut touched, &changes).unwrap();
        // The state before has not noticed.
        assert_eq!(before.clone().root(), Ok(root));
        let proof = StateProof { root, nodes: before.prove(&touched, state.hashes()).unwrap() };
        assert_eq!(replay(&proof, &touched, &changes), Ok(roots), "seed {seed}");
        all_are_needed(&proof, &touched, &changes);
        siblings += touched.siblings.len();
        nodes += proof.nodes.len();
    }
    assert!(siblings > 100 && nodes > 1000, "{siblings} siblings, {nodes} nodes");
}

#[test]
fn a_clone_holds_all_that_was_set() {
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut state = random_state(&mut random, 20, 20);
        for _ in 0..10 {
            if random.below(2) == 0 {
                state.root().unwrap();
            }
            // Storage of absent accounts outlasts them.
            for _ in 0..3 {
                let address = address(&mut random, 20);
                let account = (random.below(2) == 0).then(|| account(&mut random));
                state.set_account(address, account);
                state.set_storage(address, slot(&mut random, 20), random.value());
            }
            let mut clone = state.clone();
            for address in (0..20).map(Address::with_last_byte) {
                assert_eq!(clone.account(address), state.account(address));
                for slot in (0..20).map(B256::with_last_byte) {
                    assert_eq!(clone.storage(address, slot), state.storage(address, slot));
                }
                if random.below(4) == 0 {
                    let account = Some(account(&mut random));
                    clone.set_account(address, account);
                    state.set_account(address, account);
                }
            }
            assert_eq!(clone.root(), state.root(), "seed {seed}");
            if random.below(2) == 0 {
                state = clone;
            }
        }
    }
}

#[test]
fn a_missing_node_says_whose_it_is() {
    let mut missing =
        MissingNode { hash: B256::ZERO, account: Address::ZERO, slot: Some(B256::ZERO) };
    let (word, account) = (format!("0x{}", "00".repeat(32)), format!("0x{}", "00".repeat(20)));
    let slot = format!("missing trie node {word} of slot {word} of account {account}");
    assert_eq!(missing.to_string(), slot);
    missing.slot = None;
    assert_eq!(missing.to_string(), format!("missing trie node {word} of account {account}"));
}
