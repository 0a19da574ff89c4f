//! What is generated in `specs/`: made again from the code and compared with the committed files.
//! `ISO_BLESS=1` writes the files instead.

mod artifacts;
mod pages;
mod vectors;
mod vectors_false;
mod vectors_true;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// A file in `specs/`.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(name)
}

/// The committed text of a file in `specs/`; empty if there is none.
fn committed(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

/// Whether files are written instead of compared.
fn blessing() -> bool {
    env::var_os("ISO_BLESS").is_some()
}

/// Compares a file in `specs/` with what it must hold, or writes it.
fn compare(name: &str, expected: &str) {
    if blessing() {
        fs::write(path(name), expected).expect("specs/ is writable");
        return;
    }
    let found = committed(name);
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "specs/{name} differs from what the code says, from line {} on: ISO_BLESS=1 writes it",
        line.unwrap_or_default() + 1
    );
}

/// The page with what stands between the marks of `block` replaced.
fn replace_block(page: &str, block: &str, content: &str) -> String {
    let start = format!("<!-- generated: {block} -->\n");
    let (before, rest) = page.split_once(&start).expect("the page has the block's mark");
    let (_, after) = rest.split_once("<!-- end -->").expect("the block has an end");
    format!("{before}{start}{content}<!-- end -->{after}")
}
