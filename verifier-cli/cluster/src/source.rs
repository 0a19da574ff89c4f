//! What there is to audit: the files of a table of witnesses, and the [`Unit`]s that they are audited in. A unit is some
//! rows of a file that follow one another, so many that an executor is busy for seconds: what is done is kept unit by
//! unit. `specs/25-cluster.md`, section A run.

use std::{collections::HashSet, ops::Range, sync::Arc};

use alloy_primitives::FixedBytes;
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    parquet::{
        arrow::ProjectionMask,
        errors::ParquetError,
        file::metadata::{ParquetMetaData, RowGroupMetaData},
    },
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use iso_evm_table::{Table, TableError};
use iso_evm_verifier::hash::keccak256;

use crate::{error::ClusterError, reader::TableReader, shard::Shard, store::Place};

/// The columns that are read of a table of witnesses.
pub(crate) const ID: &str = "id";
/// Where the witness came from; a table may do without it.
pub(crate) const SOURCE: &str = "source";
/// The container.
pub(crate) const WITNESS: &str = "witness";

/// The most rows of a unit.
const MOST_ROWS: usize = 8192;
/// The most bytes of ids that a row group may have: they are read whole.
const MOST_OF_IDS: u64 = 256 << 20;
/// The most bytes of witnesses that a row group may have: an executor reads it page by page, and a page can be all.
const MOST_OF_WITNESSES: u64 = (2 << 30) - 1;
/// How many files are looked at at once.
const AT_ONCE: usize = 16;

/// The files of a table of witnesses.
#[derive(Debug)]
pub(crate) struct Source {
    /// The files that can be read.
    pub(crate) files: Vec<Arc<File>>,
    /// Those that cannot, and why.
    pub(crate) unreadable: Vec<ClusterError>,
}

/// A file of a table of witnesses.
#[derive(Debug)]
pub(crate) struct File {
    place: Place,
    meta: object_store::ObjectMeta,
    /// Its URL.
    pub(crate) url: String,
    /// The columns that are read.
    pub(crate) schema: SchemaRef,
    groups: Vec<Group>,
}

/// A row group: how many rows it has, and how many bytes its witnesses are.
#[derive(Clone, Copy, Debug)]
struct Group {
    rows: usize,
    bytes: u64,
}

/// Names an item in little room.
pub(crate) type Key = FixedBytes<16>;

/// The key of an id.
pub(crate) fn key(id: &str) -> Key {
    Key::from_slice(&keccak256(id.as_bytes())[..16])
}

impl Source {
    /// Looks at all files.
    ///
    /// # Errors
    ///
    /// If the store does not answer, or if there is no file.
    pub(crate) async fn open(place: &Place) -> Result<Self, ClusterError> {
        let tables = place.tables("").await?;
        if tables.is_empty() {
            return Err(ClusterError::Nothing { place: place.to_string() });
        }
        let looked = tables.into_iter().map(|meta| File::open(place.clone(), meta));
        let mut looked = futures_util::stream::iter(looked).buffered(AT_ONCE);
        let mut source = Self { files: Vec::new(), unreadable: Vec::new() };
        while let Some(file) = looked.next().await {
            match file {
                Ok(file) => source.files.push(Arc::new(file)),
                // That a store fails is no fault of the file's.
                Err(error @ ClusterError::Store { .. }) => return Err(error),
                Err(error) => source.unreadable.push(error),
            }
        }
        Ok(source)
    }

    /// Number of the rows in the units of a shard.
    pub(crate) fn rows(&self, unit_bytes: u64, shard: Shard) -> u64 {
        let cuts = self.files.iter().flat_map(|file| file.cuts(unit_bytes)).zip(0..);
        cuts.filter(|(_, number)| shard.has(*number)).map(|(cut, _)| cut.rows.len() as u64).sum()
    }
}

impl File {
    async fn open(place: Place, meta: object_store::ObjectMeta) -> Result<Self, ClusterError> {
        let url = place.url_of(&meta.location);
        let builder = TableReader::open(&place, &meta).await?;
        let refused = |error| ClusterError::Table { file: url.clone(), error };
        checked(builder.metadata()).map_err(refused)?;
        let has = |name: &str| builder.schema().column_with_name(name);
        for (name, expected) in [(ID, DataType::Utf8), (WITNESS, DataType::Binary)] {
            let wrong = match has(name) {
                None => {
                    TableError::NoColumn { name: name.to_owned(), expected: expected.to_string() }
                }
                Some((_, field)) if !is_read_as(field.data_type(), &expected) => TableError::Type {
                    name: name.to_owned(),
                    found: field.data_type().to_string(),
                    expected: expected.to_string(),
                },
                Some(_) => continue,
            };
            return Err(refused(wrong));
        }
        let source =
            has(SOURCE).filter(|(_, field)| is_read_as(field.data_type(), &DataType::Utf8));
        let source = source.map(|_| Field::new(SOURCE, DataType::Utf8, true));
        let fields: Vec<Field> = [Field::new(ID, DataType::Utf8, true)]
            .into_iter()
            .chain(source)
            .chain([Field::new(WITNESS, DataType::Binary, true)])
            .collect();
        let groups = groups(builder.metadata()).map_err(refused)?;
        Ok(Self { place, meta, url, schema: Arc::new(Schema::new(fields)), groups })
    }

    /// The id of each row.
    async fn ids(&self) -> Result<Vec<Option<String>>, ClusterError> {
        let builder = TableReader::open(&self.place, &self.meta).await?;
        let columns = builder.parquet_schema();
        let mask = ProjectionMask::columns(columns, [ID]);
        let failed = |error: ParquetError| ClusterError::parquet(&self.url, error);
        let stream =
            builder.with_projection(mask).with_batch_size(MOST_ROWS).build().map_err(failed)?;
        let batches: Vec<RecordBatch> = stream.try_collect().await.map_err(failed)?;
        let mut ids = Vec::new();
        for batch in batches {
            let column = batch
                .column_by_name(ID)
                .ok_or_else(|| failed(ParquetError::General("no ids".to_owned())))?;
            let column = cast(column, &DataType::Utf8).map_err(|error| failed(error.into()))?;
            let column = column.as_string::<i32>();
            ids.extend(column.iter().map(|id| id.map(str::to_owned)));
        }
        Ok(ids)
    }

    /// The rows of each unit, whoever audits it, and about how many bytes their witnesses are.
    fn cuts(&self, unit_bytes: u64) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut cut = Cut { rows: 0..0, bytes: 0, largest: 0 };
        for group in &self.groups {
            let mean = group.bytes / group.rows.max(1) as u64;
            for _ in 0..group.rows {
                cut.rows.end += 1;
                cut.bytes += mean;
                cut.largest = cut.largest.max(mean);
                if cut.bytes >= unit_bytes || cut.rows.len() >= MOST_ROWS {
                    let end = cut.rows.end;
                    cuts.push(std::mem::replace(
                        &mut cut,
                        Cut { rows: end..end, bytes: 0, largest: 0 },
                    ));
                }
            }
        }
        cuts.extend(Some(cut).filter(|cut| !cut.rows.is_empty()));
        cuts
    }
}

/// Rows of a file that follow one another.
#[derive(Clone, Debug)]
struct Cut {
    rows: Range<usize>,
    bytes: u64,
    /// The mean of the row group where it is highest.
    largest: u64,
}

/// Rows of a file that are audited together.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The file.
    pub(crate) file: Arc<File>,
    /// The ids of the rows that are to be audited.
    pub(crate) ids: Vec<String>,
    /// Whether these are all rows of the file.
    pub(crate) is_whole_file: bool,
    /// How many rows are read at once.
    pub(crate) batch_rows: usize,
}

impl Unit {
    /// The two halves of it.
    pub(crate) fn halves(mut self) -> [Self; 2] {
        let second = self.ids.split_off(self.ids.len() / 2);
        self.is_whole_file = false;
        let second = Self { ids: second, ..self.clone() };
        [self, second]
    }
}

/// How a source is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// About how many bytes of witnesses a unit has.
    pub(crate) unit: u64,
    /// About how many bytes of witnesses are read at once.
    pub(crate) batch: u64,
}

/// The units that are to be audited, one after the other.
#[derive(Debug)]
pub(crate) struct Units {
    files: std::vec::IntoIter<Arc<File>>,
    sizes: Sizes,
    shard: Shard,
    number: u64,
    ready: std::collections::VecDeque<Unit>,
    /// What is done.
    done: HashSet<Key>,
    /// What has been met beside that.
    met: HashSet<Key>,
    /// What was met on the way.
    pub(crate) counts: Counts,
    /// Files whose ids cannot be read after all.
    pub(crate) unreadable: Vec<ClusterError>,
}

/// Rows that are not audited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Counts {
    /// They were audited by an earlier run.
    pub(crate) resumed: u64,
    /// They have the id of another row.
    pub(crate) repeated: u64,
    /// They have no id.
    pub(crate) nameless: u64,
}

impl Units {
    /// The units of a source that are of a shard, without what is done.
    pub(crate) fn new(source: &Source, sizes: Sizes, shard: Shard, done: HashSet<Key>) -> Self {
        Self {
            files: source.files.clone().into_iter(),
            sizes,
            shard,
            number: 0,
            ready: std::collections::VecDeque::new(),
            done,
            met: HashSet::new(),
            counts: Counts::default(),
            unreadable: Vec::new(),
        }
    }

    /// The next one.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub(crate) async fn next(&mut self) -> Result<Option<Unit>, ClusterError> {
        while self.ready.is_empty() {
            let Some(file) = self.files.next() else { return Ok(None) };
            match file.ids().await {
                Ok(ids) => self.cut(&file, ids),
                Err(error @ ClusterError::Store { .. }) => return Err(error),
                Err(error) => self.unreadable.push(error),
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Cuts a file into units.
    fn cut(&mut self, file: &Arc<File>, mut ids: Vec<Option<String>>) {
        let rows = ids.len();
        for Cut { rows: range, largest, .. } in file.cuts(self.sizes.unit) {
            let is_ours = self.shard.has(self.number);
            self.number += 1;
            let cells = ids.get_mut(range).into_iter().flatten();
            let ids: Vec<String> = cells.filter_map(|id| self.wanted(id.take(), is_ours)).collect();
            if ids.is_empty() || !is_ours {
                continue;
            }
            let is_whole_file = ids.len() == rows;
            let batch_rows =
                (self.sizes.batch / largest.max(1)).clamp(1, MOST_ROWS as u64) as usize;
            self.ready.push_back(Unit { file: file.clone(), ids, is_whole_file, batch_rows });
        }
    }

    /// The id of a row that is to be audited. Rows of other shards are met as well: whose an id is that two rows have,
    /// all shards must agree on.
    fn wanted(&mut self, id: Option<String>, is_ours: bool) -> Option<String> {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            self.counts.nameless += u64::from(is_ours);
            return None;
        };
        let key = key(&id);
        if self.done.contains(&key) {
            self.counts.resumed += u64::from(is_ours);
        } else if self.met.insert(key) {
            return Some(id);
        } else {
            self.counts.repeated += u64::from(is_ours);
        }
        None
    }
}

/// Checks what a file says of itself.
fn checked(metadata: &ParquetMetaData) -> Result<(), TableError> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let said = |key: &str| {
        let pair = pairs.into_iter().flatten().find(|pair| pair.key == key)?;
        pair.value.as_deref()
    };
    Table::Witnesses.check(said)
}

/// The row groups, none of which is larger than what is read at once.
fn groups(metadata: &ParquetMetaData) -> Result<Vec<Group>, TableError> {
    let group = |(index, group): (usize, &RowGroupMetaData)| {
        let size = |name: &str| {
            let column =
                group.columns().iter().find(|column| column.column_path().string() == name);
            column.map_or(0, |column| column.uncompressed_size().max(0) as u64)
        };
        for (name, limit) in [(ID, MOST_OF_IDS), (WITNESS, MOST_OF_WITNESSES)] {
            if size(name) > limit {
                let what = format!("column {name} of row group {index}");
                return Err(TableError::Oversized { what, found: size(name), limit });
            }
        }
        Ok(Group { rows: group.num_rows().max(0) as usize, bytes: size(WITNESS) })
    };
    metadata.row_groups().iter().enumerate().map(|(index, one)| group((index, one))).collect()
}

/// Whether a column can be read as one of texts, or of bytes.
fn is_read_as(found: &DataType, expected: &DataType) -> bool {
    match found {
        DataType::Dictionary(_, values) => is_read_as(values, expected),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => *expected == DataType::Utf8,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            *expected == DataType::Binary
        }
        _ => false,
    }
}
