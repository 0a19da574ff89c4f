//! Files as the commands name them: `-` is stdin or stdout; what is written replaces the old file
//! at once or not at all.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use iso_evm_witness::recorder::MAX_BYTES;
use tempfile::Builder;

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
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(FileError::Oversized { file, limit: MAX_SIZE })
        }
        Err(error) => Err(FileError::Read { file, error }),
        Ok(bytes) if bytes.is_empty() => Err(FileError::Empty { file }),
        Ok(bytes) => Ok(bytes),
    }
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
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
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
    let mut file = builder.tempfile_in(parent.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(&target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_empty_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, b"").unwrap();
        assert!(matches!(read(&path), Err(FileError::Empty { .. })));
    }
}
