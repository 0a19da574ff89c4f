//! Packages from PyPI, fetched when a test needs them and kept in the build folder; nothing of them is committed.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use crate::npm::build_folder;

/// What could not be had, said once.
static MISSING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A Python that has some packages, each `name==version`. Where PyPI does not bring them, or there is no Python, says in
/// one line that tests are skipped.
///
/// # Panics
///
/// If there is none, and the variable `require` says that no test may be skipped.
pub fn python(packages: &[&str], require: &str) -> Option<PathBuf> {
    // One at a time, and one line for all tests that need them.
    let mut missing = MISSING.lock().unwrap_or_else(|error| error.into_inner());
    let all = packages.join(" ");
    let folder = build_folder().join("tmp/python").join(all.replace("==", "-").replace(' ', "_"));
    let (python, done) = (folder.join("bin/python"), folder.join("done"));
    if done.exists() {
        return Some(python);
    }
    if missing.contains(&all) {
        return None;
    }
    if install(&folder, &python, packages) && fs::write(&done, &all).is_ok() {
        return Some(python);
    }
    assert!(env::var_os(require).is_none(), "{require} is set, and there is no Python with {all}");
    // Past the test's captured output, in one piece.
    let line = format!("skipped: there is no Python with {all}\n");
    let _ = io::stderr().write_all(line.as_bytes());
    missing.insert(all);
    None
}

fn install(folder: &Path, python: &Path, packages: &[&str]) -> bool {
    let succeeds = |command: &mut Command| command.output().is_ok_and(|it| it.status.success());
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder))
        && succeeds(Command::new(python).args(quiet).args(packages))
}
