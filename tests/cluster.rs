//! What one machine says and what `iso-cluster` says, of the same witnesses. The cluster's own tests are in its crate,
//! which no build of the workspace builds: `.ci/cluster` does. `ISO_CLUSTER` names the binary.

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use iso_evm_testing::fixtures;
use iso_evm_verifier::{EngineKind, Options, verify};
use iso_evm_wire::Witness;
use serde_json::Value;

/// The binary of whoever has built it.
const BINARY: &str = "ISO_CLUSTER";

#[test]
fn a_cluster_says_of_the_fixtures_what_one_verifier_says() {
    let Some(binary) = env::var_os(BINARY) else {
        // Past the test's captured output, in one piece.
        let line =
            format!("skipped: {BINARY} names no iso-cluster: .ci/cluster builds and tests it\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (source, results) = (folder.path().join("witnesses"), folder.path().join("results"));
    fs::create_dir(&source).unwrap();
    let entries = fs::read_dir(fixtures::own()).unwrap().map(|entry| entry.unwrap().path());
    let is_witness = |path: &Path| path.to_str().unwrap().ends_with(".witness.bin");
    let witnesses: Vec<_> = entries.filter(|path| is_witness(path)).collect();
    let rows = witnesses.iter().map(|path| {
        let bytes = fs::read(path).unwrap();
        let witness = Witness::decode(&bytes).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        iso_evm_table::WitnessRow::of(name, String::new(), &witness, bytes)
    });
    let rows: Vec<_> = rows.collect();
    let table = fs::File::create(source.join("fixtures.parquet")).unwrap();
    let batch = iso_evm_table::batch(&rows);
    let mut writer = parquet::arrow::ArrowWriter::try_new(table, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let ran = |args: &[&str]| -> Output { Command::new(&binary).args(args).output().unwrap() };
    let [source, results] = [&source, &results].map(|path| path.to_str().unwrap());
    let run = ran(&["run", source, results, "--engine", "native"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let query = "SELECT id, verdict, gas_used FROM transactions ORDER BY id";
    let said = ran(&["sql", query, "--results", results, "--json"]);
    let said = String::from_utf8(said.stdout).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(said.len(), rows.len());
    for said in said {
        let row = rows.iter().find(|row| said["id"] == *row.id).unwrap();
        let options = Options { engine: EngineKind::Native, ..Options::default() };
        let report = verify(&Witness::decode(&row.witness).unwrap(), &options).unwrap();
        assert_eq!(said["verdict"], report.named(report.verdict()).to_string(), "{}", row.id);
        assert_eq!(said["gas_used"], report.gas_used, "{}", row.id);
    }
}
