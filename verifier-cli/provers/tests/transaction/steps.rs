//! Lies about a transaction's own steps: each of them convicts.

use alloy_primitives::{B256, U256};
use iso_evm_provers::{ClaimKind, Kind, transaction::step};
use iso_evm_verifier::audit::TransactionKind;
use iso_evm_wire::claim::Instant;

use crate::{
    case::Case,
    court::{Prover, ask},
    honest::{OPTIMISM, OWN, judge_of, own, step_proof},
};

const STEP: Kind = Kind::Claim(ClaimKind::Step);

/// A lie about each field of an instant.
const LIES: [fn(&mut Instant); 11] = [
    |instant| instant.state_root.0[31] ^= 1,
    |instant| instant.entry_root.0[31] ^= 1,
    |instant| instant.accessed.0[31] ^= 1,
    |instant| instant.transient.0[31] ^= 1,
    |instant| instant.created.0[31] ^= 1,
    |instant| instant.destroyed.0[31] ^= 1,
    |instant| instant.refund += 1,
    |instant| instant.logs.0[31] ^= 1,
    |instant| instant.messages += 1,
    |instant| instant.depth += 1,
    |instant| instant.ripemd_touched ^= true,
];

#[test]
fn each_field_behind_each_step_that_is_false_convicts() {
    for case in OWN.iter().map(|(_, case)| case).chain(OPTIMISM.iter().take(3)) {
        let count = case.told().steps.known.len();
        for index in (1..count).filter(|index| *index != case.top_at()) {
            let honest = case.told().steps.known[index].unwrap().digest();
            let change = LIES[index % LIES.len()];
            for change in [LIES[0], change] {
                let lie = case.with_step(index, change);
                let found = lie.told().steps.known[index].unwrap().digest();
                let answer = ask(judge_of(&lie, index), lie.root(), &step_proof(&lie, index));
                answer.convicts(STEP, [honest, found]);
            }
        }
    }
}

/// Gas that the first message has not used is nobody's.
#[test]
fn who_is_paid_follows_from_the_first_message() {
    for case in [own("erc20-transfer"), own("storage-gas"), OPTIMISM[2].clone()] {
        let position = iso_evm_wire::layout::GAS_USED;
        let used = case.told().messages[0].head.word(position);
        let lie = case.with_head(position, used + U256::from(100_000));
        for index in case.top_at() + 1..case.top_at() + 3 {
            let answer = ask(Prover::Settle, lie.root(), &step_proof(&lie, index));
            answer.convicts_of(STEP);
        }
    }
}

/// Whatever is destroyed, a transaction has these steps at least; a deposit that is invalid has no others.
#[test]
fn a_step_that_the_bytes_have_and_the_claim_has_not_convicts() {
    for case in [own("erc20-transfer"), own("storage-gas-access-list"), own("selfdestruct")] {
        let least = case.removals_at() as u64;
        let lie = case.with(|_, _, steps, _| steps.truncate(least as usize - 1));
        let answer = ask(Prover::Step, lie.root(), &lie.about_steps(step::COUNT));
        answer.convicts(STEP, [least, least - 1].map(|count| B256::from(U256::from(count))));
    }
}

#[test]
fn transactions_that_do_not_go_on_from_each_other_convict() {
    let chain = Kind::Claim(ClaimKind::Chain);
    let case = own("erc20-transfer");
    for change in LIES {
        let lie = case.with_step(0, change);
        ask(Prover::Step, lie.root(), &lie.entry()).convicts_of(chain);
    }
    let case = OPTIMISM.iter().find(|case| case.index > 0 && case.goes_on()).unwrap();
    let lie = case.with_step(0, |instant| *instant = Instant::entry(B256::repeat_byte(1)));
    ask(Prover::Step, lie.root(), &lie.entry()).convicts_of(chain);
    let lie = Case { claimed: case.claimed.clone(), ..case.clone() };
    let last = lie.told().steps.known.len() - 1;
    let lie = lie.with_step(last, |instant| instant.state_root = B256::repeat_byte(1));
    if case.index + 1 < case.claimed.transactions.len() {
        let next = Case { index: case.index + 1, ..lie };
        ask(Prover::Step, next.root(), &next.entry()).convicts_of(chain);
    }
}

#[test]
fn a_block_that_leaves_another_root_convicts() {
    let mut case = own("erc20-transfer");
    let honest = case.claimed.claim.leave;
    case.claimed.claim.leave = B256::repeat_byte(1);
    let words = [honest, B256::repeat_byte(1)];
    let kind = Kind::Transaction(TransactionKind::StateRootLeave);
    ask(Prover::Step, case.root(), &case.leave()).convicts(kind, words);
}
