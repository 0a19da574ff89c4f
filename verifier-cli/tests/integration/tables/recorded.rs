//! `iso-witness record --format parquet`: a block, a transaction, and where they go.

use std::fs;

use super::witnesses;
use crate::{
    batch::{fixture, input},
    common::{root, run},
};

#[test]
fn a_block_is_recorded_into_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let block = root().join("tests/fixtures/op-sepolia-26207960.json.zst");
    let record = |output: &str| {
        let line = format!("iso-witness record {} {output}", block.display());
        let ran = run(folder.path(), &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.wrote[0].clone()
    };
    assert!(record("-o files").starts_with("files: 10 witnesses"));
    for (output, path) in [
        ("-o block.parquet", "block.parquet"),
        ("-o tables --format parquet", "tables/block-26207960.parquet"),
        ("--format parquet", "block-26207960.parquet"),
    ] {
        assert!(record(output).starts_with(&format!("{path}: 10 witnesses")), "{output}");
        let rows = witnesses(&folder.path().join(path));
        let mut files: Vec<_> = fs::read_dir(folder.path().join("files"))
            .unwrap()
            .map(|it| it.unwrap().path())
            .collect();
        files.sort();
        assert_eq!(rows.len(), files.len());
        for (index, (row, file)) in rows.iter().zip(files).enumerate() {
            assert_eq!(row.id, format!("11155420/26207960/{index}"));
            assert_eq!(row.witness, fs::read(file).unwrap());
            assert_eq!((row.chain_id, row.block), (11_155_420, Some(26_207_960)));
        }
    }
    let ran = run(folder.path(), "iso-verify batch block.parquet --engine native");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.text().contains("witnesses: 10 valid"), "{}", ran.text());
}

#[test]
fn a_transaction_is_recorded_into_a_table_and_none_goes_to_stdout() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("input.json"), input("erc20-transfer")).unwrap();
    for (output, path) in
        [("-o one.parquet", "one.parquet"), ("--format parquet", "witness.parquet")]
    {
        let ran = run(folder.path(), &format!("iso-witness record input.json {output}"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let [row] = &witnesses(&folder.path().join(path))[..] else { panic!("not one row") };
        assert_eq!(
            (row.witness.clone(), row.source.as_str()),
            (fixture("erc20-transfer"), "input.json")
        );
        assert!(
            row.id.starts_with("1/") && row.id.ends_with(&row.transaction.unwrap().to_string())
        );
    }
    let ran = run(folder.path(), "iso-witness record input.json -o - --format parquet");
    assert_eq!((ran.code, ran.text()), (Some(2), ""));
    assert!(ran.stderr.contains("--format parquet has no meaning for stdout"), "{}", ran.stderr);
}
