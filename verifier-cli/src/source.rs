//! The files in folders and in compressed archives, one after the other, each as a stream.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    error::CommandError,
    files::{MAX_SIZE, name},
};

/// What is met on the way.
pub(crate) enum Progress<'a> {
    /// So many bytes on disk are read.
    Read(u64),
    /// A file: its name, and what is in it.
    File(Arc<str>, io::Result<&'a mut dyn Read>),
}

/// Endings of the files that are taken from folders and archives.
pub(crate) type Endings = &'static [&'static str];

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Taken,
    TarZst,
    TarGz,
}

impl Kind {
    fn of(path: &Path, endings: Endings) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let taken = endings.iter().map(|ending| (*ending, Self::Taken));
        let archives =
            [(".tar.zst", Self::TarZst), (".tar.gz", Self::TarGz), (".tgz", Self::TarGz)];
        let mut all = taken.chain(archives);
        all.find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| kind)
    }
}

/// Checks that all paths are there.
pub(crate) fn exist(paths: &[PathBuf]) -> Result<(), CommandError> {
    for path in paths {
        fs::metadata(path).map_err(|error| CommandError::Read { file: name(path), error })?;
    }
    Ok(())
}

/// Bytes on disk of all files that a run reads.
pub(crate) fn size(paths: &[PathBuf], endings: Endings) -> u64 {
    let sizes = Walk::new(paths, endings).filter_map(|path| fs::metadata(path.ok()?).ok());
    sizes.map(|meta| meta.len()).sum()
}

/// Hands every file to `meet`, in order of name, until that says `false`.
pub(crate) fn each(
    paths: &[PathBuf],
    endings: Endings,
    mut meet: impl FnMut(Progress<'_>) -> bool,
) {
    for path in Walk::new(paths, endings) {
        let go_on = match path {
            Ok(path) => match Kind::of(&path, endings) {
                Some(Kind::TarZst) => archive(
                    &path,
                    |file| zstd::Decoder::new(file).map(|d| Box::new(d) as _),
                    endings,
                    &mut meet,
                ),
                Some(Kind::TarGz) => archive(
                    &path,
                    |file| Ok(Box::new(flate2::read::MultiGzDecoder::new(file))),
                    endings,
                    &mut meet,
                ),
                // A file that is named is taken, whatever its name.
                Some(Kind::Taken) | None => plain(&path, &mut meet),
            },
            Err((path, error)) => meet(Progress::File(name(&path).into(), Err(error))),
        };
        if !go_on {
            return;
        }
    }
}

/// Hands on a file.
fn plain(path: &Path, meet: &mut impl FnMut(Progress<'_>) -> bool) -> bool {
    let file: Arc<str> = name(path).into();
    match File::open(path).and_then(|file| Ok((file.metadata()?.len(), BufReader::new(file)))) {
        Ok((length, mut source)) => {
            meet(Progress::File(file, Ok(&mut source))) && meet(Progress::Read(length))
        }
        Err(error) => meet(Progress::File(file, Err(error))),
    }
}

/// Hands on every file that is taken from a compressed archive.
fn archive(
    path: &Path,
    decoder: impl FnOnce(BufReader<File>) -> io::Result<Box<dyn Read>>,
    endings: Endings,
    meet: &mut impl FnMut(Progress<'_>) -> bool,
) -> bool {
    let met = (|| {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut archive = tar::Archive::new(decoder(BufReader::new(file))?);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let inner = entry.path()?.into_owned();
            let taken = entry.header().entry_type().is_file()
                && Kind::of(&inner, endings) == Some(Kind::Taken)
                && !inner.components().any(|part| is_hidden(Path::new(part.as_os_str())));
            if !taken {
                continue;
            }
            let file = name(&path.join(&inner)).into();
            if !meet(Progress::File(file, Ok(&mut entry))) {
                return Ok(false);
            }
        }
        Ok(meet(Progress::Read(size)))
    })();
    met.unwrap_or_else(|error| meet(Progress::File(name(path).into(), Err(error))))
}

/// A whole file, if it is no larger than [`MAX_SIZE`].
pub(crate) fn whole(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SIZE {
        let error = format!("larger than {MAX_SIZE} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(bytes)
}

/// `.meta` and its like hold nothing that is taken; `.` and `..` hide nothing.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with('.'))
}

/// Files and what is in folders, in order of name; one folder's entries in memory at a time.
struct Walk {
    /// What is yet to be visited, the next last; and whether the user has named it.
    ahead: Vec<(PathBuf, bool)>,
    endings: Endings,
}

impl Walk {
    fn new(paths: &[PathBuf], endings: Endings) -> Self {
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
                Ok(_) if named || Kind::of(&path, self.endings).is_some() && path.is_file() => {
                    return Some(Ok(path));
                }
                Ok(_) => {}
                Err(error) => return Some(Err((path, error))),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Names and contents of what is met, and how many bytes.
    fn met(paths: &[PathBuf]) -> (Vec<(String, Vec<u8>)>, u64) {
        let (mut files, mut read) = (Vec::new(), 0);
        each(paths, &[".json"], |progress| {
            match progress {
                Progress::Read(bytes) => read += bytes,
                Progress::File(name, bytes) => {
                    files.push((name.to_string(), whole(bytes.unwrap()).unwrap()));
                }
            }
            true
        });
        (files, read)
    }

    fn tar(names: &[&str]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(name.len() as u64);
            builder.append_data(&mut header, name, name.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn folders_and_archives() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["b/2.json", "b/1.json", "a.json", "b/readme.md", ".meta/index.json"] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let tar = tar(&["./x/y.json", "x/.meta/index.json", "x/readme.md", "z.json"]);
        fs::write(root.join("c.tar.zst"), zstd::encode_all(&tar[..], 1).unwrap()).unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&tar).unwrap();
        fs::write(root.join("d.tar.gz"), gz.finish().unwrap()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("b/circle")).unwrap();

        let paths = [root.to_owned()];
        let (files, read) = met(&paths);
        let names = files.iter().map(|(name, _)| {
            Path::new(name).strip_prefix(root).unwrap().to_str().unwrap().to_owned()
        });
        let expected = [
            "a.json",
            "b/1.json",
            "b/2.json",
            "c.tar.zst/x/y.json",
            "c.tar.zst/z.json",
            "d.tar.gz/x/y.json",
            "d.tar.gz/z.json",
        ];
        assert_eq!(names.collect::<Vec<_>>(), expected);
        for (name, bytes) in &files {
            assert!(name.as_bytes().ends_with(&bytes[bytes.len() - 6..]), "{name}");
        }
        assert_eq!(read, size(&paths, &[".json"]));
    }

    #[test]
    fn an_archive_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.tar.zst");
        fs::write(&path, b"no archive").unwrap();
        let mut errors = 0;
        each(&[path], &[".json"], |progress| {
            errors += usize::from(matches!(progress, Progress::File(_, Err(_))));
            true
        });
        assert_eq!(errors, 1);
    }
}
