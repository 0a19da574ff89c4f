//! Inputs with all that the audits can use: whole headers, ancestors, proofs, a receipt.

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, hex};
use serde_json::{Value, json};

use super::super::*;
use crate::{Recording, record};
use iso_evm_wire::{
    Fork, Witness,
    block::{BlockError, BlockFields},
};

/// A block of Shanghai as a node returns it, and what it adds.
fn block(header: &Header) -> Value {
    let mut block = serde_json::to_value(BlockFields::from(header)).unwrap();
    let added =
        json!({"size": "0x220", "totalDifficulty": "0x0", "uncles": [], "transactions": []});
    block.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
    block
}

fn header(number: u64, parent: Option<&Header>) -> Header {
    Header {
        number,
        timestamp: 1_700_000_000 + 12 * number,
        parent_hash: parent.map_or(B256::repeat_byte(7), Header::hash_slow),
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(7),
        withdrawals_root: Some(B256::repeat_byte(1)),
        ..Header::default()
    }
}

/// Stores `BLOCKHASH` of block 97 in slot 0 and that of block 99 in slot 1, at block 100.
fn input() -> Value {
    let oldest = header(98, None);
    let parent = header(99, Some(&oldest));
    json!({
        "fork": "shanghai",
        "block": block(&header(100, Some(&parent))),
        "ancestors": [block(&parent), block(&oldest)],
        "transaction": {"from": "0x0101010101010101010101010101010101010101",
            "to": "0x0202020202020202020202020202020202020202", "gas": "0x20000", "gasPrice": "0x7"},
        "prestate": {
            "0x0101010101010101010101010101010101010101": {"balance": "0xffffffff"},
            "0x0202020202020202020202020202020202020202": {"code": "0x6061405f55606340600155",
                "storage": {"0x5": "0x6"}}
        },
        "receipt": {"status": "0x1", "gasUsed": "0x1234", "logs": [], "logsBloom":
            format!("0x{}", "00".repeat(256)), "cumulativeGasUsed": "0x1234"}
    })
}

fn parse(input: &Value) -> Result<Input, InputError> {
    Input::parse(input.to_string().as_bytes(), None)
}

fn recorded(input: &Value) -> (Witness, Recording) {
    let input = parse(input).unwrap();
    let recording = record(&input.execution).unwrap();
    let witness = recording.witness(&input);
    assert_eq!(Witness::decode(&witness.encode()).as_ref(), Ok(&witness));
    (witness, recording)
}

#[test]
fn headers_tell_block_hashes() {
    let (witness, recording) = recorded(&input());
    let stored = |slot: usize| {
        let message = &recording.messages[0].witness;
        iso_evm_wire::records::Record::decode(&message.stateAccessList[slot]).unwrap()
    };
    let iso_evm_wire::records::Record::Blockhash(first) = stored(1) else {
        panic!("BLOCKHASH is first")
    };
    assert_eq!(first.hash, B256::repeat_byte(7));
    let iso_evm_wire::records::Record::Blockhash(second) = stored(3) else {
        panic!("BLOCKHASH is third")
    };
    assert_eq!(second.hash, header(99, Some(&header(98, None))).hash_slow());
    assert_eq!(witness.ancestors.len(), 2);
    assert!(witness.block_hashes.is_empty() && witness.block.header.is_some());
    assert_eq!((witness.receipt.success, witness.receipt.gas_used), (true, 0x1234));
    // Without the older header its parent's hash must be given.
    let mut part = input();
    part["ancestors"].as_array_mut().unwrap().pop();
    assert!(record(&parse(&part).unwrap().execution).is_err());
    part["blockHashes"] = json!({"97": B256::repeat_byte(8)});
    let (witness, _) = recorded(&part);
    // The header that is left tells nothing that was asked for.
    assert_eq!((witness.ancestors.len(), witness.block_hashes.len()), (0, 1));
    // A header whose own hash nobody asks for is left out.
    let mut other = input();
    let code = "0x606340600155";
    other["prestate"]["0x0202020202020202020202020202020202020202"]["code"] = json!(code);
    assert_eq!(recorded(&other).0.ancestors.len(), 0);
}

/// Ancestors are of any fork before, and the block needs its own header to have them.
#[test]
fn ancestors_are_a_chain() {
    let error = |change: &dyn Fn(&mut Value)| {
        let mut input = input();
        change(&mut input);
        parse(&input).unwrap_err().to_string()
    };
    let (oldest, own) = (header(98, None).hash_slow(), header(98, None));
    let swapped = error(&|input| input["ancestors"].as_array_mut().unwrap().swap(0, 1));
    let parent = header(99, Some(&own)).hash_slow();
    assert_eq!(swapped, format!("ancestors[0]: the parent's hash is {parent}, found {oldest}"));
    let missing =
        error(&|input| drop(input["ancestors"][1].as_object_mut().unwrap().remove("nonce")));
    assert_eq!(missing, "ancestors[1]: not the fields of a whole header");
    let headless = error(&|input| drop(input["block"].as_object_mut().unwrap().remove("nonce")));
    assert_eq!(headless, "ancestors: \"block\" has not all fields of its fork's headers");
    let told = error(&|input| input["blockHashes"] = json!({"0x62": B256::ZERO}));
    assert_eq!(
        told,
        format!("blockHashes: that of 98 is {oldest} by a header, found {}", B256::ZERO)
    );
    let jump = error(&|input| {
        let parent = header(90, None);
        input["block"] = block(&header(100, Some(&parent)));
        input["ancestors"] = json!([block(&parent)]);
    });
    assert_eq!(jump, "ancestors[0]: its number is 90, and its child's 100");
    let mut earlier = input();
    let parent = Header { withdrawals_root: None, ..header(99, Some(&own)) };
    earlier["block"] = block(&header(100, Some(&parent)));
    earlier["ancestors"] = json!([block(&parent), block(&own)]);
    assert_eq!(recorded(&earlier).0.ancestors[0], parent);
}

#[test]
fn a_hash_must_be_the_headers() {
    let mut input = input();
    input["ancestors"] = json!([]);
    let (expected, found) = (input["block"]["hash"].clone(), B256::repeat_byte(3));
    input["block"]["hash"] = json!(found);
    let error = parse(&input).unwrap_err();
    assert!(matches!(error, InputError::Block(BlockError::Hash { .. })));
    assert_eq!(
        error.to_string(),
        format!(
            "block: field \"hash\": the header's is {}, found {found}",
            expected.as_str().unwrap()
        )
    );
    // A part of a header binds no hash: it is not looked at.
    input["block"].as_object_mut().unwrap().remove("parentHash");
    assert_eq!(parse(&input).unwrap().block.header, None);
}

/// A whole header has the blob base fee of the chain's schedule, and no other.
#[test]
fn a_blob_base_fee_beside_a_header() {
    let cancun = Header {
        timestamp: 1_710_338_135,
        blob_gas_used: Some(0),
        excess_blob_gas: Some(10_000_000),
        parent_beacon_block_root: Some(B256::ZERO),
        ..header(100, None)
    };
    let mut input = input();
    input["fork"] = json!("cancun");
    input["ancestors"] = json!([]);
    input["block"] = block(&cancun);
    input["block"]["blobBaseFee"] = json!("0x13");
    assert_eq!(parse(&input).unwrap().block.blob_base_fee, Some(19));
    input["block"]["blobBaseFee"] = json!("0x14");
    assert_eq!(
        parse(&input).unwrap_err().to_string(),
        "block: field \"blobBaseFee\": 19 follows from the excess, found 20"
    );
    input["block"].as_object_mut().unwrap().remove("parentHash");
    assert_eq!(parse(&input).unwrap().block.blob_base_fee, Some(20));
}

/// A block with its header has the fork of its chain's schedule. Without a header it is no chain's.
#[test]
fn a_fork_against_the_schedule_is_refused() {
    let mut input = input();
    input["ancestors"] = json!([]);
    // A header of London or Paris, which have the same fields, at a time of Paris.
    let paris = Header {
        number: 16_000_000,
        timestamp: 1_668_811_907,
        withdrawals_root: None,
        ..header(100, None)
    };
    input["block"] = block(&paris);
    input["fork"] = json!("paris");
    assert_eq!(parse(&input).unwrap().execution.rules, Fork::Paris.into());
    input["fork"] = json!("london");
    assert_eq!(
        parse(&input).unwrap_err().to_string(),
        "fork: london is given, and by the schedule of chain 1 block 16000000 is of paris (a \
         development chain must not go under the id of a chain with a schedule)"
    );
    input["block"].as_object_mut().unwrap().remove("nonce");
    assert_eq!(parse(&input).unwrap().block.header, None);
    input["block"] = block(&Header { number: 1, timestamp: 1, ..paris });
    assert!(parse(&input).unwrap_err().to_string().contains("earlier than istanbul"));
    input["transaction"]["chainId"] = json!("0x7a69");
    assert_eq!(parse(&input).unwrap().execution.rules, Fork::London.into());
}

/// An answer of `eth_getProof` with these nodes, however they are spread over it.
fn proof(address: &str, account: &[Bytes], slot: &[Bytes]) -> Value {
    json!({
        "address": address, "accountProof": account, "balance": "0x0", "nonce": "0x0",
        "codeHash": B256::ZERO, "storageHash": B256::ZERO,
        "storageProof": [{"key": "0x5", "value": "0x6", "proof": slot}, {"key": B256::ZERO,
            "value": "0x0", "proof": slot}]
    })
}

#[test]
fn proofs_are_the_parents_state() {
    let (alone, recording) = recorded(&input());
    let nodes: Vec<Bytes> = recording.proof.nodes.values().cloned().collect();
    let mut proved = input();
    let account = "0x0202020202020202020202020202020202020202";
    proved["stateRoot"] = json!(recording.state_root_enter);
    proved["proofs"] =
        json!([proof(account, &nodes[..1], &nodes[1..]), proof(account, &nodes, &[])]);
    let (witness, again) = recorded(&proved);
    assert_eq!(again, recording);
    assert_eq!(witness.nodes, alone.nodes);
    assert!(witness.nodes.len() >= 3);
    for key in ["stateRoot", "proofs"] {
        let mut half = proved.clone();
        half.as_object_mut().unwrap().remove(key);
        let error = parse(&half).unwrap_err().to_string();
        assert_eq!(error, format!("{key:?} is missing: \"proofs\" and \"stateRoot\" go together"));
    }
}

#[test]
fn a_receipt_is_the_chains() {
    let mut input = input();
    input["receipt"]["status"] = json!("0x2");
    let error = parse(&input).unwrap_err().to_string();
    assert_eq!(error, "receipt: field \"status\": 0 or 1 expected, found 2");
    input["receipt"]["status"] = json!("0x0");
    let topics = json!([B256::repeat_byte(1)]);
    let address = Bytes::from_static(&hex!("0202020202020202020202020202020202020202"));
    input["receipt"]["logs"] = json!([{"address": address, "topics": topics, "data": "0x12",
        "logIndex": "0x0", "removed": false}]);
    let (witness, _) = recorded(&input);
    assert!(!witness.receipt.success);
    assert_eq!(witness.receipt.logs.unwrap().logs.len(), 1);
    input.as_object_mut().unwrap().remove("receipt");
    let (witness, recording) = recorded(&input);
    assert_eq!((witness.receipt.gas_used, witness.receipt.logs), (recording.gas_used, None));
}
