//! What nodes have answered, on disk, so that a second run needs no node and one that was cut short
//! goes on where it was: by chain id and block hash what is checked against that hash, by node what it
//! says and does not prove. `specs/15-node.md`, section Cache.
//!
//! In the data's way this stands before the node. Nothing in it is believed more than the node: it
//! is checked as an answer is.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use tempfile::Builder;

use crate::RpcError;

/// A folder of answers.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Where the cache is if nobody says: `iso-evm` in the user's folder for such files. None on a
/// system that does not say where that is.
pub fn default_folder() -> Option<PathBuf> {
    let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = path("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let base = base.or_else(|| {
        let home = path("HOME")?;
        Some(home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
    });
    Some(base.or_else(|| path("LOCALAPPDATA"))?.join("iso-evm"))
}

impl Cache {
    /// The cache in a folder, which is made when something is written.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// An answer; none if it is not there, or cannot be read.
    pub fn get<T: DeserializeOwned>(&self, place: &Path) -> Option<T> {
        serde_json::from_slice(&fs::read(self.folder.join(place)).ok()?).ok()
    }

    /// Keeps an answer. The file is there whole or not at all.
    pub fn put<T: Serialize>(&self, place: &Path, answer: &T) -> Result<(), RpcError> {
        let write = || -> io::Result<()> {
            let path = self.folder.join(place);
            let parent = path.parent().unwrap_or(&self.folder);
            fs::create_dir_all(parent)?;
            let mut file = Builder::new().prefix(".answer-").tempfile_in(parent)?;
            serde_json::to_writer(&mut file, answer)?;
            file.persist(&path)?;
            Ok(())
        };
        let folder = || self.folder.display().to_string();
        write().map_err(|error| RpcError::Cache { folder: folder(), error })
    }

    /// All answers of one kind: files in a folder whose name begins so.
    pub fn all<T: DeserializeOwned>(&self, place: &Path, prefix: &str) -> Vec<T> {
        let Ok(entries) = fs::read_dir(self.folder.join(place)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort_unstable();
        names.iter().filter_map(|name| self.get(&place.join(name))).collect()
    }
}
