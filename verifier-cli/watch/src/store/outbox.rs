//! What is to be told and has not been: a row for each notice and receiver, written in the transaction that keeps
//! what it is about, so that it is told at least once whatever happens to the process. `specs/23-watch.md`, section
//! Tell.
//!
//! In the data's way this stands between the store and who delivers, by a connection of its own.

use serde_json::json;

use super::{
    Store, StoreError, StoreOptions,
    cell::{Cell, Row},
    database::{Database, atomically},
    events, now, schema,
};
use crate::notice::Notice;

/// For how long it is kept that something was told, so that it is not told twice: 30 days.
const REMEMBERED: i64 = 30 * 86_400_000;

/// What waits to be told, as one receiver's part of it.
#[derive(Debug)]
pub struct Outbox {
    database: Box<dyn Database>,
    receiver: String,
}

/// Something that waits to be told to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The notice's id.
    pub id: String,
    /// What it is about.
    pub kind: String,
    /// When that was, in milliseconds since 1970.
    pub at: u64,
    /// What the receiver gets.
    pub body: String,
    /// How often it was tried.
    pub attempts: u64,
}

/// How an attempt to tell something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has taken it.
    Taken,
    /// It has not; it is tried again after so many milliseconds.
    Again(u64),
    /// It has not, and was tried for long enough. It is told no more, which is kept as an event.
    Dropped {
        /// Which of the receivers it is, from 0 in the order in which they were given.
        place: usize,
        /// Reason of the last failure, in words.
        reason: String,
    },
}

impl Store {
    /// Says to whom notices go from here on: their names, which are not their addresses. What waits for another
    /// receiver waits on.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn tell(&mut self, receivers: &[String]) -> Result<(), StoreError> {
        let at = now();
        atomically(&mut *self.database, |database| {
            database.run("DELETE FROM receivers", &[])?;
            for receiver in receivers {
                let sql = "INSERT INTO receivers (receiver, since) VALUES ($1, $2) \
                           ON CONFLICT (receiver) DO NOTHING";
                database.run(sql, &[receiver.as_str().into(), at.into()])?;
            }
            Ok(())
        })
    }
}

/// Has a notice told to all receivers, in a transaction that does more.
pub(super) fn put(database: &mut dyn Database, notice: &Notice, at: i64) -> Result<(), StoreError> {
    let receivers = database.rows("SELECT receiver FROM receivers ORDER BY receiver", &[])?;
    if receivers.is_empty() {
        return Ok(());
    }
    let chain = schema::get(database, "chain")?.and_then(|chain| chain.parse().ok());
    let body = notice.body(chain, at);
    for row in &receivers {
        let sql = "INSERT INTO outbox (id, receiver, at, kind, body, attempts, next_at) \
                   VALUES ($1, $2, $3, $4, $5, 0, $3) ON CONFLICT (id, receiver) DO NOTHING";
        let cells: [Cell; 5] = [
            notice.id.as_str().into(),
            row.text(0)?.into(),
            at.into(),
            notice.kind.as_str().into(),
            body.as_str().into(),
        ];
        database.run(sql, &cells)?;
    }
    Ok(())
}

impl Outbox {
    /// Opens what waits for a receiver in the database of a watcher, which stays the watcher's.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database cannot be had.
    pub fn open(options: &StoreOptions, receiver: &str) -> Result<Self, StoreError> {
        let (database, receiver) = (super::beside(&options.database)?, receiver.to_owned());
        Ok(Self { database, receiver })
    }

    /// What is due, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn due(&mut self, most: u64) -> Result<Vec<Pending>, StoreError> {
        let sql = "SELECT id, kind, at, body, attempts FROM outbox \
                   WHERE receiver = $1 AND next_at <= $2 ORDER BY next_at, at, id LIMIT $3";
        let cells = [self.receiver.as_str().into(), now().into(), most.into()];
        let rows = self.database.rows(sql, &cells)?;
        let pending = |row: &Row| {
            let text = |column| row.text(column).map(str::to_owned);
            let (at, attempts) = (row.number(2)?, row.number(4)?);
            Ok(Pending { id: text(0)?, kind: text(1)?, at, body: text(3)?, attempts })
        };
        rows.iter().map(pending).collect()
    }

    /// How much waits.
    ///
    /// # Errors
    ///
    /// As [`Outbox::due`].
    pub fn waiting(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM outbox WHERE receiver = $1 AND next_at IS NOT NULL";
        let rows = self.database.rows(sql, &[self.receiver.as_str().into()])?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }

    /// Keeps how an attempt to tell something ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it: it is tried again then.
    pub fn ended(&mut self, pending: &Pending, how: &Delivery) -> Result<(), StoreError> {
        let receiver = self.receiver.clone();
        let attempts = pending.attempts.saturating_add(1);
        atomically(&mut *self.database, |database| {
            let at = now();
            let (next, ended, outcome) = match how {
                Delivery::Taken => (None, Some(at), Some("taken")),
                Delivery::Again(pause) => {
                    let pause = i64::try_from(*pause).unwrap_or(i64::MAX);
                    (Some(at.saturating_add(pause)), None, None)
                }
                Delivery::Dropped { .. } => (None, Some(at), Some("dropped")),
            };
            let sql = "UPDATE outbox SET attempts = $1, next_at = $2, ended_at = $3, outcome = $4 \
                       WHERE id = $5 AND receiver = $6";
            let cells = [
                attempts.into(),
                next.into(),
                ended.into(),
                outcome.into(),
                pending.id.as_str().into(),
                receiver.as_str().into(),
            ];
            database.run(sql, &cells)?;
            if let Delivery::Dropped { place, reason } = how {
                let detail = json!({
                    "event": "undelivered",
                    "receiver": place,
                    "notice": pending.id,
                    "kind": pending.kind,
                    "attempts": attempts,
                    "reason": reason,
                });
                events::put(database, "undelivered", &detail)?;
            }
            Ok(())
        })
    }

    /// Forgets what was told long ago.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn forget(&mut self) -> Result<u64, StoreError> {
        let before = now().saturating_sub(REMEMBERED);
        let sql = "DELETE FROM outbox WHERE ended_at < $1";
        atomically(&mut *self.database, |database| database.run(sql, &[before.into()]))
    }
}
