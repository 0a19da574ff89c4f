//! Runs that are killed at any instant: what is there is whole, and another run completes it, with nothing twice.

use std::{fs, process::Stdio, thread, time::Duration};

use super::{messages, transactions};
use crate::{
    batch::fixture,
    common::{command, run},
};

const ITEMS: usize = 1_500;

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
    for pause in [300, 1_150, 1_400, 1_013, 1_207] {
        let mut child = command("iso-verify")
            .args(["batch", "w.parquet", "--results", "results/", "--jobs", "2", "--resume"])
            .current_dir(here)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
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
