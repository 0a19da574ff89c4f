//! What a conviction takes.

use alloy_primitives::{B256, U256, keccak256};
use iso_evm_provers::transaction::{receipt, rules, step, top};

use crate::{
    case::Case,
    court::{Answer, Prover, ask},
    honest::{OPTIMISM, judge_of, own, step_proof},
};

/// More than any conviction of these claims takes.
const MOST: u64 = 3_000_000;

fn gas_of(answer: &Answer) -> u64 {
    match answer {
        Answer::Convicts(_, gas) => *gas,
        Answer::Reverts(output) => panic!("{output}"),
    }
}

/// Of claims of small states; where tries are deep, nodes of so many levels more are read.
#[test]
fn a_conviction_fits_into_a_transaction() {
    let rollup = OPTIMISM.iter().find(|case| !case.told().messages.is_empty() && case.index > 0);
    for (name, case) in [("erc20-transfer", &own("erc20-transfer")), ("rollup", rollup.unwrap())] {
        let mut told = Vec::new();
        let lie: Case = case.with(|_, sender, _, _| sender.0[31] ^= 1);
        told.push(("signature", ask(Prover::Rules, lie.root(), &lie.rules(rules::RULES))));
        let lie = case.with_head(iso_evm_wire::layout::CALLER, U256::ZERO);
        told.push(("caller", ask(Prover::Top, lie.root(), &lie.top(top::FIELDS))));
        let lie = case.with_head(iso_evm_wire::layout::STATE_ROOT_ENTER, U256::ZERO);
        told.push(("entry", ask(Prover::Top, lie.root(), &lie.top(top::ENTRY))));
        let (at, count) = (case.top_at(), case.told().steps.known.len());
        let lie = |step| case.with_step(step, |instant| instant.state_root = B256::ZERO);
        let top_lie = lie(at);
        told.push(("top", ask(Prover::Top, top_lie.root(), &top_lie.top(top::TOP))));
        for (what, index) in [("charge", 1), ("repaid", at + 1), ("beneficiary", at + 2)] {
            let lie = lie(index);
            told.push((what, ask(judge_of(&lie, index), lie.root(), &step_proof(&lie, index))));
        }
        let lie = case.with(|_, _, steps, _| steps.truncate(count - 1));
        told.push(("count", ask(Prover::Step, lie.root(), &lie.about_steps(step::COUNT))));
        // A claim has no receipt where the witness does not tell its logs.
        let lie = case.with(|hashes, _, steps, _| {
            hashes[1] = keccak256(&case.receipt);
            steps[count - 1].as_mut().unwrap().logs = B256::repeat_byte(1);
        });
        told.push(("logs", ask(Prover::Receipt, lie.root(), &lie.receipt_proof(receipt::RECEIPT))));
        for (what, answer) in &told {
            let gas = gas_of(answer);
            eprintln!("{name}, {} bytes: {what} {gas}", case.bytes.len());
            assert!(gas < MOST, "{name}: {what} {gas}");
        }
    }
}
