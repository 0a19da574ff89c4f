//! Writes a block with all that was found in it, and counts what there is.
//!
//! In the data's way this stands between an [`AuditedBlock`] and the rows of the tables.

use iso_evm_verifier::Verdict;

use super::{
    Store, StoreError,
    cell::Cell,
    database::{Database, atomically},
    now, outbox, transactions,
};
use crate::{block::AuditedBlock, notice::Notice};

/// How many there are on the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Blocks.
    pub blocks: u64,
    /// Transactions that are valid.
    pub valid: u64,
    /// Transactions of which a claim is false.
    pub invalid: u64,
    /// Transactions without a verdict.
    pub inconclusive: u64,
    /// Transactions that were not to be audited.
    pub unsampled: u64,
}

impl Store {
    /// Keeps a block of the chain: its witnesses on disk, then everything else in one transaction, with what is to
    /// be told of it. What was kept of the same block before is replaced. `again` is after how many milliseconds it is to be tried
    /// again, if it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if it cannot be kept: the database is as it was then.
    pub fn put(&mut self, block: &AuditedBlock, again: Option<i64>) -> Result<(), StoreError> {
        let at = now();
        let mut kept = Vec::new();
        for transaction in &block.transactions {
            let verdict = transaction.outcome.verdict().unwrap_or(Verdict::Valid);
            let Some(witness) = transaction.outcome.witness() else { continue };
            if self.keep.writes(verdict) {
                self.witnesses.write(witness.hash, &witness.bytes)?;
                kept.push(vec![
                    witness.hash.into(),
                    witness.bytes.len().into(),
                    true.into(),
                    at.into(),
                ]);
            }
        }
        let again = again.map(|pause| at.saturating_add(pause));
        let notices = Notice::of_block(block);
        atomically(&mut *self.database, |database| {
            clear(database, block)?;
            put_block(database, block, at, again)?;
            transactions::put(database, block)?;
            for witness in &kept {
                let sql = "INSERT INTO witnesses (hash, bytes, kept, stored_at) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (hash) DO UPDATE SET kept = 1, stored_at = excluded.stored_at";
                database.run(sql, witness)?;
            }
            for notice in &notices {
                outbox::put(database, notice, at)?;
            }
            Ok(())
        })
    }

    /// How many there are on the chain.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn totals(&mut self) -> Result<Totals, StoreError> {
        let blocks = "SELECT COUNT(*) FROM blocks WHERE canonical = 1";
        let blocks = self.database.rows(blocks, &[])?;
        let blocks = blocks.first().map(|row| row.number(0)).transpose()?.unwrap_or_default();
        let mut totals = Totals { blocks, ..Totals::default() };
        let sql = "SELECT COALESCE(transactions.verdict, 'unsampled'), COUNT(*) FROM transactions \
                   JOIN blocks ON blocks.hash = transactions.block WHERE blocks.canonical = 1 \
                   GROUP BY COALESCE(transactions.verdict, 'unsampled')";
        for row in self.database.rows(sql, &[])? {
            let count = row.number(1)?;
            match row.text(0)? {
                "valid" => totals.valid = count,
                "invalid" => totals.invalid = count,
                "inconclusive" => totals.inconclusive = count,
                _ => totals.unsampled = count,
            }
        }
        Ok(totals)
    }
}

/// Removes what was kept of a block before, but for the block itself.
fn clear(database: &mut dyn Database, block: &AuditedBlock) -> Result<(), StoreError> {
    for table in ["findings", "messages", "transactions"] {
        let sql = format!("DELETE FROM {table} WHERE block = $1");
        database.run(&sql, &[block.place.hash.into()])?;
    }
    Ok(())
}

fn put_block(
    database: &mut dyn Database,
    block: &AuditedBlock,
    at: i64,
    again: Option<i64>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO blocks (hash, number, parent, timestamp, fork, transactions, verdict, problem, \
               reason, canonical, orphaned_at, audited_at, attempts, again_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, NULL, $10, $11, $12) \
               ON CONFLICT (hash) DO UPDATE SET fork = excluded.fork, transactions = excluded.transactions, \
               verdict = excluded.verdict, problem = excluded.problem, reason = excluded.reason, \
               canonical = 1, orphaned_at = NULL, audited_at = excluded.audited_at, \
               attempts = excluded.attempts, again_at = excluded.again_at";
    let problem = block.problem.as_ref();
    let cells: [Cell; 12] = [
        block.place.hash.into(),
        block.place.number.into(),
        block.place.parent.into(),
        block.place.timestamp.into(),
        block.rules.map(|rules| rules.to_string()).into(),
        block.transactions.len().into(),
        block.verdict().name().into(),
        problem.map(|problem| problem.kind.name()).into(),
        problem.map(|problem| problem.reason.clone()).into(),
        at.into(),
        u64::from(block.attempts).into(),
        again.into(),
    ];
    database.run(sql, &cells)?;
    Ok(())
}
