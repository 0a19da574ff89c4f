//! What people bring that is no input is told by what it is, and no error has a name of Rust's.

use alloy_primitives::{B256, Bytes, b256};
use serde_json::json;

use super::super::{
    document::{Document, recognise},
    *,
};
use crate::block_file::RecordedTransaction;

const HASH: B256 = b256!("19d03e83d4c8c45b635e1f46c706792dddf041f28801537f8ac8235543d6255b");

fn told(text: &str) -> Document {
    recognise(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).0
}

#[test]
fn everything_is_told_by_what_it_is() {
    let address = "0x0101010101010101010101010101010101010101";
    let hash = HASH.to_string();
    let block = json!({"hash": hash, "number": "0x5", "parentHash": hash, "transactions": []});
    let receipt = json!({"transactionHash": hash, "status": "0x1", "gasUsed": "0x5", "logs": []});
    let transaction =
        json!({"from": address, "to": null, "input": "0x", "nonce": "0x1", "hash": hash});
    let raw = Bytes::from_static(&[2; 40]);
    let name = |number| BlockName { hash: Some(HASH), number };
    for (text, expected) in [
        (json!({"transaction": {}, "prestate": {}}), Document::Input),
        (json!({"genesis": {}, "context": {}, "input": "0x"}), Document::TracerTest),
        (json!({"block": {}, "witness": {}}), Document::BlockFile),
        (transaction.clone(), Document::Transaction),
        (json!({"r": "0x1", "s": "0x1", "data": "0x", "gasLimit": "1"}), Document::Transaction),
        (json!(hash), Document::Hash(HASH)),
        (json!(raw), Document::RawTransaction(raw.clone())),
        (block.clone(), Document::Block(name(Some(5)))),
        (receipt.clone(), Document::Receipt { transaction: Some(HASH) }),
        (
            json!({"_type": "TransactionReceipt", "hash": hash, "gasUsed": "5", "logs": []}),
            Document::Receipt { transaction: Some(HASH) },
        ),
        (json!({address: {"balance": "0x1"}}), Document::Prestate),
        (json!({"pre": {}, "post": {}}), Document::Prestate),
        (json!({"gas": 5, "failed": false, "structLogs": []}), Document::Trace),
        (
            json!({"from": address, "to": address, "gas": "0x5", "input": "0x", "type": "CALL"}),
            Document::Trace,
        ),
        (json!({"pc": 0, "op": 96, "gas": "0x5"}), Document::Trace),
        (json!({"address": address, "accountProof": [], "storageProof": []}), Document::Proof),
        (json!({"state": [], "codes": [], "headers": []}), Document::ExecutionWitness),
        (
            json!({"a test": {"env": {}, "pre": {}, "post": {}, "transaction": {}}}),
            Document::StateTest,
        ),
        (json!({"config": {}, "alloc": {}}), Document::Genesis),
        (json!({"messages": [], "roots": {}}), Document::WitnessJson),
        (
            json!({"jsonrpc": "2.0", "id": 1, "result": receipt}),
            Document::Receipt { transaction: Some(HASH) },
        ),
        (json!({"id": 1, "result": {"id": 2, "result": hash}}), Document::Hash(HASH)),
        (json!({"jsonrpc": "2.0", "id": 1, "result": null}), Document::Nothing),
        (json!({"jsonrpc": "2.0", "id": 1}), Document::Nothing),
        (
            json!({"jsonrpc": "2.0", "error": {"code": -32000, "message": "pruned"}}),
            Document::Refusal("pruned".into()),
        ),
        (json!({"error": "no chain"}), Document::Failure("no chain".into())),
        (
            json!([receipt]),
            Document::List(Some(Box::new(Document::Receipt { transaction: Some(HASH) }))),
        ),
        (
            json!({"audits": {}, "findings": [], "verdict": "valid", "witness": hash, "tool": "1", "version": 2,
                "block": {}, "transaction": {}}),
            Document::Certificate,
        ),
        (
            json!({"audits": {}, "findings": [], "verdict": "valid", "anchors": {}, "messages": []}),
            Document::Report,
        ),
        (
            json!({"source": "a", "container": 0, "verdict": "valid", "mismatch": null}),
            Document::Results,
        ),
        (
            json!({"root": hash, "environment": {}, "block": {}, "transactions": []}),
            Document::Claim,
        ),
        (
            json!([{"pc": "0x1", "gasUsed": "0x1", "record": "0x1", "stackHash": hash}]),
            Document::Checkpoints,
        ),
        (json!([{"gasUsed": "0x1", "record": "0x1", "digest": hash}]), Document::Checkpoints),
        (
            json!({"headline": "x", "verdict": "valid", "calls": [], "transaction": {}}),
            Document::Explanation,
        ),
        (
            json!({"witnesses": {}, "messages": {}, "unchecked": {}}),
            Document::Output {
                command: "iso-verify batch",
                of: "the summary of many verifications",
            },
        ),
        (
            json!({"reproduced": true, "verdict": "valid", "differences": []}),
            Document::Output {
                command: "iso-verify check",
                of: "a certificate held against its witness",
            },
        ),
        (
            json!({"equal": true, "differences": []}),
            Document::Output {
                command: "iso-witness inspect",
                of: "what differs between two witnesses",
            },
        ),
        (
            json!({"gasCap": 1, "mempoolLimit": 1, "totalGas": 1, "messages": []}),
            Document::Output { command: "iso-verify cost", of: "a witness's gas on a chain" },
        ),
        (
            json!({"dispute": hash, "operator": hash, "root": hash, "standing": null, "transactions": []}),
            Document::Output {
                command: "iso-verify commit, challenge, ask, answer or settle",
                of: "a step of a dispute over a claim",
            },
        ),
        (json!({"contract": "audit", "codeHash": hash, "code": "0x"}), Document::Emitted),
        (json!({"abi": [], "bytecode": {}}), Document::Artifact),
        (json!({"contracts": {}, "sources": {}}), Document::Artifact),
        (json!({"crypto": {}, "version": 3}), Document::Keystore),
        (json!([]), Document::List(None)),
        (json!({}), Document::Unknown),
        (json!({"a": 1}), Document::Unknown),
    ] {
        assert_eq!(told(&text.to_string()), expected, "{text}");
        assert_eq!(told(&format!("\n {text:#}\n")), expected, "{text}");
    }
    let hex = alloy_primitives::hex::encode(&raw);
    for (text, expected) in [
        (hash.as_str(), Document::Hash(HASH)),
        (&hash[2..], Document::Hash(HASH)),
        (&format!("  {hash}\n"), Document::Hash(HASH)),
        (&hex, Document::RawTransaction(raw.clone())),
        (&format!("0x{hex}\n"), Document::RawTransaction(raw)),
        ("{\"pc\":0,\"op\":96}\n{\"pc\":2,\"op\":96}\n", Document::Trace),
        ("null", Document::Nothing),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
    let bytes = [&[2, 0xe8][..], &[1; 40]].concat();
    assert_eq!(recognise(&bytes).unwrap().0, Document::RawTransaction(bytes.clone().into()));
    // A mark in front of text is no part of it.
    let marked = [&b"\xef\xbb\xbf"[..], block.to_string().as_bytes()].concat();
    assert_eq!(recognise(&marked).unwrap().0, Document::Block(name(Some(5))));
    assert_eq!(recognise(b"\x1f\x8b\x08").unwrap().0, Document::Packed(Packing::Gzip));
    assert_eq!(recognise(b"\xff\xfe{\0").unwrap().0, Document::Packed(Packing::Utf16));
    let row = json!({"source": "a", "container": 0, "verdict": "valid", "mismatch": null});
    let rows = format!("{row}\n{row}\n");
    assert_eq!(told(&rows), Document::Results);
    // Not all of a list, and more than one: no transaction.
    assert!(recognise(&bytes[..20]).is_err() && recognise(&[&bytes[..], &[1]].concat()).is_err());
    assert_eq!(recognise(b"ISOW\x05").unwrap().0, Document::Witness);
    for text in ["", "{", "[1", "hello", "0x12", "{\"a\": 1}}", "\u{1}\u{2}"] {
        let told = recognise(text.as_bytes());
        assert!(told.is_err(), "{text}: {told:?}");
    }
    let deep = "{\"result\":".repeat(50_000) + "1" + &"}".repeat(50_000);
    let _ = recognise(deep.as_bytes());
}

#[test]
fn a_transaction_by_itself_has_its_hash_and_its_chain() {
    let raw = "0x02f8ad827a690101847735940182c86e945fbdb2315678afecb367f032d93f642f64180aa380b844a9059cbb\
        00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8\
        00000000000000000000000000000000000000000000000000000000000003e8c001a0\
        ceeff23d15d79d6c4a6adb14886d1be7891cad780aa72f80e07a05f8e9077559a0\
        6c0392ce932a2f0bf1702735a44292ded462fc886161d2e28561af3c1f1b8c1f";
    let bare = BareTransaction::parse(raw.as_bytes()).unwrap();
    assert_eq!((bare.hash, bare.chain_id), (Some(HASH), Some(31_337)));
    let bytes = alloy_primitives::hex::decode(raw).unwrap();
    assert_eq!(BareTransaction::parse(&bytes).unwrap(), bare);
    let fields = json!(iso_evm_wire::transaction::TransactionFields::from(&bare.transaction));
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": fields});
    for text in [fields.to_string(), answer.to_string(), json!(raw).to_string()] {
        assert_eq!(BareTransaction::parse(text.as_bytes()).unwrap(), bare, "{text}");
    }
    // Nobody signed it: a node knows it by what is given with it.
    let given = json!({"from": bare.transaction.from(), "to": null, "input": "0x", "nonce": 1, "hash": HASH});
    let given = BareTransaction::parse(given.to_string().as_bytes()).unwrap();
    assert_eq!((given.hash, given.transaction.hash()), (Some(HASH), None));
    let receipt = json!({"transactionHash": HASH, "status": "0x1", "gasUsed": "0x5", "logs": []});
    let error = BareTransaction::parse(receipt.to_string().as_bytes()).unwrap_err().to_string();
    assert_eq!(error, format!("this is a receipt, of transaction {HASH}"));
}

/// What a node has by the hash is not what the file says: which one is meant, nobody can say.
#[test]
fn fields_that_are_not_those_of_the_hash_are_refused() {
    let fixture = include_bytes!("../../../../tests/fixtures/erc20-transfer.json");
    let input = Input::parse(fixture, None).unwrap();
    let witness = crate::record(&input.execution).unwrap().witness(&input);
    let hash = input.transaction.hash().unwrap();
    let recorded = RecordedTransaction { index: 0, transaction: hash, witness };
    let fields = iso_evm_wire::transaction::TransactionFields::from(&input.transaction);
    let mut plain = json!(fields);
    for part in ["r", "s", "v", "yParity"] {
        plain.as_object_mut().unwrap().remove(part);
    }
    let held = |plain: &serde_json::Value| {
        let bare = BareTransaction::parse(plain.to_string().as_bytes()).unwrap();
        bare.held_against(&recorded)
    };
    assert_eq!(held(&plain), Ok(vec![]));
    for (field, value) in [
        ("value", json!("0x7")),
        ("nonce", json!(77)),
        ("input", json!("0x1234")),
        ("to", json!("0x0303030303030303030303030303030303030303")),
        ("from", json!("0x0303030303030303030303030303030303030303")),
        ("gas", json!("0x99999")),
        ("maxFeePerGas", json!("0x1")),
        (
            "accessList",
            json!([{"address": "0x0303030303030303030303030303030303030303", "storageKeys": []}]),
        ),
    ] {
        let mut other = plain.clone();
        other[field] = value;
        let error = held(&other).unwrap_err();
        assert_eq!((error.part, error.field.as_str()), ("transaction", field));
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("transaction.{field} is "))
                && text.contains(&hash.to_string()),
            "{text}"
        );
    }
    // As some nodes call it.
    let mut other = plain.clone();
    other.as_object_mut().unwrap().remove("input");
    other["data"] = json!("0x1234");
    assert_eq!(held(&other).unwrap_err().field, "input");
    // Where it stands is said, and not refused: here, in no block at all.
    let mut elsewhere = plain;
    elsewhere["blockNumber"] = json!("0x5");
    let notes = held(&elsewhere).unwrap();
    assert_eq!(
        notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["transaction.blockNumber is 5, which contradicts the chain, which has it in no block"]
    );
}

#[test]
fn a_block_by_itself_is_the_one_of_its_name_or_refused() {
    let header = alloy_consensus::Header { number: 5, timestamp: 9, ..Default::default() };
    let mut fields = json!(iso_evm_wire::block::BlockFields::from(&header));
    fields["transactions"] = json!([HASH]);
    let held = |fields: &serde_json::Value| {
        let chains = ChainsBlock {
            rules: iso_evm_wire::Fork::Prague.into(),
            header: &header,
            transactions: &[],
            hashes: &[HASH],
        };
        BareBlock::parse(fields.to_string().as_bytes()).unwrap().held_against(chains)
    };
    assert_eq!(held(&fields), Ok(()));
    let other = B256::repeat_byte(7);
    for (field, value, expected) in [
        ("number", json!("0x7"), "block.number is 0x7, and in the block 0x"),
        ("timestamp", json!("0x7"), "block.timestamp is 0x7, and in the block 0x"),
        ("baseFeePerGas", json!("0x7"), "block.baseFeePerGas is 0x7, and in the block 0x"),
        ("hash", json!(other), "block.hash is 0x0707"),
        ("transactions", json!([other]), "block.transactions[0] is 0x0707"),
        ("transactions", json!([HASH, other]), "block.transactions is a list of 2"),
        ("uncles", json!([other]), "block.uncles is a list of 1, and in the block 0x"),
    ] {
        let mut changed = fields.clone();
        changed[field] = value;
        let error = held(&changed).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{field}: {error}");
    }
}

/// A transaction that is listed whole is told apart from the chain's in its place by any of its fields.
#[test]
fn a_whole_transaction_of_a_block_by_itself_is_the_chains_or_refused() {
    let fixture = include_bytes!("../../../../tests/fixtures/erc20-transfer.json");
    let transaction = Input::parse(fixture, None).unwrap().transaction;
    let hash = transaction.hash().unwrap();
    let header = alloy_consensus::Header { number: 5, timestamp: 9, ..Default::default() };
    let whole = iso_evm_wire::transaction::TransactionFields::from(&transaction);
    let mut fields = json!(iso_evm_wire::block::BlockFields::from(&header));
    fields["transactions"] = json!([whole]);
    fields["transactions"][0]["blockNumber"] = json!("0x5");
    let held = |fields: &serde_json::Value| {
        let transactions = [transaction.clone()];
        let chains = ChainsBlock {
            rules: iso_evm_wire::Fork::Prague.into(),
            header: &header,
            transactions: &transactions,
            hashes: &[hash],
        };
        BareBlock::parse(fields.to_string().as_bytes()).unwrap().held_against(chains)
    };
    assert_eq!(held(&fields), Ok(()));
    for (field, value) in [
        ("value", json!("0x77777")),
        ("nonce", json!("0x77777")),
        ("input", json!("0x77")),
        ("blockNumber", json!("0x6")),
        ("transactionIndex", json!("0x1")),
        ("creates", json!("0x0303030303030303030303030303030303030303")),
        ("raw", json!("0x1234")),
    ] {
        let mut changed = fields.clone();
        changed["transactions"][0][field] = value;
        let error = held(&changed).unwrap_err();
        assert_eq!(error.field, format!("transactions[0].{field}"), "{error}");
    }
}

/// Every field of every part, with every kind of value that does not belong there.
#[test]
fn no_error_has_a_name_of_rusts() {
    let whole = json!({
        "fork": "prague", "chainId": 1, "stateRoot": HASH, "proofs": [], "ancestors": [], "blockHashes": {},
        "block": {"number": 1, "hash": HASH, "miner": HASH, "logsBloom": "0x", "nonce": "0x", "extraData": "0x"},
        "transaction": {"type": 2, "from": HASH, "accessList": [], "authorizationList": [], "r": 1, "s": 1,
            "signature": {}, "blobVersionedHashes": [], "isSystemTx": true, "input": "0x", "gas": 1},
        "prestate": {"0x0101010101010101010101010101010101010101": {"balance": 1, "code": "0x", "storage": {}}},
        "receipt": {"status": 1, "gasUsed": 1, "logs": [], "logsBloom": "0x"},
    });
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!("x"),
        json!("0xzz"),
        json!([]),
        json!([5]),
        json!([{}]),
        json!({}),
        json!({"a": {}}),
        json!([[1]]),
        json!("0x12345"),
    ];
    let names = [
        "struct ",
        "tuple",
        "enum",
        "u8",
        "u64",
        "u128",
        "usize",
        "Option",
        "::",
        "RpcInput",
        "Shape",
        "Fields",
        "variant",
        "map,",
        "sequence",
        "EIP1186",
        "Answer",
        "newtype",
        "unit",
        "integer `",
        "string \"",
    ];
    let mut errors = 0;
    let mut check = |file: &serde_json::Value| {
        let Err(error) = Input::parse(file.to_string().as_bytes(), None) else { return };
        let error = error.to_string();
        errors += 1;
        for name in names {
            assert!(!error.contains(name), "{file}: {error}");
        }
        assert!(!error.contains('\n') && error.len() < 400, "{error}");
    };
    for (part, fields) in whole.as_object().unwrap() {
        for value in &values {
            let mut file = json!({"fork": "prague", "transaction": {"from":
                "0x0101010101010101010101010101010101010101"}});
            file[part] = value.clone();
            check(&file);
            for field in fields.as_object().into_iter().flat_map(|fields| fields.keys()) {
                file[part] = json!({"from": "0x0101010101010101010101010101010101010101"});
                if part != "transaction" {
                    file[part] = json!({});
                }
                file[part][field] = value.clone();
                check(&file);
                file[part] = json!({"jsonrpc": "2.0", "result": file[part]});
                check(&file);
            }
        }
    }
    assert!(errors > 300, "{errors} errors");
}
