//! One signed transaction in every shape that people have it in: all give the same witness, byte for byte.
//! What is said twice and not the same is refused.

use alloy_primitives::hex;
use serde_json::{Value, json};

use super::super::*;
use crate::record;

/// `cases/inputs/raw.hex`: a transfer of a token on a development chain.
const RAW: &str = "0x02f8ad827a690101847735940182c86e945fbdb2315678afecb367f032d93f642f64180aa380b844a9059cbb\
    00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8\
    00000000000000000000000000000000000000000000000000000000000003e8c001a0\
    ceeff23d15d79d6c4a6adb14886d1be7891cad780aa72f80e07a05f8e9077559a0\
    6c0392ce932a2f0bf1702735a44292ded462fc886161d2e28561af3c1f1b8c1f";
const DATA: &str = "0xa9059cbb\
    00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8\
    00000000000000000000000000000000000000000000000000000000000003e8";
const HASH: &str = "0x19d03e83d4c8c45b635e1f46c706792dddf041f28801537f8ac8235543d6255b";
const FROM: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const TO: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const R: &str = "ceeff23d15d79d6c4a6adb14886d1be7891cad780aa72f80e07a05f8e9077559";
const S: &str = "6c0392ce932a2f0bf1702735a44292ded462fc886161d2e28561af3c1f1b8c1f";

/// The example of EIP-155, on mainnet.
const OLD_RAW: &str = "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080\
    25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a0\
    67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
const OLD_R: &str = "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276";
const OLD_S: &str = "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

/// The file with a transaction, and its sender's account.
fn file(transaction: &Value) -> Value {
    json!({
        "fork": "osaka",
        "block": {"number": "0x2", "timestamp": "0x6b0c35e2", "gasLimit": "0x1c9c380", "difficulty": "0x0",
            "miner": "0x00000000000000000000000000000000000000fe", "baseFeePerGas": "0x344cda21",
            "mixHash": "0x5489b667ca707a419a054ffca7c7a1998166bd0cd20a065ffd10bceb8dd75a68",
            "excessBlobGas": "0x0", "blobGasUsed": "0x0"},
        "transaction": transaction,
        "prestate": {
            "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266": {"balance": "0x21e19dfbe23f675e8b7", "nonce": 1},
            "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f": {"balance": "0x21e19dfbe23f675e8b7", "nonce": 9},
            "0x5fbdb2315678afecb367f032d93f642f64180aa3": {"nonce": 1, "code": "0x6004355f5500"}
        }
    })
}

fn read(transaction: &Value) -> Result<(Input, Vec<Note>), InputError> {
    Input::read(file(transaction).to_string().as_bytes(), None)
}

/// The witness of a file; it has nothing to be said of.
fn witness(name: &str, transaction: &Value) -> Vec<u8> {
    let (input, notes) = read(transaction).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(notes, [], "{name}");
    assert!(input.transaction.signature().is_some(), "{name}");
    record(&input.execution).unwrap().witness(&input).encode()
}

/// As `eth_getTransactionByHash` and `cast tx --json` have it.
fn rpc() -> Value {
    json!({"type": "0x2", "chainId": "0x7a69", "nonce": "0x1", "gas": "0xc86e", "maxFeePerGas": "0x77359401",
        "maxPriorityFeePerGas": "0x1", "to": TO, "value": "0x0", "accessList": [], "input": DATA,
        "r": format!("0x{R}"), "s": format!("0x{S}"), "yParity": "0x1", "v": "0x1", "hash": HASH,
        "blockHash": "0xc45c24a30bec97d2fd951f8d74f7a32129536e99198a49a03f0f8f0ff5aec322",
        "blockNumber": "0x2", "transactionIndex": "0x0", "from": FROM, "gasPrice": "0x344cda22",
        "blockTimestamp": "0x6b0c35e2"})
}

/// As ethers 6 has it (`JSON.stringify` of a `TransactionResponse`).
fn ethers() -> Value {
    json!({"_type": "TransactionResponse", "accessList": [], "blockNumber": 2, "blobVersionedHashes": null,
        "blockHash": "0xc45c24a30bec97d2fd951f8d74f7a32129536e99198a49a03f0f8f0ff5aec322",
        "chainId": "31337", "data": DATA, "from": FROM, "gasLimit": "51310", "gasPrice": "877451810",
        "hash": HASH, "maxFeePerGas": "2000000001", "maxPriorityFeePerGas": "1", "maxFeePerBlobGas": null,
        "nonce": 1, "to": TO, "index": 0, "type": 2, "value": "0",
        "signature": {"_type": "signature", "networkV": null, "r": format!("0x{R}"),
            "s": format!("0x{S}"), "v": 28}})
}

fn with(mut object: Value, changes: Value) -> Value {
    let fields = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::String(text) if text == "absent" => drop(fields.remove(name)),
            value => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    object
}

#[test]
fn every_shape_of_a_transaction_gives_the_same_witness() {
    let viem = with(
        rpc(),
        json!({"type": "eip1559", "typeHex": "0x2", "chainId": 31337, "nonce": 1,
        "gas": "51310", "gasPrice": "877451810", "maxFeePerGas": "2000000001", "maxPriorityFeePerGas": "1",
        "value": "0", "v": "1", "yParity": 1, "blockNumber": "2", "transactionIndex": 0}),
    );
    let signature = format!("0x{R}{S}1c");
    let big = |hex: &str| json!({"type": "BigNumber", "hex": hex});
    let shapes = [
        ("ethers 6", ethers()),
        (
            "a transaction of ethers 6",
            with(
                ethers(),
                json!({"signature": "absent", "sig": ethers()["signature"],
            "hash": "absent", "from": "absent", "_type": "absent"}),
            ),
        ),
        (
            "ethers 5",
            with(
                rpc(),
                json!({"type": 2, "chainId": 31337, "nonce": 1, "gas": "absent",
            "gasLimit": big("0xc86e"), "maxFeePerGas": big("0x77359401"), "maxPriorityFeePerGas": big("0x01"),
            "value": big("0x00"), "input": "absent", "data": DATA, "v": 1, "yParity": "absent",
            "confirmations": 1, "creates": null}),
            ),
        ),
        ("viem", viem.clone()),
        (
            "viem, with its bigints as they are printed",
            with(
                viem.clone(),
                json!({"gas": "51310n",
            "maxFeePerGas": "2000000001n", "maxPriorityFeePerGas": "1n", "value": "0n", "v": "28n"}),
            ),
        ),
        ("wagmi", with(viem, json!({"gas": {"__type": "bigint", "value": "51310"}}))),
        (
            "web3.py",
            with(
                rpc(),
                json!({"type": 2, "chainId": 31337, "nonce": 1, "gas": 51310,
            "maxFeePerGas": 2_000_000_001_u64, "maxPriorityFeePerGas": 1, "value": 0, "v": 1, "yParity": 1,
            "gasPrice": 877_451_810, "blockNumber": 2, "transactionIndex": 0}),
            ),
        ),
        (
            "web3.py, with bytes as Python prints them",
            with(
                rpc(),
                json!({"r": R, "s": S,
            "input": &DATA[2..], "hash": &HASH[2..]}),
            ),
        ),
        ("Hardhat", with(rpc(), json!({"yParity": "absent", "blockTimestamp": "absent"}))),
        ("no sender, no hash", with(rpc(), json!({"from": "absent", "hash": "absent"}))),
        (
            "both names",
            with(rpc(), json!({"gasLimit": 51310, "data": DATA, "signature": signature})),
        ),
        (
            "65 bytes",
            with(
                rpc(),
                json!({"signature": signature, "r": "absent", "s": "absent", "v": "absent",
            "yParity": "absent"}),
            ),
        ),
        ("raw", json!(RAW)),
        ("raw, without its prefix", json!(RAW[2..])),
        ("raw, as a node answers", json!({"jsonrpc": "2.0", "id": 1, "result": RAW})),
        ("a node's answer", json!({"jsonrpc": "2.0", "id": 1, "result": rpc()})),
    ];
    let expected = witness("a node's", &rpc());
    for (name, shape) in shapes {
        assert!(witness(name, &shape) == expected, "{name}");
    }
}

#[test]
fn every_shape_of_a_transaction_of_type_0_gives_the_same_witness() {
    let rpc = json!({"type": "0x0", "chainId": "0x1", "nonce": "0x9", "gasPrice": "0x4a817c800",
        "gas": "0x5208", "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
        "input": "0x", "v": "0x25", "r": OLD_R, "s": OLD_S});
    let ethers = with(
        rpc.clone(),
        json!({"type": 0, "chainId": "1", "gas": "absent", "gasLimit": "21000",
        "v": "absent", "r": "absent", "s": "absent", "accessList": null, "value": "1000000000000000000",
        "signature": {"_type": "signature", "networkV": "37", "r": OLD_R, "s": OLD_S, "v": 27}}),
    );
    let integers = file(&rpc).to_string().replace("\"0xde0b6b3a7640000\"", "1000000000000000000");
    let expected = witness("a node's", &rpc);
    for (name, shape) in [
        ("ethers 6", ethers),
        (
            "viem",
            with(
                rpc.clone(),
                json!({"type": "legacy", "typeHex": "0x0", "chainId": 1, "v": "37n"}),
            ),
        ),
        ("a parity alone", with(rpc.clone(), json!({"v": "absent", "yParity": 0}))),
        ("no chain but in v", with(rpc, json!({"chainId": "absent"}))),
        ("raw", json!(OLD_RAW)),
    ] {
        assert!(witness(name, &shape) == expected, "{name}");
    }
    // A number that is a whole word.
    let (input, _) = Input::read(integers.as_bytes(), None).unwrap();
    assert!(record(&input.execution).unwrap().witness(&input).encode() == expected);
}

#[test]
fn what_is_said_twice_and_not_the_same_is_refused() {
    let other = R.replace('c', "d");
    for (changes, message) in [
        (json!({"gasLimit": 51311}), "fields \"gas\" and \"gasLimit\" contradict each other"),
        (json!({"data": "0x01"}), "fields \"input\" and \"data\" contradict each other"),
        (json!({"typeHex": "0x1"}), "fields \"type\" and \"typeHex\" contradict each other"),
        (
            json!({"signature": {"r": format!("0x{other}")}}),
            "fields \"r\" and \"signature\" contradict",
        ),
        (json!({"signature": {"v": 27}}), "fields \"v\" and \"signature\" contradict each other"),
        (json!({"yParity": "0x0"}), "fields \"v\" and \"yParity\" contradict each other"),
        (json!({"chainId": 1}), "\"from\" is 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (json!({"from": TO}), "the sender is wrong"),
        (json!({"hash": format!("0x{R}")}), "the hash is wrong"),
        (
            json!({"type": "eip1558"}),
            "transaction.type: expected a transaction's type, by number or name",
        ),
        (
            json!({"signature": "0x01"}),
            "transaction.signature: expected an object of r, s and v, or 65",
        ),
        (json!({"gas": "lots"}), "transaction.gas: expected a number below 2^256"),
        (json!({"gas": [1]}), "transaction.gas: expected a number below 2^256"),
        (json!({"to": "0x01"}), "transaction.to: "),
        (
            json!({"accessList": [{"address": 5}]}),
            "transaction.accessList[0].address: expected 20 bytes",
        ),
    ] {
        let error = read(&with(rpc(), changes.clone())).unwrap_err().to_string();
        assert!(error.contains(message), "{changes}: {error}");
    }
    for (raw, message) in [
        (json!(HASH), "a hash does not say what the transaction is"),
        (json!("0x02zz"), "expected a transaction: its fields, or its signed bytes"),
        (json!("0x02f8"), "not the canonical encoding"),
        (json!(5), "transaction: expected an object or a list, found the number 5"),
    ] {
        let error = read(&raw).unwrap_err().to_string();
        assert!(error.contains(message), "{raw}: {error}");
    }
}

/// EIP-7702's authorisations have signatures of their own.
#[test]
fn authorisations_are_read_in_the_shapes_of_all_libraries() {
    let fixture = include_str!("../../../../tests/fixtures/delegation-7702.json");
    let file: Value = serde_json::from_str(fixture).unwrap();
    let parse = |file: &Value| Input::parse(file.to_string().as_bytes(), None);
    let expected = parse(&file).unwrap().transaction;
    let mut viem = file.clone();
    let mut ethers = file.clone();
    for (shape, nested) in [(&mut viem, false), (&mut ethers, true)] {
        for entry in shape["transaction"]["authorizationList"].as_array_mut().unwrap() {
            let number = |value: &Value| {
                let text = value.as_str().unwrap().trim_start_matches("0x");
                u64::from_str_radix(text, 16).unwrap()
            };
            let parity = number(&entry["yParity"]);
            entry["chainId"] = json!(number(&entry["chainId"]));
            entry["nonce"] = json!(number(&entry["nonce"]).to_string());
            entry["yParity"] = json!(parity);
            if nested {
                let signature = json!({"_type": "signature", "networkV": null, "r": entry["r"].take(),
                    "s": entry["s"].take(), "v": 27 + parity});
                *entry = json!({"address": entry["address"], "chainId": entry["chainId"],
                    "nonce": entry["nonce"], "signature": signature});
            }
        }
        assert_eq!(parse(shape).unwrap().transaction, expected);
    }
    let list = ethers["transaction"]["authorizationList"].as_array_mut().unwrap();
    list[0]["yParity"] = json!(1 - (list[0]["signature"]["v"].as_u64().unwrap() - 27));
    let error = parse(&ethers).unwrap_err().to_string();
    assert!(error.starts_with("transaction.authorizationList[0]: fields"), "{error}");
}

/// A block as ethers and viem print it, and as a node does.
#[test]
fn every_shape_of_a_block_gives_the_same_witness() {
    let expected = witness("a node's", &rpc());
    let plain = file(&rpc());
    let changed = |changes: Value| {
        let mut file = plain.clone();
        file["block"] = with(file["block"].take(), changes);
        file
    };
    let random = &plain["block"]["mixHash"];
    for shape in [
        changed(
            json!({"_type": "Block", "number": 2, "timestamp": 1_795_962_338, "gasLimit": "30000000",
            "baseFeePerGas": "877451809", "difficulty": "0", "excessBlobGas": "0", "blobGasUsed": "0",
            "mixHash": "absent", "prevRandao": random, "transactions": [rpc()["hash"]]}),
        ),
        changed(json!({"number": "2n", "timestamp": "1795962338n", "gasLimit": "30000000n",
            "baseFeePerGas": "877451809n", "difficulty": "0n", "excessBlobGas": "0n", "size": "796n",
            "sealFields": [], "uncles": [], "totalDifficulty": null, "prevRandao": random})),
        changed(json!({"transactions": [rpc()], "withdrawals": [], "size": "0x31c"})),
    ] {
        let (input, notes) = Input::read(shape.to_string().as_bytes(), None).unwrap();
        assert_eq!(notes, []);
        assert!(record(&input.execution).unwrap().witness(&input).encode() == expected, "{shape}");
    }
    let other = changed(json!({"prevRandao": format!("0x{}", hex::encode([1; 32]))}));
    let error = Input::parse(other.to_string().as_bytes(), None).unwrap_err().to_string();
    assert_eq!(error, "block: fields \"mixHash\" and \"prevRandao\" contradict each other");
}
