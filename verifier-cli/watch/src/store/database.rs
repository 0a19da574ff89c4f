//! What both databases are to the store: statements with numbered places (`$1`), rows, and transactions that
//! happen as a whole or not at all.
//!
//! In the data's way this stands below the store's statements, which are written once for both.

use std::fmt;

use super::{
    StoreError,
    cell::{Cell, Row},
};

/// The most values that one statement is given: SQLite takes 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 8_192;

/// A database that statements are run in.
pub(super) trait Database: fmt::Debug + Send {
    /// Runs a statement; how many rows it has changed.
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError>;

    /// Runs a statement that gives rows.
    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, StoreError>;

    /// Runs statements without values, as they are written for this database.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;

    /// Begins a transaction in which rows are changed.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Begins a transaction that only reads, all of it from one instant.
    fn begin_to_read(&mut self) -> Result<(), StoreError>;

    /// How many bytes it has on its disk.
    fn size(&mut self) -> Result<u64, StoreError>;

    /// Whether it had been lost, as by a restart of its server, and is there again: what was not committed has not
    /// happened then.
    fn is_restored(&mut self) -> Result<bool, StoreError>;

    /// Another connection to the same database, for a thread beside the one that has it.
    #[cfg(feature = "challenge")]
    fn another(&self) -> Result<Box<dyn Database>, StoreError>;

    /// A definition of a table, which is written for SQLite, in the words of this database.
    fn definition(&self, sql: &str) -> String;
}

/// Does something in one transaction: all of it, or nothing. If the database is lost meanwhile and comes back, all
/// of it is done again: `work` comes to the same if it has been done already.
pub(super) fn atomically<T>(
    database: &mut dyn Database,
    work: impl Fn(&mut dyn Database) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    loop {
        let done = once(database, |database| database.begin(), &work);
        if done.is_ok() || !database.is_restored()? {
            return done;
        }
    }
}

/// Reads several things of one instant.
pub(super) fn at_once<T>(
    database: &mut dyn Database,
    work: impl Fn(&mut dyn Database) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    once(database, |database| database.begin_to_read(), work)
}

fn once<T>(
    database: &mut dyn Database,
    begin: impl Fn(&mut dyn Database) -> Result<(), StoreError>,
    work: impl Fn(&mut dyn Database) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    begin(database)?;
    let done = work(database).and_then(|done| {
        database.script("COMMIT")?;
        Ok(done)
    });
    if done.is_err() {
        // What has gone wrong is told; where the database has ended the transaction by itself there is nothing
        // to take back.
        let _ = database.script("ROLLBACK");
    }
    done
}

/// Inserts many rows, `into` being `table (column, …)`: as few statements as there can be.
pub(super) fn insert(
    database: &mut dyn Database,
    into: &str,
    rows: &[Vec<Cell>],
) -> Result<(), StoreError> {
    let Some(columns) = rows.first().map(Vec::len) else { return Ok(()) };
    for rows in rows.chunks((MOST_VALUES / columns.max(1)).max(1)) {
        let mut sql = format!("INSERT INTO {into} VALUES ");
        for row in 0..rows.len() {
            let places: Vec<_> =
                (1..=columns).map(|place| format!("${}", row * columns + place)).collect();
            let comma = if row == 0 { "" } else { ", " };
            sql.push_str(&format!("{comma}({})", places.join(", ")));
        }
        database.run(&sql, &rows.concat())?;
    }
    Ok(())
}
