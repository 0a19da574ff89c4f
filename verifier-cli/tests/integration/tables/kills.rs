//! Runs that are killed at any instant: what is there is whole, and another run completes it, with nothing twice.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use super::{messages, transactions};
use crate::{
    batch::fixture,
    common::{command, run},
};

const ITEMS: usize = 5_000;

/// What there is of results, whole or not.
fn files(results: &Path) -> BTreeSet<PathBuf> {
    let list =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
    list(results).flat_map(|table| list(&table).collect::<Vec<_>>()).collect()
}

#[test]
fn whatever_a_killed_run_left_another_completes_it() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("stream.bin"), fixture("call-tree").repeat(ITEMS)).unwrap();
    let packed = run(here, "iso-witness pack stream.bin -o w.parquet");
    assert_eq!(packed.code, Some(0), "{}", packed.stderr);
    let results = here.join("results");
    let (mut before, mut killed) = (0, 0);
    // Instants that fall into waiting, into writing a part, and between the files of one.
    for (news, pause) in [(0, 300), (1, 0), (1, 20), (2, 3), (1, 7)] {
        let mut child = command("iso-verify")
            .args(["batch", "w.parquet", "--results", "results/", "--jobs", "2", "--resume"])
            .current_dir(here)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let known = files(&results);
        while files(&results).difference(&known).count() < news
            && child.try_wait().unwrap().is_none()
        {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(pause));
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        if results.join("transactions").is_dir() {
            // Whoever reads parts finds whole ones, at any time.
            for file in fs::read_dir(results.join("transactions")).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|it| it == "parquet") {
                    super::file::<iso_evm_table::TransactionRow>(
                        &path,
                        iso_evm_table::Table::Transactions,
                    );
                }
            }
        }
    }
    assert!(killed >= 2, "no run was long enough to be killed");
    let last = run(here, "iso-verify batch w.parquet --results results/ --resume --json");
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    assert_eq!(last.json()["witnesses"]["valid"], ITEMS);
    before += last.json()["resumed"].as_u64().unwrap();
    assert!(before > 0, "no part was there");
    let transactions = transactions(&results);
    assert_eq!(transactions.len(), ITEMS);
    assert!(transactions.contains_key("stream.bin: 7"));
    let mut all: Vec<_> =
        messages(&results).into_iter().map(|row| (row.id, row.message.index)).collect();
    assert_eq!(all.len(), ITEMS * 17);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ITEMS * 17);
}
