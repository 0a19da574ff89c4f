//! The witnesses on disk, each in a file that is named by its hash: written, brought to the disk, and then put
//! in its place, so that what stands there is whole. `specs/23-watch.md`, section Witnesses.
//!
//! In the data's way this stands beside the database: a file is there before the row that names it.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use alloy_primitives::{B256, hex};
use iso_evm_verifier::Verdict;
use tempfile::Builder;

use super::StoreError;

/// How the names of files begin that are not whole yet.
const UNFINISHED: &str = ".unfinished-";

/// Which witnesses are kept, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All, for good.
    #[default]
    All,
    /// Those of transactions that are not valid.
    Invalid,
    /// All for a number of days; those of transactions that are not valid, for good.
    Days(u32),
}

/// Not a name of what to keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown: {0:?}: expected all, invalid or a number of days, 30-days")]
pub struct UnknownKeep(String);

impl FromStr for Keep {
    type Err = UnknownKeep;

    fn from_str(text: &str) -> Result<Self, UnknownKeep> {
        let days = || {
            let number = text.strip_suffix("-days").or_else(|| text.strip_suffix("-day"))?;
            number.parse().ok().filter(|days| *days > 0)
        };
        match text {
            "all" => Ok(Self::All),
            "invalid" => Ok(Self::Invalid),
            _ => days().map(Self::Days).ok_or_else(|| UnknownKeep(text.to_owned())),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Invalid => f.write_str("invalid"),
            Self::Days(days) => write!(f, "{days}-days"),
        }
    }
}

impl Keep {
    /// Whether the witness of a transaction of this verdict is written.
    pub(super) fn writes(self, verdict: Verdict) -> bool {
        self != Self::Invalid || verdict != Verdict::Valid
    }

    /// The instant, in milliseconds, before which a valid transaction's witness was stored that is kept no
    /// longer.
    pub(super) fn until(self, now: i64) -> Option<i64> {
        const DAY: i64 = 86_400_000;
        match self {
            Self::All => None,
            Self::Invalid => Some(now.saturating_add(1)),
            Self::Days(days) => Some(now.saturating_sub(DAY.saturating_mul(days.into()))),
        }
    }
}

/// A folder of witnesses.
#[derive(Clone, Debug)]
pub(super) struct Witnesses {
    folder: PathBuf,
}

impl Witnesses {
    /// The witnesses of a folder, which is made if it is not there. What a killed run has not finished is
    /// removed.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // Somebody else may have removed it.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The witnesses of a folder that somebody else writes.
    pub(super) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The file of a witness.
    pub(super) fn path(&self, hash: B256) -> PathBuf {
        let name = hex::encode(hash);
        self.folder.join(&name[..2]).join(format!("{name}.bin"))
    }

    /// Writes a witness, unless it is there: what has a name is whole.
    pub(super) fn write(&self, hash: B256, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(hash);
        if path.exists() {
            return Ok(());
        }
        self.put(&path, bytes).map_err(|error| failed(&path, error))
    }

    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = path.parent().unwrap_or(&self.folder);
        if !parent.exists() {
            fs::create_dir_all(parent)?;
            sync(&self.folder)?;
        }
        let mut builder = Builder::new();
        builder.prefix(UNFINISHED);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for any new file: the umask takes away what the user does not want.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync(parent)
    }

    /// Removes a witness; one that is not there is removed.
    pub(super) fn remove(&self, hash: B256) -> Result<(), StoreError> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, error)),
            _ => Ok(()),
        }
    }
}

/// Brings a folder's entries to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::Witness { file: path.display().to_string(), error }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        for (text, keep) in
            [("all", Keep::All), ("invalid", Keep::Invalid), ("30-days", Keep::Days(30))]
        {
            assert_eq!(text.parse(), Ok(keep));
            assert_eq!(keep.to_string(), text);
        }
        for text in ["", "none", "0-days", "-1-days", "30", "days"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_witness_is_there_whole_and_what_was_not_finished_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = folder.path().join(".unfinished-x");
        fs::write(&unfinished, b"half").unwrap();
        let witnesses = Witnesses::open(folder.path()).unwrap();
        assert!(!unfinished.exists());
        let hash = B256::repeat_byte(0xab);
        witnesses.write(hash, b"whole").unwrap();
        assert_eq!(fs::read(witnesses.path(hash)).unwrap(), b"whole");
        witnesses.write(hash, b"whole").unwrap();
        witnesses.remove(hash).unwrap();
        witnesses.remove(hash).unwrap();
        assert!(!witnesses.path(hash).exists());
    }
}
