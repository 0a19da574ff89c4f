//! What one transaction of the host must hold: a proof about any step of a guest's transaction, however many there
//! are. That proofs about large things fit is tested where they are archived in parts (`onchain::dispute`).

use std::fs;

use alloy_primitives::{B256, hex};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{
    Accused, Answer, Court, Fault, MACHINE, Prover, court::GAS_CAP, proof::Holds,
};
use iso_evm_testing::{
    fixtures,
    program::{Program, op},
};
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, ClaimedTransaction, Instants, claim},
};
use iso_evm_wire::{Opened, Witness, claim::Instant};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use crate::{honest::GAS, sound::liars::asked};

/// Bytes of calldata that public mempools take.
const MOST_BYTES: usize = 131_072;

const TOP: &str = "0x00000000000000000000000000000000000a11ce";

/// What a transaction did that calls this code.
fn witness(code: Program) -> Witness {
    let text = fs::read_to_string(fixtures::own().join("plain-transfer.json")).unwrap();
    let mut input: Value = serde_json::from_str(&text).unwrap();
    let sent = input["transaction"].as_object_mut().unwrap();
    for name in ["hash", "r", "s", "v", "yParity"] {
        sent.remove(name);
    }
    sent.insert("to".into(), json!(TOP));
    sent.insert("gas".into(), json!("0x1000000"));
    let code = hex::encode_prefixed(code.build());
    input["prestate"][TOP] = json!({ "balance": "0x0", "nonce": 1, "code": code });
    input["prestate"]["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"]["balance"] =
        json!("0x56bc75e2d63100000000");
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    assert!(witness.receipt.success);
    witness
}

/// Holds if every question about the claim can be asked in a transaction.
#[track_caller]
fn fits(witness: &Witness) {
    let engine = Engine::new(witness.rules);
    let mut court = Court::new(&engine).with_gas(1 << 40);
    let told = asked(&engine, witness, &[0]).unwrap();
    let mut most: Vec<(Prover, u64, usize)> = Vec::new();
    for question in &told.questions {
        let asked = court.ask(question.prover, told.root, &question.proof);
        let holds = Answer::Reverts(Holds {}.abi_encode().into());
        assert_eq!(asked.answer, holds, "{}: {} gas", question.prover, asked.gas);
        // A segment's input may be archived.
        let whole = question.prover != Prover::Segment;
        if whole && (asked.gas > GAS_CAP || asked.bytes > MOST_BYTES) {
            most.push((question.prover, asked.gas, asked.bytes));
        }
    }
    assert!(most.is_empty(), "{most:?}");
}

/// A transaction that creates so many accounts, which destroy themselves.
fn destroying(count: u64) -> Witness {
    let code = Program::new().push(0x33).push(0).op([op::MSTORE8]).push(0xff).push(1);
    let code = code.op([op::MSTORE8]).push(count);
    let start = code.len();
    let code = code.op([op::JUMPDEST]).push(2).push(0).push(0).op([op::CREATE, op::POP]);
    let code = code.push(1).op([op::SWAP1, op::SUB, op::DUP1]).push(start).op([op::JUMPI]);
    witness(code)
}

#[test]
fn accounts_that_are_destroyed_beside_each_other() {
    for count in [1, 5, 20, 40, 80] {
        fits(&destroying(count));
    }
}

#[test]
fn many_accounts_that_are_destroyed() {
    fits(&destroying(400));
}

/// Who convicts of a changed claim of a transaction, of those that judge its steps but the top; and the gas. The
/// change is told where the first account goes.
fn convicted(
    witness: &Witness,
    change: impl Fn(&mut Vec<Option<Instant>>, usize),
) -> Vec<(Prover, u64)> {
    let (engine, opened) = (Engine::new(witness.rules), Opened::of(witness));
    let subject = Subject::new(&opened);
    let ClaimedBlock { environment, claim, ancestors, mut transactions, .. } =
        claim(&subject, GAS).unwrap();
    let ClaimedTransaction { claim: told, steps, places, messages, .. } = transactions.remove(0);
    let mut steps = steps.known;
    change(&mut steps, places.before_removals);
    let (hashes, steps) = ([told.hash, told.receipt], (Instants::new(steps), places));
    let lie = ClaimedTransaction::new(hashes, told.sender, steps, messages);
    let roots = [claim.enter, claim.leave];
    let claimed = ClaimedBlock::new(environment, claim.header, ancestors, roots, (0, vec![lie]));
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine: MACHINE,
        transaction: 0,
        gas_limit: GAS,
    };
    let mut court = Court::new(&engine).with_gas(GAS_CAP);
    let mut asked = accused.questions_of_the_transaction();
    asked.retain(|question| matches!(question.prover, Prover::Settle | Prover::Step));
    let of = |question: Fault| {
        let asked = court.ask(question.prover, claimed.root(), &question.proof);
        matches!(asked.answer, Answer::Convicts { .. }).then_some((question.prover, asked.gas))
    };
    asked.into_iter().filter_map(of).collect()
}

/// What a proof about one of many that go takes does not grow with them, and a lie about it is found.
#[test]
fn a_lie_about_one_of_many_that_go_convicts() {
    const COUNT: usize = 400;
    let witness = destroying(COUNT as u64);
    let honest = convicted(&witness, |steps, first| assert_eq!(steps.len(), first + COUNT));
    assert_eq!(honest, []);
    for place in [0, COUNT / 2, COUNT - 2] {
        let found = convicted(&witness, |steps, first| {
            steps[first + place].as_mut().unwrap().accessed = B256::ZERO;
        });
        // The next goes on from the lie, and does not have it.
        let by: Vec<Prover> = found.iter().map(|(prover, _)| *prover).collect();
        assert_eq!(by, [Prover::Settle; 2], "{place}");
        assert!(found.iter().all(|(_, gas)| *gas < 300_000), "{found:?}");
    }
    let ends = |change: &dyn Fn(&mut Vec<Option<Instant>>, usize)| {
        let by: Vec<Prover> = convicted(&witness, change).iter().map(|found| found.0).collect();
        assert!(!by.is_empty() && by.iter().all(|prover| *prover == Prover::Step), "{by:?}");
    };
    ends(&|steps, first| steps.truncate(first + COUNT - 1));
    ends(&|steps, first| steps.truncate(first));
    ends(&|steps, _| steps.push(*steps.last().unwrap()));
}
