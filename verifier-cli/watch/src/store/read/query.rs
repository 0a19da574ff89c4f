//! A statement that is put together of conditions, each with its values.
//!
//! In the data's way this stands between what was asked for and the database. No text from outside is ever a part of
//! the statement: it is a value.

use super::super::{
    StoreError,
    cell::{Cell, Row},
    database::Database,
};

/// A statement that reads rows.
#[derive(Debug)]
pub(super) struct Query {
    sql: String,
    cells: Vec<Cell>,
    has_condition: bool,
}

impl Query {
    /// A statement without conditions yet: `SELECT … FROM …`.
    pub(super) fn of(select: &str) -> Self {
        Self { sql: select.to_owned(), cells: Vec::new(), has_condition: false }
    }

    /// With a condition, in which each `?` is the next of the values.
    pub(super) fn and(mut self, condition: &str, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.sql.push_str(if self.has_condition { " AND " } else { " WHERE " });
        self.has_condition = true;
        self.with(condition, cells)
    }

    /// With a condition, if there is a value for it.
    pub(super) fn and_if<T: Into<Cell>>(self, condition: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.and(condition, [value.into()]),
            None => self,
        }
    }

    /// With what stands behind the conditions.
    pub(super) fn with(mut self, more: &str, cells: impl IntoIterator<Item = Cell>) -> Self {
        let mut cells = cells.into_iter();
        for character in more.chars() {
            match character {
                '?' => {
                    self.cells.push(cells.next().unwrap_or(Cell::Null));
                    self.sql.push_str(&format!("${}", self.cells.len()));
                }
                character => self.sql.push(character),
            }
        }
        self
    }

    /// The rows.
    pub(super) fn rows(&self, database: &mut dyn Database) -> Result<Vec<Row>, StoreError> {
        database.rows(&self.sql, &self.cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_their_order() {
        let query = Query::of("SELECT a FROM b")
            .and_if("c = ?", Some("x"))
            .and_if("d = ?", None::<&str>)
            .and("(e, f) < (?, ?)", [1_u64.into(), 2_u64.into()])
            .with(" LIMIT ?", [3_u64.into()]);
        assert_eq!(query.sql, "SELECT a FROM b WHERE c = $1 AND (e, f) < ($2, $3) LIMIT $4");
        assert_eq!(query.cells.len(), 4);
    }
}
