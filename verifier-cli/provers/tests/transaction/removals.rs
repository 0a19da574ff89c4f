//! Lies about who goes when a transaction ends, and about how many steps it takes: each of them convicts.

use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::{ClaimKind, Kind, transaction::StepProof};
use iso_evm_verifier::audit::{
    state::{SetName, Shown, State},
    trie::EMPTY_ROOT,
};
use iso_evm_wire::claim::sets;

use crate::{
    case::Case,
    court::{Answer, Prover, ask},
    honest::{OPTIMISM, going, own, set_of, step_proof},
};

const STEP: Kind = Kind::Claim(ClaimKind::Step);

/// Several accounts go in it.
fn several_go() -> Case {
    let case = own("selfdestruct");
    let (first, count) = (case.removals_at(), case.told().steps.known.len());
    assert!(count > first + 2);
    case
}

fn counts(told: [usize; 2]) -> [B256; 2] {
    told.map(|count| B256::from(U256::from(count)))
}

/// The proof about a removal with all that shows some accounts, in the state and in the set.
fn proof_with(case: &Case, step: usize, accounts: &[Address]) -> StepProof {
    let shown =
        |who: &Address| [Shown::Account(*who), Shown::In(SetName::Destroyed, sets::account(*who))];
    let shown: Vec<Shown> = accounts.iter().flat_map(shown).collect();
    case.step_proof(step, &shown)
}

/// The state's root with an account gone.
fn without(case: &Case, step: usize, who: Address) -> B256 {
    let root = case.told().steps.known[step].unwrap().state_root;
    let packed = case.nodes_behind(step, &[Shown::Account(who)]);
    let mut rest = &packed[..];
    let mut nodes = Vec::new();
    while !rest.is_empty() {
        let mut after = rest;
        let header = alloy_rlp::Header::decode(&mut after).unwrap();
        let size = rest.len() - after.len() + header.payload_length;
        nodes.push(rest[..size].to_vec().into());
        rest = &rest[size..];
    }
    let mut state = State::new(case.witness.rules.fork(), root, nodes);
    state.set_balance(who, U256::ZERO).unwrap();
    state.set_nonce(who, 0).unwrap();
    state.set_code_hash(who, alloy_primitives::KECCAK256_EMPTY).unwrap();
    state.root().unwrap()
}

#[test]
fn one_account_goes_a_step() {
    let case = several_go();
    let (first, count) = (case.removals_at(), case.told().steps.known.len());
    for step in first..count {
        let [before, behind] = [step - 1, step].map(|at| case.told().steps.known[at].unwrap());
        let all = going(&case, step - 1);
        assert_eq!(behind.destroyed, set_of(&all[1..]).0);
        assert_eq!(behind.state_root, without(&case, step - 1, all[0]));
        assert_ne!(behind.state_root, before.state_root);
    }
    assert_eq!(case.told().steps.known[count - 1].unwrap().destroyed, EMPTY_ROOT);
}

/// The order is no matter of taste: another account than the next is none.
#[test]
fn another_account_than_the_least_that_goes_convicts() {
    let case = several_go();
    let first = case.removals_at();
    let all = going(&case, first - 1);
    let other = without(&case, first - 1, all[1]);
    let lie = case.with_step(first, |instant| {
        instant.state_root = other;
        instant.destroyed = set_of(&[&all[..1], &all[2..]].concat()).0;
    });
    let words = [&case, &lie].map(|case| case.told().steps.known[first].unwrap().digest());
    // More nodes than it takes change nothing.
    for proof in [step_proof(&lie, first), proof_with(&lie, first, &all)] {
        ask(Prover::Settle, lie.root(), &proof).convicts(STEP, words);
    }
}

#[test]
fn an_account_that_goes_by_half_convicts() {
    let case = several_go();
    for step in case.removals_at()..case.told().steps.known.len() {
        let before = case.told().steps.known[step - 1].unwrap();
        for lie in [
            // Out of the state alone, out of the set alone, out of neither.
            case.with_step(step, |instant| instant.destroyed = before.destroyed),
            case.with_step(step, |instant| instant.state_root = before.state_root),
            case.with_step(step, |instant| *instant = before),
            // Or all at once.
            case.with_step(step, |instant| {
                *instant = before;
                instant.destroyed = B256::ZERO;
            }),
        ] {
            ask(Prover::Settle, lie.root(), &step_proof(&lie, step)).convicts_of(STEP);
        }
    }
    let (first, last) = (case.removals_at(), case.told().steps.known.len() - 1);
    let all = case.told().steps.known[last].unwrap();
    let lie = case.with_step(first, |instant| *instant = all);
    ask(Prover::Settle, lie.root(), &step_proof(&lie, first)).convicts_of(STEP);
}

/// A step too few, and a step too many, at the end: by the instant behind which it should end.
#[test]
fn steps_that_end_too_soon_or_go_on_convict() {
    for case in [own("erc20-transfer"), OPTIMISM[0].clone(), OPTIMISM[2].clone(), several_go()] {
        let count = case.told().steps.known.len();
        for more in 1..4 {
            let lie = case.with(|_, _, steps, _| {
                for _ in 0..more {
                    steps.push(*steps.last().unwrap());
                }
            });
            let answer = ask(Prover::Step, lie.root(), &lie.end(count - 1));
            answer.convicts(STEP, counts([count, count + more]));
            // Of the step itself nobody can say what it does.
            let proof = lie.step_proof(count, &[]);
            assert!(matches!(ask(Prover::Settle, lie.root(), &proof), Answer::Reverts(_)));
        }
    }
    let case = several_go();
    let (first, whole) = (case.removals_at(), case.told().steps.known.len());
    for count in first..whole {
        let lie = case.with(|_, _, steps, _| steps.truncate(count));
        let answer = ask(Prover::Step, lie.root(), &lie.end(count - 1));
        answer.convicts(STEP, counts([count + 1, count]));
        // All that is there goes on rightly.
        for step in first..count {
            ask(Prover::Settle, lie.root(), &step_proof(&lie, step)).holds("a removal");
        }
    }
}

/// Before the fees are paid nobody goes, and behind a true end there is nothing to be found.
#[test]
fn no_true_end_convicts() {
    for case in [own("erc20-transfer"), OPTIMISM[0].clone(), OPTIMISM[2].clone(), several_go()] {
        let (first, count) = (case.removals_at(), case.told().steps.known.len());
        for step in 0..count {
            let answer = ask(Prover::Step, case.root(), &case.end(step));
            if step + 1 < first {
                assert!(matches!(answer, Answer::Reverts(_)));
            } else {
                answer.holds("an end");
            }
        }
        ask(
            Prover::Step,
            case.root(),
            &case.about_steps(iso_evm_provers::transaction::step::COUNT),
        )
        .holds("count");
    }
}

/// A claim whose set has one account only, at the step before the last: what is claimed behind it, and its proof.
fn alone(who: Address, touched: bool, root: impl FnOnce(B256) -> B256) -> (Case, StepProof) {
    let case = several_go();
    let last = case.told().steps.known.len() - 1;
    let before = case.told().steps.known[last - 1].unwrap();
    let (set, nodes) = set_of(&[who]);
    let lie =
        case.with_step(last - 1, |instant| instant.destroyed = set).with_step(last, |instant| {
            *instant = before;
            instant.destroyed = EMPTY_ROOT;
            instant.state_root = root(before.state_root);
            instant.ripemd_touched = touched;
        });
    let mut proof = lie.step_proof(last, &[Shown::Account(who)]);
    proof.nodes = [&proof.nodes[..], &nodes[..]].concat().into();
    (lie, proof)
}

/// No account that is destroyed is absent; of one the set loses the member, and nothing else happens.
#[test]
fn an_absent_account_that_goes_changes_no_state() {
    let who = Address::repeat_byte(0x5e);
    let (truth, proof) = alone(who, false, |root| root);
    ask(Prover::Settle, truth.root(), &proof).holds("an absent account");
    let (lie, proof) = alone(who, false, |root| B256::from(!U256::from_be_bytes(root.0)));
    ask(Prover::Settle, lie.root(), &proof).convicts_of(STEP);
}

/// To go is not to be touched: what stays touched is not, by that.
#[test]
fn what_stays_touched_is_not_by_going() {
    let who = Address::with_last_byte(3);
    let (truth, proof) = alone(who, false, |root| root);
    ask(Prover::Settle, truth.root(), &proof).holds("0x03");
    let (lie, proof) = alone(who, true, |root| root);
    ask(Prover::Settle, lie.root(), &proof).convicts_of(STEP);
}

/// Without a node nothing is said, and no other account passes for the least.
#[test]
fn a_node_that_lacks_convicts_nobody() {
    let case = several_go();
    let first = case.removals_at();
    let all = going(&case, first - 1);
    let whole = ask(Prover::Settle, case.root(), &step_proof(&case, first));
    whole.holds("a removal");
    for shown in [
        vec![],
        vec![Shown::Account(all[0])],
        vec![Shown::In(SetName::Destroyed, sets::account(all[0]))],
    ] {
        let answer = ask(Prover::Settle, case.root(), &case.step_proof(first, &shown));
        assert!(matches!(answer, Answer::Reverts(_)), "{answer:?}");
        assert_ne!(answer, whole);
    }
    let others = ask(Prover::Settle, case.root(), &proof_with(&case, first, &all[1..]));
    assert!(matches!(others, Answer::Reverts(_)), "{others:?}");
}
