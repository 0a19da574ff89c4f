use iso_evm_witness::{Input, record};

use super::*;
use crate::header_hash::tests::header;

/// A witness at block 300 with the headers of its parent and grandparent, the latter of an earlier
/// fork, and the hash of block 290 given.
pub(in crate::audit) fn witness() -> Witness {
    let json = br#"{
        "fork": "cancun",
        "transaction": {"from": "0x0101010101010101010101010101010101010101",
            "to": "0x0202020202020202020202020202020202020202", "gas": "0x5208"}
    }"#;
    let input = Input::parse(json, None).unwrap();
    let mut witness = record(&input.execution).unwrap().witness(&input);
    let oldest = Header { number: 298, ..header(Fork::London, 1) };
    let parent =
        Header { number: 299, parent_hash: oldest.hash_slow(), ..header(Fork::Shanghai, 2) };
    let own = Header { number: 300, parent_hash: parent.hash_slow(), ..header(Fork::Cancun, 3) };
    witness.block = Block::from_header(own, Fork::Cancun, Some(1));
    witness.ancestors = vec![parent, oldest];
    witness.block_hashes.insert(290, B256::repeat_byte(9));
    witness
}

#[test]
fn headers_tell_the_hashes_of_their_parents() {
    let mut witness = witness();
    let [parent, oldest] = witness.ancestors.clone().try_into().unwrap();
    assert_eq!(ancestor_hash(&witness, 299), Some(parent.hash_slow()));
    assert_eq!(ancestor_hash(&witness, 298), Some(oldest.hash_slow()));
    assert_eq!(ancestor_hash(&witness, 297), Some(oldest.parent_hash));
    assert_eq!(ancestor_hash(&witness, 296), None);
    assert_eq!(ancestor_hash(&witness, 290), Some(B256::repeat_byte(9)));
    for number in [300, 301, u64::MAX] {
        assert_eq!(ancestor_hash(&witness, number), None);
    }
    // What a header tells is not what somebody says.
    witness.block_hashes.insert(298, B256::ZERO);
    assert_eq!(ancestor_hash(&witness, 298), Some(oldest.hash_slow()));
    witness.block.header = None;
    assert_eq!(ancestor_hash(&witness, 298), Some(B256::ZERO));
    assert_eq!(ancestor_hash(&witness, 299), None);
}

#[test]
fn headers_are_a_chain() {
    let honest = witness();
    assert_eq!(broken_chain(&Hashes::of(&honest)), None);
    for index in 0..2 {
        let mut witness = honest.clone();
        let expected = witness.ancestors[index].hash_slow();
        witness.ancestors[index].gas_used += 1;
        let found = witness.ancestors[index].hash_slow();
        assert_eq!(broken_chain(&Hashes::of(&witness)), Some(BrokenChain { expected, found }));
    }
    let mut swapped = honest.clone();
    swapped.ancestors.swap(0, 1);
    assert!(broken_chain(&Hashes::of(&swapped)).is_some());
    let mut headless = honest;
    headless.block.header = None;
    assert!(broken_chain(&Hashes::of(&headless)).is_some());
    headless.ancestors.clear();
    assert_eq!(broken_chain(&Hashes::of(&headless)), None);
}

/// Hashes that fit, numbers that do not: no chain has such headers, but a forger can make them.
#[test]
fn numbers_descend_by_one() {
    let mut witness = witness();
    witness.ancestors.truncate(1);
    witness.ancestors[0].number = 298;
    let mut own = *witness.block.header.unwrap();
    own.parent_hash = witness.ancestors[0].hash_slow();
    witness.block.header = Some(Box::new(own));
    let word = |number: u64| B256::from(U256::from(number));
    let broken = BrokenChain { expected: word(299), found: word(298) };
    assert_eq!(broken_chain(&Hashes::of(&witness)), Some(broken));
}
