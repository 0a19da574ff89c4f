//! What is taken from tables: rows that are witnesses, and rows that are none.

use std::{fs, fs::File, sync::Arc};

use arrow_array::{ArrayRef, BinaryArray, RecordBatch, StringArray};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    file::properties::WriterProperties,
};

use super::{lie, transactions, witnesses};
use crate::{
    batch::{fixture, folder, input, rows},
    common::{run, run_with},
    schemas::schema,
};

/// Writes a table with a page for each row.
fn write(path: &std::path::Path, ids: &[Option<&str>], values: &[Option<&[u8]>]) {
    let columns: [(&str, ArrayRef); 2] = [
        ("id", Arc::new(ids.iter().copied().collect::<StringArray>())),
        ("witness", Arc::new(values.iter().copied().collect::<BinaryArray>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_write_batch_size(1)
        .set_data_page_size_limit(1)
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties);
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_table_of_all_that_there_is_comes_to_the_same_as_what_it_was_made_of() {
    let folder = folder();
    fs::write(folder.path().join("lie.bin"), lie()).unwrap();
    let packed = run(folder.path(), "iso-witness pack in lie.bin -o w.parquet");
    assert_eq!(packed.code, Some(0), "{}", packed.stderr);
    assert!(packed.wrote[0].starts_with("w.parquet: 9 witnesses, "), "{:?}", packed.wrote);
    let table = witnesses(&folder.path().join("w.parquet"));
    let arithmetic = table.iter().find(|row| row.id == "in/arithmetic.bin").unwrap();
    assert_eq!(arithmetic.witness, fixture("arithmetic"));
    assert!(table.iter().any(|row| row.id == "in/stream.bin: 1" && row.source == "in/stream.bin"));
    assert!(table.iter().all(|row| row.chain_id == 1 && row.block.is_some()));
    let line = "iso-verify batch --engine native --json";
    let files = run(folder.path(), &format!("{line} in lie.bin --results files/"));
    let rows = run(folder.path(), &format!("{line} w.parquet --results rows/"));
    assert_eq!((files.code, rows.code), (Some(1), Some(1)), "{}", rows.stderr);
    assert_eq!(files.json(), rows.json());
    let [files, rows] = ["files", "rows"].map(|name| transactions(&folder.path().join(name)));
    assert_eq!(files.len(), rows.len());
    for (id, mut row) in rows {
        assert_eq!(row.source, "w.parquet");
        let file = &files[&id];
        row.outcome.seconds = file.outcome.seconds;
        assert_eq!(row.outcome, file.outcome);
    }
}

#[test]
fn a_table_of_a_table_and_of_a_stream() {
    let folder = folder();
    let lines = [input("arithmetic"), input("call-tree")].join("\n");
    let ran = run_with(folder.path(), "iso-witness pack - -o one.parquet", lines.as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ids: Vec<_> =
        witnesses(&folder.path().join("one.parquet")).into_iter().map(|row| row.id).collect();
    assert_eq!(ids, ["stdin:1", "stdin:2"]);
    let ran = run(
        folder.path(),
        "iso-witness pack one.parquet in/halts.bin in/arithmetic.bin -o two.parquet",
    );
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = run(folder.path(), "iso-witness pack one.parquet in/arithmetic.bin -o two.parquet");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ids: Vec<_> =
        witnesses(&folder.path().join("two.parquet")).into_iter().map(|row| row.id).collect();
    assert_eq!(ids, ["stdin:1", "stdin:2", "in/arithmetic.bin"]);
}

#[test]
fn no_table_is_written_of_what_is_not_all_witnesses() {
    let folder = folder();
    fs::write(folder.path().join("in/none.bin"), "nothing").unwrap();
    let ran = run(folder.path(), "iso-witness pack in -o w.parquet");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("error: in/none.bin: "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no table was written: 1 of 9 items cannot be in it"),
        "{}",
        ran.stderr
    );
    assert!(!folder.path().join("w.parquet").exists());
    assert!(
        fs::read_dir(folder.path())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with(".part-") })
    );
    let ran = run(folder.path(), "iso-witness pack in -o in/w.parquet");
    assert!(
        ran.stderr.contains("in/w.parquet: this file is read and cannot be written"),
        "{}",
        ran.stderr
    );
}

/// Rows that nothing names, that are named as another, that hold nothing, and that are too large: each an error, and
/// every id once.
#[test]
fn a_row_that_cannot_be_verified_is_an_error_and_the_others_are() {
    let folder = folder();
    let (good, large) = (fixture("erc20-transfer"), vec![0; 2 << 20]);
    let ids = [
        Some("one"),
        None,
        Some(""),
        Some("one"),
        Some("large"),
        Some("empty"),
        Some("text"),
        Some("last"),
    ];
    let good = Some(&good[..]);
    // A row without a value takes no room, and goes into the next page.
    let values = [good, good, good, good, Some(&large[..]), None, Some(b"nothing"), good];
    write(&folder.path().join("w.parquet"), &ids, &values);
    let line = "iso-verify batch w.parquet --engine native --read-limit 1000000 --json";
    let ran = run(folder.path(), &format!("{line} --results results/"));
    assert_eq!(ran.code, Some(2));
    assert_eq!((&ran.json()["witnesses"]["valid"], &ran.json()["errors"]), (&2.into(), &6.into()));
    let found = transactions(&folder.path().join("results"));
    let kinds: Vec<_> = found
        .iter()
        .map(|(id, row)| (id.as_str(), row.outcome.error_kind.as_deref().unwrap_or("none")))
        .collect();
    let expected = [
        ("empty", "container"),
        ("large", "too-large"),
        ("last", "none"),
        ("one", "none"),
        ("text", "container"),
        ("w.parquet: 1", "id"),
        ("w.parquet: 2", "id"),
        ("w.parquet: 3", "id"),
    ];
    assert_eq!(kinds, expected);
    assert!(
        ran.stderr.contains("w.parquet: 3: an earlier row has the same id: one"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("w.parquet: large: what the row stands in is "), "{}", ran.stderr);
    let again = run(folder.path(), &format!("{line} --results results/ --resume"));
    assert_eq!((again.code, &again.json()["resumed"]), (Some(2), &8.into()), "{}", again.stderr);
    // The same in lines.
    let lines = run(folder.path(), &format!("{line} --results rows.jsonl"));
    assert_eq!(lines.json(), ran.json());
    let rows = rows(&folder.path().join("rows.jsonl"));
    rows.iter().for_each(|row| schema("batch-row").check(row).unwrap());
    assert!(rows.iter().any(|row| row["id"] == "last" && row["container"] == 7));
    let again = run(folder.path(), &format!("{line} --results rows.jsonl --resume"));
    assert_eq!(again.json()["resumed"], 8);
}

#[test]
fn a_table_that_is_none_is_an_item_that_cannot_be_read() {
    let folder = folder();
    write(&folder.path().join("whole.parquet"), &[Some("a")], &[Some(&fixture("arithmetic"))]);
    let whole = fs::read(folder.path().join("whole.parquet")).unwrap();
    fs::write(folder.path().join("in/torn.parquet"), &whole[..whole.len() - 1]).unwrap();
    fs::write(folder.path().join("in/other.parquet"), "no table").unwrap();
    // By its content, whatever its name.
    fs::write(folder.path().join("by-content"), &whole).unwrap();
    let ran = run(folder.path(), "iso-verify batch in by-content --engine native --json");
    assert_eq!(ran.code, Some(2));
    assert_eq!((&ran.json()["witnesses"]["valid"], &ran.json()["errors"]), (&9.into(), &2.into()));
    let words = "in/torn.parquet: it is no Parquet file: it does not end as one";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    assert!(ran.stderr.contains("error: in/other.parquet: "), "{}", ran.stderr);
}
