//! What the contract has told on the other chain, as it is kept: commitments that are made and end, what was shown of
//! them; and what is gone because its block is. `specs/23-watch.md`, section What is read.
//!
//! In the data's way this stands between the other chain's logs and the commitments.

use alloy_primitives::{Address, B256};
use iso_evm_onchain::dispute::{Ended, Standing, ToldEvent};

use super::{
    Store, StoreError,
    cell::Cell,
    commitments::{COLUMNS, MadeAt, kept, name, new, put_events},
    database::{Database, atomically},
    now, schema,
};
use crate::{commitment::CommitmentNews, event::Event};

/// The name under which the first block of the other chain is noted that may still have news.
const NEXT: &str = "l1-next";

/// Something that the contract has told, with its place on the other chain.
#[derive(Clone, Debug)]
pub(crate) struct ToldAt {
    /// What it has told.
    pub(crate) event: ToldEvent,
    /// Number of the block.
    pub(crate) number: u64,
    /// Hash of the block.
    pub(crate) hash: B256,
    /// Hash of the transaction.
    pub(crate) transaction: B256,
}

impl Store {
    /// The first block of the other chain that may still have news; none before it was looked at.
    pub(crate) fn l1_next(&mut self) -> Result<Option<u64>, StoreError> {
        let said = schema::get(&mut *self.database, NEXT)?;
        let number = |text: String| {
            let expected = "the number of a block";
            text.parse().map_err(|_| StoreError::Cell { expected, found: format!("{text:?}") })
        };
        said.map(number).transpose()
    }

    /// Keeps what the contract has told in blocks from one to another, all of it: what was kept of these blocks and is
    /// told no more is gone. `next` is the first block that may still have news. What is new is told; `own` is the
    /// account that challenges here.
    pub(crate) fn put_told(
        &mut self,
        told: &[ToldAt],
        (from, to): (u64, u64),
        next: u64,
        own: Option<Address>,
    ) -> Result<Vec<Event>, StoreError> {
        let range = [Cell::from(from), Cell::from(to)];
        atomically(&mut *self.database, |database| {
            let mut news = gone(database, told, &range)?;
            for ToldAt { event, number, hash, transaction } in told {
                news.extend(match event {
                    ToldEvent::Made(committed) => {
                        let committed = (**committed).clone();
                        put(database, &MadeAt { committed, number: *number, hash: *hash })?
                    }
                    ToldEvent::Ended(ended) => put_end(database, ended, (*number, *hash), own)?,
                    ToldEvent::Answered { id, deadline } => {
                        let sql = "UPDATE commitments SET deadline = $2 WHERE id = $1";
                        database.run(sql, &[(*id).into(), (*deadline).into()])?;
                        let sql = "INSERT INTO answers (commitment, hash) VALUES ($1, $2) \
                                   ON CONFLICT (commitment, hash) DO NOTHING";
                        database.run(sql, &[(*id).into(), (*transaction).into()])?;
                        None
                    }
                });
            }
            put_events(database, &news)?;
            // What has ended in a block that has no more news has ended for good.
            let sql = "UPDATE commitments SET closed = 1 WHERE closed = 0 AND ended_at < $1";
            database.run(sql, &[next.into()])?;
            schema::set(database, NEXT, &next.to_string())?;
            Ok(news)
        })
    }
}

/// Marks what was made, or has ended, in these blocks and is told no more.
fn gone(
    database: &mut dyn Database,
    told: &[ToldAt],
    range: &[Cell; 2],
) -> Result<Vec<Event>, StoreError> {
    let mut news = Vec::new();
    let sql = format!(
        "SELECT {COLUMNS} FROM commitments WHERE canonical = 1 AND l1_number >= $1 AND l1_number <= $2 \
         ORDER BY l1_number, id"
    );
    for row in database.rows(&sql, range)? {
        let kept = kept(&row)?;
        // One that was made again elsewhere is told, and is not gone.
        let id = kept.made.committed.id;
        let is_it = |event: &ToldEvent| matches!(event, ToldEvent::Made(made) if made.id == id);
        if !told.iter().any(|told| is_it(&told.event)) {
            database.run("UPDATE commitments SET canonical = 0 WHERE id = $1", &[id.into()])?;
            news.push(kept.event(CommitmentNews::Gone));
        }
    }
    let sql = format!(
        "SELECT {COLUMNS}, ended_hash FROM commitments WHERE closed = 0 AND ended_at >= $1 AND ended_at <= $2"
    );
    for row in database.rows(&sql, range)? {
        let (kept, hash) = (kept(&row)?, row.hash(13)?);
        let (id, at) = (kept.made.committed.id, (kept.ended_at.unwrap_or_default(), hash));
        let is_it = |event: &ToldEvent| matches!(event, ToldEvent::Ended(ended) if ended.id == id);
        if !told.iter().any(|told| (told.number, told.hash) == at && is_it(&told.event)) {
            let sql = "UPDATE commitments SET standing = 'open', ended_at = NULL, ended_hash = NULL, \
                       convicted_by = NULL WHERE id = $1";
            database.run(sql, &[id.into()])?;
        }
    }
    Ok(news)
}

/// Writes the end of a commitment, unless it is known; what is told of that.
fn put_end(
    database: &mut dyn Database,
    ended: &Ended,
    (number, hash): (u64, B256),
    own: Option<Address>,
) -> Result<Option<Event>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM commitments WHERE id = $1");
    let Some(row) = database.rows(&sql, &[ended.id.into()])?.into_iter().next() else {
        return Ok(None);
    };
    let kept = kept(&row)?;
    if kept.standing == ended.standing {
        return Ok(None);
    }
    let sql = "UPDATE commitments SET standing = $2, ended_at = $3, ended_hash = $4, convicted_by = $5 \
               WHERE id = $1";
    let cells: [Cell; 5] = [
        ended.id.into(),
        name(ended.standing).into(),
        number.into(),
        hash.into(),
        ended.by.map(|by| by.to_string()).into(),
    ];
    database.run(sql, &cells)?;
    let what = match ended.standing {
        Standing::Final => CommitmentNews::Final { judgement: kept.judgement },
        _ => CommitmentNews::Convicted { by: ended.by, own: own.is_some() && ended.by == own },
    };
    Ok(Some(kept.event(what)))
}

/// Writes a commitment, unless it is there; what is told of that. One that was made again, in another block, is
/// judged anew.
fn put(database: &mut dyn Database, made: &MadeAt) -> Result<Option<Event>, StoreError> {
    let MadeAt { committed, number, hash } = made;
    let id = committed.id;
    let sql = "SELECT l1_hash, canonical FROM commitments WHERE id = $1";
    let known = database.rows(sql, &[id.into()])?;
    if let Some(row) = known.first() {
        let is_there = row.number(1)? == 1;
        if is_there && row.hash(0)? == *hash {
            return Ok(None);
        }
        let sql = "UPDATE commitments SET l1_number = $2, l1_hash = $3, canonical = 1, closed = 0, \
                   deadline = $4 WHERE id = $1";
        let deadline = committed.deadline;
        database.run(sql, &[id.into(), (*number).into(), (*hash).into(), deadline.into()])?;
        return Ok((!is_there).then(|| new(made).event(CommitmentNews::Made)));
    }
    let sql = "INSERT INTO commitments (id, operator, root, parent, number, l1_number, l1_hash, canonical, deadline, \
               standing, judgement, attempts, plan, closed, seen_at, data) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, 0, 0, 0, $11, $12)";
    let kept = new(made);
    let cells: [Cell; 12] = [
        id.into(),
        committed.operator.to_string().into(),
        committed.root.into(),
        committed.parent.into(),
        committed.environment.number.into(),
        (*number).into(),
        (*hash).into(),
        committed.deadline.into(),
        name(kept.standing).into(),
        kept.judgement.name().into(),
        now().into(),
        committed.data.to_string().into(),
    ];
    database.run(sql, &cells)?;
    Ok(Some(kept.event(CommitmentNews::Made)))
}
