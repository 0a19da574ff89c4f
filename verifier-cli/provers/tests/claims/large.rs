//! What a proof takes grows with the logarithm of what a transaction did: the same program with a few records and
//! with ten thousand, with a few frames and as deep as the EVM goes.

use std::{collections::BTreeMap, fs};

use alloy_primitives::hex;
use alloy_sol_types::SolError;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Answer, Court, Fault, MACHINE, Prover, proof::Holds};
use iso_evm_testing::{
    fixtures,
    measurements::{Table, thousands},
    program::{Program, op},
};
use iso_evm_verifier::{audit::Subject, claim::claim};
use iso_evm_wire::{Opened, Witness};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use crate::honest::GAS;

const TOP: &str = "0x00000000000000000000000000000000000a11ce";

/// Bytes of a node of a path.
const HASH: usize = 32;
/// Paths in a proof at most: of the transaction's trees, of a record and the instants before and behind it in one
/// message, and in another.
const PATHS: usize = 8;
/// Bytes of a branch of a trie at most.
const BRANCH: usize = 532;
/// Paths through tries in a proof at most: of slots and accounts, in the state and in the sets.
const TRIE_PATHS: usize = 6;
/// Gas of a byte of calldata at most, the floor of EIP-7623.
const GAS_OF_BYTE: u64 = 40;
/// Gas of a node of a path or of a trie, hashed and looked up, at most, without that of its calldata.
const GAS_OF_NODE: u64 = 4_000;

/// Most gas and bytes of the questions for each prover.
type Most = BTreeMap<Prover, (u64, usize)>;

/// A transaction that calls this code with a word.
fn witness(code: Program, word: u64) -> Witness {
    let text = fs::read_to_string(fixtures::own().join("plain-transfer.json")).unwrap();
    let mut input: Value = serde_json::from_str(&text).unwrap();
    let sent = input["transaction"].as_object_mut().unwrap();
    for name in ["hash", "r", "s", "v", "yParity"] {
        sent.remove(name);
    }
    sent.insert("to".into(), json!(TOP));
    sent.insert("input".into(), json!(format!("0x{word:064x}")));
    // Before Osaka no rule but the block's limit bounds a transaction's gas.
    sent.insert("gas".into(), json!("0x100000000000"));
    input["fork"] = json!("prague");
    input["block"]["gasLimit"] = json!("0x200000000000");
    let code = hex::encode_prefixed(code.build());
    input["prestate"][TOP] = json!({ "balance": "0x0", "nonce": 1, "code": code });
    input["prestate"]["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"]["balance"] =
        json!("0x56bc75e2d631000000000000");
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    assert!(witness.receipt.success);
    witness
}

/// Records that are asked about around the middle one, on either side.
const ROUND: usize = 5;

/// As many records a round, each about another slot, as many rounds as the word says.
fn records(rounds: u64) -> Witness {
    let code = Program::new().push(0).op([op::CALLDATALOAD]);
    let start = code.len();
    let code = code.op([op::JUMPDEST, op::DUP1, op::SLOAD, op::POP]);
    let code = code.op([op::DUP1, op::DUP1, op::TSTORE, op::DUP1, op::TLOAD, op::POP]);
    let code = code.op([op::DUP1]).push(0).op([op::SSTORE]).push(0).push(0).op([op::LOG0]);
    let code = code.push(1).op([op::SWAP1, op::SUB, op::DUP1]).push(start).op([op::JUMPI]);
    witness(code, rounds)
}

/// A slot is read and written, then the code calls itself until the word is zero.
fn frames(depth: u64) -> Witness {
    let code = Program::new().push(0).op([op::CALLDATALOAD, op::DUP1, op::SLOAD]);
    let code = code.push(1).op([op::ADD, op::DUP2, op::SSTORE, op::DUP1]);
    let code = code.op([op::ISZERO]);
    // The rest is of fixed length: what is jumped to is behind it.
    let rest = Program::new().push(1).op([op::SWAP1, op::SUB]).push(0).op([op::MSTORE]);
    let rest = rest.repeat(2, [op::PUSH0]).push(32).repeat(2, [op::PUSH0]);
    let rest = rest.op([op::ADDRESS, op::GAS, op::CALL, op::STOP]);
    let end = code.len() + 3 + rest.len();
    let code = code.push(end).op([op::JUMPI]);
    assert_eq!(code.len() + rest.len(), end);
    witness(code.op(rest.build()).op([op::JUMPDEST, op::STOP]), depth)
}

/// Asks about the records in the middle, the last one, the start and the end of some messages, and about all steps.
/// Whoever claims what is true is acquitted.
fn most(witness: &Witness, messages: &[usize]) -> Most {
    let engine = Engine::new(witness.rules);
    let mut court = Court::new(&engine);
    let opened = Opened::of(witness);
    let subject = Subject::new(&opened);
    let claimed = claim(&subject, GAS).unwrap();
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine: MACHINE,
        transaction: claimed.first,
        gas_limit: GAS,
    };
    let mut questions = accused.questions_of_the_transaction();
    for message in messages {
        let count = claimed.transactions[0].messages[*message].records.len();
        let asked = |record: usize| record.abs_diff(count.div_ceil(2)) < ROUND || record == count;
        let about = accused.questions(*message, asked);
        let (segments, others): (Vec<Fault>, Vec<Fault>) =
            about.into_iter().partition(|question| question.prover == Prover::Segment);
        // All that an operator cuts as he likes cost what the longest does.
        let middle = segments.len() / 2;
        questions.extend(segments.into_iter().skip(middle).take(1));
        questions.extend(others);
    }
    let mut most = Most::new();
    for question in &questions {
        let asked = court.ask(question.prover, claimed.root(), &question.proof);
        let holds = Answer::Reverts(Holds {}.abi_encode().into());
        assert_eq!(asked.answer, holds, "{}", question.prover);
        let (gas, bytes) = most.entry(question.prover).or_default();
        (*gas, *bytes) = ((*gas).max(asked.gas), (*bytes).max(asked.bytes));
    }
    most
}

/// What a proof may take more where every tree has these levels more.
fn check(what: &str, small: &Most, large: &Most, levels: usize, trie_levels: usize) {
    assert!(small.keys().eq(large.keys()), "{what}");
    let more_bytes = levels * PATHS * HASH + trie_levels * TRIE_PATHS * BRANCH;
    let nodes = (levels * PATHS + trie_levels * TRIE_PATHS) as u64;
    let more_gas = more_bytes as u64 * GAS_OF_BYTE + nodes * GAS_OF_NODE;
    for (prover, (gas, bytes)) in large.iter().filter(|(prover, _)| **prover != Prover::Segment) {
        let (before, bytes_before) = small[prover];
        assert!(*bytes <= bytes_before + more_bytes, "{what}: {prover}: {bytes_before} → {bytes}");
        assert!(*gas <= before + more_gas, "{what}: {prover}: {before} → {gas} gas");
    }
}

/// The table: by prover, the same questions of a small transaction and of a large one.
pub(crate) fn table() -> String {
    let mut table = Table::new(["grown", "prover", "gas", "gas then", "bytes", "bytes then"]);
    let few = most(&records(20), &[0]);
    let many = most(&records(2_000), &[0]);
    // From 101 leaves to 10,001 a tree has seven levels more; a trie of a hundred times as many has two.
    check("records", &few, &many, 7, 2);
    let flat = most(&frames(8), &[0, 4, 8]);
    let deep = most(&frames(1_024), &[0, 512, 1_024]);
    // From 9 messages to 1,025: seven levels; so many slots more: three.
    check("depth", &flat, &deep, 7, 3);
    for (what, small, large) in
        [("100 records → 10,000", few, many), ("depth 8 → 1,024", flat, deep)]
    {
        for (prover, (gas, bytes)) in &large {
            let (before, bytes_before) = small[prover];
            let figures = [before, *gas, bytes_before as u64, *bytes as u64].map(thousands);
            let [gas_before, gas, bytes_before, bytes] = figures;
            table.row([what, prover.name(), &gas_before, &gas, &bytes_before, &bytes]);
        }
    }
    table.to_string()
}
