//! What operators have published of their claims: files in a folder, each found by the root that it is of. What a
//! file says is believed no further than its hashes hold.
//!
//! In the data's way this stands between the operators and the comparison.

use std::{
    collections::HashMap,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    time::SystemTime,
};

use alloy_primitives::B256;
use iso_evm_verifier::claim::ClaimedBlock;

/// The longest file that is read.
const LONGEST: u64 = 1 << 30;

/// How the names of claims end.
const ENDING: &str = "json";

/// A file as it was when it was looked at: when it was changed, and how long it is.
type Stamp = (Option<SystemTime>, u64);

/// A folder of claims.
#[derive(Debug, Default)]
pub(super) struct Published {
    folder: Option<PathBuf>,
    /// The roots of the files that were read; none of one that is no claim.
    known: HashMap<PathBuf, (Stamp, Option<B256>)>,
}

impl Published {
    /// The claims in a folder, if there is one.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, known: HashMap::new() }
    }

    /// The claim with a root, if somebody has put it there. A file that is named by the root is looked at first.
    pub(super) fn find(&mut self, root: B256) -> Option<ClaimedBlock> {
        let folder = self.folder.clone()?;
        let named = folder.join(format!("{root}.{ENDING}"));
        if let Some(claimed) = read(&named).filter(|claimed| claimed.root() == root) {
            return Some(claimed);
        }
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
        paths.sort();
        self.known.retain(|path, _| paths.binary_search(path).is_ok());
        for path in paths {
            let Some(stamp) = fs::metadata(&path).ok().map(|data| stamp(&data)) else { continue };
            let known = self.known.get(&path).filter(|(before, _)| *before == stamp);
            if let Some((_, found)) = known {
                if *found == Some(root) {
                    return read(&path).filter(|claimed| claimed.root() == root);
                }
                continue;
            }
            let claimed = read(&path);
            let found = claimed.as_ref().map(ClaimedBlock::root);
            self.known.insert(path, (stamp, found));
            if found == Some(root) {
                return claimed;
            }
        }
        None
    }
}

fn stamp(data: &Metadata) -> Stamp {
    (data.modified().ok(), data.len())
}

/// The claim in a file, if it is one.
fn read(path: &Path) -> Option<ClaimedBlock> {
    if fs::metadata(path).ok()?.len() > LONGEST {
        return None;
    }
    match ClaimedBlock::parse(&fs::read(path).ok()?) {
        Ok(claimed) => Some(claimed),
        Err(error) => {
            tracing::info!(file = %path.display(), %error, "no claim");
            None
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_testing::fixtures;
    use iso_evm_verifier::{audit::Subject, claim::claim};
    use iso_evm_wire::{Opened, Witness};

    use super::*;

    #[test]
    fn a_claim_is_found_by_its_root_whatever_else_lies_there_and_when_it_comes() {
        let path = fixtures::own().join("erc20-transfer.witness.bin");
        let witness = Witness::decode(&fs::read(path).unwrap()).unwrap();
        let claimed = claim(&Subject::new(&Opened::of(&witness)), 1 << 28).unwrap().of_run();
        let (root, text) = (claimed.root(), serde_json::to_vec(&claimed).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let mut published = Published::new(Some(folder.path().to_owned()));
        fs::write(folder.path().join("a.json"), b"{").unwrap();
        // Named by the root, and cut short.
        fs::write(folder.path().join(format!("{root}.json")), &text[..text.len() / 2]).unwrap();
        assert!(published.find(root).is_none());
        fs::write(folder.path().join("b.json"), &text).unwrap();
        assert_eq!(published.find(root).unwrap().root(), root);
        assert_eq!(published.find(root).unwrap().root(), root);
        assert!(published.find(B256::repeat_byte(1)).is_none());
        fs::remove_file(folder.path().join("b.json")).unwrap();
        assert!(published.find(root).is_none());
        assert!(Published::new(None).find(root).is_none());
    }
}
