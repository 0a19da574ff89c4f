//! Puts witnesses into a table: all that is in files, folders, archives and streams.
//! `specs/24-tables.md`, section Witnesses.

use std::path::{Path, PathBuf};

use iso_evm_table::{Table, TableWriter, WitnessRow};
use iso_evm_wire::Witness;

use crate::{
    BatchError, ItemError, ReadLimit,
    batch::{
        Place,
        items::{self, Content, ENDINGS, Item, Met},
        paths, witness,
    },
    files,
    room::Room,
    source,
};

/// What is met while a table is made.
#[derive(Debug)]
pub enum PackEvent<'a> {
    /// Bytes of the files given that were read.
    Read(u64),
    /// A witness is in the table, of so many bytes; what an input gives in vain, or does not give, is told beside it.
    Packed(&'a Place, &'a Witness, usize, &'a [String]),
    /// Something is no witness, and cannot be recorded.
    Unusable(&'a ItemError),
}

/// What a table was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Number of the rows.
    pub rows: u64,
    /// How many items are not among them. If there is one, there is no table.
    pub unusable: u64,
}

/// Writes a table of all witnesses in `paths` and below; what is none yet is recorded. The table comes into its place
/// when all are in it, and not at all if something is unusable: `observe` hears of that.
///
/// # Errors
///
/// If one of the paths is not there, or there is nothing in any, or if the table cannot be written.
pub fn pack(
    paths: &[PathBuf],
    table: &Path,
    read_limit: ReadLimit,
    mut observe: impl FnMut(PackEvent<'_>),
) -> Result<Packed, BatchError> {
    let paths = paths::expanded(paths)?;
    source::apart_from(table, &paths::plain(&paths), ENDINGS)?;
    let failed = |error| BatchError::Table { file: files::name(table), error };
    let mut writer = TableWriter::create(table, Table::Witnesses, None).map_err(failed)?;
    let (mut packed, mut ended) = (Packed::default(), Ok(()));
    let mut notes = Vec::new();
    items::each(&paths, &Room::new(read_limit), |met| {
        let (place, content, _held) = match met {
            Met::Read(bytes) => {
                observe(PackEvent::Read(bytes));
                return true;
            }
            Met::Item(Item { place, content, held }) => (place, content, held),
        };
        notes.clear();
        let bytes = match &content {
            Content::Witness(bytes) => Some(bytes.clone()),
            Content::Input(_) | Content::Unreadable(_) => None,
        };
        let witness = match witness(content, false, &mut notes, || place.to_string()) {
            Ok(witness) => witness.into_witness(),
            Err(error) => {
                observe(PackEvent::Unusable(&error));
                packed.unusable += 1;
                return true;
            }
        };
        let bytes = bytes.unwrap_or_else(|| witness.encode());
        let length = bytes.len();
        let row = WitnessRow::of(place.id(), place.source.to_string(), &witness, bytes);
        let size = row.size();
        ended = writer.push(row, size);
        packed.rows += 1;
        observe(PackEvent::Packed(&place, &witness, length, &notes));
        ended.is_ok()
    });
    ended.map_err(failed)?;
    if packed.unusable == 0 {
        writer.finish().map_err(failed)?;
    }
    Ok(packed)
}
