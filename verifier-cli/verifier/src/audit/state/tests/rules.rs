//! Rules that random transactions reach seldom or never, values that no chain has, and callers that
//! keep to no order.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use iso_evm_wire::Fork;
use rlp::RlpStream;

use super::{
    super::{
        super::{
            Missing,
            trie::{EMPTY_ROOT, Later, Value, testing::Random},
        },
        AccountState, LogEntry, State,
        value::SlotValue,
    },
    model::{Full, Model},
};

const HERE: Address = Address::repeat_byte(0x11);
const THERE: Address = Address::repeat_byte(0x22);
const ONE: B256 = B256::with_last_byte(1);
const TWO: B256 = B256::with_last_byte(2);

fn model(accounts: impl IntoIterator<Item = (Address, Full)>) -> Model {
    Model(accounts.into_iter().collect())
}

fn known(fork: Fork, model: &Model) -> State {
    State::new(fork, model.root(), model.nodes())
}

/// EIP-161: an empty account stays until it is touched, and an undone touch is none, but for the
/// precompile at 0x03.
#[test]
fn an_empty_account_goes_once_it_is_touched_and_0x03_even_if_undone() {
    let precompile = Address::with_last_byte(3);
    let empty = Full::new(0, 0, &[]);
    let before = model([(HERE, empty.clone()), (precompile, empty), (THERE, Full::new(1, 9, &[]))]);
    let mut state = known(Fork::Osaka, &before);
    assert_eq!(state.is_empty(HERE), Ok(true));
    assert_eq!(state.root(), Ok(before.root()));
    assert!(state.transfer(HERE, HERE, U256::ZERO).unwrap());
    assert_eq!(state.root(), Ok(before.root()));
    assert!(state.transfer(HERE, THERE, U256::ZERO).unwrap());
    assert_eq!(state.root(), Ok(before.root()));
    let start = state.checkpoint();
    assert!(state.transfer(THERE, HERE, U256::ZERO).unwrap());
    assert!(state.transfer(THERE, precompile, U256::ZERO).unwrap());
    let mut after = before.clone();
    after.0.remove(&HERE);
    after.0.remove(&precompile);
    assert_eq!(state.root(), Ok(after.root()));
    state.revert(start);
    let mut after = before.clone();
    after.0.remove(&precompile);
    assert_eq!(state.root(), Ok(after.root()));
}

/// A created account's storage is empty from then on; undone, it is what it was.
#[test]
fn creation_above_storage() {
    let (slot, other) = (ONE, TWO);
    let full = Full::new(0, 7, &[]).with(slot, U256::from(5)).with(other, U256::from(6));
    let before = model([(HERE, full)]);
    let mut state = known(Fork::Osaka, &before);
    state.set_storage(HERE, other, ONE).unwrap();
    let start = state.checkpoint();
    state.create(HERE).unwrap();
    let account = AccountState { nonce: 1, balance: U256::from(7), code_hash: KECCAK256_EMPTY };
    assert_eq!(state.account(HERE), Ok(account));
    for slot in [slot, other] {
        assert_eq!(state.storage(HERE, slot), Ok(B256::ZERO));
        assert_eq!(state.original(HERE, slot), Ok(B256::ZERO));
    }
    assert_eq!(state.root(), Ok(model([(HERE, Full::new(1, 7, &[]))]).root()));
    state.set_storage(HERE, slot, ONE).unwrap();
    let full = Full::new(1, 7, &[]).with(slot, U256::ONE);
    assert_eq!(state.root(), Ok(model([(HERE, full)]).root()));
    state.revert(start);
    assert_eq!(state.storage(HERE, slot), Ok(B256::with_last_byte(5)));
    assert_eq!(state.storage(HERE, other), Ok(ONE));
    assert_eq!(state.original(HERE, other), Ok(B256::with_last_byte(6)));
    let full = Full::new(0, 7, &[]).with(slot, U256::from(5)).with(other, U256::ONE);
    assert_eq!(state.root(), Ok(model([(HERE, full)]).root()));
}

/// EIP-6780: an account whose creation was undone was not created in the transaction.
#[test]
fn an_undone_creation_is_none() {
    let before = model([(HERE, Full::new(0, 7, &[]))]);
    for undone in [false, true] {
        let mut state = known(Fork::Cancun, &before);
        let start = state.checkpoint();
        state.create(HERE).unwrap();
        if undone {
            state.revert(start);
        }
        state.self_destruct(HERE, HERE).unwrap();
        state.finish(|_| Ok(())).unwrap();
        let after = if undone { before.clone() } else { Model::default() };
        assert_eq!(state.root(), Ok(after.root()));
    }
}

/// A destroyed account stays until the end, and is gone then, its storage too. The first
/// SELFDESTRUCT refunds, until London.
#[test]
fn destroyed_accounts() {
    let before = model([(HERE, Full::new(1, 7, &[1]).with(ONE, U256::ONE))]);
    for fork in Fork::ALL.into_iter().filter(|fork| *fork < Fork::Cancun) {
        let refund = if fork < Fork::London { 24_000 } else { 0 };
        let mut state = known(fork, &before);
        for _ in 0..2 {
            state.self_destruct(HERE, HERE).unwrap();
            assert_eq!(state.refund(), refund);
            let after = model([(HERE, Full::new(1, 0, &[1]).with(ONE, U256::ONE))]);
            assert_eq!(state.root(), Ok(after.root()));
        }
        state.finish(|_| Ok(())).unwrap();
        assert_eq!(state.root(), Ok(EMPTY_ROOT));
        assert_eq!(state.storage(HERE, ONE), Ok(B256::ZERO));
        state.set_balance(HERE, U256::ONE).unwrap();
        assert_eq!(state.root(), Ok(model([(HERE, Full::new(0, 1, &[]))]).root()));
    }
}

/// Balances that would exceed a word: a transfer is refused and nothing happens.
#[test]
fn balances_beyond_a_word() {
    let mut rich = Full::new(1, 0, &[]);
    rich.info.balance = U256::MAX;
    let before = model([(HERE, rich.clone()), (THERE, rich)]);
    let mut state = known(Fork::London, &before);
    assert_eq!(state.transfer(HERE, THERE, U256::ONE), Ok(false));
    assert_eq!(state.root(), Ok(before.root()));
    assert_eq!(state.account(HERE).map(|account| account.balance), Ok(U256::MAX));
    state.self_destruct(HERE, THERE).unwrap();
    state.root().unwrap();
}

#[test]
fn nothing_is_cold_before_berlin() {
    let mut state = known(Fork::Istanbul, &Model::default());
    assert!(!state.is_cold(HERE) && !state.is_slot_cold(HERE, ONE));
    state.warm(HERE);
    let mut state = known(Fork::Berlin, &Model::default());
    assert!(state.is_cold(HERE) && state.is_slot_cold(HERE, ONE));
    state.warm_slot(HERE, ONE);
    assert!(state.is_cold(HERE) && !state.is_slot_cold(HERE, ONE));
}

/// Leaves that hold no canonical account, or no canonical word.
#[test]
fn values_are_read_strictly() {
    let word = |length: usize| rlp::encode(&vec![9u8; length]).to_vec();
    let zero = vec![0x80];
    let account = |items: &[&Vec<u8>]| {
        let mut list = RlpStream::new_list(items.len());
        for item in items {
            list.append_raw(item, 1);
        }
        list.out().to_vec()
    };
    let good = account(&[&zero, &zero, &word(32), &word(32)]);
    let accounts = [
        ("good", good.clone()),
        ("three items", account(&[&zero, &zero, &word(32)])),
        ("five items", account(&[&zero, &zero, &word(32), &word(32), &zero])),
        ("nonce of nine bytes", account(&[&word(9), &zero, &word(32), &word(32)])),
        ("nonce with a zero in front", account(&[&vec![0x82, 0, 1], &zero, &word(32), &word(32)])),
        ("nonce of one zero", account(&[&vec![0], &zero, &word(32), &word(32)])),
        ("balance of 33 bytes", account(&[&zero, &word(33), &word(32), &word(32)])),
        ("short root", account(&[&zero, &zero, &word(31), &word(32)])),
        ("no code hash", account(&[&zero, &zero, &word(32), &zero])),
        ("trailing byte", [good, vec![0]].concat()),
        ("a word", word(32)),
    ];
    let mut path = keccak256(HERE).to_vec();
    path.insert(0, 0x20);
    for (index, (name, value)) in accounts.into_iter().enumerate() {
        let mut list = RlpStream::new_list(2);
        list.append(&path).append(&value);
        let rlp = Bytes::from(list.out().to_vec());
        let hash = keccak256(&rlp);
        let mut state = State::new(Fork::Osaka, hash, [rlp]);
        let missing = Missing::AccountNode { hash, account: HERE };
        let account = state.account(HERE);
        assert_eq!(account.err(), (index > 0).then_some(missing), "{name}");
    }
    for (index, value) in [
        vec![7],
        vec![],
        vec![0x80],
        vec![0],
        vec![0x82, 0, 1],
        vec![0x81, 7],
        word(33),
        vec![0xc1, 7],
        vec![7, 7],
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(
            SlotValue::decode(&value).is_some_and(|word| Later::bytes_of(&word) == value),
            index == 0
        );
    }
}

/// A caller who keeps to no order, over nodes that may be missing: every call comes to an end.
#[test]
fn any_order_of_calls() {
    let before = model([
        (HERE, Full::new(1, 5, &[1]).with(ONE, U256::ONE)),
        (THERE, Full::new(u64::MAX, u64::MAX, &[]).with(ONE, U256::MAX)),
        (Address::ZERO, Full::new(0, 0, &[])),
    ]);
    let mut missing = 0;
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let fork = random.pick(&Fork::ALL);
        let nodes = before.nodes().into_iter().filter(|_| random.below(9) > 0).collect::<Vec<_>>();
        let mut state = State::new(fork, before.root(), nodes);
        let mut checkpoints = vec![state.checkpoint()];
        for _ in 0..100 {
            let pool = [HERE, THERE, Address::ZERO, Address::with_last_byte(3)];
            let (here, there) = (random.pick(&pool), random.pick(&pool));
            let key = random.pick(&[ONE, B256::ZERO]);
            let value = random.pick(&[U256::ZERO, U256::ONE, U256::MAX]);
            let result = match random.below(14) {
                0 => state.create(here),
                1 => state.self_destruct(here, there),
                2 => state.transfer(here, there, value).map(drop),
                3 => state.set_nonce(here, u64::MAX),
                4 => state.set_balance(here, value),
                5 => state.set_code_hash(here, key),
                6 => state.set_storage(here, key, value.into()),
                7 => state.original(here, key).map(drop),
                8 => state.root().map(drop),
                9 => state.touch(here),
                10 if random.below(20) == 0 => state.finish(|_| Ok(())),
                11 => {
                    state.revert(random.pick(&checkpoints));
                    Ok(())
                }
                12 => {
                    checkpoints.push(state.checkpoint());
                    Ok(())
                }
                _ => {
                    state.add_refund(random.pick(&[i64::MAX, i64::MIN]));
                    state.log(LogEntry { address: here, topics: vec![], data_hash: key });
                    state.set_transient(here, key, value.into());
                    state.warm_slot(here, key);
                    Ok(())
                }
            };
            missing += usize::from(result.is_err());
        }
    }
    assert!(missing > 1_000, "{missing}");
}
