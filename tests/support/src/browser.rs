//! A real browser for tests of what people open in one: Debian's Chromium, driven by playwright-core from npm, from
//! files and without a network. Scripts that drive it import `tests/support/browser/harness.mjs`.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Once,
};

use crate::npm;

/// Set where a test that lacks a browser is a failure: in CI.
const REQUIRE: &str = "ISO_REQUIRE_BROWSER";
/// Says where the browser is, if it is none of the usual places.
const NAMED: &str = "CHROMIUM";
/// What drives it.
const PLAYWRIGHT: &str = "playwright-core@1.65.1";

/// The browser. Where there is none, says in one line that tests are skipped.
///
/// # Panics
///
/// If there is none, and no test may be skipped.
pub fn chromium() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let named = env::var_os(NAMED).map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = named.into_iter().chain(usual.map(PathBuf::from)).find(|path| path.exists());
    if found.is_none() {
        assert!(env::var_os(REQUIRE).is_none(), "{REQUIRE} is set, and there is no browser");
        SAID.call_once(|| {
            // Past the test's captured output, in one piece.
            let line = format!("skipped: no browser is there ({NAMED} says where it is)\n");
            let _ = io::stderr().write_all(line.as_bytes());
        });
    }
    found
}

/// What a script that drives the browser prints. `None` where there is no browser, or nothing to drive it with; that
/// has been said.
///
/// # Panics
///
/// If the script fails, or if it cannot be run and no test may be skipped.
pub fn drive(
    script: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Option<String> {
    let chromium = chromium()?;
    let playwright = npm::modules(PLAYWRIGHT)?;
    let mut node = Command::new("node");
    node.arg(script).args(arguments);
    node.env("ISO_CHROMIUM", chromium).env("ISO_PLAYWRIGHT", playwright);
    let output = node.stderr(Stdio::inherit()).output().expect("npm came with a node");
    assert!(output.status.success(), "{} did not come to its end", script.display());
    Some(String::from_utf8(output.stdout).expect("a script prints text"))
}
