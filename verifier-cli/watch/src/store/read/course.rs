//! The chain that is watched, and where it is: as the node last said, and as far as it is audited.

use alloy_primitives::B256;
use serde::Serialize;

use super::Reader;
use crate::store::{
    StoreError,
    cell::Row,
    database::{Database, at_once},
    schema,
};

/// The chain that is watched, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Course {
    /// The chain's id, once a node has said it.
    pub chain: Option<u64>,
    /// Hash of block 0, where a node knows it.
    pub genesis: Option<B256>,
    /// Number of the first block that is audited.
    pub from: Option<u64>,
    /// The last block of the chain that is audited.
    pub audited: Option<Seen>,
    /// The newest block that the node has.
    pub latest: Option<Seen>,
    /// The newest that is safe.
    pub safe: Option<Seen>,
    /// The newest that is final.
    pub finalized: Option<Seen>,
}

/// A block that has a name at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
    /// Since when, in milliseconds.
    pub seen_at: u64,
    /// The block's time in seconds, of one that is audited.
    pub timestamp: Option<u64>,
}

impl Reader {
    /// The chain, and where it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn course(&mut self) -> Result<Course, StoreError> {
        at_once(&mut *self.database, course)
    }
}

fn course(database: &mut dyn Database) -> Result<Course, StoreError> {
    let number = |said: Option<String>| said.and_then(|text| text.parse().ok());
    let mut course = Course {
        chain: number(schema::get(database, "chain")?),
        genesis: schema::get(database, "genesis")?.and_then(|text| text.parse().ok()),
        from: number(schema::get(database, "from")?),
        ..Course::default()
    };
    let sql = "SELECT number, hash, audited_at, timestamp FROM blocks WHERE canonical = 1 \
               ORDER BY number DESC LIMIT 1";
    let audited = database.rows(sql, &[])?;
    let seen = |row: &Row, timestamp| {
        Ok::<_, StoreError>(Seen {
            number: row.number(0)?,
            hash: row.hash(1)?,
            seen_at: row.number(2)?,
            timestamp,
        })
    };
    course.audited = match audited.first() {
        Some(row) => Some(seen(row, row.maybe_number(3)?)?),
        None => None,
    };
    let sql = "SELECT number, hash, seen_at, name FROM heads WHERE number IS NOT NULL AND hash IS NOT NULL";
    for row in database.rows(sql, &[])? {
        let head = Some(seen(&row, None)?);
        match row.text(3)? {
            "latest" => course.latest = head,
            "safe" => course.safe = head,
            "finalized" => course.finalized = head,
            _ => {}
        }
    }
    Ok(course)
}
