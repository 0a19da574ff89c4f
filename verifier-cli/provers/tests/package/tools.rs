//! Where the package is, and what compiles it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use iso_evm_testing::npm;
use serde_json::Value;

const SOLC: &str = "solc@0.8.37";
const FORGE: &str = "@foundry-rs/forge@1.7.1";

/// The package.
pub(crate) fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts")
}

/// An empty folder for a test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a command prints.
///
/// # Panics
///
/// If it fails, with all that it has said.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out
}

/// The modules that have the compiler; none where npm does not bring it.
pub(crate) fn solc() -> Option<PathBuf> {
    npm::modules(SOLC)
}

/// A source of the package, compiled.
pub(crate) fn compiled(source: &str) -> Option<Value> {
    let modules = solc()?;
    let mut command = Command::new("node");
    command.arg(package().join("build.mjs")).args([source, "--to", "-"]);
    Some(serde_json::from_str(&printed(command.current_dir(modules.parent()?))).unwrap())
}

/// Forge with npm's compiler, in a project; what it makes goes to another folder.
pub(crate) fn forge(task: &str, project: &Path, made: &Path) -> Option<Command> {
    let (modules, solc) = (npm::modules(FORGE)?, solc()?);
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let forge = modules.join(format!("@foundry-rs/forge-{system}-{machine}/bin/forge"));
    let mut command = Command::new(forge);
    command
        .args([task, "--root"])
        .arg(project)
        .arg("--use")
        .arg(package().join("solcjs.mjs"))
        .env("NODE_MODULES", solc)
        .env("FOUNDRY_OFFLINE", "true")
        .env("FOUNDRY_OUT", made.join("out"))
        .env("FOUNDRY_CACHE_PATH", made.join("cache"));
    Some(command)
}

/// Copies a folder's files that are Solidity, and those in the folders below that.
pub(crate) fn copy_sources(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() && !path.ends_with("node_modules") {
            copy_sources(&path, &target);
        } else if path.extension().is_some_and(|extension| extension == "sol") {
            fs::copy(&path, target).unwrap();
        }
    }
}
