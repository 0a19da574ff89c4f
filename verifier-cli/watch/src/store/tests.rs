//! The store in both databases: the same rows, the same answers, and nothing half-done.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use alloy_primitives::{B256, Bytes};
use iso_evm_testing::{fixtures, postgres::Postgres};
use iso_evm_verifier::{Options, Verdict, certificate::Certificate, verify};
use iso_evm_wire::Witness;
use tempfile::TempDir;

#[cfg(feature = "challenge")]
mod operators;

use super::{Keep, Store, StoreError, StoreOptions, Totals, cell::Cell, schema};
use crate::{
    block::{
        Audited, AuditedBlock, AuditedTransaction, Outcome, Place, Problem, ProblemKind, Spent,
        StoredWitness,
    },
    event::{Gone, Head, Heads},
};

/// All tables, with the columns that do not tell when something happened.
const TABLES: [(&str, &str); 6] = [
    (
        "blocks",
        "hash, number, parent, timestamp, fork, transactions, verdict, problem, reason, canonical, attempts",
    ),
    (
        "transactions",
        "block, position, hash, status, verdict, execution_audit, access_audit, tree_audit, \
         transaction_audit, gas_used, reason, witness, certificate",
    ),
    (
        "messages",
        "block, position, message, parent, depth, kind, recipient, status, gas_used, records, \
         witness_bytes, verdict",
    ),
    ("findings", "block, position, finding, audit, kind, message, record, pc, expected, found"),
    ("witnesses", "hash, bytes, kept"),
    ("heads", "name, number, hash"),
];

/// All rows, but for when something happened.
fn rows(store: &mut Store) -> Vec<(&'static str, Vec<Cell>)> {
    let mut all = Vec::new();
    for (table, columns) in TABLES {
        let sql = format!("SELECT {columns} FROM {table} ORDER BY 1, 2");
        let rows = store.database.rows(&sql, &[]).unwrap();
        all.extend(rows.into_iter().map(|row| (table, row.0)));
    }
    all
}

/// Places for a store in each database that there is.
struct Places {
    folder: TempDir,
    postgres: Option<Postgres>,
}

impl Places {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), postgres: Postgres::start() }
    }

    fn each(&self, keep: Keep) -> impl Iterator<Item = StoreOptions> {
        let file = self.folder.path().join("watch.db").display().to_string();
        let databases = [Some(file), self.postgres.as_ref().map(Postgres::database)];
        let folder = self.folder.path().to_owned();
        databases.into_iter().flatten().enumerate().map(move |(index, database)| {
            let witnesses = folder.join(format!("witnesses-{index}"));
            StoreOptions { database, witnesses, keep }
        })
    }
}

fn place(number: u64, fork: u8) -> Place {
    let hash = |number: u64| {
        let mut hash = B256::repeat_byte(fork);
        hash[..8].copy_from_slice(&number.to_be_bytes());
        hash
    };
    let (parent, timestamp) = (hash(number.wrapping_sub(1)), 1_700_000_000 + number);
    Place { number, hash: hash(number), parent, timestamp }
}

fn audited(witness: &Witness) -> Outcome {
    let options = Options::default();
    let report = verify(witness, &options).unwrap();
    let certificate = Certificate::new(&report, &options).encode();
    let witness = StoredWitness { hash: report.witness_hash.get(), bytes: witness.encode().into() };
    Outcome::Audited(Box::new(Audited { report, certificate, witness }))
}

/// A transaction that is valid, and a lie about the gas that it used.
fn outcomes() -> [Outcome; 2] {
    let path = fixtures::own().join("call-tree.witness.bin");
    let witness = Witness::decode(&Bytes::from(fs::read(path).unwrap())).unwrap();
    let mut lie = witness.clone();
    lie.receipt.gas_used += 1;
    let outcomes = [audited(&witness), audited(&lie)];
    let verdicts = outcomes.each_ref().map(Outcome::verdict);
    assert_eq!(verdicts, [Some(Verdict::Valid), Some(Verdict::Invalid)]);
    outcomes
}

fn block(place: Place, outcomes: impl IntoIterator<Item = Outcome>) -> AuditedBlock {
    let numbered = outcomes.into_iter().zip(1_u8..);
    let transactions = numbered
        .map(|(outcome, number)| AuditedTransaction { hash: B256::repeat_byte(number), outcome });
    AuditedBlock {
        place,
        rules: None,
        transactions: transactions.collect(),
        problem: None,
        attempts: 1,
        spent: Spent::default(),
    }
}

/// A block with everything that there can be.
fn full(number: u64, fork: u8) -> AuditedBlock {
    let [valid, lie] = outcomes();
    let unrecorded = Outcome::Unrecorded { reason: "the node said: 'no'; -- \u{1f4a5}".to_owned() };
    block(place(number, fork), [valid, lie, unrecorded, Outcome::Unsampled])
}

#[test]
fn a_block_is_there_with_all_that_was_found_and_the_same_in_both_databases() {
    let places = Places::new();
    let mut dumps = Vec::new();
    for options in places.each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        assert_eq!(store.tip().unwrap(), None);
        store.put(&full(7, 0xaa), None).unwrap();
        store.put(&block(place(8, 0xaa), []), None).unwrap();
        let tip = Head { number: 8, hash: place(8, 0xaa).hash };
        assert_eq!(store.tip().unwrap(), Some(tip));
        let first = store.first().unwrap().unwrap();
        assert_eq!(first.number, 7);
        assert_eq!(store.hash_at(7).unwrap(), Some(first.hash));
        assert_eq!(store.hash_at(9).unwrap(), None);
        let totals = Totals { blocks: 2, valid: 1, invalid: 1, inconclusive: 1, unsampled: 1 };
        assert_eq!(store.totals().unwrap(), totals);
        let heads = Heads { latest: Some(tip), safe: Some(first), finalized: None };
        store.put_heads(&heads).unwrap();
        let all = rows(&mut store);
        for (table, least) in
            [("blocks", 2), ("transactions", 4), ("messages", 34), ("findings", 1), ("heads", 3)]
        {
            let count = all.iter().filter(|(of, _)| *of == table).count();
            assert!(count >= least, "{table}: {count}");
        }
        let [Outcome::Audited(valid), _] = outcomes() else { panic!() };
        let kept = fs::read(store.witness_path(valid.witness.hash)).unwrap();
        assert_eq!(kept, valid.witness.bytes);
        // What is put again replaces what was there.
        store.put(&full(7, 0xaa), None).unwrap();
        assert_eq!(rows(&mut store), all);
        drop(store);
        let mut again = Store::open(&options).unwrap();
        assert_eq!(rows(&mut again), all);
        dumps.push(all);
    }
    assert!(dumps.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ");
}

#[test]
fn a_block_that_is_gone_is_marked_and_one_that_comes_back_is_of_the_chain_again() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        for number in 5..=9 {
            store.put(&block(place(number, 1), []), None).unwrap();
        }
        let finalized = Some(Head { number: 7, hash: place(7, 1).hash });
        store.put_heads(&Heads { finalized, ..Heads::default() }).unwrap();
        let reorganised = store.reorganise(Some(7)).unwrap();
        let gone = [8, 9].map(|number| Gone { number, hash: place(number, 1).hash });
        assert_eq!((reorganised.gone, reorganised.was_final), (gone.to_vec(), false));
        assert_eq!(store.tip().unwrap().unwrap().number, 7);
        store.put(&block(place(8, 2), []), None).unwrap();
        assert!(store.has(gone[0].hash).unwrap());
        assert_eq!(store.hash_at(8).unwrap(), Some(place(8, 2).hash));
        // The old ones win.
        assert_eq!(store.reorganise(Some(7)).unwrap().gone[0].hash, place(8, 2).hash);
        for Gone { hash, .. } in gone {
            store.restore(hash).unwrap();
        }
        assert_eq!(store.tip().unwrap(), Some(Head { number: 9, hash: gone[1].hash }));
        let events = store.database.rows("SELECT kind FROM events", &[]).unwrap();
        assert_eq!(events.len(), 2);
        // All of it, and what was called final with it.
        let reorganised = store.reorganise(None).unwrap();
        assert_eq!((reorganised.gone.len(), reorganised.was_final), (5, true));
        assert_eq!(store.tip().unwrap(), None);
        let kept = store.database.rows("SELECT hash FROM blocks", &[]).unwrap();
        assert_eq!(kept.len(), 6, "nothing is deleted");
    }
}

#[test]
fn a_block_that_cannot_be_kept_leaves_nothing() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        store.put(&full(7, 1), None).unwrap();
        let before = rows(&mut store);
        // Another block of the same number, while the first is still of the chain.
        let error = store.put(&full(7, 2), None).unwrap_err();
        assert!(error.to_string().starts_with("the database: "), "{error}");
        assert_eq!(rows(&mut store), before);
        store.put(&block(place(8, 1), []), None).unwrap();
    }
}

/// SQLite as on a disk that is full.
#[test]
fn a_full_disk_is_told_and_leaves_nothing_torn() {
    let places = Places { folder: tempfile::tempdir().unwrap(), postgres: None };
    let options = places.each(Keep::All).next().unwrap();
    let mut store = Store::open(&options).unwrap();
    store.put(&full(1, 1), None).unwrap();
    let pages = store.database.rows("PRAGMA page_count", &[]).unwrap()[0].number(0).unwrap();
    store.database.script(&format!("PRAGMA max_page_count = {}", pages + 2)).unwrap();
    let mut number = 2;
    let (before, error) = loop {
        let before = rows(&mut store);
        match store.put(&full(number, 1), None) {
            Ok(()) => number += 1,
            Err(error) => break (before, error),
        }
    };
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(rows(&mut store), before);
    store.database.script("PRAGMA max_page_count = 1000000").unwrap();
    store.put(&full(number, 1), None).unwrap();
    assert_eq!(store.tip().unwrap().unwrap().number, number);
}

#[test]
fn many_transactions_take_several_statements_and_none_is_missing() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        let many = (0..2_000).map(|_| Outcome::Unsampled);
        store.put(&block(place(1, 1), many), None).unwrap();
        assert_eq!(store.totals().unwrap().unsampled, 2_000);
    }
}

#[test]
fn a_second_watcher_another_chain_and_newer_tables_are_refused() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        assert!(matches!(Store::open(&options), Err(StoreError::InUse)));
        let genesis = B256::repeat_byte(1);
        store.is_of(10, None).unwrap();
        store.is_of(10, Some(genesis)).unwrap();
        store.is_of(10, Some(genesis)).unwrap();
        for (chain, genesis) in [(1, Some(genesis)), (10, Some(B256::repeat_byte(2)))] {
            let error = store.is_of(chain, genesis).unwrap_err();
            assert!(matches!(error, StoreError::OtherChain { .. }), "{error}");
        }
        schema::set(&mut *store.database, "schema", "99").unwrap();
        drop(store);
        let error = Store::open(&options).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    }
}

/// As after a restart of the server.
#[test]
fn a_connection_that_breaks_off_is_made_again_and_nothing_is_lost() {
    let places = Places::new();
    let Some(options) = places.each(Keep::All).nth(1) else { return };
    let mut store = Store::open(&options).unwrap();
    let mut other = ::postgres::Client::connect(&options.database, ::postgres::NoTls).unwrap();
    let mut break_off = || {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
        other.execute(sql, &[]).unwrap();
    };
    store.put(&full(1, 1), None).unwrap();
    break_off();
    store.put(&full(2, 1), None).unwrap();
    break_off();
    assert_eq!(store.tip().unwrap().unwrap().number, 2);
    // In the middle of a transaction.
    let tries = std::cell::Cell::new(0);
    let done = super::database::atomically(&mut *store.database, |database| {
        tries.set(tries.get() + 1);
        schema::set(database, "name", "value")?;
        if tries.get() == 1 {
            let sql = "SELECT pg_terminate_backend(pg_backend_pid())";
            database.script(sql)?;
        }
        schema::get(database, "name")
    });
    assert_eq!((done.unwrap().as_deref(), tries.get()), (Some("value"), 2));
    assert_eq!(store.totals().unwrap().blocks, 2);
}

#[test]
fn what_is_not_valid_keeps_its_witness_and_the_rest_as_long_as_the_policy_says() {
    const DAY: i64 = 86_400_000;
    let places = Places::new();
    for (keep, days, left) in [
        (Keep::All, 400, [true, true]),
        (Keep::Days(30), 29, [true, true]),
        (Keep::Days(30), 31, [false, true]),
        (Keep::Invalid, 0, [false, true]),
    ] {
        for options in places.each(keep) {
            let mut store = Store::open(&options).unwrap();
            let outcomes = outcomes();
            let hashes = outcomes.each_ref().map(|it| it.witness().unwrap().hash);
            store.put(&block(place(1, 1), outcomes), None).unwrap();
            store.prune_at(super::now() + days * DAY).unwrap();
            let files = hashes.map(|hash| store.witness_path(hash).exists());
            assert_eq!(files, left, "{keep}, {days} days");
            let sql = "SELECT COUNT(*) FROM witnesses WHERE kept = 1";
            let kept = store.database.rows(sql, &[]).unwrap()[0].number(0).unwrap();
            assert_eq!(kept, left.iter().filter(|it| **it).count() as u64);
            drop(store);
            let _ = fs::remove_file(&options.database);
            let _ = fs::remove_dir_all(&options.witnesses);
        }
    }
}

#[test]
fn a_block_is_due_again_when_it_was_said_and_not_when_it_is_gone() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        let problem = Problem {
            kind: ProblemKind::Unread,
            reason: "the node knows no block".to_owned(),
            may_pass: true,
        };
        let unread = AuditedBlock { problem: Some(problem), attempts: 2, ..block(place(1, 1), []) };
        assert_eq!(unread.verdict(), Verdict::Inconclusive);
        store.put(&unread, Some(60_000)).unwrap();
        assert_eq!(store.due(9).unwrap(), []);
        store.put(&unread, Some(-1)).unwrap();
        assert_eq!(store.due(9).unwrap(), [(unread.place, 2)]);
        store.reorganise(None).unwrap();
        assert_eq!(store.due(9).unwrap(), []);
        store.restore(unread.place.hash).unwrap();
        assert_eq!(store.due(9).unwrap().len(), 1);
        store.put(&block(place(1, 1), []), None).unwrap();
        assert_eq!(store.due(9).unwrap(), []);
    }
}
