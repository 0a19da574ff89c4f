//! False claims as they are kept, the newest block's first.

use alloy_primitives::B256;
use serde::Serialize;

use super::{Cursor, InBlock, Page, Reader, page::page, query::Query};
use crate::store::{StoreError, cell::Row, database::Database};

/// The columns of a [`Finding`], and the tables that have them.
const SELECT: &str = "SELECT blocks.number, findings.block, blocks.canonical, findings.position, \
                      transactions.hash, findings.finding, findings.audit, findings.kind, findings.message, \
                      findings.record, findings.pc, findings.expected, findings.found FROM blocks \
                      JOIN findings ON findings.block = blocks.hash \
                      JOIN transactions ON transactions.block = findings.block \
                      AND transactions.position = findings.position";

/// A false claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub block: B256,
    /// Whether the block is of the chain.
    pub canonical: bool,
    /// The transaction's place in the block.
    pub position: u64,
    /// The transaction's hash.
    pub transaction: B256,
    /// Which of the transaction's findings it is.
    pub finding: u64,
    /// Name of the audit that found it.
    pub audit: String,
    /// Name of the kind.
    pub kind: String,
    /// Index of the message.
    pub message: Option<u64>,
    /// Index of the record.
    pub record: Option<u64>,
    /// Where in the code.
    pub pc: Option<u64>,
    /// The word that is true.
    pub expected: Option<String>,
    /// The word that is claimed.
    pub found: Option<String>,
}

/// Which findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Those of this audit.
    pub audit: Option<String>,
    /// Those of this kind.
    pub kind: Option<String>,
    /// Those in blocks of the chain, or in such that are gone; all if `None`.
    pub canonical: Option<bool>,
    /// Those behind this place.
    pub after: Option<Cursor>,
}

impl Reader {
    /// False claims, those in blocks of the highest numbers first.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn findings(&mut self, which: &Findings, most: u64) -> Result<Page<Finding>, StoreError> {
        // A block with a false claim in it is invalid: an index leads to those, in their order.
        let mut query = Query::of(SELECT)
            .and("blocks.verdict = 'invalid'", [])
            .and_if("findings.audit = ?", which.audit.as_deref())
            .and_if("findings.kind = ?", which.kind.as_deref())
            .and_if("blocks.canonical = ?", which.canonical);
        if let Some(cells) = which.after.as_ref().and_then(|after| after.cells(2)) {
            let place =
                "(blocks.number, blocks.hash, findings.position, findings.finding) < (?, ?, ?, ?)";
            query = query.and(place, cells);
        }
        let order = " ORDER BY blocks.number DESC, blocks.hash DESC, findings.position DESC, \
                     findings.finding DESC LIMIT ?";
        let rows = query.with(order, [most.saturating_add(1).into()]).rows(&mut *self.database)?;
        let place = |it: &Finding| Cursor::behind(it.number, it.block, &[it.position, it.finding]);
        page(&rows, most, finding, place)
    }
}

/// What is false in a transaction of a block.
pub(super) fn of_transaction(
    database: &mut dyn Database,
    place: &InBlock,
    most: u64,
) -> Result<Vec<Finding>, StoreError> {
    let query = Query::of(SELECT)
        .and("findings.block = ?", [place.block.into()])
        .and("findings.position = ?", [place.position.into()])
        .with(" ORDER BY findings.finding LIMIT ?", [most.into()]);
    query.rows(database)?.iter().map(finding).collect()
}

fn finding(row: &Row) -> Result<Finding, StoreError> {
    Ok(Finding {
        number: row.number(0)?,
        block: row.hash(1)?,
        canonical: row.yes(2)?,
        position: row.number(3)?,
        transaction: row.hash(4)?,
        finding: row.number(5)?,
        audit: row.text(6)?.to_owned(),
        kind: row.text(7)?.to_owned(),
        message: row.maybe_number(8)?,
        record: row.maybe_number(9)?,
        pc: row.maybe_number(10)?,
        expected: row.maybe_text(11)?,
        found: row.maybe_text(12)?,
    })
}
