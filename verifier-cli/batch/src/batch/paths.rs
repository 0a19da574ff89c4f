//! What the paths of a run name: patterns are replaced by what they match, and a path that is wrong is
//! told before anything is read. `specs/17-batch.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::items::ENDINGS;
use crate::{
    FileError,
    files::{self, STANDARD},
    source, walk,
};

/// Bytes on disk of all files that a run reads; `None` if some of it is a stream.
pub fn size(paths: &[PathBuf]) -> Option<u64> {
    let paths = plain(&expanded(paths).ok()?);
    (!paths.iter().any(|path| is_stream(path))).then(|| source::size(&paths, ENDINGS))
}

pub(super) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// A path that there is something to take at.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Whether a pattern matches it; else it was named itself.
    pub(crate) is_match: bool,
}

impl Found {
    /// Whether it is neither a file nor a folder, and not named itself: nobody meant it to be read.
    pub(super) fn is_irregular(&self) -> bool {
        let meta = || fs::metadata(&self.path);
        self.is_match && meta().is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
    }
}

/// The paths that were found, without those that are not read.
pub(crate) fn plain(found: &[Found]) -> Vec<PathBuf> {
    let read = found.iter().filter(|found| !found.is_irregular());
    read.map(|found| found.path.clone()).collect()
}

/// The paths, with the patterns among them replaced by what they match.
///
/// # Errors
///
/// If a path is not there, if a pattern is none or matches nothing, or if all paths are folders in which
/// there is nothing to take. What is wrong further in is told when it is met.
pub(crate) fn expanded(paths: &[PathBuf]) -> Result<Vec<Found>, FileError> {
    let mut all = Vec::new();
    for path in paths {
        match pattern(path)? {
            Some(matches) => {
                all.extend(matches.into_iter().map(|path| Found { path, is_match: true }));
            }
            None => {
                if !is_stream(path) {
                    source::exist(std::slice::from_ref(path))?;
                }
                all.push(Found { path: path.clone(), is_match: false });
            }
        }
    }
    let is_empty = |found: &Found| found.path.is_dir() && walk::is_empty(&found.path, ENDINGS);
    match all.first() {
        Some(first) if all.iter().all(is_empty) => {
            Err(FileError::Nothing { file: files::name(&first.path) })
        }
        _ => Ok(all),
    }
}

/// What a pattern matches, in order of name; `None` if there is a file of that name, or if it is no
/// pattern.
fn pattern(path: &Path) -> Result<Option<Vec<PathBuf>>, FileError> {
    let text = path.to_str().filter(|_| !path.exists() && !is_stream(path));
    let Some(text) = text.filter(|text| text.contains(['*', '?', '['])) else { return Ok(None) };
    let file = || files::name(path);
    let matches = glob::glob(text)
        .map_err(|error| FileError::Pattern { file: file(), what: error.msg })?
        // A folder that cannot be read is told when it is entered.
        .map(|found| found.unwrap_or_else(|error| error.path().to_owned()));
    let matches: Vec<_> = matches.collect();
    if matches.is_empty() { Err(FileError::NoMatch { file: file() }) } else { Ok(Some(matches)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// What is said of paths within a folder, its own name left out.
    fn told(folder: &Path, names: &[&str]) -> String {
        let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
        let root = format!("{}/", folder.display());
        match expanded(&paths) {
            Ok(found) => {
                let paths = found.iter().map(|found| &found.path);
                let names = paths.map(|path| path.display().to_string().replace(&root, ""));
                names.collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string().replace(&root, ""),
        }
    }

    #[test]
    fn a_pattern_is_what_it_matches_and_one_that_matches_nothing_is_told_as_that() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.bin", "b.bin", "c.json", "[d].bin"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let told = |names: &[&str]| told(folder.path(), names);
        assert_eq!(told(&["?.bin", "c.json"]), "a.bin b.bin c.json");
        // A file of that name is that file.
        assert_eq!(told(&["[d].bin"]), "[d].bin");
        assert_eq!(
            told(&["a.bin", "*.bim"]),
            "*.bim: no file has a name that this pattern matches"
        );
        assert!(told(&["a.bin", "***"]).starts_with("***: not a pattern: "));
        assert!(told(&["a.bin", "d.bin"]).starts_with("d.bin: cannot be read: "));
    }

    #[test]
    fn folders_that_hold_nothing_are_told_unless_there_is_something_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["empty/deep", "notes", "full"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("notes/a.txt"), "x").unwrap();
        fs::write(folder.path().join("notes/.b.json"), "x").unwrap();
        fs::write(folder.path().join("full/a.bin"), "x").unwrap();
        let told = |names: &[&str]| told(folder.path(), names);
        let words = "there is nothing in it to verify";
        assert!(told(&["empty"]).starts_with(&format!("empty: {words}")));
        assert!(told(&["notes", "empty"]).starts_with(&format!("notes: {words}")));
        assert_eq!(told(&["empty", "full"]), "empty full");
    }
}
