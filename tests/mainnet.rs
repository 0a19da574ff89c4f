//! Mainnet transactions from Istanbul to Cancun, one file a block: recorded, the final root and the
//! logs compared with those that plain revm came to, and every message audited.

use crate::{
    harness::{fixtures, parallel},
    statetests,
};

pub(crate) const FORKS: [&str; 6] = ["Istanbul", "Berlin", "London", "Paris", "Shanghai", "Cancun"];

#[test]
fn every_message_is_valid() {
    let Some(folder) = fixtures::third_party("mainnet") else { return };
    let files = FORKS.iter().flat_map(|fork| fixtures::json_files(&folder.join(fork)));
    let cases: Vec<_> = files.flat_map(|path| statetests::cases(&path)).collect();
    assert!(cases.len() > 100, "only {} transactions", cases.len());
    parallel::check_all(&cases, statetests::check);
}
