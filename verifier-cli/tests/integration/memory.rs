//! `iso-verify batch` holds no more of many witnesses than of few. The peak is the kernel's own count,
//! so that this runs on Linux alone.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    common::{command, root, run_with},
    engine::hostile,
};

/// Witnesses, few and many.
const COUNTS: [usize; 2] = [200, 2_000];
/// How much more the many may take.
const MOST: f64 = 1.2;
/// After which a run that is not through has failed.
const PATIENCE: Duration = Duration::from_secs(300);

#[test]
fn a_batch_of_a_folder_runs_in_bounded_memory() {
    check(|folder, count| {
        fs::create_dir(folder.join("in")).unwrap();
        let first = folder.join("in/1.bin");
        fs::write(&first, witness()).unwrap();
        for number in 2..count {
            let file = folder.join(format!("in/{number}.bin"));
            // Where there are no links, a copy is as good.
            fs::hard_link(&first, &file).or_else(|_| fs::copy(&first, &file).map(drop)).unwrap();
        }
        // Standard input must not be empty.
        witness()
    });
}

#[test]
fn a_batch_of_a_stream_runs_in_bounded_memory() {
    check(|folder, count| {
        // A folder with nothing in it would be an error.
        fs::create_dir(folder.join("in")).unwrap();
        fs::write(folder.join("in/1.bin"), witness()).unwrap();
        witness().repeat(count - 1)
    });
}

#[test]
fn a_batch_of_a_table_runs_in_bounded_memory() {
    check(|folder, count| {
        fs::create_dir(folder.join("in")).unwrap();
        let stream = witness().repeat(count - 1);
        let packed = run_with(folder, "iso-witness pack - -o in/w.parquet", &stream);
        assert_eq!(packed.code, Some(0), "{}", packed.stderr);
        witness()
    });
}

/// A message that says it has gas for 4 GiB takes no more than its limit buys, before and after.
#[test]
fn of_a_message_that_claims_any_gas() {
    let folder = tempfile::tempdir().unwrap();
    // MSTORE8 and KECCAK256 up to 2^32 - 64
    let codes = [
        &[0x5f, 0x63, 0xff, 0xff, 0xff, 0xc0, 0x53][..],
        &[0x63, 0xff, 0xff, 0xff, 0xc0, 0x5f, 0x20],
    ];
    // Its limit is what somebody says, or what its transaction can have paid for.
    let options =
        ["--engine native --guest-gas-limit 1000000", "", "--engine native", "--engine both"];
    for (code, options) in codes.into_iter().flat_map(|code| options.map(|options| (code, options)))
    {
        let file = folder.path().join("hostile.bin");
        fs::write(file, hostile(code).encode()).unwrap();
        let limited = "ulimit -v 3000000; exec \"$0\" \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", limited, env!("CARGO_BIN_EXE_iso-verify"), "hostile.bin"]);
        command.args(["--audit", "execution"]).args(options.split_whitespace());
        command.env("RAYON_NUM_THREADS", "1").current_dir(folder.path());
        let ran = command.output().unwrap();
        assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// As official `static_Call50000`, with fewer calls: 5,000 that pass 50,000 bytes of memory, in which a
/// counter differs. Each message has its own, and all of them far more than there is memory.
const LOUD: &str = r#"{"loud": {
    "env": {"currentBaseFee": "0x0a", "currentCoinbase": "0xb94f5374fce5edbc8e2a8697c15331677e6ebf0b",
        "currentDifficulty": "0x0", "currentExcessBlobGas": "0x00", "currentGasLimit": "0x174876e800",
        "currentNumber": "0x01", "currentTimestamp": "0x03e8",
        "currentRandom": "0x0000000000000000000000000000000000000000000000000000000000020000"},
    "post": {"Cancun": [{"indexes": {"data": 0, "gas": 0, "value": 0}}]},
    "pre": {
        "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b":
            {"balance": "0xffffffffffffffffffffffff", "code": "0x", "nonce": "0x00", "storage": {}},
        "0xaaaf5374fce5edbc8e2a8697c15331677e6ebf0b":
            {"balance": "0x00", "code": "0x60005460005200", "nonce": "0x00", "storage": {"0x00": "0x01"}},
        "0xcccf5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0x00", "nonce": "0x00", "storage": {},
            "code": "0x5b6113886080511015603e576000600061c350600073aaaf5374fce5edbc8e2a8697c15331677e6ebf0b620186a0fa6000556001608051016080526000565b60805160205500"}
    },
    "transaction": {"data": ["0x"], "gasLimit": ["0x14f46b0400"], "gasPrice": "0x0a", "nonce": "0x00",
        "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8",
        "to": "0xcccf5374fce5edbc8e2a8697c15331677e6ebf0b", "value": ["0x00"]}
}}"#;

#[test]
fn of_messages_that_do_not_fit_into_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("loud.json"), LOUD).unwrap();
    let limited = "ulimit -v 500000; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_iso-verify"), "statetest", "loud.json"]);
    command.args(["--engine", "both", "--jobs", "1"]).current_dir(folder.path());
    command.env("RAYON_NUM_THREADS", "1").env("MALLOC_ARENA_MAX", "1");
    let ran = command.output().unwrap();
    let [out, err] = [&ran.stdout, &ran.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(out.contains("1 passed, 0 failed") && ran.status.success(), "{out}{err}");
}

fn witness() -> Vec<u8> {
    fs::read(root().join("tests/fixtures/erc20-transfer.witness.bin")).unwrap()
}

/// The peak of many against that of few. `prepare` fills the folder `in` and gives the stream.
fn check(prepare: impl Fn(&Path, usize) -> Vec<u8>) {
    let peaks = COUNTS.map(|count| {
        let folder = tempfile::tempdir().unwrap();
        let stream = prepare(folder.path(), count);
        peak(folder.path(), &stream, count)
    });
    let [few, many] = peaks;
    assert!(
        many as f64 <= few as f64 * MOST,
        "{few} kB of {}, {many} kB of {}",
        COUNTS[0],
        COUNTS[1]
    );
}

/// Most memory that a run has taken, in kB, once all rows are written. It waits for more on stdin then,
/// so that it is still there to be asked.
fn peak(folder: &Path, stream: &[u8], count: usize) -> u64 {
    let arguments = ["batch", "in", "-", "--jobs", "2", "--engine", "native"];
    let mut command = command("iso-verify");
    command.args(arguments).args(["--results", "rows.jsonl"]).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(stream).unwrap();
    pipe.flush().unwrap();
    let begin = Instant::now();
    while rows(&folder.join("rows.jsonl")) < count {
        assert!(begin.elapsed() < PATIENCE, "{count} witnesses take too long");
        thread::sleep(Duration::from_millis(20));
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(pipe);
    assert!(child.wait().unwrap().success());
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn rows(path: &Path) -> usize {
    fs::File::open(path).map_or(0, |file| BufReader::new(file).lines().count())
}
