//! The formats of `specs/schemas`: what the commands write is what the schemas say, and the
//! literal examples beside them are what the commands read and write. `ISO_BLESS=1` rewrites the
//! examples.

use std::{fs, path::PathBuf};

use crate::common::{root, run, run_with};
use crate::schema::Schema;
use alloy_consensus::Header;
use alloy_primitives::B256;
use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::{
    Audit, Check, EngineKind, Options, Verdict,
    audit::{AccessKind, TransactionKind, TreeKind},
    verify,
};
use iso_evm_wire::{
    Fork, Rules, Witness,
    block::BlockFields,
    container::DepositReceipt,
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    root().join("specs/schemas")
}

pub(crate) fn schema(name: &str) -> Schema {
    let path = folder().join(format!("{name}.schema.json"));
    Schema::new(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

/// Compares a command's output with the example beside the schema, after `level` has taken out
/// what changes with every emitted contract.
pub(crate) fn compare(name: &str, found: &Value, level: fn(&mut Value)) {
    schema(name).check(found).unwrap();
    let path = folder().join("examples").join(format!("{name}.json"));
    if std::env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(found).unwrap() + "\n").unwrap();
    }
    let mut example: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    schema(name).check(&example).unwrap();
    let mut found = found.clone();
    level(&mut example);
    level(&mut found);
    assert_eq!(found, example, "{name}: run with ISO_BLESS=1 if this is meant");
}

/// A deposit of the OP Stack, and its receipt, in the example's place.
#[test]
fn a_deposit_is_in_the_schemas() {
    let example = fs::read(folder().join("examples/witness.json")).unwrap();
    let mut witness = Witness::from_json(&example).unwrap();
    witness.transaction = Transaction::deposit(TxDeposit::default());
    witness.receipt.deposit = Some(DepositReceipt { nonce: 0, version: Some(1) });
    let written: Value = serde_json::from_str(&witness.to_json()).unwrap();
    schema("witness").check(&written).unwrap();
    for key in ["nonce", "gasPrice", "r"] {
        let mut other = written.clone();
        other["transaction"][key] = json!("0x0");
        assert!(schema("witness").check(&other).is_err(), "{key}");
    }
    let [transaction, receipt] = ["transaction", "receipt"].map(|part| &written[part]);
    schema("input").check(&json!({"transaction": transaction, "receipt": receipt})).unwrap();
    let mut listed = transaction.clone();
    (listed["mint"], listed["isSystemTx"]) = (Value::Null, Value::Null);
    schema("input").check(&json!({"transaction": listed})).unwrap();
}

/// Every list of forks in the schemas: of all rules, but for the state tests', which are Ethereum's.
#[test]
fn a_schema_names_every_fork() {
    fn lists(value: &Value, found: &mut Vec<Vec<String>>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| lists(item, found)),
            Value::Object(fields) => {
                let named = fields.get("enum").and_then(Value::as_array).into_iter();
                let names = named.map(|names| {
                    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
                });
                found.extend(names.filter(|names: &Vec<_>| names.contains(&"osaka".to_owned())));
                fields.values().for_each(|field| lists(field, found));
            }
            _ => {}
        }
    }

    let all: Vec<String> = Rules::ALL.iter().map(ToString::to_string).collect();
    let mut files = 0;
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".schema.json") else { continue };
        let text = fs::read(folder().join(format!("{name}.schema.json"))).unwrap();
        let mut found = Vec::new();
        lists(&serde_json::from_slice(&text).unwrap(), &mut found);
        for names in &found {
            let expected = if name == "statetest" { &all[..Fork::ALL.len()] } else { &all[..] };
            assert_eq!(names, expected, "{name}");
        }
        files += usize::from(!found.is_empty());
    }
    assert_eq!(files, 8);
}

#[test]
fn examples_are_what_the_commands_read_and_write() {
    let examples = folder().join("examples");
    let input = fs::read(examples.join("input.json")).unwrap();
    schema("input").check(&serde_json::from_slice(&input).unwrap()).unwrap();
    let witness = run(&examples, "iso-witness record input.json -o -");
    assert_eq!(witness.code, Some(0), "{}", witness.stderr);
    let json = run_with(&examples, "iso-witness inspect --json -", &witness.stdout);
    schema("witness").check(&json.json()).unwrap();
    // The example keeps the order of the fields, and so is the very text.
    let path = examples.join("witness.json");
    if std::env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, &json.stdout).unwrap();
    }
    assert_eq!(json.text(), fs::read_to_string(&path).unwrap());
    let assembled = run(&examples, "iso-witness assemble witness.json -o -");
    assert_eq!(assembled.stdout, witness.stdout);
    // No header proves the hash of its BLOCKHASH: somebody expects it, or the verdict is open.
    let open = run_with(&examples, "iso-verify --json -", &witness.stdout);
    assert_eq!(open.code, Some(3), "{}", open.text());
    let open = open.json();
    let ancestors = open["anchors"]["ancestors"].as_str().unwrap();
    let expected = format!("--expect-ancestors {ancestors}");
    let report = run_with(&examples, &format!("iso-verify --json - {expected}"), &witness.stdout);
    assert_eq!(report.code, Some(0), "{}", report.text());
    compare("report", &report.json(), |report| {
        report["hypervisor"] = Value::Null;
        for message in report["messages"].as_array_mut().unwrap() {
            message["hostGas"] = Value::Null;
        }
    });
    let claim = run_with(&examples, "iso-verify commit -", &witness.stdout);
    compare("claim", &claim.json(), |_| {});
    let line = format!("iso-verify - --certificate - {expected}");
    let certificate = run_with(&examples, &line, &witness.stdout);
    compare("certificate", &certificate.json(), |certificate| {
        certificate["hypervisor"] = Value::Null;
    });
    let rows = run(&examples, "iso-verify batch input.json --results -");
    let row = rows.text().lines().next().unwrap();
    compare("batch-row", &serde_json::from_str(row).unwrap(), |row| {
        row["witness"]["hypervisor"] = Value::Null;
        row["hostGas"] = Value::Null;
    });
    let error = run(&examples, "iso-verify --json missing.bin");
    assert_eq!(error.code, Some(2));
    compare("error", &error.json(), |_| {});
}

#[test]
fn inputs_of_our_own_are_of_the_first_shape() {
    let schema = schema("input");
    let fixtures = root().join("tests/fixtures");
    let mut count = 0;
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let input = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            schema.check(&input).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            count += 1;
        }
    }
    assert!(count >= 8);
}

/// Whatever a library prints and is recorded, the schema says.
#[test]
fn shapes_of_libraries_are_in_the_schemas() {
    let schema = schema("input");
    let example = folder().join("examples/input.json");
    let input: Value = serde_json::from_slice(&fs::read(example).unwrap()).unwrap();
    let word = format!("0x{}", "11".repeat(32));
    let bytes = format!("0x{}{}1b", "11".repeat(32), "22".repeat(32));
    for (part, field, value, good) in [
        ("transaction", "gasLimit", json!("51310"), true),
        ("transaction", "gas", json!("51310n"), true),
        ("transaction", "gas", json!({"type": "BigNumber", "hex": "0xc86e"}), true),
        ("transaction", "gas", json!({"__type": "bigint", "value": "51310"}), true),
        ("transaction", "gas", json!({"_hex": "0xc86e", "_isBigNumber": true}), true),
        ("transaction", "gas", json!("n"), false),
        ("transaction", "gas", json!({"hex": "0x1"}), false),
        ("transaction", "type", json!("eip1559"), true),
        ("transaction", "type", json!("eip1558"), false),
        (
            "transaction",
            "signature",
            json!({"r": word, "s": word, "v": 27, "networkV": null}),
            true,
        ),
        ("transaction", "signature", json!(bytes), true),
        ("transaction", "signature", json!(word), false),
        ("block", "prevRandao", json!(word), true),
        ("block", "number", json!("2n"), true),
    ] {
        let mut changed = input.clone();
        changed[part][field] = value.clone();
        assert_eq!(schema.check(&changed).is_ok(), good, "{part}.{field}: {value}");
    }
    for (part, value, good) in [
        ("transaction", json!("0x02f8"), true),
        ("transaction", json!("02"), false),
        ("prestate", json!({"pre": {}, "post": {}}), true),
    ] {
        let mut changed = input.clone();
        changed[part] = value.clone();
        assert_eq!(schema.check(&changed).is_ok(), good, "{part}: {value}");
    }
}

/// An input with a whole header, an ancestor, proofs and a receipt, and the witness of it.
#[test]
fn whole_inputs_are_in_the_schemas() {
    let path = folder().join("examples/input.json");
    let mut input: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let parse = |input: &Value| Input::parse(input.to_string().as_bytes(), None).unwrap();
    let header = |number: u64, parent_hash| Header {
        number,
        parent_hash,
        timestamp: 0x6940_0000,
        gas_limit: 60_000_000,
        base_fee_per_gas: Some(1_000_000_000),
        withdrawals_root: Some(B256::ZERO),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(B256::ZERO),
        ..Header::default()
    };
    let parent = header(0x16f_ffff, B256::repeat_byte(1));
    input["block"] = json!(BlockFields::from(&header(0x170_0000, parent.hash_slow())));
    input["ancestors"] = json!([BlockFields::from(&parent)]);
    input["blockHashes"] = json!({});
    // BLOCKHASH of the grandparent.
    input["prestate"]["0x2222222222222222222222222222222222222222"]["code"] =
        json!("0x600243034060005560005460005260206000f3");
    let plain = record(&parse(&input).execution).unwrap();
    input["stateRoot"] = json!(plain.state_root_enter);
    let nodes: Vec<_> = plain.proof.nodes.values().collect();
    input["proofs"] = json!([{
        "address": "0x2222222222222222222222222222222222222222", "accountProof": nodes,
        "balance": "0x0", "nonce": "0x1", "codeHash": B256::ZERO, "storageHash": B256::ZERO,
        "storageProof": [{"key": "0x0", "value": "0x7", "proof": []}]
    }]);
    input["receipt"] = json!({"status": "0x1", "gasUsed": format!("{:#x}", plain.gas_used),
        "logs": [], "logsBloom": format!("0x{}", "00".repeat(256))});
    schema("input").check(&input).unwrap();
    let input = parse(&input);
    let witness = record(&input.execution).unwrap().witness(&input);
    assert_eq!((witness.ancestors.len(), witness.block_hashes.len()), (1, 0));
    let json: Value = serde_json::from_str(&witness.to_json()).unwrap();
    schema("witness").check(&json).unwrap();
    for (pointer, wrong) in [
        ("/block/parentHash", Value::Null),
        ("/ancestors/0/nonce", json!("0x0")),
        ("/receipt/logsBloom", json!("0x")),
        ("/nodes", json!([])),
    ] {
        let mut json = json.clone();
        *json.pointer_mut(pointer).unwrap() = wrong;
        assert!(schema("witness").check(&json).is_err(), "{pointer}");
    }
    let report = verify(&witness, &Options::default()).unwrap();
    assert_eq!(report.verdict(), Verdict::Valid);
}

#[test]
fn every_kind_of_record_is_in_the_schema() {
    let schema = schema("witness");
    let fixtures = root().join("tests/fixtures");
    for name in ["call-tree", "create-and-create2", "block-context", "selfdestruct", "blobs"] {
        let witness = run(&fixtures, &format!("iso-witness record {name}.json -o -")).stdout;
        let json = run_with(&fixtures, "iso-witness inspect --json -", &witness).json();
        schema.check(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Each audit has its own kinds in the schema: those of its table.
#[test]
fn every_kind_of_mismatch_is_in_the_schema() {
    let path = folder().join("report.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let names = |kinds: Vec<&'static str>| json!({ "enum": kinds });
    let mut execution: Vec<_> = MismatchKind::ALL.iter().map(|kind| kind.name()).collect();
    execution.push("malformed");
    for (audit, expected) in [
        (Audit::Execution, names(execution)),
        (Audit::Access, names(AccessKind::ALL.iter().map(|kind| kind.name()).collect())),
        (Audit::Tree, names(TreeKind::ALL.iter().map(|kind| kind.name()).collect())),
        (Audit::Transaction, names(TransactionKind::ALL.iter().map(|kind| kind.name()).collect())),
    ] {
        assert_eq!(schema["$defs"][format!("{audit}Kind")], expected, "{audit}");
    }
}

/// Engines and checks of the tables are those of the schemas.
#[test]
fn every_engine_and_check_is_in_the_schemas() {
    let schema = |name: &str| -> Value {
        let path = folder().join(format!("{name}.schema.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let engines: Vec<_> = EngineKind::ALL.iter().map(|engine| engine.name()).collect();
    for name in ["report", "batch-row", "certificate"] {
        assert_eq!(schema(name)["$defs"]["engine"], json!({ "enum": engines }), "{name}");
    }
    let checks: Vec<_> = Check::ALL.iter().map(|check| check.name()).collect();
    for name in ["report", "batch-row"] {
        let check = &schema(name)["$defs"]["notRun"]["properties"]["check"]["anyOf"][0];
        assert_eq!(check, &json!({ "enum": checks }), "{name}");
    }
    // And those that the text has a row for.
    let text = fs::read_to_string(root().join("specs/07-verdicts.md")).unwrap();
    for check in Check::ALL {
        let row = format!("\n| `{}` | {} | ", check.name(), check.audit());
        assert!(text.contains(&row), "{row}");
    }
}

#[test]
fn schemas_refuse_what_is_wrong() {
    let example = |name: &str| -> Value {
        let path = folder().join("examples").join(format!("{name}.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    for (name, pointer, wrong) in [
        ("report", "/verdict", json!("perhaps")),
        ("report", "/verdict", json!("valid (only)")),
        ("report", "/selected", json!([])),
        ("certificate", "/selected", json!([])),
        ("certificate", "/verdict", json!("valid ( only)x")),
        ("report", "/messages/0/hostGas", json!(7)),
        ("report", "/messages/0/status", json!(3)),
        ("witness", "/version", json!(1)),
        ("witness", "/messages/0/stateAccessList/0/opcode", json!("opening")),
        ("witness", "/roots/enter", json!("0x00")),
        ("input", "/transaction/to", json!("0x01")),
    ] {
        let mut value = example(name);
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert!(schema(name).check(&value).is_err(), "{name} {pointer}");
    }
    // A kind of another audit.
    let mut value = example("report");
    for (audit, kind, good) in
        [("tree", "depth", true), ("access", "depth", false), ("execution", "malformed", true)]
    {
        value["findings"] = json!([{"message": null, "audit": audit, "kind": kind, "pc": null,
            "record": 1, "expected": null, "found": null, "cause": null}]);
        assert_eq!(schema("report").check(&value).is_ok(), good, "{audit} {kind}");
    }
    let mut value = example("report");
    value["more"] = json!(1);
    assert!(schema("report").check(&value).is_err());
}
