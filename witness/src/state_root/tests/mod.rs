//! Every root is compared with a rebuild of the whole trie by `alloy_trie::root`.

mod nodes;
mod proofs;
mod wide;

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, address, b256, keccak256};
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieAccount,
    nodes::LeafNode,
    root::{state_root_unhashed, storage_root_unhashed, storage_root_unsorted},
};

use super::{
    Account, StateTrie,
    account::{AccountLeaf, LeafFields},
    change::WALKED,
    later::Root,
    node::{Nodes, UnknownNode},
    reference::ENCODED,
    trie::Trie,
};

/// xorshift64*, so that a failing run can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Keys that share long and short prefixes: three values for each of six nibbles, at both ends.
    fn key(&mut self) -> B256 {
        let mut key = B256::ZERO;
        for index in [0, 1, 30, 31] {
            key[index] = [0x00, 0x01, 0x10, 0x11, 0xf1, 0x1f][self.below(6) as usize];
        }
        key
    }

    /// Small values make nodes that stand inside their parent.
    fn value(&mut self) -> U256 {
        match self.below(3) {
            0 => U256::from(1 + self.below(3)),
            1 => U256::from(self.next() + 1),
            _ => U256::MAX - U256::from(self.below(3)),
        }
    }
}

fn insert(trie: &mut Trie<U256>, key: &B256, value: U256) -> Result<bool, UnknownNode> {
    trie.insert(key, value, &Nodes::new())
}

fn remove(trie: &mut Trie<U256>, key: &B256) -> Result<bool, UnknownNode> {
    trie.remove(key, &Nodes::new(), &mut Vec::new())
}

fn trie_of(slots: &BTreeMap<B256, U256>) -> Trie<U256> {
    let mut trie = Trie::default();
    for (key, value) in slots {
        assert!(insert(&mut trie, key, *value).unwrap());
    }
    trie
}

fn rebuilt(slots: &BTreeMap<B256, U256>) -> B256 {
    storage_root_unsorted(slots.iter().map(|(key, value)| (*key, *value)))
}

/// A key of the given first nibbles, zeros behind them.
fn key(nibbles: &[u8]) -> B256 {
    let mut key = B256::ZERO;
    for (index, nibble) in nibbles.iter().enumerate() {
        key[index / 2] |= if index % 2 == 0 { nibble << 4 } else { *nibble };
    }
    key
}

#[test]
fn empty_root() {
    assert_eq!(Trie::<U256>::default().root_now(), keccak256([0x80]));
    assert_eq!(StateTrie::new().root(), Ok(keccak256([0x80])));
    assert_eq!(insert(&mut Trie::from_root(EMPTY_ROOT_HASH), &B256::ZERO, U256::ONE), Ok(true));
}

/// `TrieTests/hex_encoded_securetrie_test.json` of ethereum/tests, `test1`.
#[test]
fn official_vector() {
    let mut state = Trie::default();
    let empty = (EMPTY_ROOT_HASH, KECCAK256_EMPTY);
    let code = b256!("04bccc5d94f4d1f99aab44369a910179931772f2a5c001c3229f57831c102769");
    let storage = b256!("ba4b47865c55a341a4a78759bb913cd15c3ee8eaf30a62fa8d1c8863113d84e8");
    for (address, nonce, balance, (storage_root, code_hash)) in [
        (address!("a94f5374fce5edbc8e2a8697c15331677e6ebf0b"), 1, 0x05f4_46a7, empty),
        (address!("095e7baea6a6c7c4c2dfeb977efac326af552d87"), 1, 1, (EMPTY_ROOT_HASH, code)),
        (address!("d2571607e241ecf590ed94b12d87c94babe36db6"), 1, 0, (storage, KECCAK256_EMPTY)),
        (address!("62c01474f089b07dae603491675dc5b5748f7049"), 0, 0, empty),
        (address!("2adc25665018aa1fe0e6bc666dac8fc2697ff9ba"), 0, 0x01_9a59, empty),
    ] {
        let account = Account { nonce, balance: U256::from(balance), code_hash };
        let fields = LeafFields { account, storage_root: Root::Known(storage_root) };
        let leaf = AccountLeaf { fields, storage: Trie::default() };
        state.insert(&keccak256(address), leaf, &Nodes::new()).unwrap();
    }
    let expected = b256!("730a444e08ab4b8dee147c9b232fc52d34a223d600031c1e9d25bfc985cbd797");
    assert_eq!(state.root_now(), expected);
}

/// Roots that are asked for after every change and hashed together, over storage and accounts.
#[test]
fn roots_that_wait_are_those_that_do_not() {
    for seed in 1..=10 {
        let mut random = Random(seed);
        let (mut state, mut other) = (StateTrie::new(), StateTrie::new());
        let mut waiting = Vec::new();
        for step in 0..400 {
            let address = Address::left_padding_from(&[random.below(5) as u8]);
            let slot = B256::with_last_byte(random.below(20) as u8);
            let (what, value) = (random.below(8), random.value());
            for state in [&mut state, &mut other] {
                match what {
                    0 => state.set_account(address, None),
                    1 | 2 => {
                        let (nonce, balance) = (step, value);
                        let code_hash = KECCAK256_EMPTY;
                        state.set_account(address, Some(Account { nonce, balance, code_hash }));
                    }
                    3 => state.set_storage(address, slot, U256::ZERO),
                    _ => state.set_storage(address, slot, value),
                }
            }
            let expected = other.root().unwrap();
            waiting.push((state.root_later(&mut Vec::new()).unwrap(), expected));
            if random.below(30) == 0 || step == 399 {
                state.run();
                for (root, expected) in waiting.drain(..) {
                    assert_eq!(root.get(), Some(expected), "seed {seed} step {step}");
                }
                assert_eq!(state.clone().root(), Ok(expected));
            }
        }
    }
}

#[test]
fn random_trie_equals_rebuild() {
    for seed in 1..=20 {
        let mut random = Random(seed);
        let (mut trie, mut model) = (Trie::default(), BTreeMap::new());
        // Seeds differ in how many keys are there at a time.
        let removals = 2 + seed % 3;
        for step in 0..300 {
            let (key, value) = (random.key(), random.value());
            let held = random.below(model.len() as u64 + 1) as usize;
            let held = model.keys().nth(held).copied().unwrap_or(key);
            if random.below(5) < removals {
                assert_eq!(remove(&mut trie, &held).unwrap(), model.remove(&held).is_some());
            } else {
                let changed = insert(&mut trie, &key, value).unwrap();
                assert_eq!(changed, model.insert(key, value) != Some(value));
            }
            assert_eq!(trie.root_now(), rebuilt(&model), "seed {seed} step {step}");
        }
        for key in std::mem::take(&mut model).keys() {
            assert!(remove(&mut trie, key).unwrap());
        }
        assert_eq!(trie.root_now(), EMPTY_ROOT_HASH);
    }
}

/// Each trie without its first key, by the shape that is left.
#[test]
fn a_branch_that_collapses_has_the_root_of_a_fresh_trie() {
    let shapes: [(&str, &[&[u8]]); 7] = [
        ("branch to leaf", &[&[1], &[2]]),
        ("branch to leaf below a branch", &[&[1, 1], &[1, 2], &[3]]),
        ("extension and branch to leaf", &[&[1, 1, 1], &[1, 1, 2]]),
        ("branch to extension", &[&[1], &[2, 1], &[2, 2]]),
        ("branch and extension to extension", &[&[1], &[2, 5, 1], &[2, 5, 2]]),
        ("extension, branch, extension to extension", &[&[7, 1], &[7, 2, 5, 1], &[7, 2, 5, 2]]),
        ("branch stays", &[&[1], &[2], &[3]]),
    ];
    for (shape, keys) in shapes {
        for large in [U256::ONE, U256::MAX] {
            let model = keys.iter().map(|nibbles| (key(nibbles), large)).collect();
            let mut trie = trie_of(&model);
            assert_eq!(trie.root_now(), rebuilt(&model), "{shape}");
            let mut rest = model.clone();
            rest.remove(&key(keys[0]));
            assert_eq!(remove(&mut trie, &key(keys[0])), Ok(true), "{shape}");
            assert_eq!(trie.root_now(), rebuilt(&rest), "{shape}");
            assert_eq!(remove(&mut trie, &key(keys[0])), Ok(false), "{shape}");
            insert(&mut trie, &key(keys[0]), large).unwrap();
            assert_eq!(trie.root_now(), rebuilt(&model), "{shape}");
        }
    }
}

#[test]
fn collapse_onto_unknown_sibling_is_refused() {
    let model = BTreeMap::from([(key(&[1]), U256::MAX), (key(&[2]), U256::MAX)]);
    let mut trie = trie_of(&model);
    assert!(trie.forget(&key(&[2]), 1));
    let sibling =
        LeafNode::new(Nibbles::unpack(key(&[2])).slice(1..), alloy_rlp::encode(U256::MAX));
    let missing = UnknownNode(keccak256(alloy_rlp::encode(sibling)));

    assert_eq!(remove(&mut trie, &key(&[1])), Err(missing));
    assert_eq!(insert(&mut trie, &key(&[2, 1]), U256::ONE), Err(missing));
    assert_eq!(trie.root_now(), rebuilt(&model));

    // With a third child the branch stays, whatever the second is.
    let grown = BTreeMap::from([(key(&[2]), U256::MAX), (key(&[3]), U256::ONE)]);
    assert_eq!(insert(&mut trie, &key(&[3]), U256::ONE), Ok(true));
    assert_eq!(remove(&mut trie, &key(&[1])), Ok(true));
    assert_eq!(trie.root_now(), rebuilt(&grown));

    let root = rebuilt(&model);
    let mut nothing = Trie::from_root(root);
    assert_eq!(nothing.root_now(), root);
    assert_eq!(remove(&mut nothing, &key(&[1])), Err(UnknownNode(root)));
}

/// A partial trie gives the root that the full one gives, or an error that leaves it as it was.
#[test]
fn random_partial_trie_equals_full_or_errs() {
    let (mut same, mut refused) = (0, 0);
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut model = BTreeMap::new();
        for _ in 0..random.below(20) + 2 {
            model.insert(random.key(), random.value());
        }
        let full = trie_of(&model);
        for _ in 0..50 {
            let (mut full, mut partial, mut model) = (full.clone(), full.clone(), model.clone());
            for _ in 0..random.below(4) {
                partial.forget(&random.key(), random.below(5) as usize);
            }
            for _ in 0..4 {
                let before = partial.root_now();
                assert_eq!(before, full.root_now());
                let (key, value) = (random.key(), random.value());
                let held = random.below(model.len() as u64 + 1) as usize;
                let held = model.keys().nth(held).copied().unwrap_or(key);
                let (expected, found) = if random.below(2) == 0 {
                    model.remove(&held);
                    (remove(&mut full, &held), remove(&mut partial, &held))
                } else {
                    model.insert(key, value);
                    (insert(&mut full, &key, value), insert(&mut partial, &key, value))
                };
                if found.is_err() {
                    refused += 1;
                    assert_eq!(partial.root_now(), before, "seed {seed}");
                    break;
                }
                same += 1;
                assert_eq!(found, expected, "seed {seed}");
                assert_eq!(partial.root_now(), rebuilt(&model), "seed {seed}");
            }
        }
    }
    assert!(same > 1000 && refused > 500, "{same} same, {refused} refused");
}

type Model = BTreeMap<Address, (Option<Account>, BTreeMap<B256, U256>)>;

fn state_rebuilt(model: &Model) -> B256 {
    state_root_unhashed(model.iter().filter_map(|(address, (account, slots))| {
        let slots = slots.iter().filter(|(_, value)| !value.is_zero());
        let storage_root = storage_root_unhashed(slots.map(|(slot, value)| (*slot, *value)));
        account.map(|Account { nonce, balance, code_hash }| {
            (*address, TrieAccount { nonce, balance, storage_root, code_hash })
        })
    }))
}

#[test]
fn random_state_equals_rebuild() {
    for seed in 1..=10 {
        let mut random = Random(seed);
        let (mut state, mut model) = (StateTrie::new(), Model::new());
        for step in 0..400 {
            let address = Address::with_last_byte(random.below(12) as u8);
            let slot = B256::from(U256::from(random.below(24)));
            let (account, slots) = model.entry(address).or_default();
            match random.below(12) {
                0 => {
                    *account = None;
                    state.set_account(address, None);
                }
                1 => {
                    slots.clear();
                    state.clear_storage(address);
                }
                2..5 => {
                    let (nonce, balance) = (random.below(3), random.value());
                    let code_hash = [KECCAK256_EMPTY, B256::ZERO][random.below(2) as usize];
                    *account = Some(Account { nonce, balance, code_hash });
                    state.set_account(address, *account);
                }
                5..8 => {
                    slots.remove(&slot);
                    state.set_storage(address, slot, U256::ZERO);
                }
                _ => {
                    let value = random.value();
                    slots.insert(slot, value);
                    state.set_storage(address, slot, value);
                }
            }
            // Some changes gather before a root is asked for.
            if random.below(3) > 0 {
                assert_eq!(state.root(), Ok(state_rebuilt(&model)), "seed {seed} step {step}");
            }
        }
    }
}

#[test]
fn storage_outlasts_an_absent_account() {
    let (address, slot) = (Address::ZERO, B256::ZERO);
    let account = Some(Account { nonce: 0, balance: U256::ONE, code_hash: KECCAK256_EMPTY });
    let mut state = StateTrie::new();
    state.set_storage(address, slot, U256::ONE);
    assert_eq!(state.root(), Ok(EMPTY_ROOT_HASH));

    state.set_account(address, account);
    let slots = BTreeMap::from([(slot, U256::ONE)]);
    let present = Ok(state_rebuilt(&BTreeMap::from([(address, (account, slots))])));
    assert_eq!(state.root(), present);

    state.set_account(address, None);
    assert_eq!(state.root(), Ok(EMPTY_ROOT_HASH));
    state.set_account(address, account);
    assert_eq!(state.root(), present);

    state.clear_storage(address);
    let cleared = state_rebuilt(&BTreeMap::from([(address, (account, BTreeMap::new()))]));
    assert_eq!(state.root(), Ok(cleared));
}

#[test]
fn a_missing_account_node_loses_no_other_change() {
    let account = Some(Account { nonce: 1, balance: U256::ONE, code_hash: KECCAK256_EMPTY });
    // The first nibbles of the hashed addresses differ.
    let [gone, unknown, later] = [0, 1, 2].map(Address::with_last_byte);
    let mut state = StateTrie::new();
    state.set_account(gone, account);
    state.set_account(unknown, account);
    let model = |addresses: [Address; 2]| {
        state_rebuilt(&addresses.map(|address| (address, (account, BTreeMap::new()))).into())
    };
    assert_eq!(state.root(), Ok(model([gone, unknown])));
    assert!(state.forget_account(unknown, 1));

    state.set_account(gone, None);
    let missing = state.root();
    assert!(missing.is_err());
    assert_eq!(state.root(), missing);
    state.set_account(later, account);
    assert_eq!(state.root(), Ok(model([unknown, later])));
}

#[test]
fn a_missing_slot_node_loses_no_other_change() {
    let account = Some(Account { nonce: 1, balance: U256::ONE, code_hash: KECCAK256_EMPTY });
    let address = Address::ZERO;
    // The first nibbles of the hashed slots differ.
    let [gone, unknown, later] = [0, 1, 2].map(B256::with_last_byte);
    let mut state = StateTrie::new();
    state.set_account(address, account);
    // The leaf of a smaller value would stand inside the branch.
    state.set_storage(address, gone, U256::MAX);
    state.set_storage(address, unknown, U256::MAX);
    let model = |slots: [B256; 2]| {
        let slots = slots.map(|slot| (slot, U256::MAX)).into();
        state_rebuilt(&BTreeMap::from([(address, (account, slots))]))
    };
    assert_eq!(state.root(), Ok(model([gone, unknown])));
    assert!(state.forget_slot(address, unknown, 1));

    state.set_storage(address, gone, U256::ZERO);
    let missing = state.root();
    assert!(missing.is_err());
    assert_eq!(state.root(), missing);
    state.set_storage(address, later, U256::MAX);
    assert_eq!(state.root(), Ok(model([unknown, later])));
}

/// The nodes that `root` walks and encodes after `change`.
fn cost(state: &mut StateTrie, change: impl FnOnce(&mut StateTrie)) -> (usize, usize) {
    state.root().unwrap();
    change(state);
    let before = (WALKED.get(), ENCODED.get());
    state.root().unwrap();
    (WALKED.get() - before.0, ENCODED.get() - before.1)
}

#[test]
fn one_slot_costs_two_paths() {
    let address = |index: u64| Address::left_padding_from(&index.to_be_bytes());
    let slot = |index: u64| B256::from(U256::from(index));
    let set = |state: &mut StateTrie, index, value| {
        state.set_storage(address(0), slot(index), U256::from(value));
    };
    for size in [10, 100, 1_000, 10_000, 100_000_u64] {
        let mut state = StateTrie::new();
        for index in 0..100 {
            let account = Account { nonce: index, balance: U256::ONE, code_hash: KECCAK256_EMPTY };
            state.set_account(address(index), Some(account));
        }
        (0..size).for_each(|index| set(&mut state, index, 1));

        // Account path: at most 4. Slot path: a branch for each nibble that the size needs, the
        // leaf, and what lies where two keys agree by chance.
        let bound = 4 + size.ilog2().div_ceil(4) as usize + 3;
        // Written, removed, added.
        for value in [2, 0, 3] {
            for index in 0..10 {
                let (walked, encoded) = cost(&mut state, |state| set(state, index, value));
                assert!((2..=bound).contains(&walked), "{walked} walked of {size}");
                assert!((2..=bound).contains(&encoded), "{encoded} encoded of {size}");
            }
        }
        assert_eq!(cost(&mut state, |_| ()), (0, 0), "nothing set");
        assert_eq!(cost(&mut state, |state| set(state, 0, 3)).1, 0, "the same value");
        let set_back = cost(&mut state, |state| {
            set(state, 1, 4);
            set(state, 1, 3);
        });
        assert_eq!(set_back.1, 0, "set and set back");
    }
}

/// Whether there is storage, in each state of an account: set, read, taken, proved, absent.
#[test]
fn whether_there_is_storage() {
    let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let account = Account { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };
    let mut state = StateTrie::new();
    assert_eq!(state.has_storage(one), Ok(false));
    state.set_account(one, Some(account));
    state.set_account(other, Some(account));
    state.set_storage(one, B256::ZERO, U256::ZERO);
    assert_eq!(state.has_storage(one), Ok(false));
    state.set_storage(one, B256::ZERO, U256::ONE);
    assert_eq!(state.has_storage(one), Ok(true));
    state.root().unwrap();
    let known = |state: &StateTrie| [one, other].map(|address| state.has_storage(address));
    assert_eq!(known(&state), [Ok(true), Ok(false)]);
    assert_eq!(known(&state.clone()), [Ok(true), Ok(false)]);
    // The leaf says it: no node of the storage is needed.
    let proof = state.proof_of([one, other], []).unwrap();
    assert_eq!(known(&StateTrie::from_proof(&proof)), [Ok(true), Ok(false)]);
    let proof = state.proof_of([], []).unwrap();
    assert!(known(&StateTrie::from_proof(&proof)).iter().all(Result::is_err));
    // An account that is absent for an instant keeps it.
    state.set_account(one, None);
    state.root().unwrap();
    assert_eq!(state.has_storage(one), Ok(true));
    let mut zeroed = state.clone();
    zeroed.set_storage(one, B256::ZERO, U256::ZERO);
    assert_eq!(zeroed.has_storage(one), Ok(false));
    let taken = state.take_storage(one);
    assert_eq!(state.has_storage(one), Ok(false));
    state.put_storage(one, taken);
    assert_eq!(state.has_storage(one), Ok(true));
}
