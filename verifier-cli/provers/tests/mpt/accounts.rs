//! Accounts, slots and sets: `Accounts.sol`.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

use super::{
    model::{self, Held},
    probe::{Account, Change, ENOUGH, call, changeCall, reads, run, setCall, writes},
    random::{Random, seeds},
};

/// An account but for its storage root, and what its slots hold.
type Whole = (Account, BTreeMap<B256, U256>);

type State = BTreeMap<Address, Whole>;

fn nothing() -> Account {
    Account {
        nonce: U256::ZERO,
        balance: U256::ZERO,
        storageRoot: EMPTY_ROOT_HASH,
        codeHash: KECCAK256_EMPTY,
    }
}

fn storage(slots: &BTreeMap<B256, U256>) -> Held {
    slots.iter().map(|(key, value)| (keccak256(key), alloy_rlp::encode(value))).collect()
}

/// The account as the state has it.
fn account(state: &State, who: Address) -> Account {
    let Some((account, slots)) = state.get(&who) else { return nothing() };
    Account { storageRoot: model::root(&storage(slots)), ..account.clone() }
}

fn held(state: &State) -> Held {
    let leaf = |who: &Address| {
        let Account { nonce, balance, storageRoot, codeHash } = account(state, *who);
        alloy_rlp::encode(TrieAccount::new(nonce.to(), balance, storageRoot, codeHash))
    };
    state.keys().map(|who| (keccak256(who), leaf(who))).collect()
}

fn number(random: &mut Random) -> U256 {
    match random.below(4) {
        0 => U256::ZERO,
        1 => U256::from(random.pick(&[1, 0x7f, 0x80, 0xff, 0x100])),
        _ => U256::from_be_bytes(random.word().0) >> random.below(256),
    }
}

fn any_account(random: &mut Random) -> Account {
    Account {
        nonce: U256::from(number(random).as_limbs()[0]),
        balance: number(random),
        storageRoot: B256::ZERO,
        codeHash: if random.once_in(2) { KECCAK256_EMPTY } else { random.word() },
    }
}

fn any_slots(random: &mut Random, keys: &[B256]) -> BTreeMap<B256, U256> {
    let mut slots: BTreeMap<_, _> =
        (0..random.below(8)).map(|_| (random.pick(keys), number(random))).collect();
    slots.retain(|_, value| !value.is_zero());
    slots
}

#[test]
fn accounts_and_slots_are_read_and_changed() {
    for seed in seeds(300) {
        let mut random = Random::new(seed);
        let who: Vec<_> = (0..8).map(|_| Address::from_slice(&random.bytes(20))).collect();
        let keys: Vec<_> = (0..8).map(|_| random.word()).collect();
        let state = who
            .iter()
            .take(random.below(9))
            .map(|who| (*who, (any_account(&mut random), any_slots(&mut random, &keys))));
        let mut states = vec![state.collect::<State>()];
        let (root, mut nodes) = model::whole(&held(&states[0]));
        for (_, slots) in states[0].values() {
            nodes.extend(model::whole(&storage(slots)).1);
        }
        let mut changes = Vec::new();
        for step in 0..6 {
            let at = if random.once_in(4) { random.below(step + 1) } else { step };
            let change = Change {
                root: U256::from(at),
                who: random.pick(&who),
                removes: random.once_in(4),
                account: any_account(&mut random),
                key: random.pick(&keys),
                value: number(&mut random).into(),
            };
            let mut state = states[at].clone();
            if change.removes {
                state.remove(&change.who);
            } else {
                let (account, slots) =
                    state.entry(change.who).or_insert_with(|| (nothing(), BTreeMap::new()));
                *account = change.account.clone();
                slots.insert(change.key, change.value.into());
                slots.retain(|_, value| !value.is_zero());
            }
            states.push(state);
            changes.push(change);
        }
        let packed = Bytes::from(nodes.concat());
        let call_ = changeCall { packed, root, changes: changes.clone() };
        let answer = call(&call_, ENOUGH).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for (at, state) in states.iter().enumerate() {
            assert_eq!(answer.roots[at], model::root(&held(state)), "seed {seed}: {at}");
        }
        for (at, change) in changes.iter().enumerate() {
            let state = &states[change.root.to::<usize>()];
            let found = account(state, change.who);
            assert_eq!(answer.exist[at], state.contains_key(&change.who), "seed {seed}: {at}");
            assert_eq!(answer.accounts[at], found, "seed {seed}: {at}");
            let code = found.codeHash != KECCAK256_EMPTY;
            let empty = found.nonce.is_zero() && found.balance.is_zero() && !code;
            assert_eq!(answer.empty[at], empty, "seed {seed}: {at}");
            let slots = state.get(&change.who).map(|(_, slots)| slots);
            let slot = slots.and_then(|slots| slots.get(&change.key)).copied();
            assert_eq!(
                U256::from_be_bytes(answer.held[at].0),
                slot.unwrap_or_default(),
                "seed {seed}: {at}"
            );
        }
    }
}

#[test]
fn a_set_has_words_at_paths_that_are_hashed_already() {
    let mut random = Random::new(0);
    let powers = (0..256_usize).map(|bits| U256::from(1) << bits);
    for word in powers.flat_map(|power| [power, power - U256::from(1)]) {
        let (path, other) = (random.word(), random.word());
        let held = Held::from([(other, vec![1])]);
        let (root, nodes) = model::whole(&held);
        let packed = Bytes::from(nodes.concat());
        let answer = call(&setCall { packed, root, path, word: word.into() }, ENOUGH).unwrap();
        let mut after = held;
        if !word.is_zero() {
            after.insert(path, alloy_rlp::encode(word));
        }
        assert_eq!(answer.reached, model::root(&after), "{word}");
        assert_eq!(answer.found, B256::from(word), "{word}");
    }
}

/// What is no account and no word, at a root that a liar made.
#[test]
fn values_that_are_none_make_the_call_revert() {
    let who = Address::repeat_byte(7);
    let leaf = alloy_rlp::encode(TrieAccount::default());
    let mut lies: Vec<Vec<u8>> = (1..leaf.len()).map(|end| leaf[..end].to_vec()).collect();
    lies.push([&leaf[..], &[1]].concat());
    for byte in 0..4 {
        lies.extend([0, 1, 0x45, 0x80, 0xa1, 0xb8, 0xc0, 0xf9, 0xff].map(|lie| {
            let mut leaf = leaf.clone();
            leaf[byte] = lie;
            leaf
        }));
    }
    for lie in lies.into_iter().filter(|lie| *lie != leaf) {
        let (root, nodes) = model::whole(&Held::from([(keccak256(who), lie.clone())]));
        let change = Change {
            root: U256::ZERO,
            who,
            removes: true,
            account: nothing(),
            key: B256::ZERO,
            value: B256::ZERO,
        };
        let packed = Bytes::from(nodes.concat());
        let answer = call(&changeCall { packed, root, changes: vec![change] }, ENOUGH);
        // A nonce and a balance of one byte are read whatever they are.
        let account = lie.len() == leaf.len() && lie[..2] == leaf[..2];
        let numbers = account && lie[2..4].iter().all(|byte| *byte <= 0x80);
        assert_eq!(answer.is_ok(), numbers, "{}", Bytes::from(lie));
    }
    for lie in [vec![0x82, 1], vec![1, 1], vec![0x81], vec![0xc0], [&[0xa1][..], &[1; 33]].concat()]
    {
        let path = B256::repeat_byte(9);
        let (root, nodes) = model::whole(&Held::from([(path, lie.clone())]));
        let (packed, word) = (Bytes::from(nodes.concat()), B256::ZERO);
        assert!(run(packed.to_vec(), root, &[reads(0, path)], ENOUGH).is_ok());
        assert!(run(packed.to_vec(), root, &[writes(0, path, vec![1])], ENOUGH).is_ok());
        let read = call(&setCall { packed, root, path, word }, ENOUGH);
        assert!(read.is_err(), "{}", Bytes::from(lie));
    }
}
