//! Nodes as RLP, canonical and not: each rule that reading holds them to.

use alloy_primitives::Bytes;
use rlp::RlpStream;

use super::{tests::Raw, *};

/// What a trie with this topmost node says of a key.
fn read(rlp: &[u8], key: B256) -> Result<Option<Raw>, NodeNotHeld> {
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
    list(&[&string(path::compact(path, true).bytes()), &string(value)])
}

fn extension(path: &[u8], child: &[u8]) -> Vec<u8> {
    list(&[&string(path::compact(path, false).bytes()), child])
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
    // Two leaves in their parent, which stands in its own.
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
    let long_byte = list(&[&string(path::compact(&zero, true).bytes()), &[0x81, 7]]);
    let mut trailing = good.clone();
    trailing.push(0);
    let mut padded = path::compact(&zero, true).bytes().to_vec();
    padded[0] |= 1;
    let mut flagged = path::compact(&zero, true).bytes().to_vec();
    flagged[0] |= 0x40;
    let refused = [
        ("not a list", string(&[1; 40])),
        ("nothing", vec![]),
        ("no items", list(&[])),
        ("one item", list(&[&hash])),
        ("three items", list(&[&string(path::compact(&zero, true).bytes()), &[7], &[7]])),
        ("sixteen items", list(&[&hash[..]; 16])),
        ("eighteen items", list(&[&hash[..]; 18])),
        ("cut off", good[..good.len() - 1].to_vec()),
        ("trailing byte", trailing),
        ("long length", long_length),
        ("long byte", long_byte),
        ("no path", list(&[&[0x80], &hash])),
        ("path is a list", list(&[&list(&[&[0x20]]), &hash])),
        ("padding in the path", list(&[&string(&padded), &[7]])),
        ("unknown flag", list(&[&string(&flagged), &[7]])),
        ("path too short", leaf(&zero[1..], &[7])),
        ("path too long", leaf(&[0; 66], &[7])),
        ("no value", leaf(&zero, &[])),
        ("value is a list", list(&[&string(path::compact(&zero, true).bytes()), &list(&[&[7]])])),
        ("empty extension", extension(&[], &hash)),
        ("extension as long as the key", extension(&zero, &hash)),
        ("extension above nothing", extension(&zero[1..], &[0x80])),
        ("extension above a leaf", extension(&zero[1..], &leaf(&[0], &[7]))),
        ("extension above an extension", extension(&zero[2..], &extension(&[0], &low))),
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
        assert_eq!(read(&rlp, B256::ZERO), Err(NodeNotHeld(keccak256(&rlp))), "{name}");
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
            if accepted { Ok(Some(Raw(vec![7]))) } else { Err(NodeNotHeld(keccak256(child))) };
        assert_eq!(got, expected);
    }
}
