//! What goes into the columns of a table and comes out of them: the three kinds of values that mean the same
//! in both databases.
//!
//! In the data's way this stands between the store's types and the statements.

use alloy_primitives::B256;

use super::StoreError;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing.
    Null,
    /// A number of 64 bits.
    Integer(i64),
    /// Text.
    Text(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<B256> for Cell {
    fn from(hash: B256) -> Self {
        Self::Text(hash.to_string())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::Integer(yes.into())
    }
}

/// No column has numbers of more than 63 bits: a larger one stands at the largest.
impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row that a statement gives. What somebody else has written into a column is an error, no panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row(pub(super) Vec<Cell>);

impl Row {
    fn cell(&self, column: usize) -> &Cell {
        self.0.get(column).unwrap_or(&Cell::Null)
    }

    /// A column's number that is none below zero.
    pub(super) fn number(&self, column: usize) -> Result<u64, StoreError> {
        match self.cell(column) {
            Cell::Integer(number) => u64::try_from(*number).ok(),
            Cell::Null | Cell::Text(_) => None,
        }
        .ok_or_else(|| self.unexpected(column, "a number"))
    }

    /// What a column's text says, if there is any.
    #[cfg(feature = "challenge")]
    pub(super) fn parsed_if_any<T: std::str::FromStr>(
        &self,
        column: usize,
        expected: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.maybe(column, |row, column| row.parsed(column, expected))
    }

    /// What a column's text says.
    #[cfg(feature = "challenge")]
    pub(super) fn parsed<T: std::str::FromStr>(
        &self,
        column: usize,
        expected: &'static str,
    ) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.unexpected(column, expected))
    }

    /// A column's text.
    pub(super) fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.cell(column) {
            Cell::Text(text) => Ok(text),
            Cell::Null | Cell::Integer(_) => Err(self.unexpected(column, "text")),
        }
    }

    /// A column's hash.
    pub(super) fn hash(&self, column: usize) -> Result<B256, StoreError> {
        self.text(column)?.parse().map_err(|_| self.unexpected(column, "a hash"))
    }

    /// A column's whole number, or nothing.
    pub(super) fn maybe_number(&self, column: usize) -> Result<Option<u64>, StoreError> {
        self.maybe(column, Self::number)
    }

    /// A column's text, or nothing.
    pub(super) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.maybe(column, |row, column| row.text(column).map(str::to_owned))
    }

    /// A column's hash, or nothing.
    pub(super) fn maybe_hash(&self, column: usize) -> Result<Option<B256>, StoreError> {
        self.maybe(column, Self::hash)
    }

    /// Yes or no, as a column has it.
    pub(super) fn yes(&self, column: usize) -> Result<bool, StoreError> {
        self.number(column).map(|number| number != 0)
    }

    /// What a column is to hold, or nothing.
    fn maybe<T>(
        &self,
        column: usize,
        read: impl Fn(&Self, usize) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Integer(_) | Cell::Text(_) => read(self, column).map(Some),
        }
    }

    /// An error about a column that holds something else than is written there.
    pub(super) fn unexpected(&self, column: usize, expected: &'static str) -> StoreError {
        let found = match self.cell(column) {
            Cell::Null => "nothing".to_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Text(text) => format!("{text:?}"),
        };
        StoreError::Cell { expected, found }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_into_a_column_is_an_error_that_says_it() {
        let row = Row(vec![Cell::Integer(-1), Cell::from("0x12"), Cell::Null, Cell::from(7_u64)]);
        assert_eq!(row.number(3).unwrap(), 7);
        for (error, expected) in [
            (row.number(0).unwrap_err(), "expected a number, found -1"),
            (row.hash(1).unwrap_err(), "expected a hash, found \"0x12\""),
            (row.text(2).unwrap_err(), "expected text, found nothing"),
            (row.number(9).unwrap_err(), "expected a number, found nothing"),
        ] {
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
