//! What reports look like: `specs/pictures.md`, made anew and compared.

use std::{fmt::Write, fs};

use iso_evm_testing::measurements::blessing;

use crate::{
    common::{root, run},
    lies::LIES,
};

/// True witnesses, and what is in them.
const TRUE: [(&str, &str); 5] = [
    ("erc20-transfer", "an ERC-20 transfer"),
    ("call-tree", "seventeen messages"),
    ("creation-transaction", "a transaction that creates a contract"),
    ("revert-with-data", "a transaction that reverts"),
    ("plain-transfer", "a transfer: no code runs"),
];

/// Columns of a terminal that nobody has widened.
const COLUMNS: usize = 80;

#[test]
fn reports_fit_a_terminal_and_are_those_of_the_specs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut page = "# Pictures\n\nWhat `iso-verify` prints, in 80 columns: five witnesses that are true, and five that \
                    are not. Made by a test\n(`verifier-cli/tests/integration/pictures.rs`); what the lines mean: \
                    [07](07-verdicts.md#name), [22](22-explanations.md).\n"
        .to_owned();
    let mut picture = |title: &str, line: &str, code: i32| {
        let ran = run(folder, line);
        assert_eq!(ran.code, Some(code), "{line}: {}", ran.stderr);
        let widest = ran.text().lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= COLUMNS, "{line} prints {widest:?} columns\n{}", ran.text());
        let _ = write!(page, "\n## {title}\n\n```console\n$ {line}\n{}```\n", ran.text());
    };
    for (name, title) in TRUE {
        let file = format!("{name}.json");
        fs::copy(root().join("tests/fixtures").join(&file), folder.join(&file)).unwrap();
        picture(&format!("True: {title}"), &format!("iso-verify {file}"), 0);
    }
    for lie in LIES {
        lie.write(folder);
        picture(&format!("False: {}", lie.what), &format!("iso-verify {}.bin", lie.name), 1);
    }
    let path = root().join("specs/pictures.md");
    if blessing() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(page == there, "specs/pictures.md is another page: ISO_BLESS=1 writes it");
}
