//! Node, its packages and a browser, where they are.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Set where the page's tests must not be skipped: in CI.
const REQUIRE_BROWSER: &str = "ISO_REQUIRE_BROWSER";
/// Set where npm must bring what is asked of it: in CI.
const REQUIRE_NPM: &str = "ISO_REQUIRE_NPM";

/// This crate's folder.
pub(crate) fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the page is built: in the build folder, as its own command has it.
pub(crate) fn work() -> PathBuf {
    let test = env::current_exe().expect("a test is a file");
    let folder = test.ancestors().nth(3).expect("a test is built in target/release/deps");
    folder.join("page")
}

/// Node with a script of this crate's.
pub(crate) fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(here().join(script));
    command.env("CARGO_TARGET_DIR", work().parent().expect("in the build folder"));
    command
}

/// Whether the packages of the page are there; if not, says in one line that tests are skipped.
///
/// # Panics
///
/// If npm does not bring them, and no test may be skipped.
pub(crate) fn has_packages() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let asked = node("build/packages.mjs").arg(work()).output();
        if asked.is_ok_and(|output| output.status.success()) {
            return true;
        }
        assert!(
            env::var_os(REQUIRE_NPM).is_none(),
            "{REQUIRE_NPM} is set, and npm did not bring the page's packages"
        );
        skipped("npm did not bring the page's packages");
        false
    })
}

/// The whole page, if `ISO_PAGE` says where it is: to build its module takes minutes, once.
///
/// # Panics
///
/// If it does not, and no test may be skipped.
pub(crate) fn whole_page() -> Option<PathBuf> {
    let page = env::var_os("ISO_PAGE").map(PathBuf::from);
    if page.is_none() {
        assert!(
            env::var_os(REQUIRE_BROWSER).is_none(),
            "{REQUIRE_BROWSER} is set, ISO_PAGE is not"
        );
        skipped("ISO_PAGE does not say where the page is, as build.mjs makes it");
    }
    page
}

/// Past the test's captured output, in one piece.
pub(crate) fn skipped(why: &str) {
    let _ = io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}
