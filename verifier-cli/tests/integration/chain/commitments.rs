//! What may be committed to, of which chain and fork, and on which host.

use iso_evm_wire::Witness;
use iso_evm_witness::{Input, record};
use serde_json::json;

use super::{
    anvil::{Anvil, address, fixture, plan},
    verdicts::put,
};
use crate::common::Ran;

/// Exit code 2, these words, and no transaction of the first account's.
fn refused(anvil: &Anvil, before: u64, ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stderr, ran.text());
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    assert_eq!(anvil.chain.nonce(anvil.accounts[0]).unwrap(), before);
}

#[test]
fn an_unproved_witness_is_committed_to_only_if_told_so() {
    let Some(anvil) = Anvil::start() else { return };
    let at = address(&anvil.deploy(""), "dispute");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut witness = fixture("erc20-transfer");
    witness.nodes.clear();
    let file = put(folder, &witness);
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    for line in
        [format!("commit {file} --dispute {at}"), format!("submit {file} --dispute {at} --commit")]
    {
        let words = ["not valid by all four audits", "access: not run", "--unproved"];
        refused(&anvil, before, &anvil.iso(folder, &line), &words);
    }
    let document = anvil.json(folder, &format!("commit {file} --dispute {at} --unproved"), 0);
    assert_eq!(document["standing"], "open");
    // It is nothing without what it is about.
    let alone = format!("submit {file} --dispute {at} --unproved");
    assert_eq!(anvil.iso(folder, &alone).code, Some(2));
}

/// A chain before Cancun: said before anything is spent.
#[test]
fn an_older_host_is_told_before_anything_is_sent() {
    let Some(anvil) = Anvil::of(&["--hardfork", "shanghai"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = put(folder, &fixture("erc20-transfer"));
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    let hypervisor = plan(fixture("erc20-transfer").rules.fork()).hypervisor().address;
    for line in [
        "deploy".to_owned(),
        "deploy --new-deployer".to_owned(),
        format!("submit {file} --hypervisor {hypervisor}"),
        format!("commit {file} --dispute {hypervisor}"),
    ] {
        let ran = anvil.iso(folder, &line);
        refused(&anvil, before, &ran, &["older than Cancun's", "nothing was sent"]);
    }
}

/// Nobody commits by accident to what the contract takes for another fork's, or another chain's.
#[test]
fn a_witness_of_another_fork_or_chain_is_not_committed_to() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let at = address(&deployed, "dispute");
    let truth = fixture("erc20-transfer");
    let folder = tempfile::tempdir().unwrap();
    let commit = |witness: &Witness, options: &str| {
        let file = put(folder.path(), witness);
        anvil.iso(folder.path(), &format!("commit {file} --dispute {at} --unproved {options}"))
    };
    // It is of another chain than the disputes.
    let elsewhere = json!({
        "fork": "osaka", "block": {"number": "0x16e3600", "timestamp": "0x69800000"},
        "transaction": {"chainId": "0x7", "from": "0x1111111111111111111111111111111111111111", "to": "0x2222222222222222222222222222222222222222", "gas": "0xf4240"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f545f55"}}});
    let elsewhere = Input::parse(elsewhere.to_string().as_bytes(), None).unwrap();
    let elsewhere = record(&elsewhere.execution).unwrap().witness(&elsewhere);
    // Its block was before Osaka.
    let early = json!({
        "fork": "osaka", "block": {"number": "0x16e3600", "timestamp": "0x69300000"},
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "to": "0x2222222222222222222222222222222222222222", "gas": "0xf4240"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f545f55"}}});
    let early = Input::parse(early.to_string().as_bytes(), None).unwrap();
    let early = record(&early.execution).unwrap().witness(&early);
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    for (witness, options, words) in [
        (&elsewhere, "", ["of chain 7", "about chain 1"]),
        (&truth, "--schedule osaka=0", ["its schedule is not", "--guest-chain"]),
    ] {
        refused(&anvil, before, &commit(witness, options), &words);
    }
    // Under another fork than its block's it is false, or the contract would not take it.
    let ran = commit(&early, "");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("prague"), "{}", ran.stderr);
    assert_eq!(commit(&truth, "").code, Some(0));

    // Another schedule is another contract, beside the same hypervisor.
    let dev = anvil.deploy("--guest-chain 31337 --schedule osaka=0");
    assert_ne!(address(&dev, "dispute"), at);
    assert_eq!(dev["hypervisor"], deployed["hypervisor"]);
}

#[test]
fn a_chain_that_nobody_knows_needs_its_schedule() {
    let fixtures = crate::common::root().join("tests/fixtures");
    for (options, words) in [
        ("--guest-chain 31337", "chain 31337 is not known"),
        ("--schedule osaka", "FORK=N"),
        ("--schedule petersburg=1", "earlier than istanbul"),
        ("--schedule osaka=1,london=1", "must begin after"),
    ] {
        let ran = crate::common::run(
            &fixtures,
            &format!("iso-verify cost erc20-transfer.json {options}"),
        );
        assert_eq!(ran.code, Some(2), "{options}");
        assert!(ran.stderr.contains(words), "{options}: {}", ran.stderr);
    }
}
