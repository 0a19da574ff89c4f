//! Blocks as they are kept: a page of them, or one by its number or hash.

use alloy_primitives::B256;
use iso_evm_verifier::Verdict;
use serde::Serialize;

use super::{
    Cursor, Page, Reader,
    page::page,
    query::Query,
    transactions::{self, InBlock},
};
use crate::store::{
    StoreError,
    cell::Row,
    database::{Database, at_once},
};

/// The columns of a [`Block`].
const COLUMNS: &str = "blocks.number, blocks.hash, blocks.parent, blocks.timestamp, blocks.fork, \
                       blocks.transactions, blocks.verdict, blocks.problem, blocks.reason, blocks.canonical, \
                       blocks.orphaned_at, blocks.audited_at, blocks.attempts, blocks.again_at";

/// A block, of the chain or gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
    /// Hash of its parent.
    pub parent: B256,
    /// The block's time, in seconds.
    pub timestamp: u64,
    /// Name of the rules that it goes by; none if it was not read.
    pub fork: Option<String>,
    /// How many transactions it has.
    pub transactions: u64,
    /// The verdict on all of it.
    pub verdict: String,
    /// What is wrong with the whole.
    pub problem: Option<Problem>,
    /// Whether it is of the chain.
    pub canonical: bool,
    /// When it went, in milliseconds.
    pub orphaned_at: Option<u64>,
    /// When it was audited, in milliseconds.
    pub audited_at: u64,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is tried again, in milliseconds.
    pub again_at: Option<u64>,
}

/// What is wrong with a block as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Name of the kind.
    pub kind: String,
    /// Reason, in words.
    pub reason: String,
}

/// Which blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Those of this number.
    pub number: Option<u64>,
    /// Those of this verdict.
    pub verdict: Option<Verdict>,
    /// Those of the chain, or those that are gone; all if `None`.
    pub canonical: Option<bool>,
    /// Those behind this place.
    pub after: Option<Cursor>,
}

impl Reader {
    /// Blocks, those with the highest numbers first.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn blocks(&mut self, which: &Blocks, most: u64) -> Result<Page<Block>, StoreError> {
        let mut query = Query::of(&format!("SELECT {COLUMNS} FROM blocks"))
            .and_if("blocks.number = ?", which.number)
            .and_if("blocks.verdict = ?", which.verdict.map(Verdict::name))
            .and_if("blocks.canonical = ?", which.canonical);
        if let Some(cells) = which.after.as_ref().and_then(|after| after.cells(0)) {
            query = query.and("(blocks.number, blocks.hash) < (?, ?)", cells);
        }
        let more = most.saturating_add(1);
        let query =
            query.with(" ORDER BY blocks.number DESC, blocks.hash DESC LIMIT ?", [more.into()]);
        let rows = query.rows(&mut *self.database)?;
        page(&rows, most, block, |block| Cursor::behind(block.number, block.hash, &[]))
    }

    /// The block of a hash, with its transactions, up to a number of them.
    ///
    /// # Errors
    ///
    /// As [`Reader::blocks`].
    pub fn block(
        &mut self,
        hash: B256,
        most: u64,
    ) -> Result<Option<(Block, Vec<InBlock>)>, StoreError> {
        at_once(&mut *self.database, |database| {
            let Some(block) = by_hash(database, hash)? else { return Ok(None) };
            let transactions = transactions::of_block(database, hash, most)?;
            Ok(Some((block, transactions)))
        })
    }

    /// The hash of the block of the chain that has a number.
    ///
    /// # Errors
    ///
    /// As [`Reader::blocks`].
    pub fn hash_at(&mut self, number: u64) -> Result<Option<B256>, StoreError> {
        let sql = "SELECT hash FROM blocks WHERE number = $1 AND canonical = 1";
        let rows = self.database.rows(sql, &[number.into()])?;
        rows.first().map(|row| row.hash(0)).transpose()
    }
}

/// The block of a hash.
pub(super) fn by_hash(
    database: &mut dyn Database,
    hash: B256,
) -> Result<Option<Block>, StoreError> {
    let query = Query::of(&format!("SELECT {COLUMNS} FROM blocks"));
    let rows = query.and("blocks.hash = ?", [hash.into()]).rows(database)?;
    rows.first().map(block).transpose()
}

fn block(row: &Row) -> Result<Block, StoreError> {
    let problem = row.maybe_text(7)?;
    let reason = row.maybe_text(8)?.unwrap_or_default();
    Ok(Block {
        number: row.number(0)?,
        hash: row.hash(1)?,
        parent: row.hash(2)?,
        timestamp: row.number(3)?,
        fork: row.maybe_text(4)?,
        transactions: row.number(5)?,
        verdict: row.text(6)?.to_owned(),
        problem: problem.map(|kind| Problem { kind, reason }),
        canonical: row.yes(9)?,
        orphaned_at: row.maybe_number(10)?,
        audited_at: row.number(11)?,
        attempts: row.number(12)?,
        again_at: row.maybe_number(13)?,
    })
}
