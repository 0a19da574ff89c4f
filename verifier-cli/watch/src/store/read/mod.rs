//! The [`Reader`]: what a watcher has kept, read beside it by a connection of one's own, in bounded pages. What it
//! gives is JSON as the service shows it. `specs/23-watch.md`, section See.
//!
//! In the data's way this stands behind the tables: it writes nothing, and what it waits for nobody else waits for.
//!
//! | what | where |
//! |---|---|
//! | pages, and where the next one begins | [`Page`], [`Cursor`] |
//! | blocks, and a block with its transactions | [`Block`], [`Blocks`] |
//! | a transaction with its messages and findings, in each of its blocks | [`Transaction`] |
//! | false claims | [`Finding`], [`Findings`] |
//! | what happened to the chain and its nodes | [`Event`], [`Events`] |
//! | the chain, and where it is | [`Course`] |
//! | how many there are, how large | [`Counts`], [`Sizes`] |

mod blocks;
mod counts;
mod course;
mod events;
mod findings;
mod page;
mod query;
mod transactions;

use std::path::PathBuf;

use alloy_primitives::B256;

pub use self::{
    blocks::{Block, Blocks, Problem},
    counts::{Counts, Sizes},
    course::{Course, Seen},
    events::{Event, Events},
    findings::{Finding, Findings},
    page::{Cursor, NoCursor, Page},
    transactions::{Audits, InBlock, Message, Transaction},
};
use super::{StoreError, StoreOptions, database::Database, reader, witnesses::Witnesses};

/// Reads what a watcher has kept.
#[derive(Debug)]
pub struct Reader {
    database: Box<dyn Database>,
    witnesses: Witnesses,
}

impl Reader {
    /// Opens the store of a watcher that has it open.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database cannot be had.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let database = reader(&options.database)?;
        Ok(Self { database, witnesses: Witnesses::at(&options.witnesses) })
    }

    /// The file of a witness, if it is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn witness(&mut self, hash: B256) -> Result<Option<PathBuf>, StoreError> {
        let sql = "SELECT kept FROM witnesses WHERE hash = $1";
        let rows = self.database.rows(sql, &[hash.into()])?;
        let kept = rows.first().map(|row| row.yes(0)).transpose()?.unwrap_or_default();
        Ok(kept.then(|| self.witnesses.path(hash)).filter(|path| path.exists()))
    }
}
