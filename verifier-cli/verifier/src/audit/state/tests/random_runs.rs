//! Random transactions, per fork, on the state and on revm's journal.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use iso_evm_wire::Fork;

use super::{
    super::super::trie::testing::Random,
    differential::Pair,
    model::{Full, Model},
};

/// Transactions for each fork.
const RUNS: u64 = 60;

const SENDER: Address = Address::repeat_byte(0xaa);
const COINBASE: Address = Address::repeat_byte(0xcb);
const PRECOMPILE_3: Address = Address::with_last_byte(3);
const CONTRACTS: [Address; 3] =
    [Address::repeat_byte(0xc0), Address::repeat_byte(0xc1), Address::repeat_byte(0xc2)];
/// One is empty and in the state, one is not, one has no code and no nonce but storage.
const OTHERS: [Address; 3] =
    [Address::repeat_byte(0xe0), Address::repeat_byte(0xe1), Address::repeat_byte(0xe2)];
const NEW: [Address; 2] = [Address::repeat_byte(0x71), Address::repeat_byte(0x72)];

fn all() -> Vec<Address> {
    let fixed = [SENDER, COINBASE, PRECOMPILE_3];
    [&fixed[..], &CONTRACTS, &OTHERS, &NEW].concat()
}

fn keys() -> Vec<B256> {
    (1..6).map(B256::with_last_byte).collect()
}

fn before(random: &mut Random) -> Model {
    let mut model = Model::default();
    model.0.insert(SENDER, Full::new(7, 1_000_000, &[]));
    for address in CONTRACTS {
        let balance = random.pick(&[0, 5, 100]);
        let mut full = Full::new(1, balance, &[0x5f, address[0], address[1]]);
        for key in keys() {
            if random.below(2) == 0 {
                full = full.with(key, U256::from(1 + random.below(3)));
            }
        }
        model.0.insert(address, full);
    }
    model.0.insert(OTHERS[0], Full::new(0, 0, &[]));
    model.0.insert(OTHERS[2], Full::new(0, 0, &[]).with(keys()[0], U256::from(9)));
    if random.below(3) == 0 {
        model.0.insert(COINBASE, Full::new(0, 0, &[]));
    }
    match random.below(3) {
        0 => drop(model.0.insert(PRECOMPILE_3, Full::new(0, 0, &[]))),
        1 => drop(model.0.insert(PRECOMPILE_3, Full::new(0, 1, &[]))),
        _ => {}
    }
    for byte in 0..random.below(12) as u8 {
        model.0.insert(Address::with_last_byte(0x80 + byte), Full::new(0, 1, &[]));
    }
    model
}

/// One thing that a frame does.
fn act(random: &mut Random, pair: &mut Pair) {
    let Some(here) = pair.frames.last().map(|frame| frame.address) else { return };
    let key = random.pick(&keys());
    let value = U256::from(random.pick(&[0, 0, 1, 2, 60]));
    match random.below(20) {
        0..4 => pair.slot(here, key, Some(value)),
        4..6 => pair.slot(here, key, None),
        6 => pair.transient(here, key, value),
        7 => pair.access(random.pick(&all())),
        8 => pair.log(here, vec![key; random.below(5)], vec![7; random.below(40)]),
        9 => pair.add_refund(random.pick(&[4_800, -4_800, 19_900])),
        10 => {
            pair.self_destruct(random.pick(&[&all()[..], &[here; 3]].concat()));
            pair.end(random.below(4) > 0, &[]);
        }
        11..13 => {
            let fresh = [NEW[0], NEW[1], OTHERS[0], OTHERS[1], OTHERS[2], CONTRACTS[0]];
            pair.create(here, random.pick(&fresh), value);
        }
        13..17 => {
            let to = random.pick(&all());
            if pair.call(here, to, value)
                && pair.journal.account(to).info.code_hash == KECCAK256_EMPTY
            {
                // A precompile may fail; without code, nothing can.
                pair.end(to != PRECOMPILE_3 || random.below(2) == 0, &[]);
            }
        }
        _ => {
            let code = [0x5f; 3];
            pair.end(random.below(3) > 0, &code[..random.below(4)]);
        }
    }
}

/// A top call or creation; more than one follow each other as if in one transaction.
fn open(random: &mut Random, pair: &mut Pair) {
    let top = random.pick(&[&CONTRACTS[..], &NEW[..1], &[SENDER]].concat());
    let value = U256::from(random.pick(&[0, 3]));
    if top == NEW[0] {
        pair.create(SENDER, top, value);
    } else {
        pair.call(SENDER, top, value);
    }
    pair.compare_roots();
}

/// One transaction. Returns how many nodes were asked for.
fn run(fork: Fork, seed: u64, closely: bool) -> usize {
    let mut random = Random::new(seed);
    let before = before(&mut random);
    let mut pair = Pair::new(fork, before);
    let slots = [(CONTRACTS[0], keys()[0]), (NEW[0], keys()[1])];
    pair.warm_list(&[PRECOMPILE_3, COINBASE], &slots[..random.below(3)]);
    pair.buy_gas(SENDER, U256::from(random.below(1_000)));
    if fork >= Fork::Prague {
        for _ in 0..random.below(3) {
            let target = random.pick(&[CONTRACTS[0], OTHERS[1], Address::ZERO]);
            pair.delegate(random.pick(&[SENDER, OTHERS[0], OTHERS[1]]), target);
        }
    }
    for _ in 0..random.pick(&[5, 40, 150]) {
        if pair.frames.is_empty() {
            open(&mut random, &mut pair);
        }
        act(&mut random, &mut pair);
        if random.below(2) == 0 {
            pair.compare_roots();
        }
        if closely && random.below(8) == 0 {
            pair.compare(&all(), &keys());
        }
    }
    while !pair.frames.is_empty() {
        pair.end(random.below(4) > 0, &[0x5f]);
        pair.compare_roots();
    }
    pair.pay(SENDER, U256::from(random.below(500)));
    pair.pay(COINBASE, U256::from(random.pick(&[0, 0, 100])));
    pair.compare(&all(), &keys());
    pair.finish()
}

fn runs(fork: Fork) {
    let mut asked = [0; 2];
    for seed in 0..RUNS {
        for closely in [false, true] {
            let label = format!("{fork}, seed {seed}, closely {closely}");
            let run = std::panic::catch_unwind(|| run(fork, seed, closely));
            asked[usize::from(closely)] += run.unwrap_or_else(|_| panic!("{label}"));
        }
    }
    assert!(asked[0] > 0);
}

macro_rules! forks {
    ($($name:ident $fork:ident,)+) => {
        $(#[test] fn $name() { runs(Fork::$fork); })+
    };
}

forks! {
    istanbul Istanbul,
    berlin Berlin,
    london London,
    paris Paris,
    shanghai Shanghai,
    cancun Cancun,
    prague Prague,
    osaka Osaka,
}
