//! Archives and texts from strangers: names that would move a terminal's cursor, and files that
//! unpack to more than there is memory for.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::common::{Ran, run};

/// Clears the screen and writes a line of ours.
const EVIL: &str = "a\u{1b}[2J\u{1b}[1;1H\nmessages: 999 valid, 0 invalid\n";

/// An archive's entry: its header, whatever the name.
fn header(name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_cksum();
    header
}

/// An archive of entries that hold `size` times a byte, without the memory for them.
fn archive(path: &Path, names: &[String], byte: u8, size: u64) {
    const PIECE: u64 = 1 << 20;
    let mut out = zstd::Encoder::new(File::create(path).unwrap(), 1).unwrap();
    for name in names {
        out.write_all(header(name, size).as_bytes()).unwrap();
        let piece = vec![byte; PIECE as usize];
        let mut left = size.next_multiple_of(512);
        while left > 0 {
            let now = left.min(PIECE);
            out.write_all(&piece[..now as usize]).unwrap();
            left -= now;
        }
    }
    out.write_all(&[0; 1024]).unwrap();
    out.finish().unwrap();
}

/// Nothing but what is seen, and line breaks of ours.
fn is_plain(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() && character != '\n')
        && !text.lines().any(|line| line.starts_with("messages: 999"))
}

fn plain(ran: &Ran) {
    assert!(is_plain(&ran.stderr), "{:?}", ran.stderr);
    assert!(is_plain(ran.text()), "{:?}", ran.text());
}

#[test]
fn names_in_archives_are_escaped_for_people_and_exact_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let names = [format!("{EVIL}.bin"), "../../../../tmp/evil.bin".into(), "/etc/abs.bin".into()];
    archive(&folder.path().join("inj.tar.zst"), &names, b'x', 11);
    let ran = run(folder.path(), "iso-verify batch inj.tar.zst --results rows.jsonl");
    assert_eq!(ran.code, Some(2));
    plain(&ran);
    assert!(ran.stderr.contains("a\\u{1b}[2J\\u{1b}[1;1H\\nmessages: 999"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), names.len());
    let rows = fs::read_to_string(folder.path().join("rows.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    // In the order in which they came to their end.
    let mut sources: Vec<_> = rows.iter().map(|row| row["source"].as_str().unwrap()).collect();
    sources.sort_unstable();
    let expected = [
        "inj.tar.zst/../../../../tmp/evil.bin".to_owned(),
        format!("inj.tar.zst/{EVIL}.bin"),
        "inj.tar.zst/etc/abs.bin".to_owned(),
    ];
    assert_eq!(sources, expected);
    assert!(!Path::new("/etc/abs.bin").exists());

    // State tests: names of files, of tests, of forks.
    let names = [format!("{EVIL}.json")];
    archive(&folder.path().join("tests.tar.zst"), &names, b'x', 11);
    let json = serde_json::json!({ EVIL: {
        "env": {}, "pre": {}, "transaction": {}, "post": { EVIL: [] }
    }});
    fs::write(folder.path().join("test.json"), json.to_string()).unwrap();
    for line in ["statetest tests.tar.zst", "statetest test.json", "statetest tests.tar.zst --json"]
    {
        let ran = run(folder.path(), &format!("iso-verify {line}"));
        assert_ne!(ran.code, Some(0));
        plain(&ran);
    }
}

#[test]
fn foreign_text_in_errors_is_escaped_for_people_and_exact_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let input = serde_json::json!({ "fork": EVIL, "transaction": {}, "prestate": {} });
    fs::write(folder.path().join("input.json"), input.to_string()).unwrap();
    let ran = run(folder.path(), "iso-witness record input.json");
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(2), 1));
    plain(&ran);
    let ran = run(folder.path(), "iso-verify input.json --json");
    plain(&ran);
    assert!(ran.json()["error"].as_str().unwrap().contains("999 valid"));
    // A file named by a pattern of the shell's.
    let mut command = crate::common::command("iso-verify");
    let ran: Ran = command.args([EVIL, "another", "third"]).output().unwrap().into();
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

/// A command in so much memory, and no more.
fn limited(folder: &Path, kilobytes: u64, line: &str) -> Ran {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_iso-verify")]);
    command.args(line.split_whitespace()).current_dir(folder);
    command.env("RAYON_NUM_THREADS", "1").env("MALLOC_ARENA_MAX", "1");
    command.output().unwrap().into()
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_is_named_with_the_limit_and_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    // One entry that is too large, by the default.
    let bomb = folder.path().join("bomb.tar.zst");
    archive(&bomb, &["x0.json".into(), "x1.bin".into()], 0, 400 << 20);
    assert!(fs::metadata(&bomb).unwrap().len() < 200_000);
    for line in ["batch bomb.tar.zst --jobs 1", "statetest bomb.tar.zst --jobs 1"] {
        let ran = limited(folder.path(), 600_000, line);
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.stderr);
        for word in ["bomb.tar.zst/x0.json", "268435456 bytes", "--read-limit"] {
            assert!(ran.stderr.contains(word), "{line}: {}", ran.stderr);
        }
    }
    // Many that are not, on many threads.
    let names: Vec<_> = (0..24).map(|number| format!("x{number}.json")).collect();
    archive(&bomb, &names, b' ', 50 << 20);
    for command in ["batch", "statetest"] {
        let line = format!("{command} bomb.tar.zst --jobs 4 --read-limit 60000000");
        let ran = limited(folder.path(), 600_000, &line);
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains("x23.json"), "{line}: {}", ran.stderr);
        assert!(!ran.stderr.contains("larger than"), "{line}: {}", ran.stderr);
    }
    // A plain file, and a stream.
    File::create(folder.path().join("large.bin")).unwrap().set_len(300 << 20).unwrap();
    let ran = limited(folder.path(), 600_000, "batch large.bin");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("large.bin") && ran.stderr.contains("268435456"), "{}", ran.stderr);
    let line = "iso-verify batch - --read-limit 1000";
    let stream = [&b"ISOW\x05\xfa\x10\x00\x00"[..], &[0; 5_000]].concat();
    let ran = crate::common::run_with(folder.path(), line, &stream);
    assert!(ran.code == Some(2) && ran.stderr.contains("--read-limit"), "{}", ran.stderr);
}
