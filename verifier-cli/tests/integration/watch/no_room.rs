//! Disks that are full and places that cannot be written to: a watcher says so and ends, what it kept is whole, and
//! the next goes on from there.

use std::{path::Path, process::Command};

use iso_evm_testing::postgres::Postgres;

use super::{Chain, tables};
use crate::common::{self, Ran};

/// Options of a run to the end of the chain.
fn options(url: &str, database: &str, witnesses: &str) -> String {
    format!("--rpc-url {url} --from 1 --once --poll 0.05 --db {database} --witnesses {witnesses}")
}

/// Runs a watcher, no file of which may grow beyond so many blocks of 512 bytes, if there is a limit.
fn run(folder: &Path, limit: Option<u32>, options: &str) -> Ran {
    let program = common::command("iso-verify").get_program().to_owned();
    let limit = limit.map(|limit| format!("trap '' XFSZ; ulimit -f {limit}; ")).unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}exec \"$0\" watch {options}")]).arg(program);
    shell.current_dir(folder).output().unwrap().into()
}

#[test]
fn a_file_that_cannot_grow_is_not_told_or_leaves_something_torn() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(40);
    let (folder, url) = (tempfile::tempdir().unwrap(), chain.anvil.url());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (reference, full) = (file("reference.db"), file("full.db"));
    assert_eq!(run(folder.path(), None, &options(&url, &reference, "all")).code, Some(0));
    let mut stopped = 0;
    for limit in [8, 40, 100, 200, 300, 400, 500, 600, 800] {
        let ran = run(folder.path(), Some(limit), &options(&url, &full, "kept"));
        if ran.code == Some(0) {
            continue;
        }
        stopped += 1;
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let last = ran.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: the database: "), "{}", ran.stderr);
    }
    assert!(stopped > 3, "{stopped}");
    let ran = run(folder.path(), None, &options(&url, &full, "kept"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(tables::dump(&full) == tables::dump(&reference));
    tables::hold_witnesses(&full, &folder.path().join("kept"));
}

#[test]
fn a_place_that_cannot_be_written_to_is_not_told() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(5);
    let (folder, url) = (tempfile::tempdir().unwrap(), chain.anvil.url());
    let database = folder.path().join("w.db").display().to_string();
    for (place, witnesses) in [("/proc/w.db", "kept"), (&*database, "/proc/kept")] {
        let ran = run(folder.path(), None, &options(&url, place, witnesses));
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error: /proc/"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    }
    assert_eq!(run(folder.path(), None, &options(&url, &database, "kept")).code, Some(0));
    tables::hold_against(&database, &chain, 1);
}

#[test]
fn a_server_without_room_is_not_told_or_leaves_something_torn() {
    let Some(mut chain) = Chain::start() else { return };
    let Some(postgres) = Postgres::start() else { return };
    chain.make(20);
    let (folder, url) = (tempfile::tempdir().unwrap(), chain.anvil.url());
    let reference = folder.path().join("reference.db").display().to_string();
    assert_eq!(run(folder.path(), None, &options(&url, &reference, "all")).code, Some(0));
    let database = postgres.database();
    let name = database.rsplit('/').next().unwrap();
    let statement = |sql: &str| {
        let mut client = postgres::Client::connect(&database, postgres::NoTls).unwrap();
        client.batch_execute("SET default_transaction_read_only = off").unwrap();
        client.batch_execute(sql).unwrap();
    };
    let stopped = |told: &str| {
        let ran = run(folder.path(), None, &options(&url, &database, "kept"));
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let last = ran.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: the database: ") && last.contains(told), "{last}");
    };
    // One that may only be read.
    statement(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    stopped("read-only");
    statement(&format!("ALTER DATABASE {name} SET default_transaction_read_only = off"));
    // One whose disk is full from the tenth block on.
    let ran = run(folder.path(), None, &format!("{} --until 9", options(&url, &database, "kept")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    statement(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; \
         END $$; \
         CREATE TRIGGER full_disk AFTER INSERT ON messages EXECUTE FUNCTION full_disk()",
    );
    stopped("No space left on device");
    statement("DROP TRIGGER full_disk ON messages");
    let ran = run(folder.path(), None, &options(&url, &database, "kept"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(tables::dump(&database) == tables::dump(&reference));
    tables::hold_witnesses(&database, &folder.path().join("kept"));
}
