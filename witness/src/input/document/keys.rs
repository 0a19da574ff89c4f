//! What an object is, by its keys: what this project writes, what a node or a library prints, what somebody
//! wrote for this.
//!
//! In the data's way this stands inside of [`recognise`](super::recognise).

use std::borrow::Cow;

use alloy_primitives::Address;

use super::{BlockName, Document, Keys};
use crate::block_file::BlockFile;

pub(super) fn is_step(keys: &Keys<'_>) -> bool {
    keys.contains_key("pc") && keys.contains_key("op")
}

/// A row of a batch's results: a message, and where it is from.
pub(super) fn is_row(keys: &Keys<'_>) -> bool {
    ["source", "container", "verdict", "mismatch"].iter().all(|key| keys.contains_key(*key))
}

/// A checkpoint with its words, or as it was committed to.
pub(super) fn is_checkpoint(keys: &Keys<'_>) -> bool {
    let all = |names: &[&str]| names.iter().all(|name| keys.contains_key(*name));
    all(&["pc", "gasUsed", "record", "stackHash"]) || all(&["record", "gasUsed", "digest"])
}

/// What commands print of what they did, by the keys that tell it apart: who printed it, and what it says.
const OUTPUTS: [(&[&str], &str, &str); 14] = [
    (
        &["witnesses", "messages", "unchecked"],
        "iso-verify batch",
        "the summary of many verifications",
    ),
    (&["killed", "survived", "convicted"], "iso-verify mutate", "what found the changes made"),
    (&["forks", "folders", "failures"], "iso-verify statetest", "the summary of state tests"),
    (&["gasCap", "mempoolLimit", "totalGas"], "iso-verify cost", "a witness's gas on a chain"),
    (&["deployer", "hypervisorCodeHash", "live"], "iso-verify deploy", "contracts on a chain"),
    (
        &["dispute", "operator", "standing"],
        "iso-verify commit, challenge, ask, answer or settle",
        "a step of a dispute over a claim",
    ),
    (
        &["hypervisor", "machine", "dryRun", "verdict"],
        "iso-verify submit",
        "a witness's messages as a chain audited them",
    ),
    (&["equal", "differences"], "iso-witness inspect", "what differs between two witnesses"),
    (
        &["reproduced", "verdict", "differences"],
        "iso-verify check",
        "a certificate held against its witness",
    ),
    (&["event", "number"], WATCH, WATCHED),
    (&["event", "common"], WATCH, WATCHED),
    (&["event", "latest"], WATCH, WATCHED),
    (&["event", "blocks"], WATCH, WATCHED),
    (&["event", "node"], WATCH, WATCHED),
];

const WATCH: &str = "iso-verify watch";
const WATCHED: &str = "what a watcher saw of a chain";

/// What a command printed, if it is that.
pub(super) fn of_outputs(keys: &Keys<'_>) -> Option<Document> {
    let is = |names: &[&str]| names.iter().all(|name| keys.contains_key(*name));
    let &(_, command, of) = OUTPUTS.iter().find(|(names, ..)| is(names))?;
    Some(Document::Output { command, of })
}

/// What this project writes itself, or what stands beside it and is no input.
fn of_ours(keys: &Keys<'_>) -> Option<Document> {
    let has = |key: &str| keys.contains_key(key);
    let all = |names: &[&str]| names.iter().all(|name| has(name));
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    Some(if all(&["audits", "findings", "verdict", "witness", "tool", "version"]) {
        Document::Certificate
    } else if all(&["audits", "findings", "verdict", "anchors"]) {
        Document::Report
    } else if is_row(keys) {
        Document::Results
    } else if all(&["root", "environment", "block", "transactions"]) {
        Document::Claim
    } else if all(&["headline", "verdict", "calls"]) {
        Document::Explanation
    } else if let Some(output) = of_outputs(keys) {
        output
    } else if all(&["contract", "codeHash"]) && any(&["code", "bytecode"]) {
        Document::Emitted
    } else if (has("abi") && any(&["bytecode", "deployedBytecode", "evm"]))
        || (all(&["contracts", "sources"]) || all(&["language", "sources"]))
        || all(&["solcVersion", "input", "output"])
    {
        Document::Artifact
    } else if any(&["crypto", "Crypto"]) && any(&["version", "id", "address"]) {
        Document::Keystore
    } else {
        return None;
    })
}

pub(super) fn of_keys(keys: &Keys<'_>, text: &[u8]) -> Document {
    of_ours(keys).unwrap_or_else(|| of_others(keys, text))
}

fn of_others(keys: &Keys<'_>, text: &[u8]) -> Document {
    let has = |key: &str| keys.contains_key(key);
    let all = |names: &[&str]| names.iter().all(|name| has(name));
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let said = |key: &str| keys.get(key).map_or("null", |value| value.get());
    if all(&["genesis", "context", "input"]) {
        Document::TracerTest
    } else if has("messages") && any(&["roots", "codes", "nodes"]) {
        Document::WitnessJson
    } else if BlockFile::is_one(text) {
        Document::BlockFile
    } else if any(&["transaction", "prestate"]) {
        Document::Input
    } else if is_step(keys) || any(&["structLogs", "calls"]) || is_frame(said("type")) {
        Document::Trace
    } else if any(&["logs", "cumulativeGasUsed", "effectiveGasPrice"]) && has("gasUsed") {
        let hash = keys.get("transactionHash").or_else(|| keys.get("hash"));
        Document::Receipt { transaction: hash.and_then(|hash| read(hash.get())) }
    } else if any(&["logs", "cumulativeGasUsed"]) && any(&["status", "transactionHash"]) {
        Document::Receipt { transaction: read(said("transactionHash")) }
    } else if any(&["parentHash", "stateRoot", "transactionsRoot", "sha3Uncles"])
        && any(&["number", "timestamp"])
    {
        let number = read::<iso_evm_wire::quantity::Number>(said("number"));
        let number = number.and_then(|number| u64::try_from(number.0).ok());
        Document::Block(BlockName { hash: read(said("hash")), number })
    } else if any(&["accountProof", "storageProof"]) {
        Document::Proof
    } else if has("alloc") {
        Document::Genesis
    } else if all(&["state", "codes"]) || all(&["state", "headers"]) {
        Document::ExecutionWitness
    } else if is_transaction(&has) {
        Document::Transaction
    } else if is_prestate(keys) {
        Document::Prestate
    } else if keys.values().next().is_some_and(|first| is_state_test(first.get())) {
        Document::StateTest
    } else {
        Document::Unknown
    }
}

/// A field's value, if it is there and one of these.
pub(super) fn read<'a, T: serde::Deserialize<'a>>(value: &'a str) -> Option<T> {
    serde_json::from_str(value).ok()
}

/// Whether a type is that of a call in a trace: an opcode's name.
fn is_frame(kind: &str) -> bool {
    let kind = kind.trim_matches('"');
    ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE", "CREATE", "CREATE2"].contains(&kind)
}

/// Who sent it or who signed it, how often before, and what for.
fn is_transaction(has: &impl Fn(&str) -> bool) -> bool {
    let by = has("from") || has("signature") || has("sig") || (has("r") && has("s"));
    let to = has("to") || has("input") || has("data") || has("sourceHash");
    let how = ["nonce", "gas", "gasLimit", "hash", "value"].into_iter().any(has);
    by && to && how
}

fn is_prestate(keys: &Keys<'_>) -> bool {
    let is_account = |key: &Cow<'_, str>| key.parse::<Address>().is_ok();
    let is_diff = |key: &Cow<'_, str>| matches!(&**key, "pre" | "post");
    !keys.is_empty() && (keys.keys().all(is_account) || keys.keys().all(is_diff))
}

fn is_state_test(test: &str) -> bool {
    let keys: Result<Keys<'_>, _> = serde_json::from_str(test);
    keys.is_ok_and(|keys| {
        let has = |key: &&str| keys.contains_key(*key);
        // Lists of transactions belong to other tools.
        let one = keys.get("transaction").is_none_or(|it| it.get().starts_with('{'));
        ["env", "pre"].iter().all(has) && one
    })
}
