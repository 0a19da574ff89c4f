//! Tries are compared with those that alloy builds from all values at once.

use std::collections::BTreeMap;

use alloy_primitives::{Bytes, hex};
use rlp::RlpStream;

use super::{
    testing::{Random, whole_trie},
    *,
};

/// Bytes as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Raw(Vec<u8>);

impl Value for Raw {
    fn encode(&self) -> Vec<u8> {
        self.0.clone()
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

#[test]
fn empty_trie() {
    assert_eq!(EMPTY_ROOT, keccak256(&[0x80]));
    assert_eq!(Trie::<Raw>::empty().root(), EMPTY_ROOT);
    let mut trie = Trie::<Raw>::from_root(EMPTY_ROOT);
    let nodes = Nodes::default();
    assert_eq!(trie.get(&nodes, &B256::ZERO), Ok(None));
    trie.remove(&nodes, &B256::ZERO).unwrap();
    trie.insert(&nodes, &B256::ZERO, Raw(vec![1])).unwrap();
    trie.remove(&nodes, &B256::ZERO).unwrap();
    assert_eq!(trie.root(), EMPTY_ROOT);
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
        assert_eq!(path::compact(path, leaf), bytes);
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
        let (root, rlp) = whole_trie(&model);
        let whole = Nodes::from_iter(rlp);
        let mut nodes = Nodes::default();
        let mut trie = Trie::<Raw>::from_root(root);
        let mut root = root;
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
                    Err(MissingNode(hash)) => {
                        assert_eq!(trie.root(), root, "seed {seed}, step {step}");
                        let rlp = whole.get(&hash).expect("a node of the trie").to_vec();
                        nodes.0.insert(hash, rlp.into());
                        asked += 1;
                    }
                }
            };
            assert_eq!(got.map(|raw| raw.0), model.get(&key).cloned(), "seed {seed}, step {step}");
            root = whole_trie(&model).0;
            assert_eq!(trie.root(), root, "seed {seed}, step {step}");
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
    let (root, rlp) = whole_trie(&model);
    let without = |key: B256| {
        let leaf = path::compact(&path::nibbles(&key)[1..], true);
        let mut list = RlpStream::new_list(2);
        list.append(&leaf).append(&vec![7u8; 40]);
        let hash = keccak256(&list.out());
        let nodes = rlp.iter().filter(|rlp| keccak256(rlp) != hash).cloned();
        (hash, Nodes::from_iter(nodes))
    };
    let (hash, nodes) = without(keys[2]);
    assert_eq!(nodes.0.len(), rlp.len() - 1);
    let mut trie = Trie::<Raw>::from_root(root);
    trie.remove(&nodes, &keys[0]).unwrap();
    let rest: BTreeMap<_, _> = model.clone().into_iter().skip(1).collect();
    assert_eq!(trie.root(), whole_trie(&rest).0);
    assert_eq!(trie.remove(&nodes, &keys[1]), Err(MissingNode(hash)));
    assert_eq!(trie.get(&nodes, &keys[2]), Err(MissingNode(hash)));
    assert_eq!(trie.root(), whole_trie(&rest).0);
    trie.remove(&Nodes::from_iter(rlp), &keys[1]).unwrap();
    let rest: BTreeMap<_, _> = model.into_iter().skip(2).collect();
    assert_eq!(trie.root(), whole_trie(&rest).0);
}

/// What a trie with this topmost node says of a key.
fn read(rlp: &[u8], key: B256) -> Result<Option<Raw>, MissingNode> {
    let nodes = Nodes::from_iter([Bytes::copy_from_slice(rlp)]);
    Trie::from_root(keccak256(rlp)).get(&nodes, &key)
}

fn list(items: &[&[u8]]) -> Vec<u8> {
    let mut list = RlpStream::new_list(items.len());
    for item in items {
        list.append_raw(item, 1);
    }
    list.out().to_vec()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    rlp::encode(&bytes.to_vec()).to_vec()
}

fn leaf(path: &[u8], value: &[u8]) -> Vec<u8> {
    list(&[&string(&path::compact(path, true)), &string(value)])
}

fn extension(path: &[u8], child: &[u8]) -> Vec<u8> {
    list(&[&string(&path::compact(path, false)), child])
}

fn branch(children: &[(usize, &[u8])], value: &[u8]) -> Vec<u8> {
    let value = string(value);
    let mut items = [&[0x80][..]; 17];
    items[16] = &value;
    for (nibble, child) in children {
        items[*nibble] = child;
    }
    list(&items)
}

/// For each rule of the encoding, a node that keeps it and ones that break it.
#[test]
fn nodes_are_read_strictly() {
    let zero = [0; 64];
    let hash = string(&[9; 32]);
    let good = leaf(&zero, &[7]);
    assert_eq!(read(&good, B256::ZERO), Ok(Some(Raw(vec![7]))));
    assert_eq!(read(&good, B256::repeat_byte(1)), Ok(None));
    // The topmost may be shorter than its hash; 34 bytes of path are not.
    let short = branch(&[(1, &leaf(&[0; 63], &[1])), (2, &hash)], &[]);
    assert!(short.len() > 32);
    let inline = [leaf(&[], &[7]), leaf(&[], &[8])];
    let low = branch(&[(0, &inline[0]), (5, &inline[1])], &[]);
    assert!(low.len() < 32);
    let deep = extension(&[0; 63], &low);
    assert_eq!(read(&deep, B256::ZERO), Ok(Some(Raw(vec![7]))));
    let mut other = B256::ZERO;
    other[31] = 5;
    assert_eq!(read(&deep, other), Ok(Some(Raw(vec![8]))));

    let mut long_length = vec![0xf8, good.len() as u8 - 1];
    long_length.extend(&good[1..]);
    let mut long_byte = list(&[&string(&path::compact(&zero, true)), &[0x81, 7]]);
    let mut trailing = good.clone();
    trailing.push(0);
    let mut padded = path::compact(&zero, true);
    padded[0] |= 1;
    let mut flagged = path::compact(&zero, true);
    flagged[0] |= 0x40;
    let refused = [
        ("not a list", string(&[1; 40])),
        ("nothing", vec![]),
        ("no items", list(&[])),
        ("one item", list(&[&hash])),
        ("three items", list(&[&string(&path::compact(&zero, true)), &[7], &[7]])),
        ("sixteen items", list(&[&hash[..]; 16])),
        ("eighteen items", list(&[&hash[..]; 18])),
        ("cut off", good[..good.len() - 1].to_vec()),
        ("trailing byte", trailing),
        ("long length", long_length),
        ("long byte", std::mem::take(&mut long_byte)),
        ("no path", list(&[&[0x80], &hash])),
        ("path is a list", list(&[&list(&[&[0x20]]), &hash])),
        ("padding in the path", list(&[&string(&padded), &[7]])),
        ("unknown flag", list(&[&string(&flagged), &[7]])),
        ("path too short", leaf(&zero[1..], &[7])),
        ("path too long", leaf(&[0; 66], &[7])),
        ("no value", leaf(&zero, &[])),
        ("value is a list", list(&[&string(&path::compact(&zero, true)), &list(&[&[7]])])),
        ("empty extension", extension(&[], &hash)),
        ("extension as long as the key", extension(&zero, &hash)),
        ("extension above nothing", extension(&zero[1..], &[0x80])),
        ("extension above a leaf", extension(&zero[1..], &inline[0])),
        ("extension above 31 bytes", extension(&zero[1..], &string(&[9; 31]))),
        ("branch of none", branch(&[], &[])),
        ("branch of one", branch(&[(0, &hash)], &[])),
        ("branch with a value", branch(&[(0, &hash), (1, &hash)], &[7])),
        ("branch above 33 bytes", branch(&[(0, &hash), (1, &string(&[9; 33]))], &[])),
        ("long node inside", branch(&[(0, &leaf(&zero[1..], &[7])), (1, &hash)], &[])),
        ("leaf inside, wrong depth", branch(&[(0, &leaf(&[], &[7])), (1, &hash)], &[])),
        (
            "branch below the last nibble",
            extension(&zero[1..], &branch(&[(0, &low), (1, &low)], &[])),
        ),
    ];
    for (name, rlp) in refused {
        assert_eq!(read(&rlp, B256::ZERO), Err(MissingNode(keccak256(&rlp))), "{name}");
    }
}

/// A node under a hash that should stand in its parent, and an extension's child that is no branch.
#[test]
fn nodes_fit_their_place() {
    let low = branch(&[(0, &leaf(&[], &[7])), (5, &leaf(&[], &[8]))], &[]);
    let long = branch(&[(0, &leaf(&[], &[7])), (5, &leaf(&[], &[8; 20]))], &[]);
    assert!(low.len() < 32 && long.len() >= 32);
    let one_more = leaf(&[0], &[7; 40]);
    for (child, accepted) in [(&low, false), (&long, true), (&one_more, false)] {
        let parent = extension(&[0; 63], &string(keccak256(child).as_slice()));
        let nodes = [&parent, child].map(|rlp| Bytes::copy_from_slice(rlp));
        let got =
            Trie::<Raw>::from_root(keccak256(&parent)).get(&Nodes::from_iter(nodes), &B256::ZERO);
        let expected =
            if accepted { Ok(Some(Raw(vec![7]))) } else { Err(MissingNode(keccak256(child))) };
        assert_eq!(got, expected);
    }
}

/// Bytes of nodes changed at random, hashed again up to the root: whatever they say, every operation
/// comes to an end, and what is read is what was hashed.
#[test]
fn hostile_nodes() {
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
        let root = keccak256(&bytes);
        rlp.push(bytes.into());
        let nodes = Nodes::from_iter(rlp);
        let mut trie = Trie::<Raw>::from_root(root);
        for _ in 0..12 {
            let key = model.keys().nth(random.below(model.len())).copied().unwrap();
            let before = trie.root();
            let failed = match random.below(3) {
                0 => {
                    read += usize::from(trie.get(&nodes, &key).is_ok());
                    assert_eq!(trie.root(), before);
                    false
                }
                1 => trie.insert(&nodes, &key, value(&mut random)).is_err(),
                _ => trie.remove(&nodes, &key).is_err(),
            };
            assert!(!failed || trie.root() == before);
        }
    }
    assert!(read > 100, "{read}");
}
