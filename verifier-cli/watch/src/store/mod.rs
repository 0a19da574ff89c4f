//! The [`Store`]: what was found of each block, in SQLite or PostgreSQL, and the witnesses beside it on disk.
//! `specs/23-watch.md`, section Store.
//!
//! In the data's way this stands behind the audits. Everything of one block is one transaction of the database:
//! killed at any instant, the block is there or it is not, and what is there is whole.

#[cfg(feature = "challenge")]
mod acts;
mod blocks;
mod cell;
mod chain;
#[cfg(feature = "challenge")]
mod commitments;
mod database;
mod error;
mod events;
mod outbox;
mod postgres;
mod prune;
pub mod read;
mod schema;
mod sqlite;
#[cfg(test)]
mod tests;
#[cfg(feature = "challenge")]
mod told;
mod transactions;
mod witnesses;

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_primitives::B256;

#[cfg(feature = "challenge")]
pub(crate) use self::{
    acts::{Flight, Planned, SignedAct},
    commitments::{Kept, Turn},
    told::ToldAt,
};
pub use self::{
    blocks::Totals,
    error::StoreError,
    outbox::{Delivery, Outbox, Pending},
    witnesses::{Keep, UnknownKeep},
};
use self::{database::Database, postgres::Postgres, sqlite::Sqlite, witnesses::Witnesses};

/// How URLs of PostgreSQL begin.
const URLS: [&str; 2] = ["postgres://", "postgresql://"];

/// Where what was found is kept.
#[derive(Debug)]
pub struct Store {
    database: Box<dyn Database>,
    witnesses: Witnesses,
    keep: Keep,
}

/// Which database, which folder, and what is kept in it.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// A file of SQLite's, or the URL of a PostgreSQL database, `postgres://…`.
    pub database: String,
    /// The folder of the witnesses.
    pub witnesses: PathBuf,
    /// Which witnesses are kept.
    pub keep: Keep,
}

impl StoreOptions {
    /// Whether a database is named by the URL of a PostgreSQL server, and not a file.
    pub fn is_url(database: &str) -> bool {
        URLS.iter().any(|begin| database.starts_with(begin))
    }
}

impl Store {
    /// Opens the store, and makes what is not there. One watcher has it at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database or the folder cannot be had, or if somebody else has them.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let name = &options.database;
        let mut database: Box<dyn Database> = if StoreOptions::is_url(name) {
            Box::new(Postgres::open(name)?)
        } else {
            Box::new(Sqlite::open(Path::new(name))?)
        };
        schema::migrate(&mut *database)?;
        let witnesses = Witnesses::open(&options.witnesses)?;
        Ok(Self { database, witnesses, keep: options.keep })
    }

    /// The same store, by a connection of its own: for a thread beside the one that has it.
    #[cfg(feature = "challenge")]
    pub(crate) fn another(&self) -> Result<Self, StoreError> {
        let (witnesses, keep) = (self.witnesses.clone(), self.keep);
        Ok(Self { database: self.database.another()?, witnesses, keep })
    }

    /// Makes sure that the store is about this chain; one that is empty is from here on. `genesis` is the hash
    /// of block 0, where the node says it.
    ///
    /// # Errors
    ///
    /// [`StoreError::OtherChain`], if it is about another.
    pub fn is_of(&mut self, chain: u64, genesis: Option<B256>) -> Result<(), StoreError> {
        let said =
            [("chain", Some(chain.to_string())), ("genesis", genesis.map(|it| it.to_string()))];
        database::atomically(&mut *self.database, |database| {
            for (name, found) in &said {
                let Some(found) = found else { continue };
                match schema::get(database, name)? {
                    None => schema::set(database, name, found)?,
                    Some(expected) if expected == *found => {}
                    Some(expected) => {
                        let words = |said: &str| match *name {
                            "chain" => format!("chain {said}"),
                            _ => format!("a chain that begins with {said}"),
                        };
                        let (expected, found) = (words(&expected), words(found));
                        return Err(StoreError::OtherChain { expected, found });
                    }
                }
            }
            Ok(())
        })
    }

    /// The file of a witness, whether it is kept or not.
    pub fn witness_path(&self, hash: B256) -> PathBuf {
        self.witnesses.path(hash)
    }
}

/// A database that a watcher has, to write what is not the watcher's.
fn beside(name: &str) -> Result<Box<dyn Database>, StoreError> {
    Ok(if StoreOptions::is_url(name) {
        Box::new(Postgres::beside(name)?)
    } else {
        Box::new(Sqlite::beside(Path::new(name))?)
    })
}

/// A database that a watcher has, to read.
fn reader(name: &str) -> Result<Box<dyn Database>, StoreError> {
    Ok(if StoreOptions::is_url(name) {
        Box::new(Postgres::reader(name)?)
    } else {
        Box::new(Sqlite::reader(Path::new(name))?)
    })
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
