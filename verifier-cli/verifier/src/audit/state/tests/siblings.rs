//! Which nodes a root asks for beside those on the way to what was read: the one that takes the place
//! of a branch, where a removal leaves it alone below it.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use iso_evm_wire::Fork;
use rlp::RlpStream;

use super::{
    super::{
        super::{
            Missing,
            trie::{Later, Value},
        },
        AccountState, State,
        value::{AccountLeaf, SlotValue},
    },
    model::{Full, Model},
};

const HERE: Address = Address::repeat_byte(0x11);
const ONE: B256 = B256::with_last_byte(1);

/// Slots whose hashes begin with these nibbles.
fn slots<const N: usize>(nibbles: [u8; N]) -> [B256; N] {
    let mut all = (0u64..).map(|number| B256::from(U256::from(number)));
    nibbles.map(|nibble| all.find(|slot| keccak256(slot)[0] >> 4 == nibble).unwrap())
}

/// A state of which all is known but one leaf below the topmost branch of a trie, and that leaf's
/// hash.
fn without_leaf(model: &Model, key: B256, value: &impl Value) -> (State, B256) {
    let mut path = key.to_vec();
    path[0] = 0x30 | path[0] & 0x0f;
    let mut list = RlpStream::new_list(2);
    list.append(&path).append(&Later::bytes_of(value));
    let leaf = keccak256(list.out());
    let nodes = model.nodes();
    let rest: Vec<Bytes> = nodes.iter().filter(|rlp| keccak256(rlp) != leaf).cloned().collect();
    assert_eq!(rest.len() + 1, nodes.len());
    (State::new(Fork::Osaka, model.root(), rest), leaf)
}

/// A removal that leaves a slot alone needs that slot's leaf. If another comes in its stead at the
/// same instant, or the value comes back before, it does not.
#[test]
fn a_sibling_is_asked_for_at_an_instant() {
    let [first, second, third] = slots([1, 2, 3]);
    let full = Full::new(1, 0, &[]).with(first, U256::ONE).with(second, U256::from(2));
    let model = Model([(HERE, full)].into());
    let part = || without_leaf(&model, keccak256(second), &SlotValue(B256::with_last_byte(2)));

    let (mut state, hash) = part();
    state.set_storage(HERE, first, B256::ZERO).unwrap();
    assert_eq!(state.root(), Err(Missing::SlotNode { hash, account: HERE, slot: first }));
    let missing = Missing::SlotNode { hash, account: HERE, slot: second };
    assert_eq!(state.storage(HERE, second), Err(missing));
    assert_eq!(state.set_storage(HERE, second, ONE), Err(missing));

    let (mut state, _) = part();
    state.set_storage(HERE, first, B256::ZERO).unwrap();
    state.set_storage(HERE, third, ONE).unwrap();
    let mut after = model.clone();
    let storage = &mut after.0.get_mut(&HERE).unwrap().storage;
    storage.remove(&first);
    storage.insert(third, U256::ONE);
    assert_eq!(state.root(), Ok(after.root()));
    state.set_storage(HERE, third, B256::ZERO).unwrap();
    state.set_storage(HERE, first, ONE).unwrap();
    assert_eq!(state.root(), Ok(model.root()));

    let (mut state, _) = part();
    let start = state.checkpoint();
    state.set_storage(HERE, first, B256::ZERO).unwrap();
    state.revert(start);
    assert_eq!(state.root(), Ok(model.root()));
}

/// The same of accounts: one that goes when another comes.
#[test]
fn a_sibling_account_is_asked_for() {
    let mut all = (1..=255).map(Address::with_last_byte);
    let [first, second, third] =
        [1, 2, 3].map(|nibble| all.find(|at| keccak256(at)[0] >> 4 == nibble).unwrap());
    let with = |accounts: [(Address, u64); 2]| {
        Model(accounts.map(|(address, balance)| (address, Full::new(0, balance, &[]))).into())
    };
    let model = with([(first, 1), (second, 2)]);
    let account = AccountState { balance: U256::from(2), ..AccountState::default() };
    let leaf = AccountLeaf { account, storage_root: EMPTY_ROOT_HASH.into() };

    let (mut state, hash) = without_leaf(&model, keccak256(second), &leaf);
    assert!(state.transfer(first, third, U256::ONE).unwrap());
    assert_eq!(state.root(), Ok(with([(second, 2), (third, 1)]).root()));
    let missing = Missing::AccountNode { hash, account: second };
    assert_eq!(state.account(second), Err(missing));
    assert_eq!(state.transfer(third, second, U256::ZERO), Err(missing));

    let (mut state, _) = without_leaf(&model, keccak256(second), &leaf);
    state.set_balance(first, U256::ZERO).unwrap();
    assert_eq!(state.root(), Err(Missing::AccountNode { hash, account: first }));
}
