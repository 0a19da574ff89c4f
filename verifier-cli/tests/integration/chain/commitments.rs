//! What `--commit` asks of a witness, and what is said where a register does not see a lie.

use alloy_primitives::{B256, U256};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::{Witness, encoding, records::Record};
use iso_evm_witness::{Input, record};
use serde_json::json;

use super::{
    anvil::{Anvil, address, committed, fixture, plan},
    verdicts::put,
};
use crate::common::{Ran, run};

/// A message that returns a slot, whose value is 5.
fn reads_a_slot() -> Witness {
    let contract = "0x2222222222222222222222222222222222222222";
    let input = json!({
        "fork": "osaka",
        "block": {"number": "0x16e3600", "timestamp": "0x69800000"},
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "to": contract, "gas": "0xf4240"},
        // PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
        "prestate": {contract: {"code": "0x5f545f5260205ff3", "storage": {"0x0": "0x5"}}}
    });
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// The same with 6, in the record and in what is returned: the code does exactly this, if it is given
/// that.
fn lie() -> Witness {
    let mut witness = reads_a_slot();
    let mut message = witness.message(0).unwrap();
    for record in &mut message.stateAccessList {
        if let Ok(Record::Sload(mut read)) = Record::decode(record) {
            read.value = B256::from(U256::from(6));
            *record = Record::Sload(read).encode();
        }
    }
    message.returndataHash = keccak256(&U256::from(6).to_be_bytes::<32>());
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

/// Exit code 2, these words, and no transaction of the first account's.
fn refused(anvil: &Anvil, before: u64, ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stderr, ran.text());
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    assert_eq!(anvil.chain.nonce(anvil.accounts[0]).unwrap(), before);
}

/// The machines hold the lie for true: it is not in what the code does.
#[test]
fn nobody_commits_to_a_lie_that_the_register_does_not_see() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let (register, hypervisor) = (address(&deployed, "register"), address(&deployed, "hypervisor"));
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (witness, operator) = (lie(), anvil.accounts[0]);
    let file = put(folder, &witness);
    let before = anvil.chain.nonce(operator).unwrap();
    for options in ["", "--commit-unproved", "--dry-run"] {
        let line = format!("submit {file} --register {register} --commit {options}");
        let words = ["--commit: the witness is false, and nothing was sent: access: message 0"];
        refused(&anvil, before, &anvil.iso(folder, &line), &words);
    }
    // Straight there is no register; what is false is said.
    let ran = anvil.iso(folder, &format!("submit {file} --hypervisor {hypervisor}"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("note: false by the audits here: access: message 0"));
    assert!(!ran.stderr.contains("does not see"));
    // An operator who commits by other means can be called upon, with a warning.
    let plan = plan(witness.rules.fork());
    let step = plan.commit(committed(&plan, &witness, 0), &witness.block, register, operator);
    assert!(anvil.send(0, register, step.data, step.gas_limit).success);
    let (url, challenger) = (&anvil.url, anvil.accounts[1]);
    let line = format!(
        "iso-verify submit {file} --register {register} --operator {operator} --rpc-url {url} \
         --unlocked {challenger}"
    );
    let ran = run(folder, &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for words in ["note: false by the audits here: access: message 0", "convicts nobody of it"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[test]
fn an_unproved_witness_is_committed_to_only_if_told_so() {
    let Some(anvil) = Anvil::start() else { return };
    let register = address(&anvil.deploy(""), "register");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut witness = fixture("erc20-transfer");
    witness.nodes.clear();
    let file = put(folder, &witness);
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    let line = format!("submit {file} --register {register} --commit");
    let words = ["not valid by all four audits", "access: not run", "--commit-unproved"];
    refused(&anvil, before, &anvil.iso(folder, &line), &words);
    let document = anvil.json(folder, &format!("{line} --commit-unproved"), 0);
    assert_eq!(document["verdict"], "valid (execution only)");
    // It is nothing without what it is about.
    let alone = format!("submit {file} --register {register} --commit-unproved");
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
        format!("submit {file} --register {hypervisor} --commit"),
    ] {
        let ran = anvil.iso(folder, &line);
        refused(&anvil, before, &ran, &["older than Cancun's", "nothing was sent"]);
    }
}
