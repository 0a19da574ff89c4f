//! Tries are compared with those that alloy builds from all values at once.

use std::collections::BTreeMap;

use alloy_primitives::hex;
use rlp::RlpStream;

use super::{
    testing::{Random, whole_trie},
    *,
};

/// Bytes as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raw(pub(super) Vec<u8>);

impl Value for Raw {
    fn length(&self) -> usize {
        self.0.len()
    }

    fn is_itself(&self) -> bool {
        matches!(self.0[..], [0..0x80])
    }

    fn append_to(&self, later: &mut Later) {
        later.raw(&self.0);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty()).then(|| Self(bytes.to_vec()))
    }
}

/// Keys that share long and short prefixes, so that all kinds of nodes appear, at both ends.
fn key(random: &mut Random) -> B256 {
    let mut key = B256::ZERO;
    for index in [0, 1, 30, 31] {
        key[index] = random.pick(&[0x00, 0x01, 0x10, 0x11, 0xf1, 0x1f]);
    }
    key
}

/// Short values make nodes that stand in their parent.
fn value(random: &mut Random) -> Raw {
    let length = random.pick(&[1, 2, 31, 32, 70]);
    Raw((0..length).map(|_| random.next() as u8 | 1).collect())
}

fn values(random: &mut Random, count: usize) -> BTreeMap<B256, Vec<u8>> {
    (0..count).map(|_| (key(random), value(random).0)).collect()
}

/// The root, at once.
fn root(trie: &mut Trie<Raw>, later: &mut Later) -> B256 {
    let root = trie.root(later);
    later.hash(root)
}

#[test]
fn an_empty_trie_has_the_empty_root_before_and_after_a_removal() {
    assert_eq!(EMPTY_ROOT, keccak256(&[0x80]));
    let later = &mut Later::default();
    assert_eq!(root(&mut Trie::empty(), later), EMPTY_ROOT);
    let mut trie = Trie::<Raw>::from_root(EMPTY_ROOT);
    let nodes = Nodes::default();
    assert_eq!(trie.get(&nodes, &B256::ZERO), Ok(None));
    trie.remove(&nodes, &B256::ZERO).unwrap();
    trie.insert(&nodes, &B256::ZERO, Raw(vec![1])).unwrap();
    trie.remove(&nodes, &B256::ZERO).unwrap();
    assert_eq!(root(&mut trie, later), EMPTY_ROOT);
}

#[test]
fn compact_paths() {
    // Yellow paper, appendix C, by length and kind.
    for (path, leaf, bytes) in [
        (&[][..], false, &hex!("00")[..]),
        (&[], true, &hex!("20")),
        (&[0xa], false, &hex!("1a")),
        (&[0xa], true, &hex!("3a")),
        (&[0, 1, 2, 3, 4, 5], false, &hex!("00012345")),
        (&[0, 0xf, 1, 0xc, 0xb, 8], true, &hex!("200f1cb8")),
        (&[1, 2, 3, 4, 5], false, &hex!("112345")),
        (&[0xf, 1, 0xc, 0xb, 8], true, &hex!("3f1cb8")),
    ] {
        assert_eq!(path::compact(path, leaf).bytes(), bytes);
        assert_eq!(path::expand(bytes), Some((path.to_vec(), leaf)));
    }
}

/// Values set and removed in any order, with roots in between, in a trie all of which is known and
/// in one of which only what is asked for is known. No node is asked for that does not exist, and an
/// operation that lacks one changes nothing.
#[test]
fn random_changes() {
    let mut asked = 0;
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let size = random.pick(&[0, 1, 2, 5, 40, 150]);
        let mut model = values(&mut random, size);
        let (mut expected, rlp) = whole_trie(&model);
        let whole = Nodes::from_iter(rlp);
        let (mut nodes, later) = (Nodes::default(), &mut Later::default());
        let mut trie = Trie::<Raw>::from_root(expected);
        // Roots that were asked for and not hashed at once.
        let mut waiting = Vec::new();
        let removals = 1 + random.below(4);
        for step in 0..200 {
            let held = random.below(model.len() + 1);
            let held = model.keys().nth(held).copied().filter(|_| random.below(4) > 0);
            let (key, value) = (held.unwrap_or_else(|| key(&mut random)), value(&mut random));
            let action = random.below(6);
            if action == 0 {
                // Nothing but reading.
            } else if action <= removals {
                model.remove(&key);
            } else {
                model.insert(key, value.0.clone());
            }
            let got = loop {
                let done = match model.get(&key) {
                    _ if action == 0 => Ok(()),
                    Some(_) => trie.insert(&nodes, &key, value.clone()),
                    None => trie.remove(&nodes, &key),
                };
                match done.and_then(|()| trie.get(&nodes, &key)) {
                    Ok(got) => break got,
                    Err(NodeNotHeld(hash)) => {
                        waiting.push((trie.root(later), expected, step));
                        let rlp = whole.get(&hash).expect("a node of the trie").to_vec();
                        nodes.0.insert(hash, rlp.into());
                        asked += 1;
                    }
                }
            };
            assert_eq!(got.map(|raw| raw.0), model.get(&key).cloned(), "seed {seed}, step {step}");
            expected = whole_trie(&model).0;
            waiting.push((trie.root(later), expected, step));
            if random.below(20) == 0 || step == 199 {
                for (root, expected, step) in waiting.drain(..) {
                    assert_eq!(later.hash(root), expected, "seed {seed}, step {step}");
                }
                assert_eq!(later.waiting(), 0);
            }
        }
        for (key, value) in &model {
            let known = trie.get(&whole, key).unwrap();
            assert_eq!(known, Some(Raw(value.clone())));
        }
    }
    assert!(asked > 1_000, "{asked}");
}

/// A removal that leaves a branch one child needs that child, and says so.
#[test]
fn collapse_needs_the_sibling() {
    let keys = [0x00, 0x10, 0x20].map(B256::repeat_byte);
    let model: BTreeMap<_, _> = keys.iter().map(|key| (*key, vec![7; 40])).collect();
    let (top, rlp) = whole_trie(&model);
    let later = &mut Later::default();
    let without = |key: B256| {
        let leaf = path::compact(&path::nibbles(&key)[1..], true);
        let mut list = RlpStream::new_list(2);
        list.append(&leaf.bytes()).append(&vec![7u8; 40]);
        let hash = keccak256(&list.out());
        let nodes = rlp.iter().filter(|rlp| keccak256(rlp) != hash).cloned();
        (hash, Nodes::from_iter(nodes))
    };
    let (hash, nodes) = without(keys[2]);
    assert_eq!(nodes.0.len(), rlp.len() - 1);
    let mut trie = Trie::<Raw>::from_root(top);
    trie.remove(&nodes, &keys[0]).unwrap();
    let rest: BTreeMap<_, _> = model.clone().into_iter().skip(1).collect();
    assert_eq!(root(&mut trie, later), whole_trie(&rest).0);
    assert_eq!(trie.remove(&nodes, &keys[1]), Err(NodeNotHeld(hash)));
    assert_eq!(trie.get(&nodes, &keys[2]), Err(NodeNotHeld(hash)));
    assert_eq!(root(&mut trie, later), whole_trie(&rest).0);
    trie.remove(&Nodes::from_iter(rlp), &keys[1]).unwrap();
    let rest: BTreeMap<_, _> = model.into_iter().skip(2).collect();
    assert_eq!(root(&mut trie, later), whole_trie(&rest).0);
}

/// Bytes of nodes changed at random, hashed again up to the root: whatever they say, every operation
/// comes to an end, and what is read is what was hashed.
#[test]
fn every_operation_on_changed_nodes_ends_and_reads_what_was_hashed() {
    let mut read = 0;
    for seed in 0..3_000 {
        let mut random = Random::new(seed);
        let model = values(&mut random, 12);
        let (_, mut rlp) = whole_trie(&model);
        rlp.sort();
        let victim = random.below(rlp.len());
        let mut bytes = rlp[victim].to_vec();
        for _ in 0..=random.below(3) {
            let index = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[index] ^= 1 << random.below(8),
                1 => {
                    bytes[index] = random.pick(&[0, 0x7f, 0x80, 0x81, 0xb7, 0xbf, 0xc0, 0xf7, 0xff])
                }
                2 => bytes.insert(index, random.next() as u8),
                _ => bytes.truncate(index.max(1)),
            }
        }
        let top = keccak256(&bytes);
        rlp.push(bytes.into());
        let (nodes, later) = (Nodes::from_iter(rlp), &mut Later::default());
        let mut trie = Trie::<Raw>::from_root(top);
        for _ in 0..12 {
            let key = model.keys().nth(random.below(model.len())).copied().unwrap();
            let before = root(&mut trie, later);
            let failed = match random.below(3) {
                0 => {
                    read += usize::from(trie.get(&nodes, &key).is_ok());
                    assert_eq!(root(&mut trie, later), before);
                    false
                }
                1 => trie.insert(&nodes, &key, value(&mut random)).is_err(),
                _ => trie.remove(&nodes, &key).is_err(),
            };
            assert!(!failed || root(&mut trie, later) == before);
        }
    }
    assert!(read > 100, "{read}");
}
