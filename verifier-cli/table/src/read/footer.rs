//! The file's end: what it says of its columns and row groups, with the words that name table and version.
//! `specs/24-tables.md`, section Reading.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::{
    compact::{Compact, Fault, Kind},
    guarded,
};
use crate::{Table, TableError};

/// What stands at both ends of a file.
pub const MAGIC: &[u8; 4] = b"PAR1";

/// The longest end of a file that is read: that of a table of some ten thousand row groups.
const LONGEST: u64 = 16 << 20;

/// The most columns that a table has, all that is within others counted.
const MOST_COLUMNS: u64 = 1_000;

/// The most row groups that a table has: the library numbers them so.
const MOST_GROUPS: u64 = i16::MAX as u64;

/// Reads what a file says of itself, once it is seen that its lengths are in bounds.
///
/// # Errors
///
/// If it is no Parquet file, or its end is damaged or too long.
pub(super) fn read(file: &mut File) -> Result<ParquetMetaData, TableError> {
    let damaged = |what| TableError::NoTable { what };
    let whole = file.metadata()?.len();
    let mut ends = [[0; 4], [0; 4], [0; 4]];
    if whole < 12 {
        return Err(damaged("it is too short for one"));
    }
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut ends[0])?;
    file.seek(SeekFrom::Start(whole - 8))?;
    file.read_exact(&mut ends[1])?;
    file.read_exact(&mut ends[2])?;
    let [first, length, last] = ends;
    if first != *MAGIC {
        return Err(damaged("it does not begin as one"));
    }
    if last != *MAGIC {
        return Err(damaged("it does not end as one: it is cut off, or encrypted"));
    }
    let found = u64::from(u32::from_le_bytes(length));
    if found > whole - 12 {
        return Err(damaged("what it says of itself is longer than the file"));
    }
    if found > LONGEST {
        let what = "what the file says of itself".to_owned();
        return Err(TableError::Oversized { what, found, limit: LONGEST });
    }
    let mut bytes = vec![0; usize::try_from(found).unwrap_or_default()];
    file.seek(SeekFrom::Start(whole - 8 - found))?;
    file.read_exact(&mut bytes)?;
    check(&bytes).map_err(|Fault(what)| damaged(what))?;
    guarded(|| Ok(ParquetMetaDataReader::decode_metadata(&bytes)?))
}

/// Goes through the file's end: nothing in it is longer than it is itself, and there are no more columns and row
/// groups than are read.
fn check(bytes: &[u8]) -> Result<(), Fault> {
    /// Numbers of the fields of `FileMetaData`.
    const SCHEMA: i64 = 2;
    const ROW_GROUPS: i64 = 4;
    let mut compact = Compact::new(bytes, bytes.len() as u64);
    compact.fields(|compact, number, kind| {
        if kind != Kind::List {
            return Ok(false);
        }
        let (length, kind) = compact.list()?;
        if number == SCHEMA && length > MOST_COLUMNS {
            return Err(Fault("it has more than a thousand columns"));
        }
        if number == ROW_GROUPS && length > MOST_GROUPS {
            return Err(Fault("it has more row groups than can be numbered"));
        }
        compact.skip_list(length, kind)?;
        Ok(true)
    })
}

/// Checks that what a file says of itself is about a table, in the version that is read.
///
/// # Errors
///
/// If it names another table or version.
pub(super) fn check_table(metadata: &ParquetMetaData, table: Table) -> Result<(), TableError> {
    table.check(|key| said(metadata, key))
}

/// What a file says of itself under a key.
pub(super) fn said<'a>(metadata: &'a ParquetMetaData, key: &str) -> Option<&'a str> {
    let words = metadata.file_metadata().key_value_metadata()?;
    words.iter().find(|word| word.key == key)?.value.as_deref()
}
