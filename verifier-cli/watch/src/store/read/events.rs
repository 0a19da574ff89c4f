//! What happened to the chain and its nodes, as it is kept, the newest first.

use alloy_primitives::B256;
use serde::Serialize;
use serde_json::Value;

use super::{Cursor, Page, Reader, page::page, query::Query};
use crate::store::{StoreError, cell::Row};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// The event's id.
    pub id: B256,
    /// When it was kept, in milliseconds.
    pub at: u64,
    /// The event's name.
    pub kind: String,
    /// What there is to say.
    pub detail: Value,
}

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Those of this name.
    pub kind: Option<String>,
    /// Those behind this place.
    pub after: Option<Cursor>,
}

impl Reader {
    /// What happened, the newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn events(&mut self, which: &Events, most: u64) -> Result<Page<Event>, StoreError> {
        let mut query = Query::of("SELECT id, at, kind, detail FROM events")
            .and_if("kind = ?", which.kind.as_deref());
        if let Some(cells) = which.after.as_ref().and_then(|after| after.cells(0)) {
            query = query.and("(at, id) < (?, ?)", cells);
        }
        let more = most.saturating_add(1);
        let query = query.with(" ORDER BY at DESC, id DESC LIMIT ?", [more.into()]);
        let rows = query.rows(&mut *self.database)?;
        page(&rows, most, event, |event| Cursor::behind(event.at, event.id, &[]))
    }
}

fn event(row: &Row) -> Result<Event, StoreError> {
    let detail = serde_json::from_str(row.text(3)?);
    Ok(Event {
        id: row.hash(0)?,
        at: row.number(1)?,
        kind: row.text(2)?.to_owned(),
        detail: detail.map_err(|_| row.unexpected(3, "JSON"))?,
    })
}
