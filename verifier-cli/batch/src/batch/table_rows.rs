//! The rows of a table of witnesses as items. `specs/24-tables.md`, section Witnesses.

use std::{
    collections::HashSet,
    fs::File,
    sync::{Arc, Mutex},
};

use iso_evm_table::{TableError, WitnessCell, Witnesses};

use super::{
    items::{Content, Item, Met},
    place::{Key, Place, key_of_id},
};
use crate::{FileError, ItemError, room::Room, workers::locked};

/// The ids that were met, of all tables of a run.
pub(super) type Ids = HashSet<Key>;

/// Hands on each row of a table, until `meet` says `false`.
pub(super) fn each(
    source: &Arc<str>,
    file: File,
    room: &Arc<Room>,
    ids: &mut Ids,
    meet: &mut impl FnMut(Met) -> bool,
) -> bool {
    let whole = file.metadata().map_or(0, |meta| meta.len());
    let mut read = 0;
    let mut rows = Rows { source, room, ids };
    let mut table = match Witnesses::open(file, room.limit()) {
        Ok(table) => table,
        Err(error) => return meet(rows.broken(0, error)) && meet(Met::Read(whole)),
    };
    let mut next = 0;
    while let Some(row) = table.next_row() {
        let met = match row {
            Ok(cell) => {
                next = cell.row + 1;
                rows.item(&cell)
            }
            Err(error) => rows.broken(next, error),
        };
        let done = table.take_done();
        read += done;
        if !meet(met) || (done > 0 && !meet(Met::Read(done))) {
            return false;
        }
    }
    // What stands between the row groups, and behind the last.
    meet(Met::Read(whole.saturating_sub(read)))
}

/// Makes items of rows.
struct Rows<'a> {
    source: &'a Arc<str>,
    room: &'a Arc<Room>,
    ids: &'a mut Ids,
}

impl Rows<'_> {
    /// A row as an item. Its id names it, if no earlier row has the same.
    fn item(&mut self, cell: &WitnessCell<'_>) -> Met {
        let WitnessCell { row, id, witness, oversized } = *cell;
        let mut place = self.place(row);
        let id = id.filter(|id| !id.is_empty());
        let is_new = id.is_some_and(|id| self.ids.insert(key_of_id(id)));
        place.id = id.filter(|_| is_new).map(Arc::from);
        let held = Mutex::new(self.room.hold());
        let content = match (id, witness, oversized) {
            (_, _, Some(found)) => {
                let what = "what the row stands in".to_owned();
                let error = TableError::Oversized { what, found, limit: self.room.limit() };
                Content::Unreadable(ItemError::Table { file: place.to_string(), error })
            }
            (None, ..) => Content::Unreadable(ItemError::NoId { file: place.to_string() }),
            (Some(id), ..) if !is_new => {
                let (file, id) = (place.to_string(), id.to_owned());
                Content::Unreadable(ItemError::SameId { file, id })
            }
            (_, None, None) => {
                Content::Unreadable(ItemError::NoWitness { file: place.to_string() })
            }
            (_, Some(bytes), None) => match locked(&held).grow(bytes.len() as u64) {
                Ok(()) => Content::Witness(bytes.to_vec()),
                Err(error) => {
                    let file = place.to_string();
                    Content::Unreadable(FileError::Read { file, error }.into())
                }
            },
        };
        let held = locked(&held).take();
        Met::Item(Item { place, content, held })
    }

    /// A table that cannot be read from a row on.
    fn broken(&mut self, row: u64, error: TableError) -> Met {
        let place = self.place(row);
        let content =
            Content::Unreadable(ItemError::Table { file: self.source.to_string(), error });
        Met::Item(Item { place, content, held: self.room.hold() })
    }

    fn place(&self, row: u64) -> Place {
        let container = usize::try_from(row).unwrap_or(usize::MAX - 1);
        Place { source: self.source.clone(), container, line: None, id: None }
    }
}
