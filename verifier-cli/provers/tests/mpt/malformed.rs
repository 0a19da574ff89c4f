//! Nodes, each with one thing wrong, at roots of liars: what would have to go by it reverts.

use alloy_primitives::{B256, keccak256};

use super::{
    model::list,
    probe::{ENOUGH, Step, reads, run, writes},
};

const NOTHING: [u8; 1] = [0x80];

/// A key that begins with this nibble, and has the same behind it.
fn key(nibble: u8) -> B256 {
    let mut key = B256::repeat_byte(0x77);
    key[0] = nibble << 4 | 7;
    key
}

/// RLP of a path of sevens.
fn sevens(count: usize, leaf: bool) -> Vec<u8> {
    let flags = if leaf { 0x20 } else { 0 };
    let first = if count % 2 == 1 { flags | 0x17 } else { flags };
    alloy_rlp::encode(&[&[first], &vec![0x77; count / 2][..]].concat()[..])
}

fn pair(path: &[u8], item: &[u8]) -> Vec<u8> {
    list(&[path, item].concat())
}

fn leaf(count: usize) -> Vec<u8> {
    pair(&sevens(count, true), &alloy_rlp::encode(&[9; 40][..]))
}

fn hash(node: &[u8]) -> Vec<u8> {
    alloy_rlp::encode(keccak256(node))
}

/// A branch of these children, the others being none, and a value if it has one.
fn branch(children: &[(usize, &[u8])], value: &[u8]) -> Vec<u8> {
    let child = |nibble| {
        let given = children.iter().find(|(other, _)| *other == nibble);
        given.map_or(&NOTHING[..], |(_, item)| *item)
    };
    list(&[(0..16).flat_map(child).copied().collect(), value.to_vec()].concat())
}

/// Whether steps are done on nodes, the first of which is the root's, each by itself.
fn done(nodes: &[&[u8]], steps: &[Step]) -> Vec<bool> {
    let root = keccak256(nodes[0]);
    steps
        .iter()
        .map(|step| run(nodes.concat(), root, std::slice::from_ref(step), ENOUGH).is_ok())
        .collect()
}

/// A reading, a change and a removal.
fn all(nibble: u8) -> [Step; 3] {
    let path = key(nibble);
    [reads(0, path), writes(0, path, vec![1]), writes(0, path, vec![])]
}

#[test]
fn a_branch_of_other_than_children_and_a_value() {
    let below = leaf(63);
    let child = &hash(&below)[..];
    let whole = branch(&[(1, child), (7, child)], &NOTHING);
    let tried = |node: &[u8]| {
        assert_eq!(done(&[node, &below], &all(1)[..2]), [true; 2], "what is right is read");
        done(&[node, &below], &all(1)[2..])[0]
    };
    assert!(tried(&whole));
    assert!(!tried(&branch(&[(1, child), (7, child)], &[])), "no place for a value");
    assert!(!tried(&branch(&[(1, child)], &NOTHING)), "one child");
    // Their path and the nibble make more than a path has.
    for count in [64, 65] {
        let other = leaf(count);
        let node = branch(&[(1, child), (7, &hash(&other))], &NOTHING);
        assert_eq!(done(&[&node, &below, &other], &all(1)), [true, true, false], "{count}");
    }
    let long = [&[0xdf][..], &[1; 32]].concat();
    for other in [&[0xc0][..], &[5], &[0x81, 0x80], &long, &[0xf8, 1, 1], &[0xbf], &[0x9f]] {
        let node = branch(&[(1, child), (3, other), (7, child)], &NOTHING);
        assert!(!tried(&node), "{other:?}");
        let node = branch(&[(1, child), (7, other)], &NOTHING);
        assert!(!tried(&node), "{other:?}");
        assert_eq!(done(&[&node, &below], &all(7)), [false; 3], "{other:?}");
    }
    // The last child ends where the node does, or further on.
    for cut in [0, 1, 32] {
        let node = branch(&[(1, child), (15, child)], &[]);
        let node = list(&node[2..node.len() - cut]);
        assert!(!tried(&node), "{cut}");
        assert_eq!(done(&[&node, &below], &all(15)), [false; 3], "{cut}");
    }
}

#[test]
fn an_extension_of_other_than_a_path_and_a_branch() {
    let end = |above: usize| {
        let below = leaf(63 - above);
        let branch = branch(&[(7, &hash(&below)), (8, &hash(&below))], &NOTHING);
        (below, branch)
    };
    let (below, under) = end(3);
    let tried = |node: &[u8], under: &[u8], below: &[u8]| done(&[node, under, below], &all(7));
    let whole = pair(&sevens(3, false), &hash(&under));
    assert_eq!(tried(&whole, &under, &below), [true; 3]);
    let (below, under) = end(0);
    let none = pair(&sevens(0, false), &hash(&under));
    assert_eq!(tried(&none, &under, &below), [false; 3], "no path");
    for item in [&NOTHING[..], &[0xc0], &[5], &[0x82, 1, 1]] {
        assert_eq!(tried(&pair(&sevens(3, false), item), &under, &below), [false; 3], "{item:?}");
    }
    for count in [64, 65] {
        let node = pair(&sevens(count, false), &hash(&leaf(0)));
        assert_eq!(tried(&node, &under, &leaf(0)), [false; 3], "{count} nibbles");
    }
    // What stands for a short node is that node as a list, and is short.
    let [path, node] = [sevens(60, false), sevens(4, true)];
    let short = pair(&node, &[9]);
    let text = alloy_rlp::encode([&node[..], &[9]].concat().as_slice());
    let long = pair(&node, &alloy_rlp::encode(&[9; 30][..]));
    assert_eq!(done(&[&pair(&path, &short)], &all(7)[..2]), [true; 2]);
    for item in [text, long] {
        assert_eq!(done(&[&pair(&path, &item)], &all(7)), [false; 3], "{item:?}");
    }
    // A leaf under it is read, and is no leaf's place.
    let (below, _) = end(2);
    let node = pair(&sevens(2, false), &hash(&leaf(62)));
    assert_eq!(tried(&node, &leaf(62), &below), [true, true, false]);
}

#[test]
fn a_leaf_of_other_than_the_rest_of_a_path_and_a_value() {
    assert_eq!(done(&[&leaf(64)], &all(7)), [true; 3]);
    for count in [0, 1, 62, 63, 65] {
        assert_eq!(done(&[&leaf(count)], &all(7)), [false; 3], "{count} nibbles");
    }
    let long = [&[0xf8, 64][..], &[1; 64]].concat();
    for value in [&[0xc1, 1][..], &[0xf8, 1, 1], &long] {
        let node = pair(&sevens(64, true), value);
        assert_eq!(done(&[&node], &all(7)[..1]), [false], "{value:?}");
    }
    // A value that says that it is longer or shorter than there is room for.
    for value in [&[0x82, 1][..], &[0x81, 0x80, 0x80], &[0xb8], &[0xbf, 0xff, 0xff]] {
        assert_eq!(done(&[&pair(&sevens(64, true), value)], &all(7)), [false; 3], "{value:?}");
    }
    for node in [&list(&[])[..], &list(&sevens(64, true)), &list(&NOTHING)] {
        assert_eq!(done(&[node], &all(7)), [false; 3], "{node:?}");
    }
}

/// Below 64 nibbles is nothing, not even a branch.
#[test]
fn a_path_ends() {
    let mut nodes = vec![branch(&[(7, &hash(&leaf(0))), (8, &hash(&leaf(0)))], &NOTHING)];
    for _ in 0..64 {
        let under = hash(&nodes[0]);
        nodes.insert(0, branch(&[(7, &under), (8, &under)], &NOTHING));
    }
    nodes.push(leaf(0));
    let nodes: Vec<_> = nodes.iter().map(|node| &node[..]).collect();
    assert_eq!(done(&nodes, &all(7)), [false; 3]);
    // A branch further down all is well.
    assert_eq!(done(&nodes[1..], &all(7)), [true; 3]);
}

/// So with branches that have all of their children, which are walked in another way.
#[test]
fn a_path_ends_in_full_branches_too() {
    let full = |under: &[u8]| {
        let children: Vec<_> = (0..16).map(|nibble| (nibble, under)).collect();
        branch(&children, &NOTHING)
    };
    let mut nodes = vec![full(&hash(&leaf(0)))];
    for _ in 0..64 {
        nodes.insert(0, full(&hash(&nodes[0])));
    }
    nodes.push(leaf(0));
    let nodes: Vec<_> = nodes.iter().map(|node| &node[..]).collect();
    assert_eq!(done(&nodes, &all(7)), [false; 3]);
    assert_eq!(done(&nodes[1..], &all(7)), [true; 3]);
}

/// As long as a full branch, it has no child there.
#[test]
fn a_branch_of_fifteen_children_is_not_full() {
    let child = hash(&leaf(63));
    let children: Vec<_> = (0..15).map(|nibble| (nibble, &child[..])).collect();
    let node = branch(&children, &hash(&[]));
    assert_eq!(node.len(), 532);
    assert_eq!(done(&[&node], &all(15)), [true; 3]);
}

#[test]
fn nodes_that_are_cut_short_or_no_lists() {
    let node = leaf(64);
    for packed in [&node[..node.len() - 1], &[0xf8], &[0xff, 1], &NOTHING, &[0xbf], &[0]] {
        let root = keccak256(packed);
        assert!(run(packed.to_vec(), root, &[reads(0, key(7))], ENOUGH).is_err(), "{packed:?}");
        // Behind a node that is one.
        let (packed, root) = ([&node, packed].concat(), keccak256(&node));
        assert!(run(packed, root, &[reads(0, key(7))], ENOUGH).is_err());
    }
}
