//! The peak of a watcher's memory after few and after many blocks, as the kernel has counted it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use iso_evm_testing::measurements::{self, Table, thousands};

use super::Chain;

/// Blocks, few and many.
const COUNTS: [u64; 2] = [1_000, 10_000];
/// Blocks that are made at once.
const STEP: u64 = 200;
/// Transactions in each.
const EACH: u64 = 2;

/// Measures it, and writes its table.
pub(super) fn measure() {
    if !Path::new("/usr/bin/time").exists() {
        println!("memory is not measured: there is no /usr/bin/time");
        return;
    }
    let mut table = Table::new(["blocks", "transactions", "peak, MB", "database, MB"]);
    for blocks in COUNTS {
        let Some([peak, database]) = peak(blocks) else { return };
        table.row([
            thousands(blocks),
            thousands(blocks * EACH),
            format!("{peak:.1}"),
            format!("{database:.1}"),
        ]);
    }
    measurements::write("watch-memory", &format!("{}{table}", measurements::circumstances()));
}

/// The peak of one run, and the size of its database. The chain is followed as it is made, since its node does not keep
/// the states of thousands of blocks; it is not asked while it makes them, for it has hung in that.
fn peak(blocks: u64) -> Option<[f64; 2]> {
    let chain = Chain::start()?;
    let folder = tempfile::tempdir().unwrap();
    let until = chain.anvil.height() + blocks;
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o"]).arg(folder.path().join("peak"));
    command.arg(env!("CARGO_BIN_EXE_iso-verify")).args(["watch", "--rpc-url", &chain.anvil.url()]);
    command.args(["--from", "1", "--until", &until.to_string(), "--jobs", "2", "--poll", "1"]);
    let mut child = command.current_dir(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..blocks / STEP {
        signal(&child, "STOP");
        chain.make(STEP, EACH);
        signal(&child, "CONT");
        let last = format!("block {} ", chain.anvil.height());
        assert!(lines.any(|line| line.unwrap().starts_with(&last)), "{last}");
    }
    lines.for_each(drop);
    assert!(child.wait().unwrap().success());
    let peak = fs::read_to_string(folder.path().join("peak")).unwrap();
    let peak: f64 = peak.trim().parse().unwrap();
    let database = fs::metadata(folder.path().join("watch.db")).unwrap().len();
    Some([peak / 1e3, database as f64 / 1e6])
}

/// Sends a signal to the watcher, which `time` has started.
fn signal(time: &Child, name: &str) {
    let status =
        Command::new("pkill").args(["-P", &time.id().to_string(), "--signal", name]).status();
    assert!(status.unwrap().success(), "{name}");
}
