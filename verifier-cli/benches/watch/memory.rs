//! The peak of a watcher's memory after few and after many blocks, as the kernel has counted it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use iso_evm_testing::measurements::{self, Table, thousands};

use super::Chain;

/// Blocks, few and many.
const COUNTS: [u64; 2] = [1_000, 10_000];
/// Transactions in each.
const EACH: u64 = 2;

/// Measures it, and writes its table.
pub(super) fn measure() {
    if !Path::new("/usr/bin/time").exists() {
        println!("memory is not measured: there is no /usr/bin/time");
        return;
    }
    let Some(chain) = Chain::start() else { return };
    chain.make(COUNTS[1], EACH);
    let mut table = Table::new(["blocks", "transactions", "peak, MB", "database, MB"]);
    for blocks in COUNTS {
        let [peak, database] = peak(&chain, blocks);
        table.row([
            thousands(blocks),
            thousands(blocks * EACH),
            format!("{peak:.1}"),
            format!("{database:.1}"),
        ]);
    }
    measurements::write("watch-memory", &format!("{}{table}", measurements::circumstances()));
}

/// The peak of one run, and the size of its database.
fn peak(chain: &Chain, blocks: u64) -> [f64; 2] {
    let folder = tempfile::tempdir().unwrap();
    let until = chain.anvil.height() - COUNTS[1] + blocks;
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o"]).arg(folder.path().join("peak"));
    command.arg(env!("CARGO_BIN_EXE_iso-verify")).args(["watch", "--rpc-url", &chain.anvil.url()]);
    command.args(["--from", "1", "--until", &until.to_string(), "--jobs", "2"]);
    command.current_dir(folder.path()).stdout(Stdio::null());
    // Where the node has no state of long ago any more, blocks are inconclusive, and audited all the same.
    assert!(matches!(command.status().unwrap().code(), Some(0 | 3)));
    let peak: f64 = fs::read_to_string(folder.path().join("peak")).unwrap().trim().parse().unwrap();
    let database = fs::metadata(folder.path().join("watch.db")).unwrap().len();
    [peak / 1e3, database as f64 / 1e6]
}
