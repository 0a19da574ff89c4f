//! Tables of witnesses and of results: `iso-witness pack`, `record --format parquet`, `iso-verify batch`.

mod items;
// Runs that are killed.
mod kills;
// Other implementations, which read what is written here and write what is read.
mod others;
mod recorded;
mod results;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::U256;
use iso_evm_table::{FindingRow, MessageRow, Results, Row, Table, TransactionRow, WitnessRow};
use iso_evm_wire::{Witness, encoding};

use crate::batch::fixture;

/// The rows of a file.
fn file<R: Row>(path: &Path, table: Table) -> Vec<R> {
    let results = Results::<R>::open(path, table).unwrap();
    results.flat_map(Result::unwrap).collect()
}

/// The rows of all parts of a table in a folder of results.
fn parts<R: Row>(results: &Path, table: Table) -> Vec<R> {
    let entries = fs::read_dir(results.join(table.name())).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    assert!(paths.iter().all(|path| path.extension().is_some_and(|it| it == "parquet")));
    paths.iter().flat_map(|path| file(path, table)).collect()
}

fn transactions(results: &Path) -> BTreeMap<String, TransactionRow> {
    let rows = parts::<TransactionRow>(results, Table::Transactions);
    let count = rows.len();
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    assert_eq!(rows.len(), count, "an id stands twice");
    rows
}

fn messages(results: &Path) -> Vec<MessageRow> {
    parts(results, Table::Messages)
}

fn findings(results: &Path) -> Vec<FindingRow> {
    parts(results, Table::Findings)
}

fn witnesses(path: &Path) -> Vec<WitnessRow> {
    file(path, Table::Witnesses)
}

/// A lie: one gas less.
fn lie() -> Vec<u8> {
    let mut witness = Witness::decode(&fixture("erc20-transfer")).unwrap();
    let mut message = witness.message(0).unwrap();
    message.gasUsed -= U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness.encode()
}
