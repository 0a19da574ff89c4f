//! What is read is not what is written: a file that a command reads is never one that it writes to, by
//! whatever name. `specs/17-batch.md`.
//!
//! In the data's way this stands before anything is opened for writing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    FileError,
    files::{self, STANDARD},
};

/// Checks that what is written is none of the files that are read. Where stdout, a device or a pipe is written
/// to, nothing is lost.
///
/// # Errors
///
/// If the two are the same file, by this name or another.
pub fn apart<P: AsRef<Path>>(
    written: &Path,
    read: impl IntoIterator<Item = P>,
) -> Result<(), FileError> {
    let Some(file) = Identity::of(written) else { return Ok(()) };
    for path in read {
        let path = path.as_ref();
        // Of what has no file behind it nothing is lost.
        let path = if path.as_os_str() == STANDARD { Path::new("/dev/stdin") } else { path };
        if Identity::of(path).is_some_and(|read| read == file) {
            return Err(is_read(written));
        }
    }
    Ok(())
}

/// The error of a file that is read and cannot be written.
pub(crate) fn is_read(written: &Path) -> FileError {
    FileError::IsRead { file: files::name(written) }
}

/// The place where a file is or would be, by no link.
pub(crate) fn place(path: &Path) -> io::Result<PathBuf> {
    if let Ok(place) = fs::canonicalize(path) {
        return Ok(place);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new(".")))?;
    Ok(path.file_name().map_or_else(|| parent.clone(), |name| parent.join(name)))
}

/// What a file is, whatever it is called.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    /// Device and number on it.
    #[cfg(unix)]
    inode: (u64, u64),
    /// Where it is, by no link.
    #[cfg(not(unix))]
    place: PathBuf,
}

impl Identity {
    /// That of a file that is there; none of what is no regular file.
    fn of(path: &Path) -> Option<Self> {
        if path.as_os_str() == STANDARD {
            return None;
        }
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self { inode: (meta.dev(), meta.ino()) })
        }
        #[cfg(not(unix))]
        {
            let _ = meta;
            Some(Self { place: fs::canonicalize(path).ok()? })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_every_name_and_another_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("one"), "x").unwrap();
        fs::write(at("two"), "x").unwrap();
        fs::create_dir(at("deep")).unwrap();
        let same = |written: &str| apart(&at(written), [at("one")]).is_err();
        assert!(same("one") && same("deep/../one"));
        assert!(!same("two") && !same("three") && !same("deep"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("one"), at("link")).unwrap();
            fs::hard_link(at("one"), at("hard")).unwrap();
            assert!(same("link") && same("hard"));
            assert!(apart(Path::new("/dev/null"), ["/dev/null"]).is_ok());
        }
        assert!(apart(Path::new(STANDARD), [STANDARD]).is_ok());
    }
}
