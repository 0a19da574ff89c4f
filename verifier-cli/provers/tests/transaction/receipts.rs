//! Lies about receipts: each of them convicts.

use alloy_primitives::{B256, Bloom, Bytes, U256, keccak256};
use iso_evm_provers::{ClaimKind, Kind, transaction::receipt};
use iso_evm_verifier::audit::TransactionKind;
use iso_evm_wire::container::{DepositReceipt, Receipt};

use crate::{
    case::Case,
    court::{Answer, Prover, ask},
    honest::{OPTIMISM, OWN, own},
};

/// The claim with another receipt.
fn with_bytes(case: &Case, bytes: Vec<u8>) -> Case {
    let hash = keccak256(&bytes);
    Case { receipt: bytes, ..case.with(|hashes, _, _, _| hashes[1] = hash) }
}

fn with(case: &Case, change: impl FnOnce(&mut Receipt)) -> Case {
    let mut receipt = case.witness.receipt.clone();
    change(&mut receipt);
    let gas = receipt.gas_used;
    with_bytes(case, receipt.encode_2718(case.witness.transaction.body(), gas))
}

fn judged(case: &Case) -> Answer {
    ask(Prover::Receipt, case.root(), &case.receipt_proof(receipt::RECEIPT))
}

fn told(kind: TransactionKind) -> Kind {
    Kind::Transaction(kind)
}

#[test]
fn each_lie_in_a_receipt_convicts() {
    let cases = OWN.iter().map(|(_, case)| case).chain(OPTIMISM.iter());
    let cases = cases.filter(|case| case.witness.receipt.logs.is_some());
    for case in cases {
        judged(case).holds("it is true");
        let success = case.witness.receipt.success;
        let words = [success, !success].map(|success| B256::from(U256::from(success)));
        judged(&with(case, |lie| lie.success ^= true))
            .convicts(told(TransactionKind::Status), words);
        let gas = case.witness.receipt.gas_used;
        let words = [gas, gas + 1].map(|gas| B256::from(U256::from(gas)));
        judged(&with(case, |lie| lie.gas_used += 1))
            .convicts(told(TransactionKind::GasUsed), words);
        let lie = with(case, |lie| lie.logs.as_mut().unwrap().bloom = Bloom::repeat_byte(1));
        judged(&lie).convicts_of(told(TransactionKind::Bloom));
        let log = alloy_primitives::Log::new_unchecked(
            alloy_primitives::Address::ZERO,
            vec![B256::ZERO; 2],
            Bytes::from_static(&[1]),
        );
        let lie = with(case, |lie| lie.logs.as_mut().unwrap().logs.push(log));
        judged(&lie).convicts_of(told(TransactionKind::Logs));
        if !case.witness.receipt.logs.as_ref().unwrap().logs.is_empty() {
            let lie = with(case, |lie| drop(lie.logs.as_mut().unwrap().logs.pop()));
            judged(&lie).convicts_of(told(TransactionKind::Logs));
            let lie = with(case, |lie| {
                lie.logs.as_mut().unwrap().logs[0].address.0[19] ^= 1;
            });
            judged(&lie).convicts_of(told(TransactionKind::Logs));
            let lie = with(case, |lie| {
                let log = &mut lie.logs.as_mut().unwrap().logs[0];
                log.data.data = Bytes::from_static(&[0x77; 40]);
            });
            judged(&lie).convicts_of(told(TransactionKind::Logs));
        }
    }
}

#[test]
fn what_only_a_deposits_receipt_tells_convicts() {
    let case = &OPTIMISM[0];
    let honest = case.witness.receipt.deposit.unwrap();
    let (nonce, version) = (honest.nonce, honest.version.unwrap());
    let word = |number: u64| B256::from(U256::from(number));
    let deposit =
        |nonce, version| with(case, |lie| lie.deposit = Some(DepositReceipt { nonce, version }));
    let words = [word(nonce), word(nonce + 1)];
    judged(&deposit(nonce + 1, Some(version))).convicts(told(TransactionKind::DepositNonce), words);
    let words = [word(version), word(2)];
    judged(&deposit(nonce, Some(2))).convicts(told(TransactionKind::DepositVersion), words);
    let words = [word(nonce), B256::from(U256::MAX)];
    judged(&deposit(nonce, None)).convicts(told(TransactionKind::DepositNonce), words);
}

#[test]
fn bytes_that_are_no_receipt_convict() {
    for case in [own("erc20-transfer"), OPTIMISM[0].clone()] {
        let bytes = &case.receipt;
        for lie in [
            Vec::new(),
            vec![0xc0],
            bytes[1..].to_vec(),
            [&[1], &bytes[1..]].concat(),
            bytes[..bytes.len() - 1].to_vec(),
            [&bytes[..], &[0]].concat(),
        ] {
            let lie = with_bytes(&case, lie);
            let proof = lie.receipt_proof(receipt::MALFORMED);
            let answer = ask(Prover::Receipt, lie.root(), &proof);
            answer.convicts_of(Kind::Claim(ClaimKind::Malformed));
        }
    }
}
