//! A scheduler and two executors on loopback. One executor is killed in the middle, then the scheduler; the same command
//! goes on, and every id is there once, with the verdict that `batch` gives.

use std::{thread, time::Duration};

use crate::{
    processes::{Running, executor, free_port, scheduler, text, url, wait_until},
    tables::{by_batch, files, many, rounds_for, words, write},
};

const WITNESSES: usize = 2_000;

#[test]
fn a_run_outlives_its_executor_and_goes_on_after_its_scheduler() {
    let folder = tempfile::tempdir().unwrap();
    let (source, results) = (folder.path().join("witnesses"), folder.path().join("results"));
    // So long that there is a middle, on any machine.
    let rows = many(WITNESSES, rounds_for(Duration::from_millis(12)));
    for (number, rows) in rows.chunks(500).enumerate() {
        write(&source.join(format!("{number}.parquet")), rows, 100);
    }
    let expected = by_batch(&rows);

    let port = free_port();
    let mut first_scheduler = scheduler(port);
    let mut first = executor(port, "first", &[]);
    let second = executor(port, "second", &[]);
    let (url, source, parts) = (url(port), text(&source).to_owned(), results.join("transactions"));
    let unit = (rows[0].witness.len() * 40).to_string();
    let args = ["run", &source, text(&results), "--scheduler", &url, "--engine", "native"];
    let args = [&args[..], &["--unit-bytes", &unit, "--json"]].concat();

    let mut run = Running::start(&args);
    let parts_are = |at_least: usize, run: &mut Running| {
        wait_until("parts are written", || {
            assert!(!run.has_ended(), "it ended before anything was killed");
            files(&parts).len() >= at_least
        });
    };
    parts_are(1, &mut run);
    first.kill();
    let before = files(&parts).len();
    // The other one goes on.
    parts_are(before + 2, &mut run);
    first_scheduler.kill();
    let stopped = run.ended();
    assert_eq!(stopped.code, Some(2), "{stopped:?}");
    assert!(stopped.stderr.contains("are kept"), "{stopped:?}");
    let kept = words(&results).len();
    assert!(0 < kept && kept < WITNESSES, "{kept}");

    // Executors ask until there is a scheduler again.
    let _second_scheduler = scheduler(port);
    let _third = executor(port, "third", &[]);
    thread::sleep(Duration::from_millis(500));
    let done = Running::start(&args).ended();
    assert_eq!(done.code, Some(1), "{done:?}");
    let summary = done.json();
    assert_eq!(summary["rows"]["resumed"], kept, "{summary}");
    assert_eq!(summary["verdicts"]["invalid"], WITNESSES / 50, "{summary}");
    assert_eq!(words(&results), expected);
    drop(second);
}

#[test]
fn a_query_says_the_same_here_and_on_executors() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("witnesses");
    for (number, rows) in many(200, 50).chunks(50).enumerate() {
        write(&source.join(format!("{number}.parquet")), rows, 25);
    }
    let port = free_port();
    let _scheduler = scheduler(port);
    let _executors = [executor(port, "first", &[]), executor(port, "second", &[])];
    let query = "SELECT audited['fork'] AS fork, audited['verdict'] AS verdict, count(*) AS count \
        FROM (SELECT audit(witness, '{\"engine\": \"native\"}') AS audited FROM witnesses) \
        GROUP BY audited['fork'], audited['verdict'] ORDER BY verdict";
    let args = ["sql", query, "--source", text(&source), "--json"];
    let here = crate::processes::ran(&args);
    let there = crate::processes::ran(&[&args[..], &["--scheduler", &url(port)]].concat());
    assert_eq!((here.code, there.code), (Some(0), Some(0)), "{here:?} {there:?}");
    assert_eq!(here.stdout, there.stdout);
    let expected = "{\"fork\":\"prague\",\"verdict\":\"invalid\",\"count\":4}\n\
        {\"fork\":\"prague\",\"verdict\":\"valid\",\"count\":196}\n";
    assert_eq!(here.stdout, expected);
}
