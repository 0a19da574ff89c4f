//! What operators claim in tests: the truth about a witness, or something else, by hand.

use std::{fs, path::Path};

use alloy_primitives::{Address, B256};
use iso_evm_onchain::{
    contracts::{Archives, Contracts},
    dispute::Disputes,
};
use iso_evm_provers::dispute::id_of;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants, claim},
};
use iso_evm_wire::{Opened, Schedule, Witness, segment::Leaf};
use serde_json::Value;

use super::anvil::{Anvil, address};

/// Enough for any message of a test.
pub(crate) const GAS_LIMIT: u64 = 60_000_000;

/// What is claimed of a witness, be it true or not.
pub(crate) fn claimed(witness: &Witness) -> ClaimedBlock {
    claim(&Subject::new(&Opened::of(witness)), GAS_LIMIT).unwrap().of_run()
}

/// The contracts of a deployment, by the options that it was made with.
pub(crate) fn disputes(deployed: &Value, witness: &Witness, options: &str) -> Disputes {
    let words: Vec<&str> = options.split_whitespace().collect();
    let after = |name: &str| {
        let place = words.iter().position(|word| *word == name)?;
        words.get(place + 1).copied()
    };
    let chain = after("--guest-chain").map_or(1, |id| id.parse().unwrap());
    let schedule = match after("--schedule") {
        Some(forks) => Schedule::parse(chain, forks).unwrap(),
        None => Schedule::of_chain(chain).unwrap(),
    };
    let archives = match after("--archive-key") {
        Some(_) => Archives::Account { registrar: address(deployed, "sender") },
        None => Archives::CodeHash,
    };
    let contracts = Contracts { schedule, ..Contracts::new(archives) };
    Disputes::new(contracts, witness.rules).at(address(deployed, "dispute"))
}

/// The first account stands by what a witness says.
pub(crate) fn stands_by(anvil: &Anvil, deployed: &Value, witness: &Witness, options: &str) -> B256 {
    let disputes = disputes(deployed, witness, options);
    stands_by_claim(anvil, &disputes, &claimed(witness))
}

/// The first account stands by a claim.
pub(crate) fn stands_by_claim(anvil: &Anvil, disputes: &Disputes, claimed: &ClaimedBlock) -> B256 {
    let operator = anvil.accounts[0];
    let windows = disputes.check(&anvil.chain).unwrap();
    let act = disputes.scene(windows).commit(operator, B256::ZERO, claimed).unwrap();
    let receipt = anvil.step(0, &act.step);
    assert_eq!((receipt.success, receipt.gas_used), (true, act.step.gas), "commit");
    id_of(operator, claimed.root())
}

/// A claim as its operator publishes it.
pub(crate) fn publish(folder: &Path, claimed: &ClaimedBlock) -> String {
    fs::write(folder.join("claim.json"), serde_json::to_vec(claimed).unwrap()).unwrap();
    "claim.json".to_owned()
}

/// The claim with another first message.
pub(crate) fn with_message(
    claimed: &ClaimedBlock,
    change: impl FnOnce(&ClaimedMessage) -> ClaimedMessage,
) -> ClaimedBlock {
    let told = &claimed.transactions[0];
    let mut messages = told.messages.clone();
    messages[0] = change(&messages[0]);
    with_transaction(claimed, told.steps.clone(), messages, claimed.claim.leave)
}

/// The claim with other steps and messages.
pub(crate) fn with_transaction(
    claimed: &ClaimedBlock,
    steps: Instants,
    messages: Vec<ClaimedMessage>,
    leave: B256,
) -> ClaimedBlock {
    let told = &claimed.transactions[0];
    let hashes = [told.claim.hash, told.claim.receipt];
    let changed =
        ClaimedTransaction::new(hashes, told.claim.sender, (steps, told.places), messages);
    let roots = [claimed.claim.enter, leave];
    let ancestors = claimed.ancestors.clone();
    ClaimedBlock::new(claimed.environment, B256::ZERO, ancestors, roots, (0, vec![changed]))
}

/// The first message with other checkpoints.
pub(crate) fn with_checkpoints(told: &ClaimedMessage, checkpoints: Vec<Leaf>) -> ClaimedMessage {
    let records = (told.records.clone(), told.record_tree.clone());
    ClaimedMessage::new(
        told.head.clone(),
        records,
        told.told_entry(),
        told.instants.clone(),
        checkpoints,
    )
}

/// An account that nobody of a test is.
pub(crate) const NOBODY: Address = Address::repeat_byte(0x99);
