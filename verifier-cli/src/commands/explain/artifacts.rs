//! Artifacts as the command line names them: files, and folders in which they are looked for. What is read is
//! bounded, links are not followed, and of the sources on the disk only those are read that artifacts name.
//! `specs/22-explanations.md`, section Artifacts.

use std::{
    fs::{self, FileType},
    path::{Component, Path, PathBuf},
};

use iso_evm_batch::{FileError, files};
use iso_evm_explain::artifacts::{Artifacts, ArtifactsError, Counts};

use super::say;
use crate::error::CommandError;

/// Files that are looked at in all folders together, and bytes of them.
const FILES: usize = 50_000;
const BYTES: u64 = 2 << 30;

/// The largest source that is read, in bytes.
const SOURCE: u64 = 4 << 20;

/// Folders above that of the artifacts in which sources are looked for: Foundry's `out/` and Hardhat's
/// `artifacts/` are in the project, and may be in a folder of their own there.
const ABOVE: usize = 3;

/// Folders in which there are no artifacts, and many files.
const PASSED_OVER: [&str; 2] = ["node_modules", "cache"];

/// Reads artifacts, and says how many contracts there are; none if no path is given.
///
/// # Errors
///
/// If a path cannot be read, a file that is named is no artifact, or there is none in a folder.
pub(super) fn read(paths: &[PathBuf]) -> Result<Option<Artifacts>, CommandError> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut reader = Reader { artifacts: Artifacts::new(), files: FILES, bytes: BYTES };
    for path in paths {
        let failed = |error| FileError::Read { file: files::name(path), error };
        if fs::metadata(path).map_err(failed)?.is_dir() {
            let before = reader.artifacts.counts().contracts;
            reader.folder(path)?;
            if reader.artifacts.counts().contracts == before {
                return Err(CommandError::NoArtifacts { folder: files::name(path) });
            }
        } else {
            let json = files::read_unpacked(path)?;
            reader.artifacts.add(&files::name(path), &json)?;
        }
    }
    let mut artifacts = reader.artifacts;
    for path in paths {
        read_sources(&mut artifacts, path);
    }
    tell(&artifacts);
    Ok(Some(artifacts))
}

struct Reader {
    artifacts: Artifacts,
    /// Files and bytes that may still be read.
    files: usize,
    bytes: u64,
}

impl Reader {
    /// Adds the artifacts in a folder and below it.
    fn folder(&mut self, root: &Path) -> Result<(), FileError> {
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for (path, kind) in entries(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if kind.is_dir() {
                    if !name.starts_with('.') && !PASSED_OVER.contains(&&*name) {
                        folders.push(path);
                    }
                } else if kind.is_file() && name.ends_with(".json") && !self.file(root, &path)? {
                    let folder = files::name(root);
                    say(&format!("{folder}: too many or too large files: not all were looked at"));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Adds a file, if it is an artifact; false if there is no room for it.
    fn file(&mut self, root: &Path, path: &Path) -> Result<bool, FileError> {
        let failed = |error| FileError::Read { file: files::name(path), error };
        let length = fs::metadata(path).map_err(failed)?.len();
        let Some((files, bytes)) = self.files.checked_sub(1).zip(self.bytes.checked_sub(length))
        else {
            return Ok(false);
        };
        (self.files, self.bytes) = (files, bytes);
        let json = fs::read(path).map_err(failed)?;
        // A contract that its artifact does not name has the file's name, from the folder on.
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        match self.artifacts.add(&name, &json) {
            // A project has JSON of other kinds, and half-written files while it is built.
            Ok(_) | Err(ArtifactsError::NotAnArtifact { .. } | ArtifactsError::NotJson { .. }) => {}
            Err(error) => say(&error.to_string()),
        }
        Ok(true)
    }
}

/// What is in a folder, in the order of names: links are neither files nor folders.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, FileType)>, FileError> {
    let failed = |error| FileError::Read { file: files::name(folder), error };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.path(), entry.file_type().map_err(failed)?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

/// Adds texts of sources that artifacts name and do not have, from where the artifacts are and above.
fn read_sources(artifacts: &mut Artifacts, path: &Path) {
    let Ok(path) = fs::canonicalize(path) else { return };
    for root in path.ancestors().take(1 + ABOVE) {
        let wanted: Vec<_> = artifacts.sources_wanted().into_iter().map(str::to_owned).collect();
        for source in wanted.iter().filter(|source| is_below(source)) {
            for file in [root.join(source), root.join("node_modules").join(source)] {
                if let Some(text) = source_text(&file) {
                    artifacts.add_source(source, text);
                    break;
                }
            }
        }
    }
}

/// Whether a path names a source, and nothing outside of the folder that it is looked for in.
fn is_below(source: &str) -> bool {
    let path = Path::new(source);
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("sol" | "yul"))
        && path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn source_text(file: &Path) -> Option<String> {
    let meta = fs::metadata(file).ok()?;
    if !meta.is_file() || meta.len() > SOURCE {
        return None;
    }
    fs::read_to_string(file).ok()
}

/// Says what was found, and what is not there.
fn tell(artifacts: &Artifacts) {
    let Counts { contracts, with_code, with_source_map, with_storage_layout } = artifacts.counts();
    let named = |count: usize| {
        if count == 1 { "1 contract".to_owned() } else { format!("{count} contracts") }
    };
    say(&format!(
        "artifacts: {}, {with_code} with code, {with_source_map} with source maps, \
         {with_storage_layout} with storage layouts",
        named(contracts)
    ));
    if with_code > 0 && with_storage_layout == 0 {
        say(
            "no names of variables: the artifacts have no storage layouts (`storageLayout` in the compiler's \
             output selection; `extra_output` in foundry.toml)",
        );
    }
    let wanted = artifacts.sources_wanted();
    if !wanted.is_empty() {
        let first: Vec<_> = wanted.iter().take(3).copied().collect();
        let more = if wanted.len() > first.len() { ", …" } else { "" };
        say(&format!(
            "{} not at hand as compiled, lines of {} are not shown: {}{more}",
            if wanted.len() == 1 {
                "1 source is".to_owned()
            } else {
                format!("{} sources are", wanted.len())
            },
            if wanted.len() == 1 { "it" } else { "them" },
            first.join(", ")
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABI: &str = r#"[{"type": "function", "name": "f", "inputs": []}]"#;

    /// An artifact without code, whose source has this hash.
    fn artifact(path: &str) -> String {
        format!(
            r#"{{"abi": {ABI}, "deployedBytecode": {{"object": "0x5b00", "sourceMap": "0:3:0;:4"}},
                "id": 0, "metadata": {{"settings": {{"compilationTarget": {{"{path}": "A"}}}}}}}}"#
        )
    }

    fn write(folder: &Path, name: &str, text: &str) {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn a_projects_artifacts_are_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "out/A.sol/A.json", &artifact("src/A.sol"));
        write(root, "out/broken.json", "{");
        write(root, "package.json", r#"{"name": "x"}"#);
        write(root, "node_modules/b/B.json", ABI);
        write(root, "cache/C.json", ABI);
        write(root, ".git/D.json", ABI);
        write(root, "src/A.sol", "contract A {}");
        for path in ["out", "out/A.sol/A.json", ""] {
            let artifacts = read(&[root.join(path)]).unwrap().unwrap();
            assert_eq!(artifacts.counts().contracts, 1, "{path}");
            assert!(artifacts.sources_wanted().is_empty(), "{path}");
            let place = artifacts.contract(&[0x5b, 0]).unwrap().place(1).unwrap();
            assert_eq!((place.line, place.text.as_deref()), (Some(1), Some("contract A {}")));
        }
    }

    #[test]
    fn a_folder_without_artifacts_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "package.json", "{}");
        let said = |path: PathBuf| read(&[path]).unwrap_err().to_string();
        let expected =
            format!("{}: no artifact of a Solidity compiler in it", folder.path().display());
        assert_eq!(said(folder.path().to_owned()), expected);
        assert!(
            said(folder.path().join("package.json")).contains("not an artifact: found an object")
        );
        assert!(said(folder.path().join("none")).contains("cannot be read"));
        assert!(read(&[]).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_folder_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("in"), folder.path().join("outside"));
        write(&root, "a.json", ABI);
        write(&outside, "b.json", ABI);
        std::os::unix::fs::symlink(&root, root.join("again")).unwrap();
        std::os::unix::fs::symlink(outside.join("b.json"), root.join("b.json")).unwrap();
        assert_eq!(read(&[root]).unwrap().unwrap().counts().contracts, 1);
    }

    #[test]
    fn a_file_outside_is_read_as_a_source() {
        for (path, below) in [
            ("src/A.sol", true),
            ("@lib/contracts/A.sol", true),
            ("../A.sol", false),
            ("src/../../A.sol", false),
            ("/etc/A.sol", false),
            ("src/secrets.txt", false),
            ("A", false),
        ] {
            assert_eq!(is_below(path), below, "{path}");
        }
    }
}
