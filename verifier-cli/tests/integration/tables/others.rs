//! Other implementations of Parquet read what is written here, and write what is read here: DuckDB, pandas by way of
//! PyArrow, and Spark. `specs/24-tables.md`.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use iso_evm_testing::python;
use serde_json::{Value, json};

use super::{findings, lie, messages, transactions, witnesses};
use crate::{
    batch::folder,
    common::{root, run},
};

/// Set where a skipped test is a failure: in CI.
const REQUIRE: &str = "ISO_REQUIRE_DUCKDB";

/// The same for Spark, which takes minutes to be fetched.
const REQUIRE_SPARK: &str = "ISO_REQUIRE_SPARK";

#[test]
fn duckdb_reads_what_is_written_and_writes_what_is_read() {
    check("with_duckdb.py", &["duckdb==2.0.1"], REQUIRE);
}

#[test]
fn pandas_reads_what_is_written_and_writes_what_is_read() {
    check("with_pandas.py", &["pandas==3.1.1", "pyarrow==26.0.1"], REQUIRE_SPARK);
}

#[test]
fn spark_reads_what_is_written_and_writes_what_is_read() {
    check("with_spark.py", &["pyspark==4.3.0"], REQUIRE_SPARK);
}

fn check(script: &str, packages: &[&str], require: &str) {
    let Some(python) = python(packages, require) else { return };
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("lie.bin"), lie()).unwrap();
    fs::write(here.join("none.bin"), "nothing").unwrap();
    assert_eq!(run(here, "iso-witness pack in lie.bin -o w.parquet").code, Some(0));
    let audit = "iso-verify batch --engine both w.parquet none.bin --results results/";
    assert_eq!(run(here, audit).code, Some(2));
    let script = root().join("verifier-cli/tests/integration/tables").join(script);
    let mut command = Command::new(python);
    command.arg(script).args(["w.parquet", "results", "theirs.parquet"]).current_dir(here);
    let ran = command.output().unwrap();
    let error = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{error}");
    let said: Value = serde_json::from_slice(&ran.stdout).expect(&error);
    assert_eq!(said, expected(here));
    let audit = "iso-verify batch --engine both theirs.parquet none.bin --results again/";
    assert_eq!(run(here, audit).code, Some(2));
    let ours = transactions(&here.join("results"));
    for (id, mut row) in transactions(&here.join("again")) {
        let before = &ours[&id];
        row.outcome.seconds = before.outcome.seconds;
        assert_eq!(row.outcome, before.outcome);
    }
    assert_eq!(transactions(&here.join("again")).len(), ours.len());
}

/// What there is to say of the tables, as this crate reads them.
fn expected(here: &Path) -> Value {
    let witnesses = witnesses(&here.join("w.parquet"));
    let results = here.join("results");
    let (transactions, messages, findings) =
        (transactions(&results), messages(&results), findings(&results));
    let mut verdicts = BTreeMap::new();
    for row in transactions.values() {
        *verdicts.entry(row.outcome.verdict.clone().unwrap_or("none".to_owned())).or_insert(0) += 1;
    }
    let outcomes = || transactions.values().map(|row| &row.outcome);
    let findings = findings.iter().map(|row| {
        json!([row.id, row.finding.code, row.finding.title, row.finding.said, row.finding.computed])
    });
    let first = &transactions["in/erc20-transfer.bin"].outcome;
    json!({
        "witnesses": witnesses.len(),
        "bytes": witnesses.iter().map(|row| row.witness.len()).sum::<usize>(),
        "blocks": witnesses.iter().filter_map(|row| row.block).max(),
        "verdicts": verdicts,
        "gas": outcomes().filter_map(|outcome| outcome.gas_used).sum::<u64>(),
        "notRun": outcomes().map(|outcome| outcome.not_run.len()).sum::<usize>(),
        "transaction": first.transaction.unwrap().to_string(),
        "messages": messages.len(),
        "callers": messages.iter().filter_map(|row| row.message.caller).collect::<std::collections::BTreeSet<_>>().len(),
        "findings": findings.collect::<Vec<_>>(),
    })
}
