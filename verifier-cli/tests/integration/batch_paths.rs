//! What `iso-verify batch` finds in its paths: nothing, what cannot be read, an input a line.

use std::{collections::BTreeSet, fs, io::Write};

use serde_json::Value;

use crate::{
    batch::{fixture, folder, input, json, rows},
    common::{run, run_with},
    schemas::schema,
};

#[test]
fn a_folder_with_nothing_in_it_is_no_valid_batch() {
    let folder = folder();
    for name in ["empty", "notes"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("notes/a.txt"), "nothing").unwrap();
    fs::write(folder.path().join("none.tar.gz"), gz(&tar_of(&[("a.txt", b"nothing")]))).unwrap();
    for command in ["batch", "mutate"] {
        for paths in ["empty", "notes empty"] {
            let ran = run(folder.path(), &format!("iso-verify {command} {paths}"));
            assert_eq!((ran.code, ran.text()), (Some(2), ""), "{command} {paths}");
            assert!(ran.stderr.contains("there is nothing in it to verify"), "{}", ran.stderr);
        }
    }
    // Beside others they cost nothing but themselves.
    let line = "iso-verify batch empty in none.tar.gz --engine native --results rows.jsonl";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(2));
    assert!(ran.text().contains("witnesses: 8 valid, 0 invalid, 0 inconclusive, 2 unusable"));
    let rows = rows(&folder.path().join("rows.jsonl"));
    let errors = rows.iter().filter(|row| row["error"].is_string());
    let named: Vec<_> = errors.map(|row| row["source"].as_str().unwrap()).collect();
    assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), ["empty", "none.tar.gz"].into());
}

#[test]
fn an_input_a_line_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [input("arithmetic"), String::new(), "{".to_owned(), input("call-tree")].join("\n");
    fs::write(folder.path().join("in.jsonl"), &lines).unwrap();
    let line = "iso-verify batch in.jsonl --engine native --results rows.jsonl";
    let ran = run(folder.path(), line);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("error: in.jsonl:3: "), "{}", ran.stderr);
    let found = rows(&folder.path().join("rows.jsonl"));
    found.iter().for_each(|row| schema("batch-row").check(row).unwrap());
    let places = |rows: &[Value]| -> BTreeSet<_> {
        rows.iter().map(|row| (row["container"].as_u64(), row["line"].as_u64())).collect()
    };
    let expected = [(0, 1), (1, 3), (2, 4)].map(|(item, line)| (Some(item), Some(line)));
    assert_eq!(places(&found), expected.into());
    // A run goes on behind them, and a stream has lines as well.
    let ran = run(folder.path(), &format!("{line} --resume --json"));
    assert_eq!(ran.json()["resumed"], 3);
    let line = "iso-verify batch - --engine native --results -";
    let ran = run_with(folder.path(), line, lines.as_bytes());
    assert!(ran.stderr.starts_with("error: stdin:3: "), "{}", ran.stderr);
    let of_stream: Vec<Value> =
        ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(places(&of_stream), expected.into());
    // One input, however it is written, has no line.
    for text in [input("arithmetic"), format!("{:#}", json(&input("arithmetic")))] {
        let ran = run_with(folder.path(), line, text.as_bytes());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(json(ran.text())["line"].is_null());
    }
}

/// What cannot be read of a folder: a link to nothing, one to itself, an archive that is torn in its second
/// entry. State tests are read in the same way.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_costs_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("in")).unwrap();
    fs::write(at("in/a.bin"), fixture("arithmetic")).unwrap();
    std::os::unix::fs::symlink("nowhere", at("in/b.json")).unwrap();
    std::os::unix::fs::symlink("c.json", at("in/c.json")).unwrap();
    let tar = tar_of(&[("x.bin", &fixture("halts")), ("y.bin", &fixture("call-tree"))]);
    let torn = 512 + fixture("halts").len().next_multiple_of(512) + 512;
    let mut second = gz(&tar[torn..]);
    let middle = second.len() / 2;
    second[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
    fs::write(at("in/d.tar.gz"), [gz(&tar[..torn]), second].concat()).unwrap();
    fs::write(at("in/e.bin"), fixture("call-tree")).unwrap();

    let ran = run(folder.path(), "iso-verify batch in --engine native --results rows.jsonl");
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.text().contains("witnesses: 3 valid, 0 invalid"), "{}", ran.text());
    let rows = rows(&at("rows.jsonl"));
    rows.iter().for_each(|row| schema("batch-row").check(row).unwrap());
    let of = |is_error: bool| -> BTreeSet<&str> {
        let rows = rows.iter().filter(|row| row["error"].is_string() == is_error);
        rows.map(|row| row["source"].as_str().unwrap()).collect()
    };
    assert_eq!(of(false), ["in/a.bin", "in/d.tar.gz/x.bin", "in/e.bin"].into());
    let errors = of(true);
    assert!(errors.contains("in/b.json") && errors.contains("in/c.json"), "{errors:?}");
    assert!(errors.iter().any(|source| source.starts_with("in/d.tar.gz")), "{errors:?}");

    fs::rename(at("in/a.bin"), at("in/a.json")).unwrap();
    let ran = run(folder.path(), "iso-verify statetest in --json");
    assert_eq!(ran.code, Some(2));
    let unusable = ran.json();
    let unusable = unusable["unusable"].as_array().unwrap().iter();
    let files: BTreeSet<_> = unusable.map(|unusable| unusable["file"].as_str().unwrap()).collect();
    assert!(["in/a.json", "in/b.json", "in/c.json"].iter().all(|file| files.contains(file)));
    assert!(files.iter().any(|file| file.starts_with("in/d.tar.gz")), "{files:?}");
}

/// A pipe that nobody writes to, in a folder and among what a pattern matches.
#[cfg(unix)]
#[test]
fn a_pipe_that_was_not_named_is_told_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("in")).unwrap();
    fs::write(at("in/a.bin"), fixture("arithmetic")).unwrap();
    for name in ["in/pipe.bin", "in/pipe.json"] {
        assert!(std::process::Command::new("mkfifo").arg(at(name)).status().unwrap().success());
    }
    for (path, pipes) in [("in", 2), ("in/*.bin", 1)] {
        let line = format!("iso-verify batch {path} --engine native --results rows.jsonl");
        let ran = run(folder.path(), &line);
        assert_eq!(ran.code, Some(2), "{}", ran.text());
        let words = format!("witnesses: 1 valid, 0 invalid, 0 inconclusive, {pipes} unusable");
        assert!(ran.text().contains(&words), "{path}: {}", ran.text());
        let rows = rows(&at("rows.jsonl"));
        rows.iter().for_each(|row| schema("batch-row").check(row).unwrap());
        let errors: Vec<_> = rows.iter().filter_map(|row| row["error"].as_str()).collect();
        assert_eq!(errors.len(), pipes);
        assert!(errors.iter().all(|it| it.contains("not a regular file")), "{errors:?}");
    }
    let ran = run(folder.path(), "iso-verify statetest in --json");
    assert_eq!((ran.code, &ran.json()["unusable"][0]["file"]), (Some(2), &"in/pipe.json".into()));
    // One that is named is read.
    let line = "iso-verify batch /dev/stdin --engine native";
    let ran = run_with(folder.path(), line, &fixture("arithmetic"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// A misspelt field, a transaction by itself, a word that is nothing: each is told as what it is.
#[test]
fn what_is_to_be_said_of_an_input_is_said_and_what_is_none_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut misspelt = json(&input("arithmetic"));
    misspelt["block"]["mixhsh"] = "0x01".into();
    let hash = format!("0x{}", "ab".repeat(32));
    fs::write(folder.path().join("in.json"), misspelt.to_string()).unwrap();
    fs::write(folder.path().join("hash.txt"), &hash).unwrap();
    let ran = run(folder.path(), "iso-verify batch in.json --engine native");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let note = "note: in.json: block.mixhsh is not known and not used";
    assert!(ran.stderr.lines().any(|line| line.starts_with(note)), "{}", ran.stderr);
    assert_eq!(run(folder.path(), "iso-verify batch in.json --engine native -q").stderr, "");
    let ran = run(folder.path(), "iso-verify batch in.json --engine native --strict");
    assert!(ran.code == Some(2) && ran.stderr.contains("block.mixhsh"), "{}", ran.stderr);
    let ran = run(folder.path(), "iso-verify batch hash.txt");
    assert_eq!(ran.code, Some(2));
    let words = run(folder.path(), "iso-verify hash.txt").stderr;
    assert_eq!(ran.stderr, words);
    assert!(!words.contains("magic") && words.starts_with("error: hash.txt: "), "{words}");
}
