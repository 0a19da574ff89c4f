//! Lies about what the rules ask: of the transaction, its blobs, its sender.

use alloy_consensus::{Header, TxEip1559, TxEip4844, TxEip7702};
use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, TxKind, U256, hex, keccak256};
use iso_evm_wire::{Fork, Witness, transaction::EthereumBody};
use iso_evm_witness::prestate::{Prestate, PrestateAccount};

use super::{
    super::recorded::{
        BASE_FEE, CONTRACT, OTHER, Setup, Signer, legacy, sender, stand_on, with_body,
    },
    Kind, Lies, call, changed,
};
use crate::audit::{
    AuditOutcome, replay,
    transaction::{Unanchored, unanchored},
};

/// Number and time of mainnet's first block of Cancun.
const CANCUN: (u64, u64) = (19_426_587, 1_710_338_135);

pub(super) fn add(lies: &mut Lies) {
    rules(lies);
    blob_rules(lies);
    sender_rules(lies);
}

fn blobs(count: usize) -> Setup {
    let hash = B256::from(U256::ONE << 248);
    let body = TxEip4844 {
        chain_id: 1,
        nonce: 3,
        gas_limit: 100_000,
        max_fee_per_gas: 30,
        max_priority_fee_per_gas: 1,
        to: OTHER,
        blob_versioned_hashes: vec![hash; count],
        max_fee_per_blob_gas: 900,
        ..Default::default()
    };
    Setup::new(Fork::Cancun, body)
}

fn with_blobs(witness: &Witness, change: impl FnOnce(&mut TxEip4844)) -> Witness {
    with_body(witness, |body| match body {
        EthereumBody::Eip4844(body) => change(body),
        _ => unreachable!(),
    })
}

fn with_dynamic(witness: &Witness, change: impl FnOnce(&mut TxEip1559)) -> Witness {
    with_body(witness, |body| match body {
        EthereumBody::Eip1559(body) => change(body),
        _ => unreachable!(),
    })
}

fn on(witness: &Witness, prestate: &Prestate) -> Witness {
    let mut witness = witness.clone();
    stand_on(&mut witness, prestate);
    witness
}

/// Lies that the rules find, which need no state.
fn rules(lies: &mut Lies) {
    let (honest, _) = call().record();
    lies.add(Kind::ChainId, "another chain", changed(&honest, |lie| lie.chain_id = 5), [5_u64, 1]);
    let earlier = changed(&honest, |lie| lie.rules = Fork::Berlin.into());
    lies.add(Kind::Type, "type 2 before London", earlier, [1_u8, 2]);
    let last = with_dynamic(&honest, |body| body.nonce = u64::MAX);
    lies.add(Kind::Nonce, "the last nonce", last, [u64::MAX - 1, u64::MAX]);
    let small = changed(&honest, |lie| lie.block.gas_limit = 199_999);
    lies.add(Kind::GasLimit, "above the block's", small, [199_999_u64, 200_000]);
    let osaka = changed(&honest, |lie| lie.rules = Fork::Osaka.into());
    let large = with_dynamic(&osaka, |body| body.gas_limit = (1 << 24) + 1);
    lies.add(Kind::GasLimit, "above EIP-7825's", large, [1_u64 << 24, (1 << 24) + 1]);
    let least = 21_000 + 2 * 16;
    let cheap = with_dynamic(&honest, |body| body.gas_limit = least - 1);
    lies.add(Kind::IntrinsicGas, "below the intrinsic gas", cheap, [least, least - 1]);
    let floor = 21_000 + 2 * 40;
    let prague = changed(&honest, |lie| lie.rules = Fork::Prague.into());
    let cheap = with_dynamic(&prague, |body| body.gas_limit = floor - 1);
    lies.add(Kind::IntrinsicGas, "below the floor", cheap, [floor, floor - 1]);
    let low = with_dynamic(&honest, |body| {
        (body.max_fee_per_gas, body.max_priority_fee_per_gas) = (6, 0);
    });
    lies.add(Kind::Fee, "below the base fee", low, [u128::from(BASE_FEE), 6]);
    let tip = with_dynamic(&honest, |body| body.max_priority_fee_per_gas = 31);
    lies.add(Kind::Fee, "a tip above the price", tip, [30_u128, 31]);
    let long = vec![0; 49_153];
    let mut body = legacy(TxKind::Create, 0, long);
    body.gas_limit = 400_000;
    let (early, _) = Setup::new(Fork::Paris, body).record();
    let long = changed(&early, |lie| lie.rules = Fork::Shanghai.into());
    lies.add(Kind::Initcode, "a byte too many", long, [49_152_u64, 49_153]);
    let body = TxEip7702 {
        chain_id: 1,
        nonce: 3,
        gas_limit: 100_000,
        max_fee_per_gas: 30,
        authorization_list: vec![Signer::new(2).authorize(1, CONTRACT, 0)],
        ..Default::default()
    };
    let (delegating, _) = Setup::new(Fork::Prague, body).record();
    let empty = with_body(&delegating, |body| match body {
        EthereumBody::Eip7702(body) => body.authorization_list.clear(),
        _ => unreachable!(),
    });
    lies.add(Kind::Authorization, "none", empty, [1_u8, 0]);
}

/// Lies about blobs.
fn blob_rules(lies: &mut Lies) {
    let (honest, _) = blobs(6).record();
    let none = with_blobs(&honest, |body| body.blob_versioned_hashes.clear());
    lies.add(Kind::Blob, "none", none, [1_u8, 0]);
    let hash = B256::from(U256::ONE << 248);
    let many = with_blobs(&honest, |body| body.blob_versioned_hashes.push(hash));
    lies.add(Kind::Blob, "one too many", many, [6_u8, 7]);
    let many =
        changed(&with_blobs(&honest, |body| body.blob_versioned_hashes = vec![hash; 10]), |lie| {
            lie.rules = Fork::Prague.into();
        });
    lies.add(Kind::Blob, "one too many for Prague", many, [9_u8, 10]);
    let other = with_blobs(&honest, |body| body.blob_versioned_hashes[5][0] = 2);
    lies.add(Kind::Blob, "an unknown version", other, [1_u8, 2]);
    let fee = changed(&honest, |lie| lie.block.blob_base_fee = Some(901));
    lies.add(Kind::Blob, "below the base fee", fee, [901_u128, 900]);
    let (number, timestamp) = CANCUN;
    let header = Header { number, timestamp, excess_blob_gas: Some(0), ..Header::default() };
    let header = Box::new(header);
    let whole = changed(&honest, |lie| lie.block.header = Some(header));
    assert_eq!(replay::transaction(&whole), AuditOutcome::Valid);
    let fee = changed(&whole, |lie| lie.block.blob_base_fee = Some(2));
    lies.add(Kind::BlobBaseFee, "one wei too many", fee, [1_u128, 2]);
    let excess = changed(&whole, |lie| lie.block.excess_blob_gas = Some(10_000_000));
    lies.add(Kind::BlobBaseFee, "of less excess", excess, [19_u128, 1]);
    let excess = changed(&whole, |lie| lie.block.excess_blob_gas = Some(u64::MAX));
    lies.add(Kind::BlobBaseFee, "no excess has it", excess, [U256::MAX, U256::ONE]);
    fork_rules(lies, &whole);
    let parent = Header { number: number - 1, ..Header::default() };
    let child = changed(&whole, |lie| {
        let header = lie.block.header.as_mut().unwrap();
        header.parent_hash = parent.hash_slow();
        lie.ancestors = vec![parent.clone()];
    });
    assert_eq!(replay::transaction(&child), AuditOutcome::Valid);
    let other = Header { gas_used: 1, ..parent.clone() };
    let hashes = [parent.hash_slow(), other.hash_slow()];
    let lie = changed(&child, |lie| lie.ancestors = vec![other]);
    lies.add(Kind::Ancestor, "another parent", lie, hashes);
    let lie = changed(&child, |lie| lie.block.header.as_mut().unwrap().number += 1);
    lies.add(Kind::Ancestor, "a number is left out", lie, [number, number - 1]);
}

/// Lies about the fork: a block of mainnet under another fork's rules. What is no block of a chain
/// whose schedule is known has the fork that it says.
fn fork_rules(lies: &mut Lies, whole: &Witness) {
    let at = |number: u64, timestamp: u64| {
        changed(whole, |lie| {
            let header = lie.block.header.as_mut().unwrap();
            (header.number, header.timestamp) = (number, timestamp);
        })
    };
    let fork = |fork: Fork| U256::from(fork.number());
    let words = |expected: Fork| [fork(expected), fork(Fork::Cancun)];
    let (number, timestamp) = CANCUN;
    let early = at(number - 1, timestamp - 12);
    lies.add(Kind::Fork, "a second early", early, words(Fork::Shanghai));
    let late = at(22_431_084, 1_746_612_311);
    lies.add(Kind::Fork, "Prague's first block", late, words(Fork::Prague));
    let bpo = at(24_200_000, 1_767_747_671);
    lies.add(Kind::Fork, "after BPO2", bpo, words(Fork::Osaka));
    let none = at(1, 1_438_269_988);
    lies.add(Kind::Fork, "no fork that is audited", none, [U256::MAX, fork(Fork::Cancun)]);
    for fork in Fork::ALL.into_iter().filter(|fork| *fork != Fork::Cancun) {
        let lie = changed(whole, |lie| lie.rules = fork.into());
        let AuditOutcome::Invalid(finding) = replay::transaction(&lie) else { panic!("{fork}") };
        assert_eq!(finding.kind, Kind::Fork, "{fork}");
    }
    assert_eq!(unanchored(whole), None);
    let unknown = Unanchored::NoSchedule { chain_id: 31_337 };
    for (anyones, why) in [
        (changed(&at(1, 1), |lie| lie.block.header = None), Unanchored::NoHeader),
        (changed(whole, |lie| lie.block.header = None), Unanchored::NoHeader),
        (changed(&at(1, 1), |lie| lie.chain_id = 31_337), unknown),
    ] {
        assert_eq!(unanchored(&anyones), Some(why));
        match replay::transaction(&anyones) {
            AuditOutcome::Invalid(finding) => assert_eq!(finding.kind, Kind::ChainId),
            outcome => assert_eq!(outcome, AuditOutcome::Valid),
        }
    }
}

/// Lies about the sender.
fn sender_rules(lies: &mut Lies) {
    let setup = call();
    let (honest, _) = setup.record();
    let with_sender = |change: &dyn Fn(&mut PrestateAccount)| {
        let mut prestate = setup.prestate.clone();
        change(prestate.get_mut(&sender().address()).unwrap());
        on(&honest, &prestate)
    };
    let nonce = with_sender(&|account| account.nonce = 4);
    lies.add(Kind::Nonce, "too low", nonce, [4_u64, 3]);
    let nonce = with_dynamic(&honest, |body| body.nonce = 9);
    lies.add(Kind::Nonce, "too high", nonce, [3_u64, 9]);
    let none = KECCAK256_EMPTY;
    let code = Bytes::from_static(&hex!("00"));
    let hash = keccak256(&code);
    let with_code = with_sender(&|account| account.code = code.clone());
    lies.add(Kind::SenderCode, "code", with_code, [none, hash]);
    let code: Bytes = [&hex!("ef0100")[..], OTHER.as_slice()].concat().into();
    let hash = keccak256(&code);
    let early = with_sender(&|account| account.code = code.clone());
    lies.add(Kind::SenderCode, "a delegation before Prague", early, [none, hash]);
    let needed = U256::from(200_000 * 30 + 11);
    let less = needed - U256::ONE;
    let poor = with_sender(&|account| account.balance = less);
    lies.add(Kind::Funds, "a wei too few", poor, [needed, less]);
    let setup = blobs(1);
    let (honest, _) = setup.record();
    let needed = U256::from(100_000 * 30 + 131_072 * 900);
    let less = needed - U256::ONE;
    let mut prestate = setup.prestate;
    prestate.get_mut(&sender().address()).unwrap().balance = less;
    lies.add(Kind::Funds, "a wei too few for blobs", on(&honest, &prestate), [needed, less]);
}
