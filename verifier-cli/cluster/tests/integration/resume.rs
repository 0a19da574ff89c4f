//! A run that is killed at any instant has lost nothing that it wrote, and the next goes on.

use std::{fs, thread, time::Duration};

use crate::{
    processes::{Running, ran, text, wait_until},
    tables::{by_batch, files, many, results, rounds_for, words, write},
};

#[test]
fn a_run_that_is_killed_again_and_again_comes_to_its_end() {
    const WITNESSES: usize = 600;
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let rows = many(WITNESSES, rounds_for(Duration::from_millis(20)));
    write(&source.join("a.parquet"), &rows[..350], 50);
    write(&source.join("deep/b.parquet"), &rows[350..], 50);
    let unit = (rows[0].witness.len() * 15).to_string();
    let args = ["run", text(&source), text(&to), "--engine", "native", "--unit-bytes", &unit];

    let mut random = 7_u64;
    let mut kills = 0;
    for _ in 0..6 {
        let mut run = Running::start(&args);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let parts = files(&to.join("transactions")).len();
        // A part more, or not, and then any instant.
        if random >> 63 == 0 {
            wait_until("a part is written", || {
                run.has_ended() || files(&to.join("transactions")).len() > parts
            });
        }
        thread::sleep(Duration::from_millis(random >> 33 & 0x7ff));
        if run.has_ended() {
            break;
        }
        run.kill();
        kills += 1;
    }
    assert!(kills > 1, "it was too fast to be killed");
    let done = ran(&args);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(words(&to), by_batch(&rows));

    // Once all is done, nothing is done again, and nothing changes.
    let before = files(&to.join("transactions"));
    let again = ran(&[&args[..], &["--json"]].concat());
    assert_eq!(again.json()["rows"]["resumed"], WITNESSES);
    assert_eq!(files(&to.join("transactions")), before);
}

#[test]
fn what_a_killed_run_left_half_written_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    write(&source.join("a.parquet"), &many(10, 5), 10);
    let args = ["run", text(&source), text(&to), "--engine", "native"];
    assert_eq!(ran(&args).code, Some(0));
    // As a run that is killed between the tables of a part leaves them: messages without their transactions.
    let whole = files(&to.join("messages")).remove(0);
    let orphan = to.join("messages/part-dead.parquet");
    fs::copy(&whole, &orphan).unwrap();
    let torn = to.join("transactions/part-dead.parquet#1");
    fs::write(&torn, "PAR1").unwrap();
    assert_eq!(ran(&args).code, Some(0));
    assert!(!orphan.exists() && !torn.exists() && whole.exists());
    assert_eq!(results(&to).len(), 10);
}

#[test]
fn results_of_other_options_and_of_another_run_are_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let rows = many(60, rounds_for(Duration::from_millis(100)));
    write(&source.join("a.parquet"), &rows, 10);
    let unit = (rows[0].witness.len() * 5).to_string();
    let args = [
        "run",
        text(&source),
        text(&to),
        "--engine",
        "native",
        "--unit-bytes",
        &unit,
        "--jobs",
        "1",
    ];
    let mut run = Running::start(&args);
    wait_until("a part is written", || {
        run.has_ended() || !files(&to.join("transactions")).is_empty()
    });
    assert!(!run.has_ended());
    let other = ran(&args);
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(other.stderr.contains("another run writes"), "{other:?}");
    // One of them is false.
    assert_eq!(run.ended().code, Some(1));

    let other = ran(&["run", text(&source), text(&to), "--engine", "hypervisor"]);
    assert_eq!(other.code, Some(2));
    assert!(other.stderr.contains("engine native, and now it is hypervisor"), "{other:?}");
}

#[test]
fn rows_with_one_id_are_audited_once_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let mut rows = many(10, 5);
    let mut twice = rows[3].clone();
    twice.source = "again".to_owned();
    rows.push(twice.clone());
    let mut nameless = rows[4].clone();
    nameless.id = String::new();
    rows.push(nameless);
    write(&source.join("a.parquet"), &rows, 100);
    write(&source.join("b.parquet"), &[twice], 100);
    let done = ran(&["run", text(&source), text(&to), "--engine", "native", "--json"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    let summary = done.json();
    assert_eq!(
        (&summary["rows"]["repeated"], &summary["rows"]["nameless"]),
        (&2.into(), &1.into())
    );
    assert_eq!(results(&to).len(), 10);
}
