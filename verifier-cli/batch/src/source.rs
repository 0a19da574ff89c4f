//! The files in folders ([`Walk`]) and in compressed archives, one after the other, each as a stream that is
//! no longer than the room for it. No name of an archive's is ever a path here.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    FileError,
    apart::{apart, is_read, place},
    files::{STANDARD, name},
    room::{self, Room},
    walk::{Endings, Kind, TABLE, Walk, is_hidden},
};

/// What is met on the way.
pub(crate) enum Progress<'a> {
    /// Bytes on disk that were read.
    Read(u64),
    /// A file: its name, and what is in it.
    File(Arc<str>, io::Result<&'a mut dyn Read>),
    /// A table: its name, and the file; how much of it is read, whoever reads it tells.
    Table(Arc<str>, File),
}

/// Checks that all paths are there.
pub(crate) fn exist(paths: &[PathBuf]) -> Result<(), FileError> {
    for path in paths {
        fs::metadata(path).map_err(|error| FileError::Read { file: name(path), error })?;
    }
    Ok(())
}

/// Checks that none of the files that are taken from paths is written to, nor one that would be taken once it is
/// there.
pub(crate) fn apart_from(
    written: &Path,
    paths: &[PathBuf],
    endings: Endings,
) -> Result<(), FileError> {
    if written.as_os_str() == STANDARD {
        return Ok(());
    }
    apart(written, Walk::new(paths, endings).filter_map(Result::ok))?;
    let is_there = fs::metadata(written).is_ok();
    let Some(place) = place(written).ok().filter(|_| !is_there) else { return Ok(()) };
    let is_taken = |folder: &PathBuf| {
        let folder = fs::canonicalize(folder).ok().filter(|folder| folder.is_dir());
        let inner = folder.as_ref().and_then(|folder| place.strip_prefix(folder).ok());
        inner.is_some_and(|inner| {
            !inner.components().any(|part| is_hidden(Path::new(part.as_os_str())))
        })
    };
    let is_one = Kind::of(&place, endings).is_some() && paths.iter().any(is_taken);
    if is_one { Err(is_read(written)) } else { Ok(()) }
}

/// Checks that a folder that is written to is none from which files are taken, nor within one.
pub(crate) fn folder_apart_from(written: &Path, paths: &[PathBuf]) -> Result<(), FileError> {
    // What is not there yet is within what is.
    let mut ancestors = written.ancestors().map(|ancestor| match ancestor.as_os_str().is_empty() {
        true => Path::new("."),
        false => ancestor,
    });
    let Some(place) = ancestors.find_map(|ancestor| fs::canonicalize(ancestor).ok()) else {
        return Ok(());
    };
    let is_within = |folder: &PathBuf| {
        fs::canonicalize(folder).is_ok_and(|folder| folder.is_dir() && place.starts_with(folder))
    };
    if paths.iter().any(is_within) { Err(is_read(written)) } else { Ok(()) }
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
    room: &Room,
    mut meet: impl FnMut(Progress<'_>) -> bool,
) {
    for path in Walk::new(paths, endings) {
        let go_on = match path {
            Ok(path) => match Kind::of(&path, endings) {
                Some(Kind::TarZst) => archive(
                    &path,
                    |file| zstd::Decoder::new(file).map(|d| Box::new(d) as _),
                    endings,
                    room,
                    &mut meet,
                ),
                Some(Kind::TarGz) => archive(
                    &path,
                    |file| Ok(Box::new(flate2::read::MultiGzDecoder::new(file))),
                    endings,
                    room,
                    &mut meet,
                ),
                // A file that is named is taken, whatever its name.
                Some(Kind::Taken | Kind::Table) | None => plain(&path, endings, room, &mut meet),
            },
            Err((path, error)) => meet(Progress::File(name(&path).into(), Err(error))),
        };
        if !go_on {
            return;
        }
    }
}

/// Hands on a file.
fn plain(
    path: &Path,
    endings: Endings,
    room: &Room,
    meet: &mut impl FnMut(Progress<'_>) -> bool,
) -> bool {
    let file: Arc<str> = name(path).into();
    match File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))) {
        Ok((_, table)) if endings.contains(&TABLE) && is_table(&table) => {
            meet(Progress::Table(file, table))
        }
        Ok((length, _)) if length > room.limit() => {
            meet(Progress::File(file, Err(room.too_large()))) && meet(Progress::Read(length))
        }
        Ok((length, source)) => {
            let mut source = BufReader::new(source);
            meet(Progress::File(file, Ok(&mut source))) && meet(Progress::Read(length))
        }
        Err(error) => meet(Progress::File(file, Err(error))),
    }
}

/// Whether a file is a table, by how it begins; it is at its begin again.
fn is_table(mut file: &File) -> bool {
    // Of a pipe nothing can be looked at and left.
    let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
    let mut first = [0; iso_evm_table::MAGIC.len()];
    let begins = is_file && file.read_exact(&mut first).is_ok() && first == *iso_evm_table::MAGIC;
    is_file && file.rewind().is_ok() && begins
}

/// The longest name of an entry, and the most that an archive says of one beside: the library would
/// read whatever length an archive says.
const LONGEST_NAME: u64 = 1 << 16;

/// Hands on every file that is taken from a compressed archive.
fn archive(
    path: &Path,
    decoder: impl FnOnce(BufReader<File>) -> io::Result<Box<dyn Read>>,
    endings: Endings,
    room: &Room,
    meet: &mut impl FnMut(Progress<'_>) -> bool,
) -> bool {
    let met = (|| {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut archive = tar::Archive::new(decoder(BufReader::new(file))?);
        let mut long_name = None;
        for entry in archive.entries()?.raw(true) {
            let mut entry = entry?;
            let kind = entry.header().entry_type();
            if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
                let said = extension(&mut entry, kind.is_pax_local_extensions())?;
                long_name = said.or(long_name);
                continue;
            }
            let inner = match long_name.take() {
                Some(name) => PathBuf::from(String::from_utf8_lossy(&name).into_owned()),
                None => entry.path()?.into_owned(),
            };
            let taken = kind.is_file()
                && Kind::of(&inner, endings) == Some(Kind::Taken)
                && !inner.components().any(|part| is_hidden(Path::new(part.as_os_str())));
            if !taken {
                continue;
            }
            let file = name(&path.join(inner.strip_prefix("/").unwrap_or(&inner))).into();
            let fits = entry.size() <= room.limit();
            let read: io::Result<&mut dyn Read> =
                if fits { Ok(&mut entry) } else { Err(room.too_large()) };
            if !meet(Progress::File(file, read)) {
                return Ok(false);
            }
        }
        Ok(meet(Progress::Read(size)))
    })();
    met.unwrap_or_else(|error| meet(Progress::File(name(path).into(), Err(error))))
}

/// The name of the next entry, where what stands before it says one: GNU's or POSIX's way.
fn extension(entry: &mut impl Read, is_pax: bool) -> io::Result<Option<Vec<u8>>> {
    let bytes = room::whole(entry, LONGEST_NAME)?;
    if !is_pax {
        return Ok(Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()));
    }
    for said in tar::PaxExtensions::new(&bytes) {
        let said = said?;
        if said.key_bytes() == b"path" {
            return Ok(Some(said.value_bytes().to_vec()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::ReadLimit;

    /// Names and contents of what is met, and how many bytes.
    fn met(paths: &[PathBuf]) -> (Vec<(String, Vec<u8>)>, u64) {
        let (mut files, mut read) = (Vec::new(), 0);
        each(paths, &[".json"], &Room::new(ReadLimit::default()), |progress| {
            match progress {
                Progress::Read(bytes) => read += bytes,
                Progress::File(name, bytes) => {
                    files.push((name.to_string(), room::whole(bytes.unwrap(), 1 << 20).unwrap()));
                }
                Progress::Table(name, _) => files.push((name.to_string(), Vec::new())),
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
        each(&[path], &[".json"], &Room::new(ReadLimit::default()), |progress| {
            errors += usize::from(matches!(progress, Progress::File(_, Err(_))));
            true
        });
        assert_eq!(errors, 1);
    }

    /// A header of any kind, name and length, true or not, with what follows it.
    fn entry(kind: u8, name: &[u8], size: u64, bytes: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_size(size);
        header.set_cksum();
        let padding = vec![0; bytes.len().next_multiple_of(512) - bytes.len()];
        [header.as_bytes(), bytes, &padding].concat()
    }

    fn zst(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".tar.zst").tempfile().unwrap();
        fs::write(file.path(), zstd::encode_all(bytes, 3).unwrap()).unwrap();
        file
    }

    #[test]
    fn long_names_are_read_in_both_ways() {
        let long = format!("{}/{}.json", "a".repeat(90), "b".repeat(90));
        let pax = format!("{} path={long}\n", long.len() + 10);
        assert_eq!(pax.len(), long.len() + 10);
        let gnu = format!("{long}\0");
        for (kind, said) in [(b'L', gnu), (b'x', pax)] {
            let said = entry(kind, b"x", said.len() as u64, said.as_bytes());
            let file = zst(&[said, entry(b'0', b"short", 2, b"{}")].concat());
            let (files, _) = met(&[file.path().to_owned()]);
            assert_eq!(files.len(), 1);
            assert!(files[0].0.ends_with(&long), "{}", files[0].0);
        }
    }

    /// What an archive says of its entries' lengths takes no memory: entries, names, extensions.
    #[test]
    fn an_archives_entry_above_the_limit_is_named() {
        const LARGE: usize = 32 << 20;
        let large = vec![b' '; LARGE];
        for (kind, name, whose) in
            [(b'0', &b"bomb.json"[..], "bomb.json"), (b'L', b"x", ".zst"), (b'x', b"x", ".zst")]
        {
            let after = entry(b'0', b"after.json", 2, b"{}");
            let file = zst(&[entry(kind, name, LARGE as u64, &large), after].concat());
            assert!(fs::metadata(file.path()).unwrap().len() < 10_000);
            let mut told = Vec::new();
            let paths = [file.path().to_owned()];
            each(
                &paths,
                &[".json"],
                &Room::new(ReadLimit { bytes: 1 << 20, name: None }),
                |progress| {
                    if let Progress::File(name, Err(error)) = progress {
                        told.push((name.to_string(), error.to_string()));
                    }
                    true
                },
            );
            let [(name, error)] = &told[..] else { panic!("{told:?}") };
            assert!(name.ends_with(whose) && error.contains("larger than"), "{name}: {error}");
        }
    }
}
