//! A true and a false witness, and files of tables.

use std::{fs::File, path::Path, sync::Arc};

use alloy_primitives::U256;
use arrow_array::{ArrayRef, RecordBatch};
use iso_evm_table::{TableError, Witnesses};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{Options, Report, hash::CRYPTO, verify_opened};
use iso_evm_wire::{Opened, Witness, encoding};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    file::properties::WriterProperties,
};

pub(crate) const LIMIT: u64 = 1 << 20;

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = fixtures::own().join(format!("{name}.witness.bin"));
    std::fs::read(path).unwrap()
}

/// A witness that says one gas less than it used.
pub(crate) fn lie() -> Vec<u8> {
    let mut witness = Witness::decode(&fixture("erc20-transfer")).unwrap();
    let mut message = witness.message(0).unwrap();
    message.gasUsed -= U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness.encode()
}

pub(crate) fn audited(bytes: &[u8]) -> (Opened<'static>, Report) {
    let witness = Opened::decode(&bytes.to_vec().into(), CRYPTO).unwrap();
    let options = Options::default();
    let engines = iso_evm_verifier::engines::Engines::default();
    let report = verify_opened(engines.get(witness.rules), &witness, &options).unwrap();
    (witness, report)
}

/// Writes columns to a file, as somebody else would.
pub(crate) fn write(path: &Path, columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let options = ArrowWriterOptions::new().with_properties(properties);
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// What is met in a table: id, length of the witness or of what it stands in; or the error.
pub(crate) fn met(path: &Path, limit: u64) -> Result<Vec<Met>, TableError> {
    let mut table = Witnesses::open(File::open(path).unwrap(), limit)?;
    let mut all = Vec::new();
    while let Some(row) = table.next_row() {
        let row = row?;
        let (id, witness) = (row.id.map(Arc::from), row.witness.map(<[u8]>::len));
        assert_eq!(row.row, all.len() as u64);
        all.push(Met { id, witness, oversized: row.oversized });
    }
    assert!(table.next_row().is_none());
    Ok(all)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) witness: Option<usize>,
    pub(crate) oversized: Option<u64>,
}
