//! Tries that are hard: keys that part at any nibble, values that make nodes short and long.

use alloy_primitives::B256;

use super::{model::Held, random::Random};

/// Keys that may be in a trie, and what it holds at first.
pub(crate) struct Case {
    pub(crate) keys: Vec<B256>,
    pub(crate) held: Held,
}

impl Case {
    /// A trie of some of up to so many keys.
    pub(crate) fn new(random: &mut Random, most: usize) -> Self {
        let keys = keys(random, most);
        let part = random.below(5);
        let mut held = Held::new();
        for key in &keys {
            // All, some or none.
            if random.below(4) < part {
                held.insert(*key, value(random));
            }
        }
        Self { keys, held }
    }
}

/// Keys, most of which share any number of nibbles with another.
fn keys(random: &mut Random, most: usize) -> Vec<B256> {
    let count = 1 + random.below(most);
    let mut keys = vec![random.word()];
    // Where keys part: anywhere, near an end, or at few places.
    let (from, to) = random.pick(&[(0, 64), (0, 64), (0, 3), (60, 64), (54, 64), (30, 34)]);
    while keys.len() < count {
        let mut key = random.pick(&keys);
        let nibble = from + random.below(to - from);
        put(&mut key, nibble, random.below(16) as u8);
        if random.once_in(2) {
            let other = random.word();
            (nibble + 1..64).for_each(|place| put(&mut key, place, nibble_of(&other, place)));
        }
        if random.once_in(16) {
            key = random.word();
        }
        keys.push(key);
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A value as leaves have them, and some that they do not have, for nodes of all lengths.
pub(crate) fn value(random: &mut Random) -> Vec<u8> {
    let length = match random.below(16) {
        0..5 => 1,
        5..7 => 2 + random.below(8),
        7..9 => 20 + random.below(15),
        9..11 => 50 + random.below(10),
        11..15 => 1 + random.below(110),
        _ => 1 + random.below(600),
    };
    let mut value = random.bytes(length);
    if length == 1 {
        value[0] = random.pick(&[0, 1, 0x7f, 0x80, 0x81, 0xa0, 0xc0, 0xff]);
    }
    value
}

fn nibble_of(key: &B256, place: usize) -> u8 {
    key[place / 2] >> (4 * (1 - place % 2)) & 15
}

fn put(key: &mut B256, place: usize, nibble: u8) {
    let shift = 4 * (1 - place % 2);
    key[place / 2] = key[place / 2] & !(15 << shift) | nibble << shift;
}
