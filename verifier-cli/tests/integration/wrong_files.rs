//! A file that is given to the wrong command, in another encoding, or beside others: it is told what it is, and
//! which command would work.

use std::{fs, io::Write, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{Ran, root, run, run_with};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/fixtures").join(name)).unwrap()
}

/// A folder with a witness, its input, and all that the commands make of it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let put = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).unwrap();
    put("w.bin", &fixture("erc20-transfer.witness.bin"));
    put("in.json", &fixture("erc20-transfer.json"));
    let made = |line: &str| {
        let ran = run(path, line);
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
        ran.stdout
    };
    made("iso-verify w.bin --engine native --certificate certificate.json");
    made("iso-verify batch w.bin in.json --engine native --results results.jsonl");
    for (name, line) in [
        ("report.json", "iso-verify w.bin --json"),
        ("claim.json", "iso-verify commit w.bin --unproved"),
        ("summary.json", "iso-verify batch w.bin --engine native --json"),
        ("story.json", "iso-verify explain w.bin --json"),
        ("trace.jsonl", "iso-verify trace w.bin"),
        ("w.json", "iso-witness inspect w.bin --json"),
        ("emitted.json", "iso-verify emit live-static --json"),
    ] {
        put(name, &made(line));
    }
    let checkpoints = root().join("specs/schemas/examples/checkpoints.json");
    put("checkpoints.json", &fs::read(checkpoints).unwrap());
    put("artifact.json", json!({"abi": [], "bytecode": "0x"}).to_string().as_bytes());
    folder
}

/// Refused in one line, with nothing written.
fn refused(folder: &Path, line: &str) -> String {
    let ran = run(folder, line);
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}: {}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{line}: {}", ran.stderr);
    assert!(!folder.join("out").exists(), "{line}");
    ran.stderr
}

#[test]
fn what_this_project_writes_is_known_by_its_name_to_every_command() {
    let folder = folder();
    let files = [
        (
            "certificate.json",
            "a certificate of a verification",
            "iso-verify check certificate.json WITNESS",
        ),
        ("report.json", "the report of a verification", "iso-verify WITNESS makes one"),
        (
            "claim.json",
            "the claim of an operator",
            "iso-verify challenge claim.json --witness WITNESS",
        ),
        ("summary.json", "the summary of many verifications", ""),
        ("story.json", "the explanation of a witness", "iso-verify explain WITNESS"),
        ("trace.jsonl", "a trace", "iso-verify trace WITNESS --diff trace.jsonl"),
        (
            "results.jsonl",
            "the results of a batch",
            "iso-verify batch PATH --results results.jsonl --resume",
        ),
        ("checkpoints.json", "a list of checkpoints", "--segments --checkpoints checkpoints.json"),
        ("emitted.json", "an emitted contract", ""),
        (
            "artifact.json",
            "an artifact of a Solidity compiler",
            "explain WITNESS --artifacts artifact.json",
        ),
        ("w.json", "a witness in its JSON form", "iso-witness assemble w.json -o witness.bin"),
    ];
    for (file, what, advice) in files {
        for line in [
            format!("iso-witness record {file} -o out"),
            format!("iso-verify {file}"),
            format!("iso-verify explain {file}"),
            format!("iso-verify checkpoints {file} -o out"),
            format!("iso-witness inspect {file}"),
            format!("iso-witness assemble {file} -o out"),
            format!("iso-verify check {file} w.bin"),
            format!("iso-verify w.bin --segments --checkpoints {file}"),
            format!("iso-verify trace w.bin --diff {file}"),
        ] {
            let takes = match file {
                "w.json" => line.contains("assemble"),
                "certificate.json" => line.contains("check certificate"),
                "checkpoints.json" => line.contains("--checkpoints"),
                "trace.jsonl" => line.contains("--diff"),
                _ => false,
            };
            if takes {
                continue;
            }
            let error = refused(folder.path(), &line);
            let named = format!("error: {file}: this is {what}");
            assert!(error.starts_with(&named) && error.contains(advice), "{line}: {error}");
        }
        let ran = run(folder.path(), &format!("iso-verify statetest {file}"));
        assert_eq!(ran.code, Some(2), "{file}");
        let named = format!("error: {file}: this is {what}");
        assert!(ran.stderr.starts_with(&named) && ran.stderr.contains(advice), "{}", ran.stderr);
        assert!(ran.stderr.contains("and a file of state tests is expected"), "{}", ran.stderr);
        // A line each, if it has an item a line.
        let ran = run(folder.path(), &format!("iso-verify batch {file}"));
        assert_eq!(ran.code, Some(2), "{file}");
        assert!(ran.stderr.contains(&format!("this is {what}")), "{}", ran.stderr);
    }
    for line in
        ["iso-verify trace w.bin --diff w.bin", "iso-verify w.bin --segments --checkpoints w.bin"]
    {
        let error = refused(folder.path(), line);
        assert!(error.starts_with("error: w.bin: this is a witness already, and a "), "{error}");
    }
}

#[test]
fn arguments_that_stand_the_other_way_round_are_told() {
    let folder = folder();
    for witness in ["w.bin", "in.json"] {
        let error = refused(folder.path(), &format!("iso-verify check {witness} certificate.json"));
        assert_eq!(
            error,
            format!(
                "error: the two files stand the other way round: iso-verify check certificate.json {witness}\n"
            )
        );
    }
    let error = refused(folder.path(), "iso-verify check w.bin in.json");
    assert!(error.contains("this is a witness already, and a certificate is expected"), "{error}");
    assert_eq!(run(folder.path(), "iso-verify check certificate.json w.bin").code, Some(0));
}

#[test]
fn an_input_is_inspected_as_the_witness_that_is_recorded_of_it() {
    let folder = folder();
    for options in ["", "--json", "--records"] {
        let [witness, input] = ["w.bin", "in.json"]
            .map(|file| run(folder.path(), &format!("iso-witness inspect {file} {options}")));
        assert_eq!((input.code, input.stderr.as_str()), (Some(0), ""), "{options}");
        assert!(witness.stdout == input.stdout, "{options}");
    }
    assert_eq!(run(folder.path(), "iso-witness inspect --diff w.bin in.json").code, Some(0));
}

#[test]
fn folders_and_several_files_are_told_with_the_command_that_takes_them() {
    let folder = folder();
    fs::create_dir(folder.path().join("all")).unwrap();
    for line in [
        "iso-verify all",
        "iso-verify verify all",
        "iso-verify explain all",
        "iso-witness record all -o out",
        "iso-witness inspect all",
        "iso-witness assemble all -o out",
    ] {
        assert_eq!(
            refused(folder.path(), line),
            "error: all: this is a folder, and a file is expected: iso-verify batch all verifies what is in it\n"
        );
    }
    for (line, shown) in [
        ("iso-verify w.bin in.json", "w.bin in.json"),
        ("iso-verify verify w.bin in.json", "w.bin in.json"),
        ("iso-verify --engine native w.bin in.json all", "w.bin in.json all"),
        ("iso-verify w.bin in.json all w.json", "w.bin in.json all …"),
    ] {
        let error = refused(folder.path(), line);
        assert_eq!(
            error,
            format!("error: several files, and one is expected: iso-verify batch {shown}\n")
        );
    }
    let error = refused(folder.path(), "iso-witness record in.json w.bin");
    assert!(error.contains("iso-witness record --jsonl"), "{error}");
    // What is no second file is told as before.
    let ran = run(folder.path(), "iso-verify w.bin nothing");
    assert!(ran.code == Some(2) && !ran.stderr.contains("several"), "{}", ran.stderr);
}

#[test]
fn a_file_in_place_of_a_command_is_told_with_the_command() {
    let folder = folder();
    for (file, advice) in [
        (
            "w.bin",
            "w.bin is a witness already: iso-verify w.bin audits it, iso-witness inspect w.bin shows it",
        ),
        (
            "in.json",
            "in.json is a transaction with the state before it: iso-witness record in.json",
        ),
        ("claim.json", "claim.json is the claim of an operator: iso-verify challenge claim.json"),
    ] {
        let error = refused(folder.path(), &format!("iso-witness {file}"));
        assert!(error.starts_with("error: a command is expected before a file: "), "{error}");
        assert!(error.contains(advice), "{error}");
    }
    let ran = run(folder.path(), "iso-witness nothing.bin");
    assert!(ran.code == Some(2) && ran.stderr.contains("nothing.bin"), "{}", ran.stderr);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf_16(text: &[u8], mark: bool) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn what_is_packed_or_marked_is_read_or_told_with_the_command_that_unpacks_it() {
    let folder = folder();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let [witness, input] = ["erc20-transfer.witness.bin", "erc20-transfer.json"].map(fixture);
    let marked = [&b"\xef\xbb\xbf"[..], &input].concat();
    let verdict = |ran: &Ran| ran.text().lines().last().unwrap_or_default().to_owned();
    let expected = verdict(&run(folder.path(), "iso-verify w.bin"));
    for (name, bytes) in [
        ("w.gz", gzip(&witness)),
        ("w.zst", zstd::encode_all(&witness[..], 3).unwrap()),
        ("in.gz", gzip(&input)),
        ("in.zst", zstd::encode_all(&marked[..], 3).unwrap()),
        ("marked.json", marked.clone()),
    ] {
        put(name, &bytes);
        let ran = run(folder.path(), &format!("iso-verify {name}"));
        assert_eq!(
            (ran.code, verdict(&ran)),
            (Some(0), expected.clone()),
            "{name}: {}",
            ran.stderr
        );
        let ran = run(folder.path(), &format!("iso-witness inspect {name}"));
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
    }
    put("tests.json", &[&b"\xef\xbb\xbf"[..], b"{}"].concat());
    assert!(run(folder.path(), "iso-verify statetest tests.json").stderr.contains("no case"));
    let line = [&b"\xef\xbb\xbf"[..], input_line(&input).as_bytes(), b"\n"].concat();
    let ran = run_with(folder.path(), "iso-witness record --jsonl", &line);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for name in ["marked.json", "-"] {
        let ran =
            run_with(folder.path(), &format!("iso-verify batch {name} --engine native"), &line);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
    }
    for (name, bytes, what, advice) in [
        (
            "x.json",
            utf_16(&input, true),
            "text in UTF-16, where UTF-8 is expected",
            "iconv -f UTF-16 -t UTF-8 x.json",
        ),
        ("y.json", utf_16(&input, false), "text in UTF-16", "iconv -f UTF-16LE -t UTF-8 y.json"),
        ("z.zip", b"PK\x03\x04rest".to_vec(), "a zip archive", "unzip -p z.zip"),
        ("z.xz", b"\xfd7zXZ\0rest".to_vec(), "compressed by xz", "xz -dc z.xz"),
    ] {
        put(name, &bytes);
        for command in
            ["iso-verify", "iso-witness record", "iso-witness inspect", "iso-verify batch"]
        {
            let ran = run(folder.path(), &format!("{command} {name}"));
            assert_eq!(ran.code, Some(2), "{command} {name}");
            let error = ran.stderr;
            assert!(
                error.starts_with(&format!("error: {name}: this is {what}")),
                "{command}: {error}"
            );
            assert!(error.contains(advice), "{command}: {error}");
        }
    }
    let ran = run(folder.path(), "iso-verify batch in.gz --engine native");
    assert!(ran.code == Some(2) && ran.stderr.contains("gzip -dc in.gz"), "{}", ran.stderr);
}

/// An input on a line of its own.
fn input_line(input: &[u8]) -> String {
    serde_json::from_slice::<Value>(input).unwrap().to_string()
}
