//! What the README shows is what the binaries print.

use std::{fs, path::Path, process::Command};

/// A command line and what is shown below it.
fn shown(readme: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    let mut commands: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            commands.push((command.split_whitespace().collect(), Vec::new()));
        } else if let Some((_, lines)) = commands.last_mut().filter(|_| inside) {
            lines.push(line);
        }
    }
    commands
}

/// Whether `lines` are the shown ones, where a line `…` stands for any number of them.
fn matches(shown: &[&str], lines: &[&str]) -> bool {
    match (shown, lines) {
        (["…", rest @ ..], _) => (0..=lines.len()).any(|from| matches(rest, &lines[from..])),
        ([first, shown @ ..], [line, lines @ ..]) => {
            first.trim_end() == line.trim_end() && matches(shown, lines)
        }
        (shown, lines) => shown.is_empty() && lines.is_empty(),
    }
}

#[test]
fn transcripts_are_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    // `witness.bin` goes to a folder of the test's own, where the inputs are found too.
    let folder = tempfile::tempdir().unwrap();
    let inputs = folder.path().join("tests/fixtures");
    fs::create_dir_all(&inputs).unwrap();
    let mut run = 0;
    for (command, expected) in shown(&readme) {
        let (binary, arguments) = match command[..] {
            [
                "cargo",
                "run",
                "--release",
                "--no-default-features",
                "--bin",
                name,
                "--",
                ref rest @ ..,
            ] => (name, rest),
            ["cargo", ..] => continue,
            [name, ref rest @ ..] => (name, rest),
            [] => continue,
        };
        let path = match binary {
            "iso-verify" => env!("CARGO_BIN_EXE_iso-verify"),
            "iso-witness" => env!("CARGO_BIN_EXE_iso-witness"),
            other => panic!("the README runs {other}"),
        };
        for input in arguments.iter().filter(|argument| argument.starts_with("tests/")) {
            fs::copy(root.join(input), folder.path().join(input)).unwrap();
        }
        let output =
            Command::new(path).args(arguments).current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(output.status.success(), "{command:?}");
        assert!(matches(&expected, &lines), "{command:?} prints\n{text}");
        run += 1;
    }
    assert!(run >= 4, "the README shows commands");
}
