//! Arguments of the functions, in whichever of Arrow's arrays they come: Parquet's reader, DuckDB and Spark have
//! their own taste.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType, UInt64Type},
    },
    common::{DataFusionError, Result},
    logical_expr::ColumnarValue,
};

use crate::work::Item;

/// The type that an argument with a witness is brought to: as it is, if it holds bytes.
pub(super) fn witness_type(function: &str, found: &DataType) -> Result<DataType> {
    match found {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Ok(found.clone()),
        DataType::FixedSizeBinary(_) | DataType::Null => Ok(DataType::Binary),
        other => {
            let error = format!("{function}: the witness is {other}, and bytes are expected");
            Err(DataFusionError::Plan(error))
        }
    }
}

/// Each witness of an argument.
pub(super) fn witnesses(array: &ArrayRef) -> Result<Vec<Item<'_>>> {
    Ok(match array.data_type() {
        DataType::Binary => array.as_binary::<i32>().iter().collect(),
        DataType::LargeBinary => array.as_binary::<i64>().iter().collect(),
        DataType::BinaryView => array.as_binary_view().iter().collect(),
        other => {
            return Err(DataFusionError::Internal(format!("a witness that is {other}")));
        }
    })
}

/// An argument's number in a row.
pub(super) fn number(name: &str, argument: &ColumnarValue, rows: usize) -> Result<Vec<u64>> {
    let array = argument.clone().into_array(rows)?;
    let none = || DataFusionError::Execution(format!("{name}: a number is expected"));
    let numbers = array.as_primitive_opt::<UInt64Type>().ok_or_else(none)?;
    numbers.iter().map(|number| number.ok_or_else(none)).collect()
}
