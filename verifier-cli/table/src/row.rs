//! [`Row`]: a row of a table as Rust values, with its columns; and how rows become Arrow's arrays and come back.
//! Each table is written down once, by [`rows`](crate::rows).

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema};

use crate::TableError;

/// What is known of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the column.
    pub name: &'static str,
    /// What a cell of it says.
    pub meaning: &'static str,
    /// How Arrow has it.
    pub data_type: DataType,
    /// Whether a cell may be without a value.
    pub nullable: bool,
}

/// A row of a table, or a struct in a cell.
pub trait Row: Sized {
    /// The columns, in order.
    fn columns() -> Vec<Column>;

    /// One array for each column.
    fn arrays(rows: &[&Self]) -> Vec<ArrayRef>;

    /// The rows that stand in arrays; `column` finds one by its name.
    ///
    /// # Errors
    ///
    /// If a column is not there, or does not hold what it must.
    fn rows(column: &Find<'_>, length: usize) -> Result<Vec<Self>, TableError>;
}

/// Finds the array of a column by its name.
pub type Find<'a> = dyn Fn(&str) -> Option<ArrayRef> + 'a;

/// The columns of a row, as Arrow's fields.
pub fn schema<R: Row>() -> Fields {
    let field = |column: Column| Field::new(column.name, column.data_type, column.nullable);
    R::columns().into_iter().map(field).collect()
}

/// Rows as a batch of records.
pub fn batch<R: Row>(rows: &[R]) -> RecordBatch {
    let schema = Arc::new(Schema::new(schema::<R>()));
    let arrays = R::arrays(&rows.iter().collect::<Vec<_>>());
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(schema, arrays, &options)
        .expect("each array is of its column's type and has a cell for each row")
}

/// Rows as one array of structs.
pub fn structs<R: Row>(rows: &[R]) -> StructArray {
    structs_of(&rows.iter().collect::<Vec<_>>())
}

/// Rows that stand anywhere as one array of structs.
pub(crate) fn structs_of<R: Row>(rows: &[&R]) -> StructArray {
    StructArray::try_new_with_length(schema::<R>(), R::arrays(rows), None, rows.len())
        .expect("each array is of its column's type and has a cell for each row")
}

/// The rows of an array of structs, or of a batch of records. Columns are found by their names: there may be
/// more of them, in any order.
///
/// # Errors
///
/// If a column is not there, or does not hold what it must.
pub fn read<R: Row>(structs: &StructArray) -> Result<Vec<R>, TableError> {
    R::rows(&|name| structs.column_by_name(name).cloned(), structs.len())
}

/// Declares rows: the one table of each. Behind two dots stands a row whose columns follow.
macro_rules! rows {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[doc = $doc:literal])+ pub $field:ident: $type:ty,)*
            $(.. $(#[doc = $rest_doc:literal])+ pub $rest:ident: $rest_type:ty,)?
            $(; $(#[doc = $last_doc:literal])+ pub $last:ident: $last_type:ty,)?
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)*
            $($(#[doc = $rest_doc])+ pub $rest: $rest_type,)?
            $($(#[doc = $last_doc])+ pub $last: $last_type,)?
        }

        impl $crate::Row for $name {
            fn columns() -> Vec<$crate::Column> {
                let columns: Vec<$crate::Column> = vec![
                    $($crate::row::column::<$type>(stringify!($field), concat!($($doc),+)),)*
                ];
                $(let columns = $crate::row::joined(
                    columns,
                    <$rest_type as $crate::Row>::columns(),
                );)?
                $(let columns = $crate::row::joined(
                    columns,
                    vec![$crate::row::column::<$last_type>(
                        stringify!($last),
                        concat!($($last_doc),+),
                    )],
                );)?
                columns
            }

            fn arrays(rows: &[&Self]) -> Vec<arrow_array::ArrayRef> {
                let arrays: Vec<arrow_array::ArrayRef> = vec![$({
                    let cells: Vec<_> = rows.iter().map(|row| &row.$field).collect();
                    <$type as $crate::Value>::array(&cells)
                },)*];
                $(let arrays = {
                    let rest: Vec<_> = rows.iter().map(|row| &row.$rest).collect();
                    $crate::row::joined(arrays, <$rest_type as $crate::Row>::arrays(&rest))
                };)?
                $(let arrays = {
                    let cells: Vec<_> = rows.iter().map(|row| &row.$last).collect();
                    $crate::row::joined(arrays, vec![<$last_type as $crate::Value>::array(&cells)])
                };)?
                arrays
            }

            fn rows(
                column: &$crate::row::Find<'_>,
                length: usize,
            ) -> Result<Vec<Self>, $crate::TableError> {
                $(let mut $field = $crate::row::cells::<$type>(stringify!($field), column)?.into_iter();)*
                $(let mut $rest = <$rest_type as $crate::Row>::rows(column, length)?.into_iter();)?
                $(let mut $last = $crate::row::cells::<$last_type>(stringify!($last), column)?.into_iter();)?
                let row = |_| Some(Self {
                    $($field: $field.next()?,)*
                    $($rest: $rest.next()?,)?
                    $($last: $last.next()?,)?
                });
                Ok((0..length).map_while(row).collect())
            }
        }
    };
}
pub(crate) use rows;

/// A column of cells of one type.
pub(crate) fn column<T: crate::Value>(name: &'static str, meaning: &'static str) -> Column {
    Column { name, meaning: meaning.trim(), data_type: T::data_type(), nullable: T::NULLABLE }
}

/// The one, and behind it the other.
pub(crate) fn joined<T>(mut one: Vec<T>, other: Vec<T>) -> Vec<T> {
    one.extend(other);
    one
}

/// The cells of a column.
pub(crate) fn cells<T: crate::Value>(name: &str, column: &Find<'_>) -> Result<Vec<T>, TableError> {
    let Some(array) = column(name) else {
        let expected = T::data_type().to_string();
        return Err(TableError::NoColumn { name: name.to_owned(), expected });
    };
    let array: &dyn Array = &array;
    T::read(array).ok_or_else(|| crate::value::wrong(name, array, T::data_type()))
}
