use alloy_primitives::{Address, hex};
use alloy_rlp::Encodable;
use iso_evm_wire::{container::Roots, transaction::Transaction};

use iso_evm_wire::Fork;

use super::*;
use crate::audit::ancestors::tests::witness;

/// The third item of the container, as the recorder's encoder wrote it.
fn block_item(witness: &Witness) -> Vec<u8> {
    let file = witness.encode();
    let list = rlp::Rlp::new(&file[5..]);
    list.at(2).unwrap().as_raw().to_vec()
}

#[test]
fn a_header_gives_the_blocks_hash() {
    let mut witness = witness();
    let header = witness.block.header.clone().unwrap();
    assert_eq!(anchors(&witness).block, Anchor::Hash(header.hash_slow()));
    // A header that says something else than the fields does not name the block.
    witness.block.timestamp ^= 1;
    assert!(matches!(anchors(&witness).block, Anchor::Digest(_)));
}

#[test]
fn without_a_header_the_item_is_digested() {
    for fork in Fork::ALL {
        let mut witness = witness();
        let header = crate::header_hash::tests::header(fork, 7);
        witness.rules = fork.into();
        let fee = (fork >= Fork::Cancun).then_some(u128::MAX - 5);
        witness.block = Block::from_header(header, fork, fee);
        witness.block.header = None;
        let expected = alloy_primitives::keccak256(block_item(&witness));
        assert_eq!(anchors(&witness).block, Anchor::Digest(expected), "{fork}");
    }
}

#[test]
fn a_transaction_without_signature_is_digested_with_its_sender() {
    let mut witness = witness();
    let encode = |witness: &Witness| {
        let payload = alloy_primitives::Bytes::from(witness.transaction.encode());
        let mut list = Vec::new();
        let items: [&dyn Encodable; 2] = [&payload, &witness.transaction.from()];
        alloy_rlp::encode_list::<&dyn Encodable, dyn Encodable>(&items, &mut list);
        Anchor::Digest(alloy_primitives::keccak256(list))
    };
    let first = anchors(&witness).transaction;
    assert_eq!(first, encode(&witness));
    let body = witness.transaction.body().ethereum().unwrap().clone();
    witness.transaction = Transaction::unsigned(Address::repeat_byte(9), body);
    assert_ne!(anchors(&witness).transaction, first);
    assert_eq!(anchors(&witness).transaction, encode(&witness));
    let signed = hex!(
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a0"
        "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b"
        "3800ccf555c9f3dc64214b297fb1966a3b6d83"
    );
    witness.transaction = Transaction::decode_whole(&signed).unwrap();
    let hash = witness.transaction.hash().unwrap();
    assert_eq!(anchors(&witness).transaction, Anchor::Hash(hash));
}

#[test]
fn given_hashes_are_digested() {
    let mut witness = witness();
    let list: Vec<Vec<u8>> = vec![{
        let mut item = Vec::new();
        alloy_rlp::encode_list::<_, dyn Encodable>(
            &[&290_u64 as &dyn Encodable, &B256::repeat_byte(9)],
            &mut item,
        );
        item
    }];
    let payload = list.concat();
    let mut encoded = Vec::new();
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut encoded);
    encoded.extend(payload);
    let digest = alloy_primitives::keccak256(encoded);
    assert_eq!(anchors(&witness).ancestors, Some(digest));
    witness.block_hashes.clear();
    assert_eq!(anchors(&witness).ancestors, None);
}

#[test]
fn each_anchor_is_compared() {
    type Change = fn(&mut Witness);
    let mut honest = witness();
    honest.roots.enter = honest.ancestors[0].state_root;
    assert_eq!(anchors(&honest).source, RootSource::Parent);
    let expected = Expected::from(&anchors(&honest));
    assert_eq!(anchors(&honest).check(&expected), Ok(()));
    let changes: [(&str, Change); 8] = [
        ("chain", |witness| witness.chain_id = 5),
        ("fork", |witness| witness.rules = Fork::Shanghai.into()),
        ("block", |witness| witness.block.header.as_mut().unwrap().gas_used ^= 1),
        ("block", |witness| witness.block.header = None),
        ("transaction", |witness| {
            let body = witness.transaction.body().ethereum().unwrap().clone();
            witness.transaction = Transaction::unsigned(Address::ZERO, body);
        }),
        ("root", |witness| witness.roots = Roots { enter: B256::ZERO, ..witness.roots }),
        ("source", |witness| witness.ancestors[0].gas_used ^= 1),
        ("ancestors", |witness| witness.block_hashes.clear()),
    ];
    for (what, change) in changes {
        let mut witness = honest.clone();
        change(&mut witness);
        let mismatch = anchors(&witness).check(&expected).unwrap_err();
        assert_eq!(mismatch.what, what);
        assert_eq!(anchors(&witness).check(&Expected::default()), Ok(()));
    }
    // No given hashes are as good an expectation as some.
    let mut without = honest.clone();
    without.block_hashes.clear();
    let mismatch = anchors(&honest).check(&Expected::from(&anchors(&without))).unwrap_err();
    assert_eq!(mismatch.what, "ancestors");
    let expected = Expected { fork: Some(Fork::Osaka.into()), ..Expected::default() };
    let mismatch = anchors(&honest).check(&expected).unwrap_err();
    assert_eq!(mismatch.to_string(), "fork: expected osaka, found cancun");
}
