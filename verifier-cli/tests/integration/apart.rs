//! What a command reads it does not write to, by whatever name.

use std::{fs, path::Path};

use crate::{
    batch::{fixture, input},
    common::run,
};

/// Exit code 2, the words, and the file as it was.
fn kept(folder: &Path, line: &str, file: &str) {
    let before = fs::read(folder.join(file)).unwrap();
    let ran = run(folder, line);
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}: {}", ran.stderr);
    let words = "is read and cannot be written";
    assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    assert!(fs::read(folder.join(file)).unwrap() == before, "{line}");
}

/// A folder with a witness, an input, and a witness in a folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("in")).unwrap();
    fs::write(at("in/a.bin"), fixture("arithmetic")).unwrap();
    fs::write(at("w.bin"), fixture("arithmetic")).unwrap();
    fs::write(at("tx.json"), input("arithmetic")).unwrap();
    folder
}

#[test]
fn results_do_not_truncate_what_the_batch_reads() {
    let folder = folder();
    let folder = folder.path();
    for (line, file) in [
        ("w.bin --results w.bin", "w.bin"),
        ("w.bin --results w.bin --resume", "w.bin"),
        ("w.bin --results in/../w.bin", "w.bin"),
        ("in --results in/a.bin", "in/a.bin"),
        ("*.bin --results ./w.bin", "w.bin"),
        ("w.bin in --results in/a.bin", "in/a.bin"),
    ] {
        kept(folder, &format!("iso-verify batch {line}"), file);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("w.bin", folder.join("link.bin")).unwrap();
        fs::hard_link(folder.join("w.bin"), folder.join("hard.jsonl")).unwrap();
        kept(folder, "iso-verify batch w.bin --results link.bin", "w.bin");
        kept(folder, "iso-verify batch w.bin --results hard.jsonl", "w.bin");
    }
    // What is not there yet would be read as soon as it is.
    let ran = run(folder, "iso-verify batch in --results in/rows.json");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(!folder.join("in/rows.json").exists());
    // Beside what is taken it may stand.
    let ran = run(folder, "iso-verify batch in --engine native --results in/rows.jsonl");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(folder.join("in/rows.jsonl").exists());
}

#[test]
fn no_output_replaces_its_own_input() {
    let folder = folder();
    let folder = folder.path();
    let ran = run(folder, "iso-verify checkpoints w.bin -o points.json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for (line, file) in [
        ("iso-witness record tx.json -o tx.json", "tx.json"),
        ("iso-witness record tx.json -o in/../tx.json", "tx.json"),
        ("iso-witness assemble tx.json -o tx.json", "tx.json"),
        ("iso-verify commit w.bin -o w.bin", "w.bin"),
        ("iso-verify explain w.bin -o w.bin", "w.bin"),
        ("iso-verify explain w.bin --artifacts tx.json -o tx.json", "tx.json"),
        ("iso-verify w.bin --certificate w.bin", "w.bin"),
        (
            "iso-verify w.bin --segments --checkpoints points.json --certificate points.json",
            "points.json",
        ),
        ("iso-verify checkpoints w.bin -o w.bin", "w.bin"),
    ] {
        kept(folder, line, file);
    }
    #[cfg(feature = "onchain")]
    kept(folder, "iso-verify commit in -o in/a.bin", "in/a.bin");
}

/// Without a chain nothing becomes of the claim that could be told.
#[cfg(feature = "onchain")]
#[test]
fn what_became_of_a_commitment_is_not_asked_for_without_a_chain() {
    let folder = folder();
    let ran = run(folder.path(), "iso-verify commit w.bin -o c.json --json");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--json needs a chain to commit to"), "{}", ran.stderr);
    assert!(ran.json()["error"].is_string(), "{}", ran.text());
    assert!(!folder.path().join("c.json").exists());
}
