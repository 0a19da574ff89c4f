//! Where files are: the project's own inputs, and the third-party ones that stay outside.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The project's own inputs.
pub fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// A folder or file of the third-party fixtures, at `ISO_FIXTURES` or beside the project. Says in
/// one line that the test is skipped where they are not.
pub fn third_party(name: &str) -> Option<PathBuf> {
    let root = env::var_os("ISO_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there (ISO_FIXTURES says where it is)", path.display());
    None
}

/// The `.json` files in a folder and below it, sorted.
///
/// # Panics
///
/// If a folder cannot be read.
pub fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("fixture folder is readable");
        for path in entries.map(|entry| entry.expect("fixture entry is readable").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A file's text.
///
/// # Panics
///
/// If it cannot be read.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
