//! Commitments, challenges, and how they end.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use iso_evm_provers::dispute::{
    AuditDispute::{self, *},
    challenge_calldata, in_one_part,
};
use iso_evm_wire::{Fork, Schedule};
use revm::primitives::TxKind;

use crate::{chain::WEALTH, court::*};

const A: B256 = B256::repeat_byte(0xa);
const B: B256 = B256::repeat_byte(0xb);
const C: B256 = B256::repeat_byte(0xc);

#[test]
fn only_what_needs_no_proof_is_committed_to() {
    let mut court = Court::new(0);
    let truth = claim(false, 1, A, B);
    let with = |court: &mut Court, change: &dyn Fn(&mut crate::claimed::Claimed)| {
        let mut claimed = truth.clone();
        change(&mut claimed);
        court.clone().commits(OPERATOR, B256::ZERO, &claimed)
    };
    refused::<_, WrongEnvironment>(with(&mut court, &|claimed| claimed.environment.chain_id = 2));
    refused::<_, WrongEnvironment>(with(&mut court, &|claimed| {
        claimed.environment.beneficiary = B256::repeat_byte(1);
    }));
    refused::<_, WrongRules>(with(&mut court, &|claimed| {
        claimed.environment.rules = Fork::Prague.into()
    }));
    refused::<_, WrongRules>(with(&mut court, &|claimed| claimed.environment.timestamp = 499));
    assert!(
        with(&mut court, &|claimed| {
            claimed.environment.timestamp = 499;
            claimed.environment.rules = Fork::Prague.into();
        })
        .is_ok()
    );
    // Another environment than the block's.
    let mut data =
        iso_evm_provers::dispute::commit_calldata(B256::ZERO, &truth.block(), &truth.environment)
            .to_vec();
    data[4 + 32 + 8 * 32 + 6 * 32 + 31] ^= 1;
    assert!(court.chain.send(OPERATOR, TxKind::Call(court.at), data.into(), U256::ZERO).is_err());
    // Words that no block has.
    let block = truth.block();
    for change in [
        |block: &mut iso_evm_wire::claim::BlockClaim| block.transactions.count = 1 << 32,
        |block: &mut iso_evm_wire::claim::BlockClaim| block.ancestors.count = 0,
        |block: &mut iso_evm_wire::claim::BlockClaim| block.transactions.root = B256::ZERO,
        |block: &mut iso_evm_wire::claim::BlockClaim| block.transactions = Default::default(),
    ] {
        let mut block = block;
        change(&mut block);
        let data =
            iso_evm_provers::dispute::commit_calldata(B256::ZERO, &block, &truth.environment);
        refused::<_, WrongBlock>(court.chain.send(
            OPERATOR,
            TxKind::Call(court.at),
            data,
            U256::ZERO,
        ));
    }
    court.commits(OPERATOR, B256::ZERO, &truth).unwrap();
    eprintln!("commit: {} gas", court.chain.gas);
    refused::<_, AlreadyCommitted>(court.commits(OPERATOR, B256::ZERO, &truth));
    // A copied root is another's.
    court.commits(RIVAL, B256::ZERO, &truth).unwrap();
}

#[test]
fn a_parent_is_ones_own_or_final_and_is_gone_on_from() {
    let mut court = Court::new(0);
    let first = court.commits(OPERATOR, B256::ZERO, &claim(false, 1, A, B)).unwrap();
    let next = claim(false, 2, B, C);
    refused::<_, WrongParent>(court.commits(RIVAL, first, &next));
    refused::<_, WrongParent>(court.commits(OPERATOR, B256::repeat_byte(1), &next));
    refused::<_, WrongParent>(court.commits(OPERATOR, first, &claim(false, 2, C, B)));
    let mut earlier = next.clone();
    earlier.environment.number -= 1;
    refused::<_, WrongParent>(court.commits(OPERATOR, first, &earlier));
    let mut other = next.clone();
    other.environment.base_fee += 1;
    refused::<_, WrongParent>(court.commits(OPERATOR, first, &other));
    other.environment.number += 1;
    court.commits(OPERATOR, first, &other).unwrap();
    court.wait(WINDOW);
    court.finalises(MEDDLER, first).unwrap();
    court.commits(RIVAL, first, &next).unwrap();
}

#[test]
fn what_is_false_is_convicted_and_what_is_true_becomes_final() {
    let mut court = Court::new(0);
    let (good, bad) = (claim(false, 1, A, B), claim(true, 2, A, B));
    let good = court.commits(OPERATOR, B256::ZERO, &good).unwrap();
    let bad = court.commits(OPERATOR, B256::ZERO, &bad).unwrap();
    assert_eq!(court.challenges(CHALLENGER, good, b""), Err(iso_holds()));
    // Another prover's code, another's place.
    let as_other = |court: &mut Court, prover: usize, at: Address| {
        let data = iso_evm_provers::dispute::challenge_calldata(bad, prover, at, Vec::new());
        court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO)
    };
    refused::<_, NotTheProver>(as_other(&mut court, 0, PROVER));
    refused::<_, NotTheProver>(as_other(&mut court, 1, CHALLENGER));
    assert!(as_other(&mut court, 2, PROVER).is_err());
    refused::<_, NotYet>(court.finalises(OPERATOR, bad));
    court.wait(WINDOW * 3);
    // As long as nobody has made it final.
    court.challenges(CHALLENGER, bad, b"").unwrap();
    eprintln!("challenge without its prover: {} gas", court.chain.gas);
    refused::<_, NotOpen>(court.challenges(CHALLENGER, bad, b""));
    refused::<_, NotOpen>(court.finalises(OPERATOR, bad));
    court.finalises(OPERATOR, good).unwrap();
    court.finalises(OPERATOR, good).unwrap();
    refused::<_, NotOpen>(court.challenges(CHALLENGER, good, b""));
    assert_eq!((court.standing(good), court.standing(bad)), (2, 3));
    refused::<_, AlreadyCommitted>(court.commits(OPERATOR, B256::ZERO, &claim(true, 2, A, B)));
}

fn iso_holds() -> alloy_primitives::Bytes {
    use alloy_sol_types::SolError;
    iso_evm_provers::proof::Holds {}.abi_encode().into()
}

#[test]
fn a_bond_is_won_by_who_announced_and_goes_back_otherwise() {
    let mut court = Court::new(BOND);
    let (good, bad) = (claim(false, 1, A, B), claim(true, 2, A, B));
    let data =
        iso_evm_provers::dispute::commit_calldata(B256::ZERO, &good.block(), &good.environment);
    for value in [0, BOND - 1, BOND + 1] {
        let said =
            court.chain.send(OPERATOR, TxKind::Call(court.at), data.clone(), U256::from(value));
        refused::<_, WrongValue>(said);
    }
    let good = court.commits(OPERATOR, B256::ZERO, &good).unwrap();
    let bad = court.commits(OPERATOR, B256::ZERO, &bad).unwrap();
    refused::<_, NotAnnounced>(court.challenges(CHALLENGER, bad, b"proof"));
    court.announces(CHALLENGER, bad, b"proof");
    // Not in the same block, not another's, not of another proof.
    refused::<_, NotAnnounced>(court.challenges(CHALLENGER, bad, b"proof"));
    court.wait(12);
    court.announces(MEDDLER, bad, b"proof");
    refused::<_, NotAnnounced>(court.challenges(MEDDLER, bad, b"proof"));
    refused::<_, NotAnnounced>(court.challenges(CHALLENGER, bad, b"other"));
    // Said again, it is as old as it was.
    court.announces(CHALLENGER, bad, b"proof");
    court.challenges(CHALLENGER, bad, b"proof").unwrap();
    assert_eq!(court.owed(CHALLENGER), U256::from(BOND / 2));
    court.withdraws(CHALLENGER).unwrap();
    assert_eq!(court.chain.balance(CHALLENGER), U256::from(WEALTH + BOND / 2));
    refused::<_, NothingSent>(court.withdraws(CHALLENGER));
    court.wait(WINDOW);
    court.finalises(MEDDLER, good).unwrap();
    court.withdraws(OPERATOR).unwrap();
    assert_eq!(court.chain.balance(OPERATOR), U256::from(WEALTH - BOND));
}

#[test]
fn a_successor_falls_with_its_parent_and_is_never_final_before() {
    let mut court = Court::new(BOND);
    let first = court.commits(OPERATOR, B256::ZERO, &claim(true, 1, A, B)).unwrap();
    let second = court.commits(OPERATOR, first, &claim(false, 2, B, C)).unwrap();
    let third = court.commits(OPERATOR, second, &claim(false, 3, C, A)).unwrap();
    court.wait(WINDOW);
    refused::<_, NotYet>(court.finalises(OPERATOR, second));
    refused::<_, ParentStands>(court.succeeds(MEDDLER, second));
    court.convicts(CHALLENGER, first).unwrap();
    refused::<_, NotYet>(court.finalises(OPERATOR, second));
    refused::<_, ParentStands>(court.succeeds(MEDDLER, third));
    refused::<_, WrongParent>(court.commits(OPERATOR, first, &claim(false, 4, B, C)));
    court.succeeds(MEDDLER, second).unwrap();
    court.succeeds(MEDDLER, third).unwrap();
    refused::<_, NotOpen>(court.succeeds(MEDDLER, third));
    assert_eq!(court.standing(third), 3);
    assert_eq!(court.owed(CHALLENGER), U256::from(3 * (BOND / 2)));
    assert_eq!(court.owed(MEDDLER), U256::ZERO);
}

#[test]
fn what_a_machine_came_to_is_remembered_and_only_that() {
    let mut court = Court::new(0);
    let id = court.commits(OPERATOR, B256::ZERO, &claim(true, 1, A, B)).unwrap();
    let step = |outcome: u64, based: u64, start: B256, digest: B256| {
        let mismatch = (U256::from(5), U256::ZERO, U256::ZERO, B256::ZERO, B256::ZERO);
        let key = B256::repeat_byte(0xee);
        (U256::from(outcome), U256::from(based), key, start, digest, U256::from(9), mismatch)
            .abi_encode()
    };
    let advance = |court: &mut Court, proof: Vec<u8>| {
        let data =
            iso_evm_provers::dispute::advance_calldata(id, PROVER, in_one_part(proof.into()));
        court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO)
    };
    refused::<_, NotReached>(advance(&mut court, step(1, 0, A, B)));
    refused::<_, NotReached>(advance(&mut court, step(2, 0, A, B)));
    advance(&mut court, step(1, 1, C, A)).unwrap();
    advance(&mut court, step(1, 0, A, B)).unwrap();
    refused::<_, NotReached>(advance(&mut court, step(1, 0, C, B)));
    advance(&mut court, step(0, 0, B, B256::ZERO)).unwrap();
    assert_eq!(court.standing(id), 1);
    let keys = AuditDispute::reachedCall { key: B256::repeat_byte(0xee), digest: B };
    assert!(court.call(MEDDLER, &keys, U256::ZERO).unwrap());
    advance(&mut court, step(2, 0, B, B256::ZERO)).unwrap();
    assert_eq!(court.standing(id), 3);
    refused::<_, NotOpen>(advance(&mut court, step(1, 1, C, A)));
}

/// A prover that answers other bytes than a prover does, or none.
#[test]
fn an_answer_of_another_length_convicts_nobody() {
    for size in [0_u8, 32, 159, 161, 192] {
        // PUSH1 size, PUSH0, RETURN
        let code = alloy_primitives::Bytes::from(vec![0x60, size, 0x5f, 0xf3]);
        let mut court = Court::new(0);
        let schedule = Schedule::parse(1, "osaka=0").unwrap();
        let init =
            iso_evm_provers::dispute::init_code(&schedule, windows(0), &[keccak256(&code)], 0);
        court.chain.send(OPERATOR, TxKind::Create, init, U256::ZERO).unwrap();
        court.at = OPERATOR.create(1);
        court.chain.put(PROVER, code);
        let id = court.commits(OPERATOR, B256::ZERO, &claim(true, 1, A, B)).unwrap();
        let data = iso_evm_provers::dispute::challenge_calldata(id, 0, PROVER, Vec::new());
        refused::<_, NotAnAnswer>(court.chain.send(
            CHALLENGER,
            TxKind::Call(court.at),
            data,
            U256::ZERO,
        ));
    }
}

#[test]
fn terms_that_do_not_work_are_refused() {
    let mut court = Court::new(0);
    let schedule = Schedule::parse(1, "osaka=0").unwrap();
    let hash = B256::repeat_byte(1);
    let good = windows(0);
    let mut made = |windows, provers: &[B256], segments| {
        let init = iso_evm_provers::dispute::init_code(&schedule, windows, provers, segments);
        court.chain.send(OPERATOR, TxKind::Create, init, U256::ZERO)
    };
    assert!(made(good, &[hash], 0).is_ok());
    for (windows, provers, segments) in [
        (iso_evm_provers::dispute::Windows { answer_period: 0, ..good }, vec![hash], 0),
        (iso_evm_provers::dispute::Windows { answer_period: PERIOD + 1, ..good }, vec![hash], 0),
        (good, vec![hash], 1),
        (good, vec![], 0),
        (good, vec![hash, B256::ZERO], 0),
        (good, vec![hash, keccak256([])], 0),
    ] {
        refused::<_, BadTerms>(made(windows, &provers, segments));
    }
    assert_eq!(AuditDispute::challengeCall::SELECTOR.len(), 4);
}

#[test]
fn a_proof_in_parts_is_what_its_parts_are_one_behind_the_other() {
    let mut court = Court::new(BOND);
    let id = court.commits(OPERATOR, B256::ZERO, &claim(true, 1, A, B)).unwrap();
    let proof: Vec<u8> = (0..1_000_u32).map(|byte| byte as u8).collect();
    let archive = |part: usize| Address::repeat_byte(0xe0 + part as u8);
    let cuts = [0, 31, 32, 500, 1_000];
    let parts: Vec<Parts::Part> = cuts
        .windows(2)
        .enumerate()
        .map(|(place, cut)| {
            let data = &proof[cut[0]..cut[1]];
            if place % 2 == 0 {
                return Parts::Part { archive: Address::ZERO, data: data.to_vec().into() };
            }
            court.chain.put(archive(place), [&[0xfe], data].concat().into());
            Parts::Part { archive: archive(place), data: Default::default() }
        })
        .collect();
    // It is announced by the hash of all of it.
    court.announces(CHALLENGER, id, &proof);
    court.wait(12);
    let mut short = parts.clone();
    short.pop();
    let mut send = |parts: Vec<Parts::Part>| {
        let data = challenge_calldata(id, 1, PROVER, parts);
        court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO)
    };
    refused::<_, NotAnnounced>(send(short.clone()));
    short.push(Parts::Part { archive: Address::repeat_byte(0x99), data: Default::default() });
    refused::<_, NoArchive>(send(short));
    send(parts).unwrap();
    assert_eq!(court.standing(id), 3);
}
