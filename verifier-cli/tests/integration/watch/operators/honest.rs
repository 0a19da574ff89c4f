//! Who tells the truth is never challenged, through reorganisations of either chain; and a conviction that is
//! reorganised away is sent again.

use iso_evm_onchain::dispute::Standing;
use serde_json::{Value, json};

use super::{Chains, is};

/// The events that tell of a challenge.
fn challenges(events: &[Value]) -> usize {
    events.iter().filter(|event| event["event"] == "challenge-sent").count()
}

#[test]
fn an_honest_operator_is_challenged_after_his_block_is_reorganised_away() {
    let Some(chains) = Chains::start("") else { return };
    let (truth, witnesses) = chains.truth();
    let disputes = chains.disputes(&witnesses[0]);
    let honest = chains.commits(&disputes, &truth, true);
    let mut watcher = chains.challenger("");
    let mut events = watcher.until(|event| is(event, "commitment-same", honest));
    // The block is gone, and with it what he has committed to.
    chains.guest.method("anvil_reorg", json!([1, []]));
    events.extend(watcher.until(|event| is(event, "commitment-of-other-block", honest)));
    // His commitment is gone, and is made again.
    chains.host.method("anvil_reorg", json!([1, []]));
    events.extend(watcher.until(|event| is(event, "commitment-gone", honest)));
    assert_eq!(chains.standing(&disputes, honest), Standing::None);
    assert_eq!(chains.commits(&disputes, &truth, true), honest);
    events.extend(watcher.until(|event| is(event, "commitment", honest)));
    chains.guest.method("evm_mine", json!([]));
    let newest = chains.guest.chain.newest().unwrap().number;
    events.extend(watcher.until_block(newest));
    assert_eq!(challenges(&events), 0, "{events:#?}");
    assert_eq!(watcher.end(), Some(0));
    assert_eq!((chains.sent(), chains.standing(&disputes, honest)), (0, Standing::Open));
}

#[test]
fn a_conviction_that_is_reorganised_away_is_not_sent_again() {
    let Some(chains) = Chains::start("--bond 1ether") else { return };
    let (disputes, id) = chains.lied();
    let mut watcher = chains.challenger("");
    let events = watcher.until(|event| is(event, "commitment-convicted", id));
    assert_eq!(challenges(&events), 2, "{events:#?}");
    let convicted = events.last().unwrap();
    assert_eq!(
        (&convicted["own"], &convicted["by"]),
        (&json!(true), &json!(chains.host.accounts[3]))
    );
    // Challenge and announcement are gone.
    chains.host.method("anvil_reorg", json!([2, []]));
    assert_eq!(chains.standing(&disputes, id), Standing::Open);
    let events = watcher.until(|event| is(event, "commitment-convicted", id));
    assert_eq!(chains.standing(&disputes, id), Standing::Convicted, "{events:#?}");
    // As they were signed; anew only if the node has put both into one block, where a challenge fails.
    let failed = events.iter().filter(|event| event["success"] == json!(false)).count();
    assert_eq!(challenges(&events) > 0, failed > 0, "{events:#?}");
    assert!((2..=4).contains(&chains.sent()), "{events:#?}");
    assert_eq!(chains.convictions(&disputes), 1);
    assert_eq!(watcher.end(), Some(0));
}
