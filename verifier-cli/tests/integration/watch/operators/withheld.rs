//! What an operator withholds is asked for: he shows it and is convicted by it, or is convicted by silence.

use std::fs;

use iso_evm_onchain::dispute::Standing;
use iso_evm_verifier::claim::Instants;
use serde_json::{Value, json};

use super::{Chains, GUEST, is};
use crate::{chain::anvil::address, common::run};

/// Windows that end within a test, and what a question costs.
const TERMS: &str = "--window 4000 --answer-period 1000 --deposit 1gwei --bond 1ether";

/// Whether an event says that an answer is waited for.
fn waits(event: &Value) -> bool {
    event["event"] == "commitment-withheld"
        && event["reason"].as_str().unwrap().ends_with("what was asked for is to be shown")
}

#[test]
fn an_operator_who_shows_what_he_withheld_is_not_convicted_by_it() {
    let Some(chains) = Chains::start(TERMS) else { return };
    let (truth, witnesses) = chains.truth();
    let disputes = chains.disputes(&witnesses[0]);
    // Deep in it: an instant behind a record of a child's.
    let mut lie = truth;
    let calling = lie.transactions.iter().position(|told| told.messages.len() == 2).unwrap();
    let instants = &mut lie.transactions[calling].messages[1].instants;
    instants.known[1].as_mut().unwrap().refund += 1;
    *instants = Instants::new(instants.known.clone());
    let lie = lie.rebuilt();
    let id = chains.commits(&disputes, &lie, false);
    fs::write(chains.path("lie.json"), serde_json::to_vec(&lie).unwrap()).unwrap();
    let mut watcher = chains.challenger("");
    let (host, at) = (&chains.host, address(&chains.deployed, "dispute"));
    let (url, operator) = (&host.url, host.accounts[0]);
    let answer = format!(
        "iso-verify answer lie.json --dispute {at} {GUEST} --rpc-url {url} --unlocked {operator}"
    );
    let (mut events, mut rounds) = (Vec::new(), 0);
    loop {
        let more = watcher.until(|event| waits(event) || is(event, "commitment-convicted", id));
        events.extend(more);
        if is(events.last().unwrap(), "commitment-convicted", id) {
            break;
        }
        let ran = run(chains.folder.path(), &answer);
        assert_eq!(ran.code, Some(0), "{}{}", ran.text(), ran.stderr);
        rounds += 1;
        assert!(rounds < 10, "{events:#?}");
    }
    // By a prover, with a bond: announced, and challenged.
    let said: Vec<&Value> =
        events.iter().filter(|event| is(event, "commitment-false", id)).collect();
    assert_eq!(said.len(), 1, "{events:#?}");
    assert_eq!(said[0]["prover"], "write");
    let sent: Vec<&Value> = events
        .iter()
        .filter(|event| is(event, "challenge-sent", id))
        .map(|it| &it["what"])
        .collect();
    assert_eq!(sent.iter().filter(|what| **what == "ask").count(), sent.len() - 2, "{sent:?}");
    assert_eq!(sent[sent.len() - 2..], ["announce", "challenge"]);
    assert!(sent.len() < 20, "{sent:?}");
    assert_eq!(chains.sent(), sent.len() as u64);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn an_operator_who_is_silent_is_not_convicted() {
    let Some(chains) = Chains::start(TERMS) else { return };
    let (truth, witnesses) = chains.truth();
    let disputes = chains.disputes(&witnesses[0]);
    let mut lie = truth;
    lie.transactions[1].claim.receipt.0[0] ^= 1;
    let id = chains.commits(&disputes, &lie.rebuilt(), false);
    let mut watcher = chains.challenger("");
    watcher.until(waits);
    assert_eq!(chains.standing(&disputes, id), Standing::Open);
    chains.host.wait(1_001);
    let events = watcher.until(|event| is(event, "commitment-convicted", id));
    assert_eq!(events.last().unwrap()["own"], json!(true), "{events:#?}");
    let last = events.iter().rfind(|event| is(event, "challenge-sent", id)).unwrap();
    assert_eq!(last["what"], "convict-silent");
    assert_eq!(chains.standing(&disputes, id), Standing::Convicted);
    assert_eq!(watcher.end(), Some(0));
}
