//! Items that are no witness, too large, endless or fatal: each is a row that says so, and all others are done.

use std::{collections::BTreeMap, fs};

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use iso_evm_table::WitnessRow;
use iso_evm_wire::{Witness, encoding::encode};

use alloy_primitives::U256;

use crate::{
    processes::{executor, free_port, ran, scheduler, text, url},
    tables::{bytes, files, many, one, results, row, words, write},
};

/// A witness whose only message runs the loop so often that nobody lives to see its end, and says that it has the gas.
fn endless() -> WitnessRow {
    let mut witness: Witness = one(5, 99_999);
    let mut message = witness.message(0).unwrap();
    message.gasAvailable = U256::from(u64::MAX);
    let mut code = witness.codes.values().next().unwrap().to_vec();
    // The loop's number of rounds stands first: as many as one byte says, and the body never counts down.
    let down = code.windows(3).position(|window| window == [0x60, 1, 0x90]).unwrap();
    code[down + 1] = 0;
    let hash = alloy_primitives::keccak256(&code);
    let old = *witness.codes.keys().next().unwrap();
    for record in &mut message.stateAccessList {
        let mut bytes = record.metadata.to_vec();
        if let Some(at) = bytes.windows(32).position(|window| window == old.as_slice()) {
            bytes[at..at + 32].copy_from_slice(hash.as_slice());
            record.metadata = bytes.into();
        }
    }
    witness.codes = [(hash, code.into())].into();
    witness.messages[0] = encode(&message).into();
    row(99_999, &witness)
}

#[test]
fn among_a_thousand_the_poisonous_are_rows_and_all_others_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let mut rows = many(994, 5);
    let good: BTreeMap<String, String> = rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            (row.id.clone(), if number % 50 == 49 { "invalid" } else { "valid" }.to_owned())
        })
        .collect();
    let endless = endless();
    let id = endless.id.clone();
    // A gigabyte of nothing, of which a table keeps a few kilobytes.
    let bomb = bytes("bomb", vec![0; 1 << 30]);
    for (at, poison) in [
        (17, bytes("garbage", b"no witness at all".to_vec())),
        (18, bytes("empty", Vec::new())),
        (400, endless),
        (401, bytes("torn", rows[0].witness[..rows[0].witness.len() / 2].to_vec())),
        // More than the process that audits may have, less than a witness may be.
        (700, bytes("fatal", vec![0xff; 200 << 20])),
    ] {
        rows.insert(at, poison);
    }
    write(&source.join("a.parquet"), &rows, 50);
    write(&source.join("b.parquet"), &[bomb], 1);
    assert!(fs::metadata(source.join("b.parquet")).unwrap().len() < 1 << 20);

    let port = free_port();
    let _scheduler = scheduler(port);
    let _executors = [executor(port, "first", &[]), executor(port, "second", &[])];
    let url = url(port);
    let memory = (160_u64 << 20).to_string();
    let args = [
        "run",
        text(&source),
        text(&to),
        "--scheduler",
        &url,
        "--engine",
        "hypervisor",
        "--item-seconds",
        "4",
        "--item-memory",
        &memory,
        "--guest-gas-limit",
        // No bound at all.
        "18446744073709551615",
        "--json",
    ];
    let done = ran(&args);
    assert_eq!(done.code, Some(2), "{done:?}");
    let mut said = words(&to);
    let poison =
        ["garbage", "empty", "torn", "fatal", "bomb", &id].map(|id| said.remove(id).unwrap());
    assert_eq!(poison, ["container", "container", "container", "killed", "too-large", "killed"]);
    assert_eq!(said, good);
    let summary = done.json();
    assert_eq!(summary["errors"]["killed"], 2, "{summary}");
    assert_eq!(summary["errors"]["too-large"], 1, "{summary}");
    assert_eq!(summary["errors"]["container"], 3, "{summary}");
    let outcomes = results(&to);
    for (id, words) in [
        (&*id, "longer than 4 seconds, twice"),
        ("fatal", "ended twice"),
        ("bomb", "1073741824 bytes"),
    ] {
        let error = outcomes[id].error.as_deref().unwrap();
        assert!(error.contains(words), "{id}: {error}");
    }
    // Once said is done: the next run does not try again.
    let again = ran(&args);
    assert_eq!(again.json()["rows"]["resumed"], 1_000, "{again:?}");
}

#[test]
fn a_guest_that_never_ends_ends_at_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let endless = endless();
    write(&source.join("a.parquet"), std::slice::from_ref(&endless), 1);
    let args =
        ["run", text(&source), text(&to), "--engine", "native", "--guest-gas-limit", "1000000"];
    let done = ran(&args);
    assert!(matches!(done.code, Some(1 | 3)), "{done:?}");
    assert_ne!(words(&to)[&endless.id], "killed");
}

#[test]
fn a_damaged_page_costs_its_own_rows_and_a_damaged_file_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let rows = many(40, 5);
    let (good, bad) = (source.join("a.parquet"), source.join("b.parquet"));
    write(&good, &rows[..20], 10);
    write(&bad, &rows[20..], 10);
    write(&source.join("c.parquet"), &[rows[0].clone()], 1);
    // What the first row group has of witnesses.
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&bad).unwrap()).unwrap();
    let group = reader.metadata().row_group(0);
    let column = group.columns().iter().find(|column| column.column_path().string() == "witness");
    let (start, length) = column.unwrap().byte_range();
    let mut file = fs::read(&bad).unwrap();
    file[start as usize..(start + length) as usize].fill(0xa5);
    fs::write(&bad, file).unwrap();
    fs::write(source.join("c.parquet"), "PAR1 and nothing more").unwrap();
    let done = ran(&["run", text(&source), text(&to), "--engine", "native", "--json"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    let summary = done.json();
    assert_eq!(summary["unreadableFiles"], 1, "{done:?}");
    let said = words(&to);
    assert_eq!(said.len(), 40, "{said:?}");
    let unreadable: Vec<_> =
        said.iter().filter(|(_, word)| *word == "unreadable").map(|(id, _)| id.clone()).collect();
    let damaged: Vec<_> = rows[20..30].iter().map(|row| row.id.clone()).collect();
    assert_eq!(unreadable, damaged, "{done:?}");
    assert_eq!(files(&to.join("transactions")).len(), 1);
}
