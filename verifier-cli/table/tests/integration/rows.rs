//! Rows of a true and of a false witness, as arrays and in files, there and back.

use std::{fs, path::Path, sync::Arc};

use arrow_array::{
    Array, BinaryArray, BinaryViewArray, DictionaryArray, LargeBinaryArray, RecordBatch,
    StringArray, StringViewArray, StructArray, types::Int32Type,
};
use iso_evm_table::{
    Audited, DoneRow, ErrorKind, Finding, FindingRow, Message, MessageRow, Outcome, Results, Row,
    Table, TableWriter, TransactionRow, WitnessRow, read, schema, structs,
};
use iso_evm_verifier::Verdict;
use iso_evm_wire::Witness;
use parquet::{
    basic::{Compression, Encoding},
    file::properties::{WriterProperties, WriterVersion},
};

use crate::common::{LIMIT, Met, audited, fixture, lie, met, write};

/// Writes rows to a file, and reads them again.
fn through_a_file<R: Row + Clone>(table: Table, rows: &[R]) -> Vec<R> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.parquet");
    let mut writer = TableWriter::create(&path, table, Some("{}")).unwrap();
    rows.iter().for_each(|row| writer.push(row.clone(), 100).unwrap());
    writer.finish().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let results = Results::<R>::open(&path, table).unwrap();
    assert_eq!(results.options(), Some("{}"));
    results.flat_map(Result::unwrap).collect()
}

#[test]
fn what_is_said_of_a_witness_comes_back_from_a_file_as_it_was() {
    let mut transactions = Vec::new();
    let (mut messages, mut findings) = (Vec::new(), Vec::new());
    for (id, bytes) in [("true", fixture("call-tree")), ("false", lie())] {
        let (witness, report) = audited(&bytes);
        let outcome =
            Outcome { notes: vec!["one".to_owned()], ..Outcome::of(&witness, &report, 0.5) };
        assert_eq!(outcome.message_count, Some(witness.messages.len() as u64));
        assert_eq!(outcome.finding_count, Some(report.findings.len() as u64));
        assert_eq!(outcome.verdict, Some(report.verdict().name().to_owned()));
        transactions.push(TransactionRow { id: id.to_owned(), source: id.to_owned(), outcome });
        messages.extend(Message::rows(id, &witness, &report));
        findings.extend(Finding::rows(id, Finding::all(&witness, &report)));
    }
    let outcome = Outcome::unusable(ErrorKind::TooLarge, "too much".to_owned(), 0.0);
    transactions.push(TransactionRow { id: "none".to_owned(), source: String::new(), outcome });
    assert_eq!((messages.len(), findings.len()), (18, 2));
    assert_eq!(findings[0].finding.code, "gas-used");
    assert_eq!(findings[0].finding.said.as_deref(), Some("12,633 gas"));
    assert_eq!(findings[0].finding.computed.as_deref(), Some("12,634 gas"));
    assert_eq!(through_a_file(Table::Transactions, &transactions), transactions);
    assert_eq!(through_a_file(Table::Messages, &messages), messages);
    assert_eq!(through_a_file(Table::Findings, &findings), findings);
    assert!(through_a_file::<FindingRow>(Table::Findings, &[]).is_empty());
    // A part of the columns, for whoever goes on.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.parquet");
    let mut writer = TableWriter::create(&path, Table::Transactions, None).unwrap();
    transactions.into_iter().for_each(|row| writer.push(row, 100).unwrap());
    writer.finish().unwrap();
    let done: Vec<_> = Results::<DoneRow>::open(&path, Table::Transactions).unwrap().collect();
    let done = &done[0].as_ref().unwrap();
    let verdicts: Vec<_> = done.iter().map(|row| row.verdict.as_deref()).collect();
    assert_eq!(verdicts, [Some("valid"), Some("invalid"), None]);
    assert_eq!(done[1].invalid_messages, Some(1));
    assert!(Results::<MessageRow>::open(&path, Table::Messages).is_err());
}

/// What a function of SQL returns has the columns of the table, and the findings behind them.
#[test]
fn a_struct_of_an_audit_has_the_columns_of_the_tables() {
    let (witness, report) = audited(&lie());
    let rows = [
        Audited::of(&witness, &report, 1.0),
        Audited::unusable(ErrorKind::Container, "nothing".to_owned(), 0.0),
    ];
    assert_eq!(report.verdict(), Verdict::Invalid);
    let array = structs(&rows);
    assert_eq!(read::<Audited>(&array).unwrap(), rows);
    let names = |fields: arrow_schema::Fields| {
        fields.iter().map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    let of_table = names(schema::<TransactionRow>());
    let of_struct = names(schema::<Audited>());
    assert_eq!(of_struct[..of_struct.len() - 1], of_table[2..]);
    assert_eq!(of_struct.last().unwrap(), "findings");
    assert_eq!(names(schema::<FindingRow>())[1..], names(schema::<Finding>()));
    // It says what is missing.
    let (fields, arrays, nulls) = array.into_parts();
    let less = StructArray::new(fields[1..].into(), arrays[1..].to_vec(), nulls);
    let error = read::<Audited>(&less).unwrap_err().to_string();
    assert_eq!(error, "it has no column verdict, which holds Utf8");
}

fn witness_table(path: &Path, count: usize) -> Vec<WitnessRow> {
    let mut writer = TableWriter::create(path, Table::Witnesses, None).unwrap();
    let bytes = fixture("erc20-transfer");
    let witness = Witness::decode(&bytes).unwrap();
    let row = |index: usize| {
        WitnessRow::of(format!("1/{index}"), "test".to_owned(), &witness, bytes.clone())
    };
    let rows: Vec<_> = (0..count).map(row).collect();
    for row in &rows {
        writer.push(row.clone(), row.size()).unwrap();
    }
    writer.finish().unwrap();
    rows
}

#[test]
fn a_table_of_witnesses_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let rows = witness_table(&path, 16_000);
    let groups = rows.iter().map(WitnessRow::size).sum::<usize>() / iso_evm_table::GROUP_BYTES;
    assert!(groups > 1, "one row group is too easy: {groups}");
    let found = met(&path, LIMIT).unwrap();
    let expected = rows.iter().map(|row| Met {
        id: Some(row.id.as_str().into()),
        witness: Some(row.witness.len()),
        oversized: None,
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
    let results = Results::<WitnessRow>::open(&path, Table::Witnesses).unwrap();
    assert_eq!(results.flat_map(Result::unwrap).collect::<Vec<_>>(), rows);
}

/// Each way in which others write bytes and text, in both versions of pages, with and without rows that have no
/// value.
#[test]
fn every_way_of_writing_bytes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let bytes: [Option<&[u8]>; 4] =
        [Some(b"one"), Some(b"a longer one than twelve"), None, Some(b"")];
    let full = bytes.map(|value| value.unwrap_or(b"none"));
    let texts = ["a", "b", "an id of more than twelve bytes", "d"];
    let witnesses: [Arc<dyn Array>; 5] = [
        Arc::new(BinaryArray::from_iter(bytes)),
        Arc::new(LargeBinaryArray::from_iter(bytes)),
        Arc::new(BinaryViewArray::from_iter(bytes)),
        Arc::new(BinaryArray::from_iter_values(full)),
        Arc::new(BinaryViewArray::from_iter_values(full)),
    ];
    let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
    let ids: [Arc<dyn Array>; 4] = [
        Arc::new(StringArray::from_iter_values(texts)),
        Arc::new(StringViewArray::from_iter_values(texts)),
        Arc::new(dictionary),
        Arc::new(BinaryArray::from_iter_values(texts)),
    ];
    let mut read = 0;
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::LZ4_RAW,
            Compression::ZSTD(Default::default()),
        ] {
            for encoding in [None, Some(Encoding::PLAIN), Some(Encoding::DELTA_LENGTH_BYTE_ARRAY)] {
                let mut properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(compression);
                if let Some(encoding) = encoding {
                    properties = properties.set_dictionary_enabled(false).set_encoding(encoding);
                }
                let properties = properties.build();
                for witness in &witnesses {
                    for id in &ids {
                        let columns = vec![
                            ("id", id.clone()),
                            ("more", id.clone()),
                            ("witness", witness.clone()),
                        ];
                        write(&path, columns, properties.clone());
                        let found = met(&path, LIMIT).unwrap();
                        assert_eq!(found.len(), 4);
                        for (index, row) in found.iter().enumerate() {
                            assert_eq!(row.id.as_deref(), Some(texts[index]));
                            let expected = if witness.null_count() > 0 {
                                bytes[index]
                            } else {
                                Some(full[index])
                            };
                            assert_eq!(row.witness, expected.map(<[u8]>::len));
                        }
                        read += 1;
                    }
                }
            }
        }
    }
    assert_eq!(read, 2 * 4 * 3 * 5 * 4);
}

#[test]
fn a_file_that_is_not_finished_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    witness_table(&path, 1);
    let before = fs::read(&path).unwrap();
    let writer = TableWriter::<WitnessRow>::create(&path, Table::Witnesses, None).unwrap();
    drop(writer);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = folder.path().join("none/w.parquet");
    let error = TableWriter::<WitnessRow>::create(&nowhere, Table::Witnesses, None).unwrap_err();
    assert!(!error.to_string().contains(".part-"), "{error}");
}

#[test]
fn no_column_stands_twice_in_a_row() {
    fn names<R: Row>() {
        let mut names: Vec<_> = R::columns().iter().map(|column| column.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
    names::<WitnessRow>();
    names::<TransactionRow>();
    names::<MessageRow>();
    names::<FindingRow>();
    names::<Audited>();
    let of = |batch: &RecordBatch| batch.num_rows();
    assert_eq!(of(&iso_evm_table::batch::<MessageRow>(&[])), 0);
}
