//! Removes the witnesses that the policy keeps no longer. What is not valid keeps its witness for good.
//!
//! In the data's way this comes after everything: of a witness that is gone its hash and its verdict stay.

use super::{Store, StoreError, database::atomically, now};

/// How many witnesses are looked at at once.
const AT_ONCE: u64 = 1_000;

impl Store {
    /// Removes the witnesses that are kept no longer; how many. The file goes first: killed in between, the
    /// next run finds the row, and nothing more to remove.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if a file or the row does not go.
    pub fn prune(&mut self) -> Result<u64, StoreError> {
        self.prune_at(now())
    }

    /// [`Store::prune`], at an instant in milliseconds.
    pub(super) fn prune_at(&mut self, now: i64) -> Result<u64, StoreError> {
        let Some(until) = self.keep.until(now) else { return Ok(0) };
        let mut removed = 0;
        loop {
            let sql = "SELECT hash FROM witnesses WHERE kept = 1 AND stored_at < $1 AND NOT EXISTS \
                       (SELECT 1 FROM transactions WHERE transactions.witness = witnesses.hash \
                       AND transactions.verdict <> 'valid') ORDER BY hash LIMIT $2";
            let rows = self.database.rows(sql, &[until.into(), AT_ONCE.into()])?;
            let hashes = rows.iter().map(|row| row.hash(0)).collect::<Result<Vec<_>, _>>()?;
            if hashes.is_empty() {
                return Ok(removed);
            }
            for hash in &hashes {
                self.witnesses.remove(*hash)?;
            }
            atomically(&mut *self.database, |database| {
                for hash in &hashes {
                    let sql = "UPDATE witnesses SET kept = 0 WHERE hash = $1";
                    database.run(sql, &[(*hash).into()])?;
                }
                Ok(())
            })?;
            removed += hashes.len() as u64;
        }
    }
}
