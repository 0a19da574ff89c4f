//! [`Value`]: what a cell holds, as a Rust value and as an array of Arrow's. [`Bytes`]: cells of bytes, whichever
//! of Arrow's arrays they stand in.

use std::sync::Arc;

use alloy_primitives::{Address, B256, FixedBytes};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray,
    Float64Array, GenericListArray, LargeBinaryArray, LargeStringArray, ListArray, StringArray,
    StringViewArray, StructArray, UInt64Array,
    builder::{BinaryBuilder, FixedSizeBinaryBuilder},
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};

use crate::{Row, TableError};

/// The type of a cell.
pub trait Value: Sized {
    /// Whether a cell may be without a value.
    const NULLABLE: bool = false;

    /// How Arrow has it.
    fn data_type() -> DataType;

    /// A column of such cells.
    fn array(values: &[&Self]) -> ArrayRef;

    /// The cells of a column; `None` if it holds something else, or nothing where something must be.
    fn read(array: &dyn Array) -> Option<Vec<Self>>;
}

/// The type of a cell that is there.
pub trait Scalar: Sized {
    /// How Arrow has it.
    fn data_type() -> DataType;

    /// A column of such cells, in which some may be without a value.
    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef;

    /// The cells of a column; `None` if it holds something else.
    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>>;
}

/// A scalar that must be there.
macro_rules! required {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn data_type() -> DataType {
                <Self as Scalar>::data_type()
            }

            fn array(values: &[&Self]) -> ArrayRef {
                <Self as Scalar>::array(&mut values.iter().map(|value| Some(*value)))
            }

            fn read(array: &dyn Array) -> Option<Vec<Self>> {
                <Self as Scalar>::read(array)?.into_iter().collect()
            }
        }
    )+};
}

required!(String, u64, bool, f64, B256, Address, Vec<u8>);

impl<T: Scalar> Value for Option<T> {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        T::data_type()
    }

    fn array(values: &[&Self]) -> ArrayRef {
        T::array(&mut values.iter().map(|value| value.as_ref()))
    }

    fn read(array: &dyn Array) -> Option<Vec<Self>> {
        T::read(array)
    }
}

/// The cells of an array that has a value at each place or none.
macro_rules! cells {
    ($array:expr, $type:ty, $value:expr) => {{
        let array = $array.as_any().downcast_ref::<$type>()?;
        let value = |index: usize| (!array.is_null(index)).then(|| $value(array.value(index)));
        Some((0..array.len()).map(value).collect())
    }};
}

impl Scalar for String {
    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        Arc::new(values.map(|value| value.map(String::as_str)).collect::<StringArray>())
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        match array.data_type() {
            DataType::Utf8 => cells!(array, StringArray, str::to_owned),
            DataType::LargeUtf8 => cells!(array, LargeStringArray, str::to_owned),
            DataType::Utf8View => cells!(array, StringViewArray, str::to_owned),
            _ => None,
        }
    }
}

impl Scalar for u64 {
    fn data_type() -> DataType {
        DataType::UInt64
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        Arc::new(values.map(Option::<&u64>::copied).collect::<UInt64Array>())
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        cells!(array, UInt64Array, u64::from)
    }
}

impl Scalar for bool {
    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        Arc::new(values.map(Option::<&bool>::copied).collect::<BooleanArray>())
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        cells!(array, BooleanArray, bool::from)
    }
}

impl Scalar for f64 {
    fn data_type() -> DataType {
        DataType::Float64
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        Arc::new(values.map(Option::<&f64>::copied).collect::<Float64Array>())
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        cells!(array, Float64Array, f64::from)
    }
}

impl Scalar for Vec<u8> {
    fn data_type() -> DataType {
        DataType::Binary
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        let mut builder = BinaryBuilder::new();
        values.for_each(|value| builder.append_option(value));
        Arc::new(builder.finish())
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        let bytes = Bytes::of(array)?;
        Some((0..array.len()).map(|index| bytes.get(index).map(<[u8]>::to_vec)).collect())
    }
}

impl Scalar for B256 {
    fn data_type() -> DataType {
        DataType::FixedSizeBinary(32)
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        fixed(values)
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        read_fixed(array)
    }
}

impl Scalar for Address {
    fn data_type() -> DataType {
        DataType::FixedSizeBinary(20)
    }

    fn array(values: &mut dyn Iterator<Item = Option<&Self>>) -> ArrayRef {
        fixed(&mut values.map(|value| value.map(|address| &address.0)))
    }

    fn read(array: &dyn Array) -> Option<Vec<Option<Self>>> {
        let words = read_fixed(array)?.into_iter();
        Some(words.map(|word| word.map(Self)).collect())
    }
}

/// A column of words that all have one length.
fn fixed<const N: usize>(values: &mut dyn Iterator<Item = Option<&FixedBytes<N>>>) -> ArrayRef {
    let mut builder = FixedSizeBinaryBuilder::new(N as i32);
    for value in values {
        match value {
            Some(word) => builder.append_value(word).expect("the word is as long as all others"),
            None => builder.append_null(),
        }
    }
    Arc::new(builder.finish())
}

/// The words of a column; `None` if one of them has another length.
fn read_fixed<const N: usize>(array: &dyn Array) -> Option<Vec<Option<FixedBytes<N>>>> {
    let bytes = Bytes::of(array)?;
    let word = |index| match bytes.get(index) {
        Some(word) => FixedBytes::try_from(word).ok().map(Some),
        None => Some(None),
    };
    (0..array.len()).map(word).collect()
}

impl Value for Vec<String> {
    fn data_type() -> DataType {
        DataType::List(item(DataType::Utf8))
    }

    fn array(values: &[&Self]) -> ArrayRef {
        let inner: Vec<_> = values.iter().flat_map(|value| value.iter()).collect();
        list(values.iter().map(|value| value.len()), <String as Value>::array(&inner))
    }

    fn read(array: &dyn Array) -> Option<Vec<Self>> {
        lists(array, <String as Value>::read)
    }
}

impl<R: Row> Value for Vec<R> {
    fn data_type() -> DataType {
        DataType::List(item(DataType::Struct(crate::schema::<R>())))
    }

    fn array(values: &[&Self]) -> ArrayRef {
        let inner: Vec<_> = values.iter().flat_map(|value| value.iter()).collect();
        list(values.iter().map(|value| value.len()), Arc::new(crate::row::structs_of(&inner)))
    }

    fn read(array: &dyn Array) -> Option<Vec<Self>> {
        lists(array, |inner| {
            let structs = inner.as_any().downcast_ref::<StructArray>()?;
            crate::read(structs).ok()
        })
    }
}

/// What a list holds, as Parquet calls it.
fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("element", data_type, false))
}

/// A column of lists of so many each, that stand one behind the other.
fn list(lengths: impl Iterator<Item = usize>, inner: ArrayRef) -> ArrayRef {
    let field = item(inner.data_type().clone());
    Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), inner, None))
}

/// The lists of a column.
fn lists<T>(array: &dyn Array, read: impl Fn(&dyn Array) -> Option<Vec<T>>) -> Option<Vec<Vec<T>>> {
    fn each<O: arrow_array::OffsetSizeTrait, T>(
        lists: &GenericListArray<O>,
        read: impl Fn(&dyn Array) -> Option<Vec<T>>,
    ) -> Option<Vec<Vec<T>>> {
        let list = |index| match lists.is_null(index) {
            true => Some(Vec::new()),
            false => read(&lists.value(index)),
        };
        (0..lists.len()).map(list).collect()
    }
    match array.data_type() {
        DataType::List(_) => each(array.as_any().downcast_ref::<GenericListArray<i32>>()?, read),
        DataType::LargeList(_) => {
            each(array.as_any().downcast_ref::<GenericListArray<i64>>()?, read)
        }
        _ => None,
    }
}

/// Cells of bytes, whichever of Arrow's arrays they stand in: what an engine hands to a function is not always
/// what the file's schema says.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Small(&'a BinaryArray),
    Large(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
    Fixed(&'a FixedSizeBinaryArray),
}

impl<'a> Bytes<'a> {
    /// The cells of an array; `None` if it holds something else than bytes.
    pub fn of(array: &'a dyn Array) -> Option<Self> {
        let any = array.as_any();
        let kind = match array.data_type() {
            DataType::Binary => Kind::Small(any.downcast_ref()?),
            DataType::LargeBinary => Kind::Large(any.downcast_ref()?),
            DataType::BinaryView => Kind::View(any.downcast_ref()?),
            DataType::FixedSizeBinary(_) => Kind::Fixed(any.downcast_ref()?),
            _ => return None,
        };
        Some(Self(kind))
    }

    /// The cell of a row; `None` if it has no value. The row must be one of the array's.
    pub fn get(&self, row: usize) -> Option<&'a [u8]> {
        match self.0 {
            Kind::Small(array) => (!array.is_null(row)).then(|| array.value(row)),
            Kind::Large(array) => (!array.is_null(row)).then(|| array.value(row)),
            Kind::View(array) => (!array.is_null(row)).then(|| array.value(row)),
            Kind::Fixed(array) => (!array.is_null(row)).then(|| array.value(row)),
        }
    }
}

/// Why cells are not what they must be, as exactly as can be told.
pub(crate) fn wrong(name: &str, array: &dyn Array, expected: DataType) -> TableError {
    let is_null = |row: &usize| array.is_null(*row);
    if let Some(row) = (0..array.len()).find(is_null).filter(|_| *array.data_type() == expected) {
        return TableError::Null { name: name.to_owned(), row };
    }
    let (found, expected) = (array.data_type().to_string(), expected.to_string());
    TableError::Type { name: name.to_owned(), found, expected }
}
