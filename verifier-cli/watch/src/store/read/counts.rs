//! How many there are of everything, and how large: what counters begin with after a restart.

use super::Reader;
use crate::store::{
    StoreError,
    cell::Row,
    database::{Database, at_once},
};

/// How many there are, of the chain or gone, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks by verdict.
    pub blocks: Vec<(String, u64)>,
    /// Blocks that are gone.
    pub orphaned: u64,
    /// Transactions by verdict; `unsampled` are those that have none.
    pub transactions: Vec<(String, u64)>,
    /// Findings by audit and kind.
    pub findings: Vec<(String, String, u64)>,
    /// Events by name.
    pub events: Vec<(String, u64)>,
}

/// How large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of the database.
    pub database: u64,
    /// Witnesses that are kept.
    pub witnesses: u64,
    /// Bytes of these.
    pub witness_bytes: u64,
    /// Notices that wait to be told.
    pub waiting: u64,
}

impl Reader {
    /// How many there are. It looks at every row: what changes later is for the caller to count.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn counts(&mut self) -> Result<Counts, StoreError> {
        at_once(&mut *self.database, counts)
    }

    /// How large it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn sizes(&mut self) -> Result<Sizes, StoreError> {
        let database = self.database.size()?;
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM witnesses WHERE kept = 1";
        let witnesses = self.database.rows(sql, &[])?;
        let waiting = "SELECT COUNT(*) FROM outbox WHERE next_at IS NOT NULL";
        let waiting = self.database.rows(waiting, &[])?;
        let number = |rows: &[Row], column| rows.first().map_or(Ok(0), |row| row.number(column));
        Ok(Sizes {
            database,
            witnesses: number(&witnesses, 0)?,
            witness_bytes: number(&witnesses, 1)?,
            waiting: number(&waiting, 0)?,
        })
    }
}

fn counts(database: &mut dyn Database) -> Result<Counts, StoreError> {
    let mut named = |sql: &str| {
        let named = |row: &Row| Ok((row.text(0)?.to_owned(), row.number(1)?));
        database.rows(sql, &[])?.iter().map(named).collect::<Result<Vec<_>, StoreError>>()
    };
    let blocks = named("SELECT verdict, COUNT(*) FROM blocks GROUP BY verdict ORDER BY verdict")?;
    let transactions = named(
        "SELECT COALESCE(verdict, 'unsampled'), COUNT(*) FROM transactions GROUP BY verdict ORDER BY 1",
    )?;
    let events = named("SELECT kind, COUNT(*) FROM events GROUP BY kind ORDER BY kind")?;
    let findings =
        "SELECT audit, kind, COUNT(*) FROM findings GROUP BY audit, kind ORDER BY audit, kind";
    let finding =
        |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.number(2)?));
    let findings = database.rows(findings, &[])?;
    let findings = findings.iter().map(finding).collect::<Result<_, StoreError>>()?;
    let orphaned = database.rows("SELECT COUNT(*) FROM blocks WHERE canonical = 0", &[])?;
    let orphaned = orphaned.first().map_or(Ok(0), |row| row.number(0))?;
    Ok(Counts { blocks, orphaned, transactions, findings, events })
}
