//! `iso-verify batch --results DIR`: the same is said as in lines of JSON, and it goes on.

use std::{collections::BTreeMap, fs};

use super::{findings, lie, messages, transactions};
use crate::{batch::folder, common::run};

#[test]
fn tables_say_what_lines_say() {
    let folder = folder();
    fs::write(folder.path().join("lie.bin"), lie()).unwrap();
    fs::write(folder.path().join("none.bin"), "nothing").unwrap();
    let line = "iso-verify batch in lie.bin none.bin --engine both --json";
    let lines = run(folder.path(), &format!("{line} --results rows.jsonl"));
    let tables = run(folder.path(), &format!("{line} --results results/"));
    assert_eq!((lines.code, tables.code), (Some(2), Some(2)), "{}", tables.stderr);
    assert_eq!(lines.json(), tables.json());
    let results = folder.path().join("results");
    let (transactions, messages) = (transactions(&results), messages(&results));
    let rows = crate::batch::rows(&folder.path().join("rows.jsonl"));
    let mut items = BTreeMap::new();
    let mut count = 0;
    for row in &rows {
        let source = row["source"].as_str().unwrap();
        let id = match row["container"].as_u64().unwrap() {
            0 => source.to_owned(),
            container => format!("{source}: {container}"),
        };
        let transaction = &transactions[&id];
        let outcome = &transaction.outcome;
        assert_eq!(transaction.source, source);
        assert_eq!(outcome.error.as_deref(), row["error"].as_str());
        items.insert(id.clone(), ());
        if row["error"].is_string() {
            assert_eq!(outcome.error_kind.as_deref(), Some("container"));
            assert!(outcome.verdict.is_none() && outcome.witness_hash.is_none());
            continue;
        }
        let whole = &row["witness"];
        let text = |value: Option<String>| value.map_or(serde_json::Value::Null, Into::into);
        for (column, value) in [
            (outcome.verdict.clone(), &whole["verdict"]),
            (outcome.witness_hash.map(|hash| hash.to_string()), &whole["hash"]),
            (outcome.fork.clone(), &whole["fork"]),
            (outcome.roots.clone(), &whole["anchors"]["source"]),
            (outcome.audit_execution.clone(), &whole["audits"]["execution"]),
            (outcome.audit_access.clone(), &whole["audits"]["access"]),
            (outcome.audit_tree.clone(), &whole["audits"]["tree"]),
            (outcome.audit_transaction.clone(), &whole["audits"]["transaction"]),
            (outcome.engine.clone(), &whole["engine"]),
            (outcome.hypervisor.map(|hash| hash.to_string()), &whole["hypervisor"]),
            (outcome.transaction.map(|hash| hash.to_string()), &whole["transactionHash"]),
        ] {
            assert_eq!(text(column), *value, "{id}");
        }
        assert_eq!(outcome.chain_id, whole["chainId"].as_u64());
        assert_eq!(outcome.message_count, row["of"].as_u64());
        assert!(outcome.seconds > 0.0);
        let Some(index) = row["index"].as_u64() else { continue };
        count += 1;
        let mut found = messages.iter().filter(|row| row.id == id && row.message.index == index);
        let (message, None) = (&found.next().unwrap().message, found.next()) else {
            panic!("{id}: two messages {index}")
        };
        assert_eq!(message.verdict, row["verdict"].as_str().unwrap());
        assert_eq!(message.kind.as_deref(), row["kind"].as_str());
        assert_eq!(message.records, row["records"].as_u64());
        let number = |value: &serde_json::Value| {
            value.as_str().map(|text| u64::from_str_radix(&text[2..], 16).unwrap())
        };
        assert_eq!(message.gas_used, number(&row["gasUsed"]));
        assert_eq!(message.host_gas, number(&row["hostGas"]));
        assert_eq!(
            message.to.map(|to| to.to_string().to_lowercase()).as_deref(),
            row["to"].as_str()
        );
        assert_eq!(message.mismatch.as_deref(), row["mismatch"]["kind"].as_str());
    }
    assert_eq!((transactions.len(), messages.len()), (items.len(), count));
    let codes = findings(&results);
    let codes: Vec<_> =
        codes.iter().map(|row| (row.id.as_str(), row.finding.code.as_str())).collect();
    assert_eq!(codes, [("lie.bin", "gas-used"), ("lie.bin", "gas-used")]);
}

#[test]
fn results_go_on_and_are_not_overwritten() {
    let folder = folder();
    let line = "iso-verify batch in --engine native --results out --format parquet --json";
    let first = run(folder.path(), line);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let whole = transactions(&folder.path().join("out"));
    assert_eq!(whole.len(), 8);
    // Now that it is a folder, nobody has to say what goes into it.
    let again = run(folder.path(), "iso-verify batch in --engine native --results out");
    assert_eq!((again.code, again.text()), (Some(2), ""));
    let words = "error: out: there are results in it already: --resume goes on with them\n";
    assert_eq!(again.stderr, words);
    fs::write(folder.path().join("in/more.bin"), lie()).unwrap();
    let more = run(folder.path(), &format!("{line} --resume"));
    assert_eq!(more.code, Some(1), "{}", more.stderr);
    assert_eq!(more.json()["resumed"], 8);
    assert_eq!(more.json()["witnesses"]["valid"], 8);
    let messages = |ran: &crate::common::Ran| ran.json()["messages"]["valid"].clone();
    assert_eq!(messages(&first), messages(&more));
    assert_eq!(more.json()["unchecked"]["logs"], 9);
    assert_eq!(transactions(&folder.path().join("out")).len(), 9);
    let other = run(folder.path(), "iso-verify batch in --results out --resume");
    assert_eq!((other.code, other.text()), (Some(2), ""));
    let words = "it was written with engine native, and now it is hypervisor (name another folder";
    assert!(other.stderr.contains(words), "{}", other.stderr);
}

#[test]
fn tables_go_into_no_folder_that_is_read_and_not_to_stdout() {
    let folder = folder();
    for (results, words) in [
        ("in", "in: this file is read and cannot be written"),
        ("in/deep/new/", "in/deep/new/: this file is read and cannot be written"),
        ("- --format parquet", "--format parquet has no meaning for --results -"),
        ("in/arithmetic.bin --format parquet", "in/arithmetic.bin"),
    ] {
        let ran = run(folder.path(), &format!("iso-verify batch in --results {results}"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{results}");
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    assert!(!folder.path().join("in/transactions").exists());
}
