//! Sequences of reads and writes on one table of nodes, at the newest root and at older ones.

use alloy_primitives::{B256, Bytes};

use super::{
    cases::{Case, value},
    model::{self, Held},
    probe::{ENOUGH, Step, gas, reads, run, writes},
    random::{Random, seeds},
};

/// Steps, and what they must come to.
struct Sequence {
    tries: Vec<Held>,
    steps: Vec<Step>,
    found: Vec<Bytes>,
}

impl Sequence {
    const fn new() -> Self {
        Self { tries: Vec::new(), steps: Vec::new(), found: Vec::new() }
    }

    /// A trie to start from.
    fn from(held: Held) -> Self {
        let mut sequence = Self::new();
        sequence.tries.push(held);
        sequence
    }

    fn read(&mut self, at: usize, path: B256) {
        let found = self.tries[at].get(&path);
        self.found.push(found.map_or(vec![0], |value| [&[1], &value[..]].concat()).into());
        self.steps.push(reads(at, path));
        self.tries.push(self.tries[at].clone());
    }

    fn write(&mut self, at: usize, path: B256, value: Vec<u8>) {
        let mut held = self.tries[at].clone();
        if value.is_empty() {
            held.remove(&path);
        } else {
            held.insert(path, value.clone());
        }
        self.steps.push(writes(at, path, value));
        self.found.push(Bytes::new());
        self.tries.push(held);
    }

    /// Steps at random among keys.
    fn random(&mut self, random: &mut Random, keys: &[B256], count: usize) {
        for _ in 0..count {
            let last = self.tries.len() - 1;
            let at = if random.once_in(8) { random.below(last + 1) } else { last };
            let key = if random.once_in(32) { random.word() } else { random.pick(keys) };
            match random.below(5) {
                0 => self.read(at, key),
                1 | 2 => self.write(at, key, value(random)),
                _ => self.write(at, key, Vec::new()),
            }
        }
    }

    fn check(&self, random: &mut Random, what: &str) {
        let (root, mut nodes) = model::whole(&self.tries[0]);
        random.shuffle(&mut nodes);
        let answer = run(nodes.concat(), root, &self.steps, ENOUGH);
        let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
        for (step, held) in self.tries.iter().enumerate() {
            assert_eq!(answer.roots[step], model::root(held), "{what}: after {step} steps");
        }
        assert_eq!(answer.found, self.found, "{what}");
    }
}

#[test]
fn small_tries_are_read_and_changed() {
    for seed in seeds(3_000) {
        let mut random = Random::new(seed);
        let most = random.pick(&[1, 2, 3, 4, 8, 16, 40]);
        let case = Case::new(&mut random, most);
        let mut sequence = Sequence::from(case.held);
        let count = 1 + random.below(12);
        sequence.random(&mut random, &case.keys, count);
        sequence.check(&mut random, &format!("seed {seed}"));
    }
}

#[test]
fn large_tries_are_read_and_changed() {
    for seed in seeds(12) {
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, 800);
        let mut held = case.held;
        (0..random.below(1_500)).for_each(|_| {
            held.insert(random.word(), value(&mut random));
        });
        let mut sequence = Sequence::from(held);
        sequence.random(&mut random, &case.keys, 12);
        sequence.check(&mut random, &format!("seed {seed}"));
    }
}

#[test]
fn tries_grow_from_nothing_and_go_back_to_it() {
    for seed in seeds(60) {
        let mut random = Random::new(seed);
        let mut keys = Case::new(&mut random, 40).keys;
        let mut sequence = Sequence::from(Held::new());
        random.shuffle(&mut keys);
        for (at, key) in keys.iter().enumerate() {
            sequence.write(at, *key, value(&mut random));
        }
        random.shuffle(&mut keys);
        for (at, key) in keys.iter().enumerate() {
            sequence.write(keys.len() + at, *key, Vec::new());
        }
        sequence.check(&mut random, &format!("seed {seed}"));
    }
}

/// Two keys that part at each nibble, with values that make their nodes short and long.
#[test]
fn keys_part_at_every_nibble() {
    let mut random = Random::new(0);
    for nibble in 0..64 {
        for (one, other) in [(1, 1), (1, 40), (40, 1), (29, 30), (31, 31), (110, 110)] {
            let key = random.word();
            let mut parted = key;
            parted[nibble / 2] ^= if nibble % 2 == 0 { 0x10 } else { 1 };
            let mut sequence = Sequence::from(Held::from([(key, vec![7; one])]));
            sequence.read(0, key);
            sequence.read(0, parted);
            sequence.write(0, parted, vec![9; other]);
            sequence.read(3, parted);
            sequence.write(3, key, vec![11; other]);
            sequence.write(5, key, vec![]);
            sequence.write(5, parted, vec![]);
            sequence.write(6, parted, vec![]);
            sequence.check(&mut random, &format!("nibble {nibble}, {one} and {other} bytes"));
        }
    }
}

/// A node that has as many bytes as a full branch, and is a leaf.
#[test]
fn leaves_of_every_length_are_read_and_changed() {
    let mut random = Random::new(0);
    let lengths = (1..600).chain([4_000, 65_000, 65_535]);
    for length in lengths {
        let (key, other) = (random.word(), random.word());
        let mut sequence = Sequence::from(Held::from([(key, random.bytes(length))]));
        sequence.read(0, key);
        // What a hash begins with, wherever one is looked for.
        sequence.write(0, other, vec![0xa0; length]);
        sequence.read(2, other);
        sequence.write(2, key, vec![]);
        sequence.check(&mut random, &format!("{length} bytes"));
    }
}

/// One table, in which hundreds of nodes are made.
#[test]
fn many_nodes_cost_no_more_each_than_few() {
    let each = |count: usize| {
        let mut random = Random::new(1);
        let steps: Vec<_> = (0..count).map(|at| writes(at, random.word(), vec![5; 40])).collect();
        gas(vec![], model::root(&Held::new()), &steps) / count as u64
    };
    let (few, many) = (each(100), each(800));
    // Paths are a nibble deeper, and memory costs more the more of it there is.
    assert!(many <= 3 * few, "{few} and {many} gas each");
    eprintln!("{few} gas each of 100 insertions, {many} each of 800");
}
