//! How much memory `iso-verify batch` takes of few and of many witnesses: the peak that the kernel has
//! counted, by `/usr/bin/time`. `cargo bench --bench memory`; its table is of `specs/measurements.md`.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use iso_evm_testing::measurements::{self, Table, thousands};

/// Witnesses, few and many.
const COUNTS: [usize; 2] = [1_000, 10_000];
/// The fixture that most runs are made of.
const TRANSFER: [&str; 1] = ["erc20-transfer"];
/// Fixtures of more messages, code and stack.
const LARGER: [&str; 6] =
    ["call-tree", "code-24576", "create-and-create2", "deep-calls", "stack-spill", "storage-gas"];

/// How the witnesses are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Folder,
    Stdin,
}

fn main() {
    if !Path::new("/usr/bin/time").exists() {
        println!("memory is not measured: there is no /usr/bin/time");
        return;
    }
    let mut table =
        Table::new([String::new()].into_iter().chain(COUNTS.map(|count| thousands(count as u64))));
    for (name, fixtures, source, engine) in [
        ("a folder of transfers, hypervisor", &TRANSFER[..], Source::Folder, "hypervisor"),
        ("a folder of transfers, native", &TRANSFER, Source::Folder, "native"),
        ("the same as one stream on stdin, hypervisor", &TRANSFER, Source::Stdin, "hypervisor"),
        ("the same as one stream on stdin, native", &TRANSFER, Source::Stdin, "native"),
        ("a stream of six larger fixtures by turns, native", &LARGER, Source::Stdin, "native"),
    ] {
        let peaks =
            COUNTS.map(|count| format!("{:.1}", peak(fixtures, source, engine, count) / 1e3));
        table.row([name.to_owned()].into_iter().chain(peaks));
    }
    measurements::write("memory", &format!("{}{table}", measurements::circumstances()));
}

/// The peak of one run, in kB.
fn peak(fixtures: &[&str], source: Source, engine: &str, count: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = fixtures.iter().map(|name| fixture(name)).collect();
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o"]).arg(folder.path().join("peak"));
    command
        .arg(env!("CARGO_BIN_EXE_iso-verify"))
        .args(["batch", "--jobs", "2", "--engine", engine]);
    command.arg(if source == Source::Folder { "in" } else { "-" }).current_dir(folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    fs::create_dir(folder.path().join("in")).unwrap();
    if source == Source::Folder {
        for (number, file) in files.iter().cycle().take(count).enumerate() {
            fs::copy(file, folder.path().join(format!("in/{number}.bin"))).unwrap();
        }
    }
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    if source == Source::Stdin {
        let witnesses: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        for witness in witnesses.iter().cycle().take(count) {
            pipe.write_all(witness).unwrap();
        }
    }
    drop(pipe);
    assert!(child.wait().unwrap().success());
    fs::read_to_string(folder.path().join("peak")).unwrap().trim().parse().unwrap()
}

fn fixture(name: &str) -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let file = format!("tests/fixtures/{name}.witness.bin");
    folders.map(|folder| folder.join(&file)).find(|path| path.is_file()).unwrap()
}
