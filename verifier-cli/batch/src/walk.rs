//! The files that are taken from paths: those that are named, and what is in folders, in order of name.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Endings of the files that are taken from folders and archives.
pub(crate) type Endings = &'static [&'static str];

/// How the name of a table ends.
pub(crate) const TABLE: &str = ".parquet";

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Taken,
    /// A table, of whose rows each is taken; not within an archive.
    Table,
    TarZst,
    TarGz,
}

impl Kind {
    pub(crate) fn of(path: &Path, endings: Endings) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let taken = endings.iter().map(|ending| match *ending {
            TABLE => (TABLE, Self::Table),
            ending => (ending, Self::Taken),
        });
        let archives =
            [(".tar.zst", Self::TarZst), (".tar.gz", Self::TarGz), (".tgz", Self::TarGz)];
        let mut all = taken.chain(archives);
        all.find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| kind)
    }
}

/// Whether there is nothing to take in a folder: no file, no archive, and nothing that cannot be read.
pub(crate) fn is_empty(folder: &Path, endings: Endings) -> bool {
    Walk::new(&[folder.to_owned()], endings).next().is_none()
}

/// Why what a folder or a pattern has is not read: a pipe may have nobody who writes to it, and a device no end.
pub(crate) fn irregular() -> io::Error {
    io::Error::other("not a regular file")
}

/// `.meta` and its like hold nothing that is taken; `.` and `..` hide nothing.
pub(crate) fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with('.'))
}

/// Files and what is in folders, in order of name; one folder's entries in memory at a time.
pub(crate) struct Walk {
    /// What is yet to be visited, the next last; and whether the user has named it.
    ahead: Vec<(PathBuf, bool)>,
    endings: Endings,
}

impl Walk {
    pub(crate) fn new(paths: &[PathBuf], endings: Endings) -> Self {
        Self { ahead: paths.iter().rev().map(|path| (path.clone(), true)).collect(), endings }
    }

    /// Puts a folder's entries ahead.
    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        let entries = fs::read_dir(folder)?;
        let mut inner =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        inner.retain(|path| !is_hidden(path));
        inner.sort_unstable_by(|one, other| other.cmp(one));
        self.ahead.extend(inner.into_iter().map(|path| (path, false)));
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, (PathBuf, io::Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((path, named)) = self.ahead.pop() {
            // A link to a folder is followed only if it is named: there may be a circle.
            let meta = if named { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
            match meta {
                Ok(meta) if meta.is_dir() => {
                    if let Err(error) = self.enter(&path) {
                        return Some(Err((path, error)));
                    }
                }
                Ok(_) if named => return Some(Ok(path)),
                // What a link points to must be there, or nobody would know that it was left out.
                Ok(_) if Kind::of(&path, self.endings).is_some() => match fs::metadata(&path) {
                    Ok(meta) if meta.is_file() => return Some(Ok(path)),
                    // A link to a folder.
                    Ok(meta) if meta.is_dir() => {}
                    Ok(_) => return Some(Err((path, irregular()))),
                    Err(error) => return Some(Err((path, error))),
                },
                Ok(_) => {}
                Err(error) => return Some(Err((path, error))),
            }
        }
        None
    }
}
