//! Files that are damaged, or that nobody means well with: an error that names what is wrong, never more memory than may
//! be held, and never the end of whoever reads.

use std::{fs, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, DictionaryArray, Int32Array, Int64Array, StringArray, types::Int32Type,
};
use iso_evm_table::Table;
use parquet::{
    basic::{Compression, Encoding},
    file::{metadata::KeyValue, properties::WriterProperties},
};

use crate::common::{LIMIT, met, write};

fn ids(count: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..count).map(|index| format!("id {index}"))))
}

fn bytes(values: &[&[u8]]) -> ArrayRef {
    Arc::new(BinaryArray::from_iter_values(values))
}

fn plain() -> WriterProperties {
    WriterProperties::builder().set_dictionary_enabled(false).set_write_batch_size(1).build()
}

/// What is said of a file, which is no table.
fn said(path: &Path) -> String {
    met(path, LIMIT).unwrap_err().to_string()
}

#[test]
fn what_is_no_table_of_witnesses_is_told_by_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let witness = || bytes(&[b"one"]);
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let text = || ids(1);
    for (columns, words) in [
        (vec![("id", text())], "it has no column witness, which holds Binary"),
        (vec![("witness", witness())], "it has no column id, which holds Utf8"),
        (
            vec![("id", number.clone()), ("witness", witness())],
            "column id holds Int64, and Utf8 is expected",
        ),
        (
            vec![("id", text()), ("witness", number)],
            "column witness holds Int64, and Binary is expected",
        ),
        (
            vec![("id", text()), ("witness", text())],
            "column witness holds Utf8, and Binary is expected",
        ),
        (vec![("id", text()), ("id", text()), ("witness", witness())], "it has two columns id"),
    ] {
        write(&path, columns, plain());
        assert_eq!(said(&path), words);
    }
    let with = |key: &str, value: &str| {
        let word = KeyValue::new(key.to_owned(), value.to_owned());
        let properties = plain().into_builder().set_key_value_metadata(Some(vec![word])).build();
        write(&path, vec![("id", text()), ("witness", witness())], properties);
        met(&path, LIMIT).map_err(|error| error.to_string())
    };
    assert_eq!(with(Table::NAME_KEY, "witnesses").unwrap().len(), 1);
    assert_eq!(with(Table::VERSION_KEY, "1").unwrap().len(), 1);
    let version = "it is a table of version 2, and version 1 is read";
    assert_eq!(with(Table::VERSION_KEY, "2").unwrap_err(), version);
    let table = "it is a table of findings, and one of witnesses is expected";
    assert_eq!(with(Table::NAME_KEY, "findings").unwrap_err(), table);
    let properties = plain().into_builder().set_encoding(Encoding::DELTA_BYTE_ARRAY).build();
    write(&path, vec![("id", text()), ("witness", witness())], properties);
    assert_eq!(said(&path), "column id: encoding DELTA_BYTE_ARRAY is not read");
    for (bytes, words) in [
        (&b""[..], "it is too short for one"),
        (b"PAR1 and nothing behind it", "it does not end as one: it is cut off, or encrypted"),
        (b"something else altogether", "it does not begin as one"),
        (b"PAR1\xff\xff\xff\xffPAR1", "what it says of itself is longer than the file"),
    ] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(said(&path), format!("it is no Parquet file: {words}"));
    }
}

/// A row that is too large costs itself alone, as does one whose bytes would unpack to a gigabyte.
#[test]
fn a_row_larger_than_may_be_held_is_lost_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let large = vec![0; 64 << 20];
    let values: [&[u8]; 5] = [b"one", &large, b"three", &large[..LIMIT as usize / 2], b"five"];
    let optional = || Arc::new(BinaryArray::from_iter(values.map(Some))) as ArrayRef;
    for compression in
        [Compression::ZSTD(Default::default()), Compression::SNAPPY, Compression::UNCOMPRESSED]
    {
        for witnesses in [bytes(&values), optional()] {
            let properties = plain().into_builder().set_compression(compression);
            // A page each.
            let properties = properties.set_data_page_size_limit(1).build();
            write(&path, vec![("id", ids(5)), ("witness", witnesses)], properties);
            let found = met(&path, LIMIT).unwrap();
            let lengths: Vec<_> = found.iter().map(|row| row.witness).collect();
            assert_eq!(lengths, [Some(3), None, Some(5), Some(LIMIT as usize / 2), Some(4)]);
            assert!(found.iter().all(|row| row.id.is_some()));
            assert!(found[1].oversized.unwrap() > 64 << 20);
            assert!(
                found.iter().enumerate().all(|(index, row)| index == 1 || row.oversized.is_none())
            );
        }
    }
    // A page that holds many is lost as a whole, and so are all rows behind a dictionary that is.
    let many: Vec<&[u8]> = vec![&large[..8 << 10]; 1_000];
    let whole = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(LIMIT as usize * 5)
        .build();
    write(&path, vec![("id", ids(1_000)), ("witness", bytes(&many))], whole);
    let found = met(&path, LIMIT).unwrap();
    assert_eq!(found.len(), 1_000);
    assert!(found.iter().any(|row| row.oversized.is_some()));
    assert!(found.iter().all(|row| row.oversized.is_some() || row.witness == Some(8 << 10)));
}

/// One value of half a megabyte that ten thousand rows repeat: five gigabytes, if each had its own.
#[test]
fn a_value_of_a_dictionary_is_held_once_and_one_that_is_too_large_never() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    // Within the limit; above it, in a page that is held; in one that is not.
    for (size, is_read) in [(LIMIT / 2, true), (LIMIT * 2, false), (LIMIT * 8, false)] {
        let length = size as usize;
        let value = vec![7; length];
        let keys = Int32Array::from(vec![0; 10_000]);
        let values = Arc::new(BinaryArray::from_iter_values([value]));
        let witnesses = DictionaryArray::<Int32Type>::new(keys, values);
        let properties =
            WriterProperties::builder().set_dictionary_page_size_limit(LIMIT as usize * 16);
        write(
            &path,
            vec![("id", ids(10_000)), ("witness", Arc::new(witnesses))],
            properties.build(),
        );
        assert!(fs::metadata(&path).unwrap().len() < size + LIMIT);
        let found = met(&path, LIMIT).unwrap();
        assert_eq!(found.len(), 10_000);
        let expected = is_read.then_some(length);
        assert!(
            found.iter().all(|row| row.witness == expected && row.oversized.is_some() != is_read)
        );
    }
}

#[test]
fn a_page_with_more_lengths_than_values_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let properties = plain().into_builder().set_encoding(Encoding::DELTA_LENGTH_BYTE_ARRAY).build();
    write(&path, vec![("id", ids(3)), ("witness", bytes(&[b"a", b"b", b"c"]))], properties);
    assert_eq!(met(&path, LIMIT).unwrap().len(), 3);
    let whole = fs::read(&path).unwrap();
    // Length of a block, parts of a block, number of values.
    let header = [0x80, 0x01, 0x04, 3];
    let places: Vec<_> = (0..whole.len() - 4).filter(|at| whole[*at..*at + 4] == header).collect();
    assert_eq!(places.len(), 2);
    let mut more = whole;
    more[places[0] + 3] = 0x7f;
    fs::write(&path, more).unwrap();
    assert_eq!(said(&path), "column id: a page has more lengths than values");
}

fn small(path: &Path) -> Vec<u8> {
    let values: [&[u8]; 4] = [b"one", b"a longer one than twelve", b"", b"four"];
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    write(path, vec![("id", ids(4)), ("witness", bytes(&values))], properties);
    fs::read(path).unwrap()
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let whole = small(&path);
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(met(&path, LIMIT).is_err(), "{length}");
    }
}

/// Whatever a byte is changed to: an error, or rows; and no row that is longer than the file could be.
#[test]
fn no_changed_byte_ends_whoever_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let whole = small(&path);
    let (mut refused, mut taken) = (0, 0);
    for at in 0..whole.len() {
        for change in [0x01, 0x80, 0xff, 0x7f] {
            let mut changed = whole.clone();
            changed[at] ^= change;
            fs::write(&path, changed).unwrap();
            match met(&path, LIMIT) {
                Ok(rows) => {
                    assert!(
                        rows.len() <= 4
                            && rows.iter().all(|row| row.witness.unwrap_or(0) <= LIMIT as usize)
                    );
                    taken += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100 && taken > 100, "{refused} {taken}");
}
