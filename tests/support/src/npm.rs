//! Packages from npm, fetched when a test needs them and kept in the build folder; nothing of them
//! is committed.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// Set where a skipped test is a failure: in CI.
const REQUIRE: &str = "ISO_REQUIRE_NPM";

/// What could not be had, said once.
static MISSING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The `node_modules` folder with a package, `name@version`. Where npm does not bring it, says in
/// one line that tests are skipped.
///
/// # Panics
///
/// If npm does not bring it, and no test may be skipped.
pub fn modules(package: &str) -> Option<PathBuf> {
    modules_for(package, None)
}

/// [`modules`], for the node in a folder: npm leaves out what another version cannot run.
///
/// # Panics
///
/// As [`modules`].
pub fn modules_for(package: &str, node: Option<&Path>) -> Option<PathBuf> {
    // One at a time, and one line for all tests that need it.
    let mut missing = MISSING.lock().unwrap_or_else(|error| error.into_inner());
    let name = package.replace(['/', '@'], "_");
    let folder = build_folder().join("tmp/npm").join(name);
    let (modules, done) = (folder.join("node_modules"), folder.join("done"));
    if done.exists() {
        return Some(modules);
    }
    if missing.contains(package) {
        return None;
    }
    if install(&folder, package, node) && fs::write(&done, package).is_ok() {
        return Some(modules);
    }
    assert!(env::var_os(REQUIRE).is_none(), "{REQUIRE} is set, and npm did not bring {package}");
    // Past the test's captured output, in one piece.
    let line = format!("skipped: npm did not bring {package}\n");
    let _ = io::stderr().write_all(line.as_bytes());
    missing.insert(package.to_owned());
    None
}

/// Where everything is built: tests run in `release/deps` of it.
pub(crate) fn build_folder() -> PathBuf {
    let test = env::current_exe().expect("a test is a file");
    test.ancestors().nth(3).expect("a test is built in target/release/deps").to_owned()
}

/// The path, with a folder before the others.
///
/// # Panics
///
/// If the folder's name has a colon in it.
pub fn path_with(folder: &Path) -> OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(env::split_paths(&others));
    env::join_paths(folders).expect("a folder without a colon in its name")
}

fn install(folder: &Path, package: &str, node: Option<&Path>) -> bool {
    let path = node.map_or_else(|| env::var_os("PATH").unwrap_or_default(), path_with);
    let install = ["install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
    fs::create_dir_all(folder).is_ok()
        && Command::new("npm")
            .args(install)
            .arg("--prefix")
            .arg(folder)
            .arg(package)
            .env("PATH", path)
            .output()
            .is_ok_and(|output| output.status.success())
}
