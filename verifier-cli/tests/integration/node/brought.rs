//! What names a transaction or a block to a node: hashes, raw transactions, other tools' JSON, names and
//! ranges of blocks. And transactions that are in no block yet.

use std::path::Path;

use alloy_primitives::{Address, B256, U256, hex};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    block::{files, in_one_block},
    proxy::{Action, Proxy},
    recorded::{record, verified},
};
use crate::common::{Ran, run, run_with};

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn witness(folder: &Path, name: &str) -> Witness {
    Witness::decode(&read(folder, name)).unwrap()
}

/// A transaction of one of the accounts, signed and not sent.
fn signed(anvil: &Anvil, nonce: u64, to: Address, data: &[u8]) -> String {
    let transaction = json!({"from": anvil.accounts[0], "to": to, "gas": "0x30d40", "nonce": format!("{nonce:#x}"),
        "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1", "chainId": "0x7a69",
        "data": hex::encode_prefixed(data)});
    anvil.ask("eth_signTransaction", json!([transaction])).as_str().unwrap().to_owned()
}

fn nonce(anvil: &Anvil) -> u64 {
    let count = anvil.ask("eth_getTransactionCount", json!([anvil.accounts[0], "latest"]));
    serde_json::from_value::<U256>(count).unwrap().to()
}

#[test]
fn whatever_names_a_mined_transaction_gives_the_same_witness() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let raw = signed(&anvil, nonce(&anvil), contract, &store(1, 2));
    let hash = anvil.ask("eth_sendRawTransaction", json!([raw]));
    let hash: B256 = serde_json::from_value(hash).unwrap();
    anvil.receipt(hash);
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &anvil.url(), hash, "--no-cache -o expected.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let expected = read(folder.path(), "expected.bin");
    verified(folder.path(), "expected.bin");
    let object = anvil.ask("eth_getTransactionByHash", json!([hash]));
    let answer = |result: &Value| json!({"jsonrpc": "2.0", "id": 1, "result": result}).to_string();
    let number = |field: &str| {
        let number: U256 = serde_json::from_value(object[field].clone()).unwrap();
        number.to_string()
    };
    let ethers = json!({"_type": "TransactionResponse", "type": 2, "chainId": number("chainId"),
        "nonce": number("nonce"), "gasLimit": number("gas"), "maxFeePerGas": number("maxFeePerGas"),
        "maxPriorityFeePerGas": number("maxPriorityFeePerGas"), "to": object["to"], "from": object["from"],
        "value": "0", "data": object["input"], "accessList": [], "hash": object["hash"], "index": 0,
        "signature": {"r": object["r"], "s": object["s"], "networkV": null,
            "v": 27 + number("yParity").parse::<u64>().unwrap()}});
    for brought in [
        raw.clone(),
        format!("{}\n", &raw[2..]),
        hash.to_string(),
        json!(hash).to_string(),
        answer(&json!(hash)),
        object.to_string(),
        answer(&object),
        ethers.to_string(),
    ] {
        let line = format!("iso-witness record - --rpc-url {} --no-cache", anvil.url());
        let ran = run_with(folder.path(), &line, brought.as_bytes());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{brought}");
        assert!(read(folder.path(), "witness.bin") == expected, "{brought}");
    }
    for argument in [raw.clone(), hash.to_string()] {
        let line = format!("iso-witness record {argument} --rpc-url {} --no-cache", anvil.url());
        let ran = run(folder.path(), &line);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{argument}");
        assert!(read(folder.path(), "witness.bin") == expected, "{argument}");
    }
    // One a line, among others; one that is unknown fails by itself.
    let unknown = B256::repeat_byte(9);
    let lines = format!("{hash}\n\n{unknown}\n{}\n\"{raw}\"\n", object);
    let line = format!("iso-witness record --jsonl --rpc-url {} --no-cache", anvil.url());
    let ran = run_with(folder.path(), &line, lines.as_bytes());
    assert_eq!(ran.code, Some(2));
    let said = format!(
        "error: line 3: the node knows no transaction {unknown}\n\
         error: 1 of 4 lines was not recorded\n"
    );
    assert_eq!(ran.stderr, said);
    assert!(ran.stdout == [&expected[..], &expected, &expected].concat());
    assert!(ran.wrote[0].starts_with("stdout: 3 witnesses, 3 messages, "), "{:?}", ran.wrote);
}

#[test]
fn blocks_are_named_by_what_they_are_at_present_and_by_ranges() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    for slot in 1..4 {
        anvil.send(0, Some(contract), 0, &store(slot, slot));
    }
    let folder = tempfile::tempdir().unwrap();
    let record = |what: &str| -> Ran {
        let url = anvil.url();
        run(folder.path(), &format!("iso-witness record --rpc-url {url} --no-cache {what}"))
    };
    let height = anvil.height();
    let first = height - 2;
    let ran = record("--block latest");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let latest = format!("block-{height}");
    let [name] = &files(&folder.path().join(&latest))[..] else { panic!("one transaction") };
    assert!(
        ran.wrote[0].starts_with(&format!("{latest}: 1 witness, 1 message, ")),
        "{:?}",
        ran.wrote
    );
    let ran = record(&format!("--block {first}..latest -o all"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let folders: Vec<_> = (first..=height).map(|number| format!("block-{number}")).collect();
    assert_eq!(files(&folder.path().join("all")), folders);
    assert_eq!(ran.wrote.len(), folders.len());
    let again = read(&folder.path().join("all").join(&latest), name);
    assert!(again == read(&folder.path().join(&latest), name));
    let piped = record(&format!("--block {first}..{height} -o -"));
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
    assert!(piped.stdout.ends_with(&again) && piped.stdout.len() > 2 * again.len());
    // A block as cast prints it, with its transactions.
    let block = anvil.ask("eth_getBlockByNumber", json!(["latest", true]));
    let line = format!("iso-witness record - --rpc-url {} --no-cache -o given", anvil.url());
    let ran = run_with(folder.path(), &line, block.to_string().as_bytes());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(read(&folder.path().join("given"), name) == again);
    let hash = block["hash"].as_str().unwrap();
    let ran = record(&format!("{hash} -o hashed"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(read(&folder.path().join("hashed"), name) == again);
    // It ends at the first that fails, and what is done stays whole.
    let ran = record(&format!("--block {height}..{} -o cut", height + 5));
    let (next, last) = (height + 1, height + 5);
    let said = format!(
        "error: block {next} of {height} to {last}: the node knows no block {next} (block {height} is \
         recorded)\n"
    );
    assert_eq!((ran.code, ran.stderr), (Some(2), said));
    assert_eq!(files(&folder.path().join("cut")), [latest]);
    assert_eq!(
        record("--block earliest").stderr,
        "error: block 0 has no parent, and no transactions\n"
    );
    let ran = record(&format!("--block latest..{first}"));
    assert_eq!(ran.stderr, format!("error: --block: block {height} comes after block {first}\n"));
    assert_eq!(ran.code, Some(2));
}

/// Code that stores the block's number, time and base fee in slots 0, 1 and 2.
const ENVIRONMENT: [u8; 12] = hex!("435f55" "42600155" "48600255" "00");

#[test]
fn a_transaction_in_no_block_is_recorded_as_the_next_block_has_it() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(&ENVIRONMENT);
    anvil.ask("evm_setAutomine", json!([false]));
    let raw = signed(&anvil, nonce(&anvil), contract, &[]);
    let folder = tempfile::tempdir().unwrap();
    let height = anvil.height();
    let parent = anvil.ask("eth_getBlockByNumber", json!(["latest", false]));
    let time: U256 = serde_json::from_value(parent["timestamp"].clone()).unwrap();
    let time = time.to::<u64>() + 12;
    // Nobody knows it yet.
    let line = format!("iso-witness record {raw} --rpc-url {} --no-cache -o raw.bin", anvil.url());
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let notes: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(notes.len(), 4, "{}", ran.stderr);
    let next = height + 1;
    assert!(
        notes[0].contains(&format!(
            "on the state after block {height}, as the first of a block {next}"
        ))
    );
    assert!(
        notes[1].contains(&format!("timestamp {time}, 12 seconds after its parent's")),
        "{}",
        notes[1]
    );
    assert!(
        notes[2].contains("miner 0x0000000000000000000000000000000000000000, gas limit 30000000")
    );
    assert!(notes[3].contains("base fee of block"), "{}", notes[3]);
    // The node holds it.
    let hash: B256 =
        serde_json::from_value(anvil.ask("eth_sendRawTransaction", json!([raw]))).unwrap();
    let ran = record(folder.path(), &anvil.url(), hash, "--no-cache -o held.bin");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 4, "{}", ran.stderr);
    assert!(read(folder.path(), "raw.bin") == read(folder.path(), "held.bin"));
    let ran = record(folder.path(), &anvil.url(), hash, "--no-cache --strict -o strict.bin");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("is in no block yet: without --strict"), "{}", ran.stderr);
    // All four audits hold, and no header says anything.
    let ran = run(folder.path(), "iso-verify held.bin --json");
    let report = ran.json();
    assert_eq!(ran.code, Some(0), "{report}");
    for audit in ["execution", "access", "tree", "transaction"] {
        assert_eq!(report["audits"][audit], "valid", "{report}");
    }
    assert_eq!(report["anchor"], "unproved", "{report}");
    assert!(report["anchors"]["block"]["digest"].is_string(), "{report}");
    // The next block has it with the same outcome, to the root.
    anvil.ask("evm_setNextBlockTimestamp", json!([time]));
    anvil.mine();
    anvil.receipt(hash);
    let ran = record(folder.path(), &anvil.url(), hash, "--no-cache -o mined.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let (before, mined) = (witness(folder.path(), "held.bin"), witness(folder.path(), "mined.bin"));
    assert!(before.block.header.is_none() && mined.block.header.is_some());
    assert_eq!(before.block.base_fee_per_gas, mined.block.base_fee_per_gas);
    assert_eq!(before.roots.leave, mined.roots.leave);
    assert_eq!(before.roots.enter, mined.roots.enter);
    assert_eq!(before.receipt.gas_used, mined.receipt.gas_used);
}

#[test]
fn a_waiting_transaction_that_could_not_run_next_is_told() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let folder = tempfile::tempdir().unwrap();
    let ahead = signed(&anvil, nonce(&anvil) + 5, contract, &store(1, 2));
    let line = format!("iso-witness record {ahead} --rpc-url {} --no-cache", anvil.url());
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(2));
    let error = ran.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: ") && error.contains(": it waits behind nonce "), "{error}");
    assert_eq!(files(folder.path()), Vec::<String>::new());
    // What the node says of it must have its hash.
    let hashes = in_one_block(&anvil, |anvil| {
        anvil.queue(0, Some(contract), 0, &store(1, 2));
    });
    let liar = Proxy::start(&anvil.address, |method, _| match method {
        "eth_getTransactionByHash" => Action::Change(|answer| {
            answer["blockHash"] = Value::Null;
            answer["value"] = json!("0x5");
        }),
        _ => Action::Pass,
    });
    let ran = record(folder.path(), &liar.url(), hashes[0], "--no-cache");
    assert_eq!(ran.code, Some(2));
    assert_eq!(files(folder.path()), Vec::<String>::new());
}
