//! The events that are kept: what people must be told of a chain and its nodes, each with an id of its own.
//!
//! In the data's way this stands beside the blocks.

use std::sync::atomic::{AtomicU64, Ordering};

use iso_evm_verifier::hash::keccak256;
use serde_json::Value;

use super::{
    Store, StoreError,
    database::{Database, atomically},
    now, outbox,
};
use crate::notice::Notice;

/// Tells two events of one instant apart.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl Store {
    /// Keeps an event; its id.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not do it.
    pub fn put_event(&mut self, kind: &str, detail: &Value) -> Result<String, StoreError> {
        atomically(&mut *self.database, |database| put(database, kind, detail))
    }
}

/// Keeps an event in a transaction that does more, and what is to be told of it; its id.
pub(super) fn put(
    database: &mut dyn Database,
    kind: &str,
    detail: &Value,
) -> Result<String, StoreError> {
    let (at, text) = (now(), detail.to_string());
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let id = keccak256(format!("{at} {process} {count} {kind} {text}").as_bytes()).to_string();
    let sql = "INSERT INTO events (id, at, kind, detail) VALUES ($1, $2, $3, $4)";
    database.run(sql, &[id.as_str().into(), at.into(), kind.into(), text.into()])?;
    if let Some(notice) = Notice::of_event(&id, kind, detail) {
        outbox::put(database, &notice, at)?;
    }
    Ok(id)
}
