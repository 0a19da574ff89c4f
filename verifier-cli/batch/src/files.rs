//! Files as the commands name them: `-` is stdin or stdout; what is written replaces the old file
//! at once or not at all.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use iso_evm_wire::json::without_mark;
use iso_evm_witness::{input::Packing, recorder::MAX_BYTES};
use tempfile::{Builder, TempDir};

use crate::{FileError, room};

/// The largest file that is read, in bytes, and the largest witness that is written.
pub const MAX_SIZE: u64 = MAX_BYTES;

/// Stdin or stdout where a file is named.
pub const STANDARD: &str = "-";

/// Reads a whole file.
///
/// # Errors
///
/// If it cannot be read, is empty, or is larger than [`MAX_SIZE`].
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let file = name(path);
    let standard = path.as_os_str() == STANDARD;
    let source: io::Result<Box<dyn Read>> = if standard {
        Ok(Box::new(io::stdin().lock()))
    } else {
        File::open(path).map(|file| Box::new(file) as Box<dyn Read>)
    };
    match source.and_then(|source| room::whole(source, MAX_SIZE)) {
        Err(error) => Err(failed(file, error)),
        Ok(bytes) if bytes.is_empty() => Err(FileError::Empty { file }),
        Ok(bytes) => Ok(bytes),
    }
}

/// Reads a whole file, and unpacks it if it is compressed by Zstandard or gzip, whatever its name. The mark that
/// some editors put in front of text is left out.
///
/// # Errors
///
/// As [`read`]; what comes out must not be larger either.
pub fn read_unpacked(path: &Path) -> Result<Vec<u8>, FileError> {
    let bytes = read(path)?;
    let unpacked = match Packing::of(&bytes) {
        Some(Packing::Zstandard) => {
            zstd::Decoder::new(&bytes[..]).and_then(|it| room::whole(it, MAX_SIZE))
        }
        Some(Packing::Gzip) => room::whole(MultiGzDecoder::new(&bytes[..]), MAX_SIZE),
        _ => Ok(bytes),
    };
    let mut bytes = unpacked.map_err(|error| failed(name(path), error))?;
    leave_out_mark(&mut bytes);
    if bytes.is_empty() { Err(FileError::Empty { file: name(path) }) } else { Ok(bytes) }
}

/// Takes away the mark in front of text in UTF-8, if there is one.
pub(crate) fn leave_out_mark(bytes: &mut Vec<u8>) {
    let mark = bytes.len() - without_mark(bytes).len();
    bytes.drain(..mark);
}

/// The error of a file that is not read.
fn failed(file: String, error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::FileTooLarge => FileError::Oversized { file, limit: MAX_SIZE },
        io::ErrorKind::IsADirectory => FileError::Folder { file },
        _ => FileError::Read { file, error },
    }
}

/// Writes a folder as a whole: `write` fills another one, whose files come into place when all are there.
/// Other files in the folder stay. The other one is beside it; in it, if it is there already, for what is
/// beside it may be another disk, or somebody else's.
///
/// # Errors
///
/// What `write` says, or if the files cannot come into place. If `write` fails, nothing has changed.
pub fn write_folder<E: From<FileError>>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error| FileError::Write { file: name(path), error };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = if path.is_dir() { path } else { parent.unwrap_or(Path::new(".")) };
    fs::create_dir_all(parent).map_err(failed)?;
    let mut builder = Builder::new();
    builder.prefix(".witnesses-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let aside = builder.tempdir_in(parent).map_err(nameless).map_err(failed)?;
    write(aside.path())?;
    move_files(aside, path).map_err(failed)?;
    Ok(())
}

/// Puts a folder in another's place, or its files into it if there is one.
fn move_files(aside: TempDir, path: &Path) -> io::Result<()> {
    if !path.exists() {
        fs::rename(aside.path(), path)?;
        // It is there by another name.
        let _ = aside.keep();
        return Ok(());
    }
    for entry in fs::read_dir(aside.path())? {
        let entry = entry?;
        fs::rename(entry.path(), path.join(entry.file_name()))?;
    }
    Ok(())
}

/// Writes a whole file, or to stdout. An existing file is replaced atomically.
///
/// # Errors
///
/// If it cannot be written; then an existing file is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if path.as_os_str() == STANDARD {
        return print(bytes);
    }
    replace(path, bytes).map_err(|error| FileError::Write { file: name(path), error })
}

/// Writes bytes to stdout as they are. A reader that has gone away is no error.
///
/// # Errors
///
/// If stdout cannot be written for any other reason.
pub fn print(bytes: &[u8]) -> Result<(), FileError> {
    print_to(io::stdout().lock(), bytes)
}

/// Writes bytes to what stands for stdout. A reader that has gone away is no error.
///
/// # Errors
///
/// As [`print()`].
pub fn print_to(mut stdout: impl Write, bytes: &[u8]) -> Result<(), FileError> {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(FileError::Write { file: "stdout".to_owned(), error })
        }
        _ => Ok(()),
    }
}

/// A file's name for messages.
pub fn name(path: &Path) -> String {
    if path.as_os_str() == STANDARD { "stdin".to_owned() } else { path.display().to_string() }
}

/// JSON begins with a bracket, after white space; a `witness.bin` never does.
pub fn is_json(bytes: &[u8]) -> bool {
    let first = without_mark(bytes).iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays a link: what it points at is replaced.
    let target: PathBuf = match fs::metadata(path) {
        Ok(meta) if meta.is_file() => fs::canonicalize(path)?,
        // A device or a pipe cannot be replaced, only written to.
        Ok(_) => return File::options().write(true).open(path)?.write_all(bytes),
        Err(_) => path.to_owned(),
    };
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut builder = Builder::new();
    builder.prefix(".witness-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: the umask takes away what the user does not want.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(parent.unwrap_or(Path::new("."))).map_err(nameless)?;
    file.write_all(bytes).map_err(nameless)?;
    file.persist(&target)?;
    Ok(())
}

/// An error of a file that is written aside, without that file's name: nobody has named it.
fn nameless(error: io::Error) -> io::Error {
    let said = error.to_string();
    match said.split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_told_by_a_name_that_nobody_gave() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/page.html");
        let said = write(&path, b"one").unwrap_err().to_string();
        let begins = format!("{}: cannot be written: ", path.display());
        assert!(said.starts_with(&begins) && !said.contains(".witness-"), "{said}");
        assert!(!said.contains(" at path "), "{said}");
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.bin");
        write(&path, b"one").unwrap();
        write(&path, b"another").unwrap();
        assert_eq!(read(&path).unwrap(), b"another");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("witness.bin");
        assert!(matches!(write(&path, b"one"), Err(FileError::Write { .. })));
        assert!(matches!(write(folder.path(), b"one"), Err(FileError::Write { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_a_device_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, b"one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(Path::new("/dev/null"), b"three").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn what_is_compressed_is_unpacked_and_what_is_cut_off_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("block.json");
        let text = b"{}".repeat(1000);
        let packed = zstd::encode_all(&text[..], 3).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let marked = zstd::encode_all(&b"\xef\xbb\xbf{}"[..], 3).unwrap();
        for (bytes, expected) in [
            (&b"{}"[..], 2),
            (&packed[..], 2000),
            (&gzip, 2000),
            (&[&gzip[..], &gzip].concat(), 4000),
            (b"\xef\xbb\xbf{}", 2),
            (&marked, 2),
        ] {
            write(&path, bytes).unwrap();
            assert_eq!(read_unpacked(&path).unwrap().len(), expected);
        }
        for packed in [&packed, &gzip] {
            for length in 4..packed.len() {
                write(&path, &packed[..length]).unwrap();
                assert!(matches!(read_unpacked(&path), Err(FileError::Read { .. })), "{length}");
            }
        }
        assert!(matches!(read_unpacked(folder.path()), Err(FileError::Folder { .. })));
        write(&path, b"\xef\xbb\xbf").unwrap();
        assert!(matches!(read_unpacked(&path), Err(FileError::Empty { .. })));
        let nothing = zstd::encode_all(&b""[..], 3).unwrap();
        write(&path, &nothing).unwrap();
        assert!(matches!(read_unpacked(&path), Err(FileError::Empty { .. })));
    }

    /// 1 GiB and a byte of zeros, in 100 kB.
    #[test]
    fn what_would_unpack_to_more_than_is_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("block.json.zst");
        let zeros = io::repeat(0).take(MAX_SIZE + 1);
        write(&path, &zstd::encode_all(zeros, 1).unwrap()).unwrap();
        assert!(matches!(read_unpacked(&path), Err(FileError::Oversized { .. })));
    }

    #[test]
    fn a_folder_is_written_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/block");
        let fill = |text: &'static [u8]| {
            move |aside: &Path| {
                write(&aside.join("0"), text)?;
                write(&aside.join("1"), text)
            }
        };
        write_folder(&folder, fill(b"one")).unwrap();
        write(&folder.join("other"), b"stays").unwrap();
        let failed = write_folder(&folder, |aside| {
            write(&aside.join("0"), b"two")?;
            Err(FileError::Empty { file: "1".to_owned() })
        });
        assert!(failed.is_err());
        assert_eq!(read(&folder.join("0")).unwrap(), b"one");
        write_folder(&folder, fill(b"three")).unwrap();
        for (name, text) in [("0", &b"three"[..]), ("1", b"three"), ("other", b"stays")] {
            assert_eq!(read(&folder.join(name)).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
    }

    /// What is beside it may be another disk, from which no file can be moved.
    #[test]
    fn a_folder_that_is_there_needs_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        write_folder(folder.path(), |aside| {
            assert_eq!(aside.parent(), Some(folder.path()));
            write(&aside.join("0"), b"one")
        })
        .unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].file_name(), "0");
    }

    #[test]
    fn an_empty_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, b"").unwrap();
        assert!(matches!(read(&path), Err(FileError::Empty { .. })));
    }
}
