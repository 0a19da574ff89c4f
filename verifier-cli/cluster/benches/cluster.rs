//! What a run takes beside `iso-verify batch`, what a second executor brings, and how much memory executors have had.
//! `.ci/cluster measure`; its tables are of `specs/measurements.md`. `ISO_VERIFY` names the other binary.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

#[path = "../tests/integration/processes.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod processes;
#[path = "../tests/integration/tables.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod tables;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use iso_evm_table::WitnessRow;
use iso_evm_testing::{
    cases, fixtures,
    measurements::{self, Table, thousands},
    witness,
};
use iso_evm_wire::Witness;
use iso_evm_witness::{input::state_test, record};

use processes::{Running, executor, free_port, ran, scheduler, text, url};

/// Witnesses of a run whose time is taken.
const TIMED: usize = 20_000;
/// Witnesses after which memory is looked at.
const COUNTS: [usize; 2] = [2_000, 20_000];
/// Witnesses in a file.
const IN_A_FILE: usize = 500;
/// Runs of which the fastest counts.
const RUNS: usize = 3;

fn main() {
    let originals = originals();
    let bytes: usize = originals.iter().map(Vec::len).sum();
    println!("{} witnesses by turns, {} bytes each", originals.len(), bytes / originals.len());
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("witnesses");
    let table_bytes = put(&source, &originals, TIMED);
    println!("in a table: {} bytes each", table_bytes / TIMED as u64);

    let mut table = Table::new(["", "a second", "of the first"]);
    let mut first = None;
    for (name, rate) in [
        ("`batch`", by_batch(&source)),
        ("`batch`, from files", from_files(folder.path(), &originals)),
        ("`run`, one process", Some(by_run(&source, 0))),
        ("`run`, one executor", Some(by_run(&source, 1))),
        ("`run`, two executors", Some(by_run(&source, 2))),
    ] {
        let Some(rate) = rate else {
            println!("{name}: not measured: ISO_VERIFY names no iso-verify");
            continue;
        };
        let first = *first.get_or_insert(rate);
        table.row([name.to_owned(), format!("{rate:.0}"), format!("{:.2}", rate / first)]);
    }
    measurements::write("cluster", &format!("{}{table}", measurements::circumstances()));

    let mut table = Table::new(["", "executor", "its audits' process"]);
    for count in COUNTS {
        let source = folder.path().join(format!("{count}"));
        put(&source, &originals, count);
        let [executor, audits] = memory(&source).map(|bytes| format!("{:.1}", bytes as f64 / 1e3));
        table.row([thousands(count as u64), executor, audits]);
        fs::remove_dir_all(source).unwrap();
    }
    measurements::write("cluster-memory", &format!("{}{table}", measurements::circumstances()));
}

/// Mainnet transactions of the shared fixtures; swaps and transfers where these are not.
fn originals() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if let Some(folder) = fixtures::third_party("mainnet") {
        for path in fixtures::json_files(&folder) {
            for case in state_test::cases(fixtures::read(&path).as_bytes()).unwrap() {
                if case.fork().is_err() || case.exception.is_some() {
                    continue;
                }
                let execution = case.execution().unwrap();
                let recording = record(&execution).unwrap();
                found.push(recording.witness(&case.input(execution).unwrap()).encode());
            }
        }
    }
    if found.is_empty() {
        let two = cases::all().into_iter().take(2);
        found.extend(
            two.map(|case| witness(&case.execution, &record(&case.execution).unwrap()).encode()),
        );
    }
    found
}

/// Writes so many witnesses as tables, and says how many bytes these have.
fn put(folder: &Path, originals: &[Vec<u8>], count: usize) -> u64 {
    let mut bytes = 0;
    for (number, from) in (0..count).step_by(IN_A_FILE).enumerate() {
        let rows = (from..count.min(from + IN_A_FILE)).map(|at| {
            let encoded = originals[at % originals.len()].clone();
            let witness = Witness::decode(&encoded).unwrap();
            WitnessRow::of(format!("{at:09}"), String::new(), &witness, encoded)
        });
        let path = folder.join(format!("{number:05}.parquet"));
        tables::write(&path, &rows.collect::<Vec<_>>(), 100);
        bytes += fs::metadata(path).unwrap().len();
    }
    bytes
}

/// Witnesses a second, by `iso-verify batch` from a file each.
fn from_files(folder: &Path, originals: &[Vec<u8>]) -> Option<f64> {
    let files = folder.join("files");
    fs::create_dir(&files).unwrap();
    for at in 0..TIMED {
        fs::write(files.join(format!("{at:09}.bin")), &originals[at % originals.len()]).unwrap();
    }
    let rate = by_batch(&files);
    fs::remove_dir_all(files).unwrap();
    rate
}

/// Witnesses a second, by `iso-verify batch` on two threads, results in tables as a run has them.
fn by_batch(source: &Path) -> Option<f64> {
    let verify = env::var_os("ISO_VERIFY")?;
    Some(fastest(|| {
        let to = tempfile::tempdir().unwrap();
        let mut command = Command::new(&verify);
        command.args(["batch", text(source), "--engine", "native", "--jobs", "2", "--quiet"]);
        command.args(["--results", text(to.path()), "--format", "parquet"]);
        let status = command.stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(0));
    }))
}

/// Witnesses a second, in one process or by so many executors, each of which has a core of its own.
fn by_run(source: &Path, executors: usize) -> f64 {
    let port = free_port();
    let _scheduler = (executors > 0).then(|| scheduler(port));
    let started: Vec<Running> =
        (0..executors).map(|at| executor(port, &format!("executor-{at}"), &[])).collect();
    for (core, executor) in started.iter().enumerate() {
        // What an executor starts later stays there too.
        let (core, id) = (core.to_string(), executor.id().to_string());
        let pinned = Command::new("taskset").args(["-a", "-p", "-c", &core, &id]).output().unwrap();
        assert!(pinned.status.success(), "{pinned:?}");
    }
    fastest(|| run(source, (executors > 0).then_some(port)))
}

/// Audits a table.
fn run(source: &Path, scheduler: Option<u16>) {
    let to = tempfile::tempdir().unwrap();
    let url = scheduler.map(url);
    let mut args = vec!["run", text(source), text(to.path()), "--engine", "native"];
    args.extend(url.as_deref().into_iter().flat_map(|url| ["--scheduler", url]));
    let done = ran(&args);
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// Witnesses a second, of the fastest of some runs.
fn fastest(run: impl Fn()) -> f64 {
    let time = || {
        let begun = Instant::now();
        run();
        begun.elapsed().as_secs_f64()
    };
    TIMED as f64 / (0..RUNS).map(|_| time()).fold(f64::INFINITY, f64::min)
}

/// The peaks of an executor and of its audits' process after a run, in kB.
fn memory(source: &Path) -> [u64; 2] {
    let port = free_port();
    let _scheduler = scheduler(port);
    let executor = executor(port, "measured", &[]);
    run(source, Some(port));
    let id = executor.id();
    // Any of its threads can have started the process.
    let threads = fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten();
    let children =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|all| {
            all.split_whitespace().map(|child| child.parse().unwrap()).collect::<Vec<_>>()
        })
        .collect();
    [peak(id), children.into_iter().map(peak).max().unwrap_or_default()]
}

/// The most memory that a process has had, in kB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
