//! Committed files that are made from the code: compared with what it gives now, or written anew
//! if `ISO_BLESS` is set.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a file, named from this crate's folder; empty if there is none.
pub(crate) fn committed(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

/// Whether files are written instead of compared.
pub(crate) fn blessing() -> bool {
    env::var_os("ISO_BLESS").is_some()
}

/// Compares a file with what it must hold, or writes it.
pub(crate) fn compare(name: &str, expected: &str) {
    if blessing() {
        fs::write(path(name), expected).expect("the folder is writable");
        return;
    }
    let found = committed(name);
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{name} differs from what the code says, from line {} on: ISO_BLESS=1 writes it",
        line.unwrap_or_default() + 1
    );
}
