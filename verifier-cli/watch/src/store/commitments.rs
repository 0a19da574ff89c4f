//! What operators have committed to on another chain: where each commitment stands, and what is thought of it.
//! `specs/23-watch.md`, section Operators and challengers.
//!
//! In the data's way this stands between the other chain and the judgement. What changes is one transaction with
//! the event that tells it.

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_onchain::dispute::{Committed, Standing};

use super::{
    Planned, Store, StoreError, acts,
    cell::{Cell, Row},
    database::{Database, atomically},
    events, now, schema,
};
use crate::{
    commitment::{Commitment, CommitmentNews, FalseCommitment, Judgement},
    event::Event,
};

/// The name under which the other chain and its contract are noted.
const CONTRACT: &str = "dispute";

/// The name under which it is noted who challenges.
const CHALLENGER: &str = "challenger";

/// How many commitments are judged at once.
const AT_ONCE: usize = 64;

/// A commitment, and the block of the other chain in which it was made.
#[derive(Clone, Debug)]
pub(crate) struct MadeAt {
    /// The commitment.
    pub(crate) committed: Committed,
    /// Number of the block.
    pub(crate) number: u64,
    /// Hash of the block.
    pub(crate) hash: B256,
}

/// A commitment as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The commitment, where it was made.
    pub(crate) made: MadeAt,
    /// Before this time it does not become final, as the contract said the last time.
    pub(crate) deadline: u64,
    /// What has become of it, as the contract said the last time.
    pub(crate) standing: Standing,
    /// What is thought of it.
    pub(crate) judgement: Judgement,
    /// How often it was judged, or its proof failed.
    pub(crate) attempts: u32,
    /// The number of what is planned to be sent; nothing was planned before the first.
    pub(crate) plan: u64,
    /// Number of the block of the other chain in which its end was first seen.
    pub(crate) ended_at: Option<u64>,
    /// What was said the last time, in words.
    pub(crate) reason: Option<String>,
}

/// What has become of a judgement.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// What is thought of it now.
    pub(crate) judgement: Judgement,
    /// The block that it was held against.
    pub(crate) block: Option<B256>,
    /// Why, in words.
    pub(crate) reason: Option<&'a str>,
    /// What is false.
    pub(crate) found: Option<&'a FalseCommitment>,
    /// The transactions that prove it.
    pub(crate) acts: &'a [Planned],
    /// After how many milliseconds it is judged again, if it is.
    pub(crate) again: Option<i64>,
}

impl Kept {
    /// What is told of it.
    pub(crate) fn told(&self) -> Commitment {
        let MadeAt { committed, number, hash } = &self.made;
        Commitment {
            id: committed.id,
            operator: committed.operator,
            root: committed.root,
            parent: committed.parent,
            number: committed.environment.number,
            l1_number: *number,
            l1_hash: *hash,
            deadline: self.deadline,
        }
    }

    /// An event about it.
    pub(crate) fn event(&self, what: CommitmentNews) -> Event {
        Event::Commitment { commitment: Box::new(self.told()), what }
    }
}

/// The columns that a [`Kept`] is read from, in order.
pub(super) const COLUMNS: &str = "id, operator, parent, data, l1_number, l1_hash, deadline, standing, judgement, \
                       attempts, plan, ended_at, reason";

impl Store {
    /// Makes sure that the store is about commitments to this contract on this chain; one that is about none is
    /// from here on.
    pub(crate) fn is_about(&mut self, chain: u64, contract: Address) -> Result<(), StoreError> {
        let found = format!("{contract} on chain {chain}");
        atomically(&mut *self.database, |database| match schema::get(database, CONTRACT)? {
            None => schema::set(database, CONTRACT, &found),
            Some(expected) if expected == found => Ok(()),
            Some(expected) => Err(StoreError::OtherContract { expected, found: found.clone() }),
        })
    }

    /// The commitments that are to be judged now, the most urgent first: those about blocks up to a number, and those
    /// whose deadline is at hand. `plans` is whether what is false must have a plan.
    pub(crate) fn judged_next(
        &mut self,
        number: u64,
        urgent: u64,
        plans: bool,
    ) -> Result<Vec<Kept>, StoreError> {
        let planless = if plans { "OR (judgement = 'false' AND plan = 0)" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM commitments WHERE closed = 0 AND canonical = 1 AND standing = 'open' \
             AND (number <= $1 OR deadline <= $2) AND (again_at IS NULL OR again_at <= $3) \
             AND (judgement = 'waiting' OR again_at IS NOT NULL {planless}) \
             ORDER BY deadline, id LIMIT {AT_ONCE}"
        );
        let cells: [Cell; 3] = [number.into(), urgent.into(), now().into()];
        self.database.rows(&sql, &cells)?.iter().map(kept).collect()
    }

    /// The commitments about which something is to be sent, the most urgent first.
    pub(crate) fn challenged_next(&mut self) -> Result<Vec<Kept>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM commitments WHERE closed = 0 AND canonical = 1 AND standing = 'open' \
             AND (judgement = 'withheld' OR (judgement = 'false' AND again_at IS NULL)) \
             AND plan > 0 ORDER BY deadline, id"
        );
        self.database.rows(&sql, &[])?.iter().map(kept).collect()
    }

    /// Commitments that fall with their parents, and are not planned to.
    pub(crate) fn fallen_next(&mut self, reason: &str) -> Result<Vec<Kept>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM commitments WHERE closed = 0 AND canonical = 1 AND standing = 'open' \
             AND (reason IS NULL OR reason <> $1) AND EXISTS (SELECT 1 FROM commitments AS parents \
             WHERE parents.id = commitments.parent AND parents.standing = 'convicted') ORDER BY deadline, id"
        );
        self.database.rows(&sql, &[reason.into()])?.iter().map(kept).collect()
    }

    /// The transactions that have shown something of a commitment.
    pub(crate) fn answers(&mut self, id: B256) -> Result<Vec<B256>, StoreError> {
        let sql = "SELECT hash FROM answers WHERE commitment = $1 ORDER BY hash";
        self.database.rows(sql, &[id.into()])?.iter().map(|row| row.hash(0)).collect()
    }

    /// A commitment.
    pub(crate) fn commitment(&mut self, id: B256) -> Result<Option<Kept>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM commitments WHERE id = $1");
        self.database.rows(&sql, &[id.into()])?.first().map(kept).transpose()
    }

    /// Has commitments judged anew that were held against blocks which are gone. What is false is so by itself.
    pub(crate) fn judge_again_what_was_held_against_gone_blocks(
        &mut self,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE commitments SET judgement = 'waiting', block = NULL WHERE closed = 0 \
                   AND judgement <> 'false' AND EXISTS (SELECT 1 FROM blocks WHERE \
                   blocks.hash = commitments.block AND blocks.canonical = 0)";
        atomically(&mut *self.database, |database| database.run(sql, &[]))
    }

    /// Has a commitment judged anew, after a time.
    pub(crate) fn judge_again(&mut self, id: B256, pause: i64) -> Result<(), StoreError> {
        let sql = "UPDATE commitments SET again_at = $2, attempts = attempts + 1 WHERE id = $1";
        let cells: [Cell; 2] = [id.into(), now().saturating_add(pause).into()];
        atomically(&mut *self.database, |database| database.run(sql, &cells))?;
        Ok(())
    }

    /// Says who challenges. What another account was to send, this one does not: it is judged anew.
    pub(crate) fn challenged_by(&mut self, account: Address) -> Result<(), StoreError> {
        let found = account.to_string();
        atomically(&mut *self.database, |database| {
            if schema::get(database, CHALLENGER)?.is_some_and(|known| known == found) {
                return Ok(());
            }
            let sql = "UPDATE acts SET state = 'given-up' WHERE state IN ('planned', 'sent')";
            database.run(sql, &[])?;
            let sql = "UPDATE commitments SET judgement = 'waiting', again_at = NULL \
                       WHERE closed = 0 AND plan > 0";
            database.run(sql, &[])?;
            schema::set(database, CHALLENGER, &found)
        })
    }

    /// The number of a block that has a name, as the node said the last time.
    pub(crate) fn head_named(&mut self, name: &str) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT number FROM heads WHERE name = $1";
        let rows = self.database.rows(sql, &[name.into()])?;
        Ok(rows.first().map(|row| row.maybe_number(0)).transpose()?.flatten())
    }

    /// The transactions of a block, each with the hash of its witness if it was recorded.
    pub(crate) fn witnesses_of(&mut self, block: B256) -> Result<Vec<Option<B256>>, StoreError> {
        let sql = "SELECT witness FROM transactions WHERE block = $1 ORDER BY position";
        let rows = self.database.rows(sql, &[block.into()])?;
        rows.iter().map(|row| row.parsed_if_any(0, "a hash")).collect()
    }

    /// Keeps what is thought of a commitment, with the transactions that are to be sent about it, and what is told of
    /// it.
    pub(crate) fn judge(
        &mut self,
        kept: &Kept,
        turn: &Turn<'_>,
        event: Option<&Event>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE commitments SET judgement = $2, block = $3, reason = $4, prover = $5, kind = $6, \
                   proof = $7, gas = $8, attempts = attempts + 1, again_at = $9, plan = $10 WHERE id = $1";
        let (id, found) = (kept.made.committed.id, turn.found);
        let plan = kept.plan + u64::from(!turn.acts.is_empty());
        let cells: [Cell; 10] = [
            id.into(),
            turn.judgement.name().into(),
            turn.block.into(),
            turn.reason.into(),
            found.map(|found| found.prover).into(),
            found.map(|found| found.kind).into(),
            found.map(|found| found.proof.as_str()).into(),
            found.map(|found| found.gas).into(),
            turn.again.map(|pause| now().saturating_add(pause)).into(),
            plan.into(),
        ];
        atomically(&mut *self.database, |database| {
            database.run(sql, &cells)?;
            acts::put(database, id, plan, turn.acts)?;
            put_events(database, event)
        })
    }

    /// Keeps an event that says of nothing else that it has changed.
    pub(crate) fn tell_event(&mut self, event: &Event) -> Result<(), StoreError> {
        atomically(&mut *self.database, |database| put_events(database, Some(event)))
    }
}

/// Writes events in a transaction that does more.
pub(super) fn put_events<'a>(
    database: &mut dyn Database,
    all: impl IntoIterator<Item = &'a Event>,
) -> Result<(), StoreError> {
    for event in all {
        events::put(database, event.name(), &event.json())?;
    }
    Ok(())
}

/// A commitment of which nothing is known but that it was made.
pub(super) fn new(made: &MadeAt) -> Kept {
    Kept {
        deadline: made.committed.deadline,
        made: made.clone(),
        standing: Standing::Open,
        judgement: Judgement::Waiting,
        attempts: 0,
        plan: 0,
        ended_at: None,
        reason: None,
    }
}

/// A commitment out of its columns.
pub(super) fn kept(row: &Row) -> Result<Kept, StoreError> {
    let id = row.hash(0)?;
    let (operator, parent): (Address, _) = (row.parsed(1, "an address")?, row.hash(2)?);
    let data: Bytes = row.parsed(3, "bytes")?;
    let committed = Committed::of_parts(id, operator, parent, data);
    let expected = "the words of a commitment";
    let found = || format!("those of {id}");
    let committed = committed.ok_or_else(|| StoreError::Cell { expected, found: found() })?;
    let unknown = |column: usize, expected: &'static str| {
        let found = row.text(column).unwrap_or_default().to_owned();
        StoreError::Cell { expected, found }
    };
    let mut standings = STANDINGS.iter();
    let standing = row.text(7)?;
    let standing = standings.find(|it| name(**it) == standing).copied();
    let judgement = row.text(8)?;
    let judgement = Judgement::ALL.iter().find(|it| it.name() == judgement).copied();
    Ok(Kept {
        made: MadeAt { committed, number: row.number(4)?, hash: row.hash(5)? },
        deadline: row.number(6)?,
        standing: standing.ok_or_else(|| unknown(7, "what a commitment is"))?,
        judgement: judgement.ok_or_else(|| unknown(8, "what is thought of a commitment"))?,
        attempts: u32::try_from(row.number(9)?).unwrap_or(u32::MAX),
        plan: row.number(10)?,
        ended_at: row.maybe_number(11)?,
        reason: row.parsed_if_any(12, "text")?,
    })
}

const STANDINGS: [Standing; 4] =
    [Standing::None, Standing::Open, Standing::Final, Standing::Convicted];

/// What has become of a commitment, in a word.
pub(super) const fn name(standing: Standing) -> &'static str {
    match standing {
        Standing::None => "none",
        Standing::Open => "open",
        Standing::Final => "final",
        Standing::Convicted => "convicted",
    }
}
