//! [`Witnesses`]: the rows of a table of witnesses, one at a time, in bounded memory.
//! `specs/24-tables.md`, sections Witnesses and Reading.
//!
//! Only id and witness are read: what the other columns say follows from the witness, and nobody believes it.

use std::{fs::File, sync::Arc};

use arrow_array::{Array, BinaryViewArray, RecordBatch, StringViewArray};
use arrow_schema::{DataType, Field, Fields};
use parquet::{
    arrow::{
        FieldLevels, ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, RowGroups},
        parquet_to_arrow_field_levels, parquet_to_arrow_schema,
    },
    column::page::PageIterator,
    errors::Result as ParquetResult,
    file::metadata::{ParquetMetaData, RowGroupMetaData},
    schema::types::{SchemaDescriptor, Type},
};

use super::{
    footer, guarded,
    pages::{Aside, Chunk, Pages},
};
use crate::{Table, TableError};

/// The columns that are read.
const COLUMNS: [&str; 2] = ["id", "witness"];

/// Bytes of a page that is read in any case: several short witnesses stand in one, so a limit on the length of a
/// witness is none on that of its page.
const WHOLE_PAGES: u64 = 4 << 20;

/// A row of a table of witnesses, as it stands there.
#[derive(Debug)]
pub struct WitnessCell<'a> {
    /// Which row it is, from 0.
    pub row: u64,
    /// The id; none if the row has none, or if that is not known.
    pub id: Option<&'a str>,
    /// The container; none if the row has none, or if that is not known.
    pub witness: Option<&'a [u8]>,
    /// How large it is in what id or container stands, if that is larger than may be held.
    pub oversized: Option<u64>,
}

/// The rows of a table of witnesses.
#[derive(Debug)]
pub struct Witnesses {
    file: Arc<File>,
    metadata: ParquetMetaData,
    /// Which of the file's columns are read.
    columns: [usize; 2],
    levels: FieldLevels,
    /// The longest witness that is given.
    limit: u64,
    /// The next row group.
    next: usize,
    group: Option<Group>,
    /// The row that was read last.
    current: Option<RecordBatch>,
    /// Number of rows that were read.
    rows: u64,
    /// Bytes of row groups that are done.
    done: u64,
}

/// The row group that is being read.
struct Group {
    rows: ParquetRecordBatchReader,
    /// Of each column.
    asides: [Aside; 2],
    /// The row within the group.
    row: u64,
    /// Bytes of the group in the file.
    bytes: u64,
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("row", &self.row).finish_non_exhaustive()
    }
}

impl Witnesses {
    /// Opens a table, whose witnesses may have `limit` bytes. Of each column a page and a dictionary are held at a
    /// time, each at most as long as that, or 4 MiB.
    ///
    /// # Errors
    ///
    /// If the file is no table of witnesses, or one of another version.
    pub fn open(mut file: File, limit: u64) -> Result<Self, TableError> {
        let metadata = footer::read(&mut file)?;
        footer::check_table(&metadata, Table::Witnesses)?;
        let schema = metadata.file_metadata().schema_descr_ptr();
        let mut columns = [0; 2];
        let mut types = Vec::new();
        for (place, name) in columns.iter_mut().zip(COLUMNS) {
            *place = column(&schema, name)?;
            types.push(schema.columns()[*place].self_type_ptr());
        }
        let levels = guarded(|| levels(types))?;
        let file = Arc::new(file);
        let (group, current) = (None, None);
        Ok(Self {
            file,
            metadata,
            columns,
            levels,
            limit,
            next: 0,
            group,
            current,
            rows: 0,
            done: 0,
        })
    }

    /// The next row; `None` behind the last. Behind an error there is nothing.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or packed in a way that is not read.
    pub fn next_row(&mut self) -> Option<Result<WitnessCell<'_>, TableError>> {
        match self.advance() {
            Ok(Some(lost)) => Some(self.cell(self.rows - 1, lost)),
            Ok(None) => None,
            Err(error) => {
                self.group = None;
                self.next = self.metadata.num_row_groups();
                Some(Err(error))
            }
        }
    }

    /// How many bytes of the file row groups had that were done since this was asked last.
    pub const fn take_done(&mut self) -> u64 {
        std::mem::replace(&mut self.done, 0)
    }

    /// Goes to the next row. Says of each column how large that was in what the row's value stands, if that is lost.
    fn advance(&mut self) -> Result<Option<[Option<u64>; 2]>, TableError> {
        loop {
            let Some(group) = &mut self.group else {
                if self.next == self.metadata.num_row_groups() {
                    return Ok(None);
                }
                self.group = Some(self.open_group(self.next)?);
                self.next += 1;
                continue;
            };
            // The row before is let go of first: its page may be the last of it.
            self.current = None;
            let next = guarded(|| {
                let next = group.rows.next().transpose();
                let told = || group.asides.iter().find_map(Aside::error);
                next.map_err(|error| {
                    told().unwrap_or_else(|| TableError::Damaged {
                        name: COLUMNS[1].to_owned(),
                        what: error.to_string(),
                    })
                })
            })?;
            match next.filter(|batch| batch.num_rows() > 0) {
                Some(batch) => {
                    let lost = group.asides.each_ref().map(|aside| aside.lost(group.row));
                    group.row += 1;
                    self.rows += 1;
                    self.current = Some(batch);
                    return Ok(Some(lost));
                }
                None => {
                    self.done += group.bytes;
                    self.group = None;
                }
            }
        }
    }

    fn cell(&self, row: u64, lost: [Option<u64>; 2]) -> Result<WitnessCell<'_>, TableError> {
        let column = |index: usize| self.current.as_ref().map(|batch| batch.column(index).as_ref());
        let ids = column(0).and_then(|ids| ids.as_any().downcast_ref::<StringViewArray>());
        let witnesses = column(1).and_then(|all| all.as_any().downcast_ref::<BinaryViewArray>());
        let (Some(ids), Some(witnesses)) = (ids, witnesses) else {
            let (name, what) = (COLUMNS[1].to_owned(), "it is read as something else".to_owned());
            return Err(TableError::Damaged { name, what });
        };
        let id = (lost[0].is_none() && !ids.is_null(0)).then(|| ids.value(0));
        let is_there = lost[1].is_none() && !witnesses.is_null(0);
        let witness = is_there.then(|| witnesses.value(0));
        let length =
            witness.map(|witness| witness.len() as u64).filter(|length| *length > self.limit);
        let witness = witness.filter(|_| length.is_none());
        Ok(WitnessCell { row, id, witness, oversized: lost[1].or(length).or(lost[0]) })
    }

    fn open_group(&self, index: usize) -> Result<Group, TableError> {
        let group = self.metadata.row_group(index);
        let damaged = |what: &str| TableError::Damaged {
            name: COLUMNS[1].to_owned(),
            what: format!("in row group {index}, {what}"),
        };
        let rows =
            u64::try_from(group.num_rows()).map_err(|_| damaged("there are less than no rows"))?;
        let asides = [Aside::default(), Aside::default()];
        let pages = || -> Result<[Pages; 2], TableError> {
            let open = |which: usize| {
                let (name, aside) = (COLUMNS[which], asides[which].clone());
                let column = group.columns().get(self.columns[which]);
                let column = column.ok_or_else(|| damaged("a column is missing"))?;
                let limit = self.limit.max(WHOLE_PAGES);
                Pages::new(self.file.clone(), name, column, rows, limit, aside)
            };
            Ok([open(0)?, open(1)?])
        };
        let bytes = group
            .columns()
            .iter()
            .filter_map(|column| u64::try_from(column.compressed_size()).ok());
        let bytes = bytes.fold(0, u64::saturating_add);
        let columns = guarded(pages)?.map(Some).map(std::cell::RefCell::new);
        let group = OneGroup { metadata: &self.metadata, group, columns };
        // One row at a time: of each column one page is held, and no more.
        let reader = || {
            Ok(ParquetRecordBatchReader::try_new_with_row_groups(&self.levels, &group, 1, None)?)
        };
        Ok(Group { rows: guarded(reader)?, asides, row: 0, bytes })
    }
}

/// Which of a file's columns is this one. Columns within others do not count.
fn column(schema: &SchemaDescriptor, name: &'static str) -> Result<usize, TableError> {
    let is_it =
        |index: &usize| matches!(schema.columns()[*index].path().parts(), [one] if one == name);
    let mut found = (0..schema.num_columns()).filter(is_it);
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        (Some(_), Some(_)) => Err(TableError::TwoColumns { name: name.to_owned() }),
        (None, _) => {
            let expected = expected(name).to_string();
            Err(TableError::NoColumn { name: name.to_owned(), expected })
        }
    }
}

/// What a column must hold.
fn expected(name: &str) -> DataType {
    if name == COLUMNS[0] { DataType::Utf8 } else { DataType::Binary }
}

/// How the columns that are read become arrays: such as point into the page, and repeat no value of a dictionary.
fn levels(types: Vec<Arc<Type>>) -> Result<FieldLevels, TableError> {
    let root = Type::group_type_builder("schema").with_fields(types).build()?;
    let schema = SchemaDescriptor::new(Arc::new(root));
    for (field, name) in parquet_to_arrow_schema(&schema, None)?.fields().iter().zip(COLUMNS) {
        // Some write text without saying that it is.
        let is_taken = match field.data_type() {
            DataType::Binary => true,
            DataType::Utf8 => name == COLUMNS[0],
            _ => false,
        };
        if !is_taken {
            let (name, found) = (name.to_owned(), field.data_type().to_string());
            let expected = expected(&name).to_string();
            return Err(TableError::Type { name, found, expected });
        }
    }
    let hint = Fields::from(vec![
        Field::new(COLUMNS[0], DataType::Utf8View, true),
        Field::new(COLUMNS[1], DataType::BinaryView, true),
    ]);
    Ok(parquet_to_arrow_field_levels(&schema, ProjectionMask::all(), Some(&hint))?)
}

/// One row group, of which only the columns that are read are there.
struct OneGroup<'a> {
    metadata: &'a ParquetMetaData,
    group: &'a RowGroupMetaData,
    columns: [std::cell::RefCell<Option<Pages>>; 2],
}

impl RowGroups for OneGroup<'_> {
    fn num_rows(&self) -> usize {
        usize::try_from(self.group.num_rows()).unwrap_or_default()
    }

    fn column_chunks(&self, index: usize) -> ParquetResult<Box<dyn PageIterator>> {
        let pages = self.columns.get(index).and_then(|pages| pages.borrow_mut().take());
        Ok(Box::new(Chunk(pages)))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}
