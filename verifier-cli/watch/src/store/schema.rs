//! The tables, and how they come to be: one list of migrations for both databases, each applied once, in one
//! transaction. `specs/23-watch.md`, section Tables.
//!
//! In the data's way this stands before the first row.

use super::{
    StoreError,
    cell::Cell,
    database::{Database, atomically},
};

/// The table of what is known of the database itself.
const ITSELF: &str = "
CREATE TABLE IF NOT EXISTS watch (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;
";

/// What was changed since, the first first. What is released is never changed: the next is added.
const MIGRATIONS: &[&str] = &[FIRST, TOLD, OPERATORS];

/// What is found of a chain.
const FIRST: &str = "
CREATE TABLE blocks (
    hash TEXT PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL,
    parent TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    fork TEXT,
    transactions INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    problem TEXT,
    reason TEXT,
    canonical INTEGER NOT NULL,
    orphaned_at INTEGER,
    audited_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    again_at INTEGER
) STRICT;
CREATE UNIQUE INDEX blocks_canonical ON blocks (number) WHERE canonical = 1;
CREATE INDEX blocks_number ON blocks (number);
CREATE INDEX blocks_again ON blocks (again_at) WHERE again_at IS NOT NULL;
CREATE TABLE transactions (
    block TEXT NOT NULL REFERENCES blocks (hash),
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    status TEXT NOT NULL,
    verdict TEXT,
    execution_audit TEXT,
    access_audit TEXT,
    tree_audit TEXT,
    transaction_audit TEXT,
    gas_used INTEGER,
    reason TEXT,
    witness TEXT,
    certificate TEXT,
    PRIMARY KEY (block, position)
) STRICT;
CREATE INDEX transactions_hash ON transactions (hash);
CREATE INDEX transactions_witness ON transactions (witness);
CREATE INDEX transactions_verdict ON transactions (verdict);
CREATE TABLE messages (
    block TEXT NOT NULL,
    position INTEGER NOT NULL,
    message INTEGER NOT NULL,
    parent INTEGER,
    depth INTEGER,
    kind TEXT,
    recipient TEXT,
    status TEXT,
    gas_used TEXT,
    records INTEGER,
    witness_bytes INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (block, position, message),
    FOREIGN KEY (block, position) REFERENCES transactions (block, position)
) STRICT;
CREATE TABLE findings (
    block TEXT NOT NULL,
    position INTEGER NOT NULL,
    finding INTEGER NOT NULL,
    audit TEXT NOT NULL,
    kind TEXT NOT NULL,
    message INTEGER,
    record INTEGER,
    pc INTEGER,
    expected TEXT,
    found TEXT,
    PRIMARY KEY (block, position, finding),
    FOREIGN KEY (block, position) REFERENCES transactions (block, position)
) STRICT;
CREATE INDEX findings_kind ON findings (kind);
CREATE TABLE witnesses (
    hash TEXT PRIMARY KEY NOT NULL,
    bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;
CREATE TABLE heads (
    name TEXT PRIMARY KEY NOT NULL,
    number INTEGER,
    hash TEXT,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX events_at ON events (at);
";

/// What is told to others, and the order in which they look at what there is.
const TOLD: &str = "
CREATE INDEX blocks_verdict ON blocks (verdict, number);
CREATE INDEX events_kind ON events (kind, at);
CREATE TABLE receivers (
    receiver TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox (
    id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    ended_at INTEGER,
    outcome TEXT,
    PRIMARY KEY (id, receiver)
) STRICT;
CREATE INDEX outbox_next ON outbox (receiver, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
";

/// What operators commit to on another chain, and what is sent about it.
const OPERATORS: &str = "
CREATE TABLE commitments (
    id TEXT PRIMARY KEY NOT NULL,
    operator TEXT NOT NULL,
    root TEXT NOT NULL,
    parent TEXT NOT NULL,
    number INTEGER NOT NULL,
    l1_number INTEGER NOT NULL,
    l1_hash TEXT NOT NULL,
    canonical INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    standing TEXT NOT NULL,
    convicted_by TEXT,
    judgement TEXT NOT NULL,
    reason TEXT,
    block TEXT,
    prover TEXT,
    kind TEXT,
    proof TEXT,
    gas INTEGER,
    attempts INTEGER NOT NULL,
    again_at INTEGER,
    plan INTEGER NOT NULL,
    ended_at INTEGER,
    ended_hash TEXT,
    closed INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX commitments_open ON commitments (deadline) WHERE closed = 0;
CREATE INDEX commitments_l1 ON commitments (l1_number);
CREATE INDEX commitments_ended ON commitments (ended_at) WHERE closed = 0;
CREATE INDEX commitments_judged ON commitments (judgement, deadline) WHERE closed = 0;
CREATE TABLE answers (
    hash TEXT NOT NULL,
    commitment TEXT NOT NULL,
    PRIMARY KEY (commitment, hash)
) STRICT;
CREATE TABLE acts (
    commitment TEXT NOT NULL REFERENCES commitments (id),
    plan INTEGER NOT NULL,
    act INTEGER NOT NULL,
    what TEXT NOT NULL,
    recipient TEXT NOT NULL,
    value TEXT NOT NULL,
    data TEXT NOT NULL,
    gas INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    makes TEXT,
    reaches TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (commitment, plan, act)
) STRICT;
CREATE INDEX acts_sent ON acts (state) WHERE state = 'sent';
CREATE TABLE signed (
    hash TEXT PRIMARY KEY NOT NULL,
    commitment TEXT NOT NULL,
    plan INTEGER NOT NULL,
    act INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    max_fee TEXT NOT NULL,
    max_priority_fee TEXT NOT NULL,
    bytes TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    l1_number INTEGER,
    paid TEXT,
    FOREIGN KEY (commitment, plan, act) REFERENCES acts (commitment, plan, act)
) STRICT;
CREATE INDEX signed_act ON signed (commitment, plan, act);
";

/// Makes the tables, or brings them to what this program knows.
///
/// # Errors
///
/// [`StoreError::Newer`] if a newer version of this program has made them.
pub(super) fn migrate(database: &mut dyn Database) -> Result<(), StoreError> {
    let itself = database.definition(ITSELF);
    atomically(database, |database| {
        database.script(&itself)?;
        let done = match get(database, "schema")? {
            Some(text) => text.parse().map_err(|_| StoreError::Cell {
                expected: "the version of the tables",
                found: format!("{text:?}"),
            })?,
            None => 0,
        };
        let known = MIGRATIONS.len() as u64;
        if done > known {
            return Err(StoreError::Newer { found: done, known });
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            database.script(&database.definition(migration))?;
        }
        set(database, "schema", &known.to_string())
    })
}

/// What is known of the database itself by a name.
pub(super) fn get(database: &mut dyn Database, name: &str) -> Result<Option<String>, StoreError> {
    let rows = database.rows("SELECT value FROM watch WHERE name = $1", &[Cell::from(name)])?;
    rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Notes something of the database itself.
pub(super) fn set(database: &mut dyn Database, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO watch (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    database.run(sql, &[Cell::from(name), Cell::from(value)])?;
    Ok(())
}
