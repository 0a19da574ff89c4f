//! A challenger that is killed at any instant convicts once: what was signed is sent again as it was, and nothing else
//! has its number.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use iso_evm_onchain::dispute::Standing;

use super::Chains;
use crate::watch::tables;

#[test]
fn a_challenger_that_is_killed_again_and_again_convicts_twice_or_never() {
    let Some(chains) = Chains::start("--bond 1ether") else { return };
    let (truth, witnesses) = chains.truth();
    let disputes = chains.disputes(&witnesses[0]);
    // Two lies, to be announced and challenged: four transactions.
    let mut ids = Vec::new();
    for byte in 0..2 {
        let mut lie = truth.clone();
        lie.claim.leave.0[byte] ^= 1;
        ids.push(chains.commits(&disputes, &lie, true));
    }
    // What is sent waits for a while.
    chains.host.method("evm_setAutomine", serde_json::json!([false]));
    let is_over = || ids.iter().all(|id| chains.standing(&disputes, *id) == Standing::Convicted);
    let begun = Instant::now();
    let (mut killed, mut state) = (0_u64, 0x9e37_79b9_7f4a_7c15_u64);
    while !is_over() {
        assert!(begun.elapsed() < Duration::from_secs(240), "{killed} were killed");
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut watcher = chains.challenger("");
        if killed % 3 == 0 {
            watcher.until(|event| event["event"] == "in-step");
        }
        // Longer and longer: on a machine that does much else nothing is done in a short time.
        std::thread::sleep(Duration::from_millis(state % (1_000 + 100 * killed)));
        watcher.kill();
        killed += 1;
        chains.host.method("evm_mine", serde_json::json!([]));
    }
    assert!(killed >= 4, "{killed}");
    // All four, each once.
    assert_eq!(chains.sent(), 4);
    assert_eq!(chains.convictions(&disputes), 2);
    let database = chains.path("watch.db").display().to_string();
    let rows = tables::rows(
        &database,
        "SELECT CAST(nonce AS TEXT), commitment, CAST(act AS TEXT) FROM signed",
    );
    let numbers: BTreeSet<_> = rows.iter().map(|row| &row[0]).collect();
    let acts: BTreeSet<_> = rows.iter().collect();
    assert_eq!((numbers.len(), acts.len()), (4, 4), "{rows:#?}");
}
