//! [`Rows`], as the engine gives them, and [`Part`]: the same as rows of the three tables of results.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, StructArray,
            UInt32Array,
        },
        compute::{cast, concat_batches, filter_record_batch, take},
        datatypes::{DataType, Field, Fields, Schema, SchemaRef},
        error::ArrowError,
    },
    common::{DataFusionError, Result},
};
use iso_evm_table::{ErrorKind, FindingRow, MessageRow, TransactionRow, schema};

use crate::{
    functions::{AUDITED_BY, audited},
    source::{ID, SOURCE, Unit},
    work::unusable,
};

/// What came back of units.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<RecordBatch>);

/// The same as rows of the tables.
#[derive(Debug)]
pub(crate) struct Part {
    /// One for each item.
    pub(crate) transactions: RecordBatch,
    /// One for each message of each.
    pub(crate) messages: RecordBatch,
    /// One for each finding.
    pub(crate) findings: RecordBatch,
}

impl Rows {
    /// The column in which the engine has what was said.
    pub(super) const AUDITED: &str = "audited";

    /// Rows that the engine has given, as far as they are wanted.
    pub(super) fn new(
        batches: Vec<RecordBatch>,
        mut is_wanted: impl FnMut(&str) -> bool,
    ) -> Result<Self> {
        let mut rows = Self::default();
        for batch in batches {
            let ids = cast(column(&batch, ID)?, &DataType::Utf8)?;
            let ids = ids.as_string::<i32>();
            let wanted: BooleanArray =
                ids.iter().map(|id| Some(id.is_some_and(&mut is_wanted))).collect();
            let batch = filter_record_batch(&batch, &wanted)?;
            let text =
                |name| cast(column(&batch, name)?, &DataType::Utf8).map_err(DataFusionError::from);
            let batch = whole(text(ID)?, text(SOURCE)?, column(&batch, Self::AUDITED)?.clone())?;
            rows.0.push(batch);
        }
        Ok(rows)
    }

    /// The rows of a unit of which each says the same.
    pub(super) fn unusable(unit: &Unit, kind: ErrorKind, error: String) -> Self {
        let length = unit.ids.len();
        let ids = StringArray::from_iter_values(&unit.ids);
        let sources = StringArray::from_iter_values(std::iter::repeat_n(&unit.file.url, length));
        let audited = audited("", &unusable(kind, &error, length));
        let batch = whole(Arc::new(ids), Arc::new(sources), Arc::new(audited));
        Self(vec![batch.expect("each array is of its column's type and has a cell for each row")])
    }

    /// Number of the rows.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(RecordBatch::num_rows).sum()
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many rows each executor has made.
    pub(super) fn by_executor(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for batch in &self.0 {
            let audited = batch.column(2).as_struct();
            let Some(names) = audited.column_by_name(AUDITED_BY) else { continue };
            for name in names.as_string::<i32>().iter().flatten().filter(|name| !name.is_empty()) {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        counts
    }

    /// The rows as rows of the tables.
    pub(super) fn part(self) -> Result<Part> {
        let all = concat_batches(&whole_schema(), &self.0)?;
        let (ids, sources) = (all.column(0), all.column(1));
        let audited = all.column(2).as_struct();
        let beside = |name: &str| match name {
            ID => Some(ids.clone()),
            SOURCE => Some(sources.clone()),
            _ => None,
        };
        let transactions = table(schema::<TransactionRow>(), all.num_rows(), |name| {
            beside(name).or_else(|| audited.column_by_name(name).cloned())
        })?;
        let messages = listed(schema::<MessageRow>(), ids, audited, "messages")?;
        let findings = listed(schema::<FindingRow>(), ids, audited, "findings")?;
        Ok(Part { transactions, messages, findings })
    }
}

/// A batch of rows as they are kept here. A row without a source has an empty one.
fn whole(ids: ArrayRef, sources: ArrayRef, audited: ArrayRef) -> Result<RecordBatch> {
    let sources: StringArray =
        sources.as_string::<i32>().iter().map(|source| Some(source.unwrap_or_default())).collect();
    // Whatever way it took, its columns are those of the function.
    let audited = cast(&audited, &audited_type())?;
    Ok(RecordBatch::try_new(whole_schema(), vec![ids, Arc::new(sources), audited])?)
}

fn whole_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new(ID, DataType::Utf8, false),
        Field::new(SOURCE, DataType::Utf8, false),
        Field::new(Rows::AUDITED, audited_type(), true),
    ]))
}

fn audited_type() -> DataType {
    DataType::Struct(crate::functions::audited_fields())
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    let missing = || DataFusionError::Execution(format!("the engine gives no column {name}"));
    batch.column_by_name(name).ok_or_else(missing)
}

/// The rows of a table, each column found by its name.
fn table(
    fields: Fields,
    length: usize,
    found: impl Fn(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch, ArrowError> {
    let missing = |name: &str| ArrowError::SchemaError(format!("the engine gives no {name}"));
    let arrays =
        fields.iter().map(|field| found(field.name()).ok_or_else(|| missing(field.name())));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    let options = datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(length));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

/// The rows of a table that stand in a list of each item.
fn listed(
    fields: Fields,
    ids: &ArrayRef,
    audited: &StructArray,
    name: &str,
) -> Result<RecordBatch, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("the engine gives no {name}"));
    let lists = audited.column_by_name(name).ok_or_else(missing)?.as_list::<i32>();
    let offsets = lists.value_offsets();
    let mut owners = Vec::new();
    for (item, ends) in offsets.windows(2).enumerate() {
        owners.extend(std::iter::repeat_n(item as u32, (ends[1] - ends[0]).max(0) as usize));
    }
    let ids = take(ids, &UInt32Array::from(owners), None)?;
    let first = offsets.first().copied().unwrap_or_default().max(0) as usize;
    let values = lists.values().slice(first, ids.len());
    let values = values.as_struct();
    table(fields, ids.len(), |name| {
        if name == ID { Some(ids.clone()) } else { values.column_by_name(name).cloned() }
    })
}
