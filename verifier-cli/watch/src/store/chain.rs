//! What the store knows of the chain's course: where it has come to, which block has a number, and which
//! blocks are gone.
//!
//! In the data's way this stands beside the follower, which asks it where to go on.

use alloy_primitives::B256;

use super::{
    Store, StoreError,
    cell::{Cell, Row},
    database::{Database, atomically},
    events, now, schema,
};
use crate::{
    block::Place,
    event::{Gone, Head, Heads, Reorganisation},
};

impl Store {
    /// The last block of the chain that is audited.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn tip(&mut self) -> Result<Option<Head>, StoreError> {
        self.end("DESC")
    }

    /// The first.
    ///
    /// # Errors
    ///
    /// As [`Store::tip`].
    pub fn first(&mut self) -> Result<Option<Head>, StoreError> {
        self.end("ASC")
    }

    fn end(&mut self, order: &str) -> Result<Option<Head>, StoreError> {
        let sql = format!(
            "SELECT number, hash FROM blocks WHERE canonical = 1 ORDER BY number {order} LIMIT 1"
        );
        let rows = self.database.rows(&sql, &[])?;
        let head = |row: &Row| Ok(Head { number: row.number(0)?, hash: row.hash(1)? });
        rows.first().map(head).transpose()
    }

    /// The hash of the block of the chain that has a number.
    ///
    /// # Errors
    ///
    /// As [`Store::tip`].
    pub fn hash_at(&mut self, number: u64) -> Result<Option<B256>, StoreError> {
        let sql = "SELECT hash FROM blocks WHERE number = $1 AND canonical = 1";
        let rows = self.database.rows(sql, &[number.into()])?;
        rows.first().map(|row| row.hash(0)).transpose()
    }

    /// Whether a block was audited, be it on the chain or gone.
    ///
    /// # Errors
    ///
    /// As [`Store::tip`].
    pub fn has(&mut self, hash: B256) -> Result<bool, StoreError> {
        let rows =
            self.database.rows("SELECT number FROM blocks WHERE hash = $1", &[hash.into()])?;
        Ok(!rows.is_empty())
    }

    /// The blocks of the chain of which not all could be audited, and that are due to be tried again.
    ///
    /// # Errors
    ///
    /// As [`Store::tip`].
    pub fn due(&mut self, most: u64) -> Result<Vec<(Place, u32)>, StoreError> {
        let sql = "SELECT number, hash, parent, timestamp, attempts FROM blocks \
                   WHERE again_at <= $1 AND canonical = 1 ORDER BY again_at, number LIMIT $2";
        let rows = self.database.rows(sql, &[now().into(), most.into()])?;
        let place = |row: &Row| {
            let (number, hash) = (row.number(0)?, row.hash(1)?);
            let place = Place { number, hash, parent: row.hash(2)?, timestamp: row.number(3)? };
            Ok((place, u32::try_from(row.number(4)?).unwrap_or(u32::MAX)))
        };
        rows.iter().map(place).collect()
    }

    /// Marks all blocks above a number, or all, as gone; none is deleted. What is gone is told, with whether
    /// one of it was final.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it: nothing is marked then.
    pub fn reorganise(&mut self, common: Option<u64>) -> Result<Reorganisation, StoreError> {
        let at = now();
        // No block has a number below zero.
        let above = common.map_or(Cell::Integer(-1), Cell::from);
        atomically(&mut *self.database, |database| {
            let sql = "SELECT number, hash FROM blocks WHERE canonical = 1 AND number > $1 ORDER BY number";
            let rows = database.rows(sql, std::slice::from_ref(&above))?;
            let gone = |row: &Row| Ok(Gone { number: row.number(0)?, hash: row.hash(1)? });
            let gone = rows.iter().map(gone).collect::<Result<Vec<_>, StoreError>>()?;
            let sql = "UPDATE blocks SET canonical = 0, orphaned_at = $1, again_at = NULL \
                       WHERE canonical = 1 AND number > $2";
            database.run(sql, &[at.into(), above.clone()])?;
            let sql = "SELECT number FROM heads WHERE name = 'finalized' AND number IS NOT NULL";
            let last = database.rows(sql, &[])?.first().map(|row| row.number(0)).transpose()?;
            let first = gone.first().map(|it| it.number);
            let was_final = last.zip(first).is_some_and(|(last, first)| first <= last);
            let reorganisation = Reorganisation { common, gone, was_final };
            if !reorganisation.gone.is_empty() {
                events::put(database, "reorganised", &serde_json::json!(reorganisation))?;
            }
            Ok(reorganisation)
        })
    }

    /// Marks a block that had gone as one of the chain again.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn restore(&mut self, hash: B256) -> Result<(), StoreError> {
        let sql = "UPDATE blocks SET canonical = 1, orphaned_at = NULL, \
                   again_at = CASE WHEN problem IS NULL THEN NULL ELSE audited_at END WHERE hash = $1";
        atomically(&mut *self.database, |database| database.run(sql, &[hash.into()]))?;
        Ok(())
    }

    /// Keeps where the node says that the chain is. A name that it does not know has no number.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn put_heads(&mut self, heads: &Heads) -> Result<(), StoreError> {
        let at = now();
        let named =
            [("latest", heads.latest), ("safe", heads.safe), ("finalized", heads.finalized)];
        atomically(&mut *self.database, |database| {
            for (name, head) in named {
                put_head(database, name, head, at)?;
            }
            Ok(())
        })
    }

    /// The number from which on the chain is audited, if that was said.
    ///
    /// # Errors
    ///
    /// As [`Store::tip`].
    pub fn begins_at(&mut self) -> Result<Option<u64>, StoreError> {
        let said = schema::get(&mut *self.database, "from")?;
        let number = |text: String| {
            let expected = "the number of the first block";
            text.parse().map_err(|_| StoreError::Cell { expected, found: format!("{text:?}") })
        };
        said.map(number).transpose()
    }

    /// Says from which number on the chain is audited.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn begin_at(&mut self, number: u64) -> Result<(), StoreError> {
        let said = number.to_string();
        atomically(&mut *self.database, |database| schema::set(database, "from", &said))
    }
}

fn put_head(
    database: &mut dyn Database,
    name: &str,
    head: Option<Head>,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO heads (name, number, hash, seen_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (name) DO UPDATE SET number = excluded.number, hash = excluded.hash, \
               seen_at = excluded.seen_at";
    let (number, hash) = (head.map(|head| head.number), head.map(|head| head.hash));
    database.run(sql, &[name.into(), number.into(), hash.into(), at.into()])?;
    Ok(())
}
