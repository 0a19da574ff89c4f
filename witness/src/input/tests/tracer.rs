//! Files in the shape of go-ethereum's tracer tests, of blocks after the merge.

use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, Signature, U256, bytes};
use serde_json::{Value, json};

use iso_evm_wire::Fork;

use super::*;

const CONTRACT: Address = Address::repeat_byte(0xc0);

/// A call of a contract with this code, in the block after the genesis block, on a chain with this
/// configuration. Whoever has signed it can pay.
fn file(code: Bytes, config: &Value, genesis: &Value) -> Value {
    let body = TxEip1559 {
        chain_id: 1337,
        gas_limit: 100_000,
        max_fee_per_gas: 2_000_000_000,
        to: CONTRACT.into(),
        ..Default::default()
    };
    let signed = body.into_signed(Signature::new(U256::from(3), U256::from(5), false));
    let sender = Transaction::decode_whole(&signed.encoded_2718()).unwrap().from();
    let mut all = json!({
        "chainId": 1337, "homesteadBlock": 0, "eip150Block": 0, "eip158Block": 0,
        "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
        "berlinBlock": 0, "londonBlock": 0, "shanghaiTime": 10, "cancunTime": 20, "pragueTime": 30,
        "osakaTime": 40
    });
    all.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    let mut parent = json!({
        "config": all, "mixHash": B256::repeat_byte(2), "difficulty": "0",
        "baseFeePerGas": "1000000000",
        "alloc": {
            CONTRACT.to_string(): {"balance": "0x0", "code": code},
            sender.to_string(): {"balance": "0xde0b6b3a7640000"}
        }
    });
    parent.as_object_mut().unwrap().extend(genesis.as_object().unwrap().clone());
    json!({
        "genesis": parent, "input": Bytes::from(signed.encoded_2718()),
        "context": {"number": "100", "timestamp": "15", "difficulty": "0", "gasLimit": "60000000",
            "baseFeePerGas": "1000000000", "miner": Address::ZERO}
    })
}

fn parse(file: &Value) -> Input {
    Input::parse(file.to_string().as_bytes(), None).unwrap()
}

/// Mainnet's configuration has a terminal difficulty that is not zero; what is after it says the
/// block's own.
#[test]
fn after_the_merge_push0_runs() {
    let config = json!({"terminalTotalDifficulty": "58750000000000000000000"});
    // PUSH0, PUSH1 1, ADD, PUSH1 0, SSTORE.
    let mut file = file(bytes!("5f60010160005500"), &config, &json!({}));
    let input = parse(&file);
    assert_eq!(input.execution.rules, Fork::Shanghai.into());
    assert_eq!(input.block.prev_randao, Some(B256::repeat_byte(2)));
    assert!(crate::record(&input.execution).unwrap().success);
    file["context"]["difficulty"] = json!("131072");
    let input = parse(&file);
    assert_eq!(input.execution.rules, Fork::London.into());
    assert!(!crate::record(&input.execution).unwrap().success);
    let asked = Input::parse(file.to_string().as_bytes(), Some(Fork::Shanghai.into()));
    assert!(matches!(asked, Err(InputError::ForkContradiction { .. })));
}

/// Excess and used blob gas of the parent, the schedule, and the blob base fee that the execution
/// specs' `calculate_excess_blob_gas` and `calculate_blob_gas_price` give for them.
#[test]
fn blob_base_fees_are_those_of_the_execution_specs() {
    let merged = json!({"terminalTotalDifficulty": 0});
    let bpo = json!({"terminalTotalDifficulty": 0, "bpo1Time": 45, "blobSchedule": {
        "cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477},
        "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716},
        "osaka": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716},
        "bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8_346_193}}});
    for (config, time, excess, used, base_fee, expected) in [
        (&merged, 25, 60000000_u64, 786432_u64, 1000000000_u64, 71847044_u128),
        (&merged, 35, 60000000_u64, 786432_u64, 1000000000_u64, 159773_u128),
        (&merged, 45, 60000000_u64, 786432_u64, 1000000000_u64, 168359_u128),
        (&merged, 45, 60000000_u64, 786432_u64, 7_u64, 159773_u128),
        (&merged, 45, 60000000_u64, 1179648_u64, 1000000000000_u64, 172824_u128),
        (&bpo, 44, 60000000_u64, 1310720_u64, 1000000000_u64, 174338_u128),
        (&bpo, 45, 60000000_u64, 1310720_u64, 1000000000_u64, 1395_u128),
        (&bpo, 45, 60000000_u64, 1310720_u64, 7_u64, 1324_u128),
    ] {
        let genesis =
            json!({"excessBlobGas": excess, "blobGasUsed": used, "baseFeePerGas": base_fee});
        let mut file = file(bytes!("4a60005500"), config, &genesis);
        file["context"]["timestamp"] = json!(time);
        let input = parse(&file);
        assert_eq!(input.block.blob_base_fee, Some(expected), "{time} {excess} {used}");
        let recording = crate::record(&input.execution).unwrap();
        assert!(recording.success, "{time}");
    }
}

/// From Osaka the excess follows from the parent's base fee too (EIP-7918).
#[test]
fn the_parents_base_fee_is_needed() {
    let genesis = json!({"excessBlobGas": 0, "blobGasUsed": 0, "baseFeePerGas": null});
    let mut file = file(bytes!("00"), &json!({"terminalTotalDifficulty": 0}), &genesis);
    for (time, needed) in [(25, false), (35, false), (45, true)] {
        file["context"]["timestamp"] = json!(time);
        let error = Input::parse(file.to_string().as_bytes(), None).err();
        assert_eq!(matches!(error, Some(InputError::ParentBaseFee)), needed, "{time}: {error:?}");
    }
}
