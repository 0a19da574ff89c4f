//! Transactions that break a rule: each of them convicts.

use alloy_consensus::{Transaction as _, TxEip1559, TxEip4844, TxEip7702, TxLegacy};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, TxKind, U256};
use iso_evm_provers::{ClaimKind, transaction::rules};
use iso_evm_verifier::{audit::TransactionKind as Kind, transaction_hash::encode};
use iso_evm_wire::{
    Fork, Rules,
    claim::Environment,
    transaction::{EthereumBody, Transaction},
};

use crate::{
    case::Case,
    court::{Answer, Prover, ask},
    honest::{OPTIMISM, own},
};

/// The claim of another transaction, which nobody has signed: of an unsigned one it is not asked who did.
fn sends(case: &Case, body: EthereumBody) -> Case {
    let from = case.witness.transaction.from();
    case.with_bytes(encode(&Transaction::unsigned(from, body)))
}

fn judged(case: &Case) -> Answer {
    ask(Prover::Rules, case.root(), &case.rules(rules::RULES))
}

fn word(number: u64) -> B256 {
    U256::from(number).into()
}

/// A transaction that keeps the rules of the case's block.
fn dynamic(case: &Case) -> TxEip1559 {
    TxEip1559 {
        chain_id: case.witness.chain_id,
        nonce: 0,
        gas_limit: 100_000,
        max_fee_per_gas: u128::MAX,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::repeat_byte(1)),
        ..TxEip1559::default()
    }
}

#[track_caller]
fn breaks(case: &Case, body: impl Into<EthereumBody>, kind: Kind, words: [B256; 2]) {
    judged(&sends(case, body.into())).convicts(iso_evm_provers::Kind::Transaction(kind), words);
}

#[test]
fn each_rule_that_is_broken_convicts() {
    let case = own("erc20-transfer");
    let good = dynamic(&case);
    judged(&sends(&case, EthereumBody::Eip1559(good.clone()))).holds("it keeps all");
    let limit = case.witness.block.gas_limit;
    let base_fee = case.witness.block.base_fee_per_gas.unwrap();
    let with = |change: &dyn Fn(&mut TxEip1559)| {
        let mut body = good.clone();
        change(&mut body);
        EthereumBody::Eip1559(body)
    };
    let chain = case.witness.chain_id;
    breaks(&case, with(&|body| body.chain_id += 1), Kind::ChainId, [word(chain), word(chain + 1)]);
    let most = word(u64::MAX - 1);
    breaks(&case, with(&|body| body.nonce = u64::MAX), Kind::Nonce, [most, word(u64::MAX)]);
    let most = limit.min(1 << 24);
    let above = most + 1;
    breaks(&case, with(&|body| body.gas_limit = above), Kind::GasLimit, [word(most), word(above)]);
    let low = [word(21_000), word(20_999)];
    breaks(&case, with(&|body| body.gas_limit = 20_999), Kind::IntrinsicGas, low);
    let floor = |body: &mut TxEip1559| {
        body.gas_limit = 60_000;
        body.input = [[1; 1000], [0; 1000]].concat().into();
    };
    breaks(&case, with(&floor), Kind::IntrinsicGas, [word(21_000 + 50_000), word(60_000)]);
    let cheap = |body: &mut TxEip1559| {
        body.max_fee_per_gas = u128::from(base_fee) - 1;
        body.max_priority_fee_per_gas = 0;
    };
    breaks(&case, with(&cheap), Kind::Fee, [word(base_fee), word(base_fee - 1)]);
    let tipped = |body: &mut TxEip1559| {
        body.max_fee_per_gas = u128::from(base_fee);
        body.max_priority_fee_per_gas = u128::from(base_fee) + 1;
    };
    breaks(&case, with(&tipped), Kind::Fee, [word(base_fee), word(base_fee + 1)]);
    let long = |body: &mut TxEip1559| {
        body.gas_limit = 2_000_000;
        body.to = TxKind::Create;
        body.input = Bytes::from(vec![0; 49_153]);
    };
    breaks(&case, with(&long), Kind::Initcode, [word(49_152), word(49_153)]);
}

#[test]
fn each_rule_of_a_type_that_is_broken_convicts() {
    let case = own("blobs");
    let good = TxEip4844 {
        chain_id: case.witness.chain_id,
        gas_limit: 100_000,
        max_fee_per_gas: u128::MAX,
        max_fee_per_blob_gas: u128::MAX,
        blob_versioned_hashes: vec![B256::with_last_byte(1) | B256::repeat_byte(0); 1],
        ..TxEip4844::default()
    };
    let version = |first: u8| {
        let mut hash = B256::ZERO;
        hash[0] = first;
        hash
    };
    let with = |hashes: Vec<B256>, fee: u128| {
        let mut body = good.clone();
        body.blob_versioned_hashes = hashes;
        body.max_fee_per_blob_gas = fee;
        EthereumBody::Eip4844(body)
    };
    judged(&sends(&case, with(vec![version(1)], u128::MAX))).holds("blobs");
    breaks(&case, with(Vec::new(), 1), Kind::Blob, [word(1), word(0)]);
    breaks(&case, with(vec![version(1); 7], 1), Kind::Blob, [word(6), word(7)]);
    breaks(&case, with(vec![version(1), version(2)], 1), Kind::Blob, [word(1), word(2)]);
    let fee = U256::from(case.witness.block.blob_base_fee.unwrap());
    breaks(&case, with(vec![version(1)], 0), Kind::Blob, [fee.into(), word(0)]);
    // Cancun has no delegations.
    let body = TxEip7702 { chain_id: case.witness.chain_id, ..TxEip7702::default() };
    breaks(&case, EthereumBody::Eip7702(body), Kind::Type, [word(3), word(4)]);

    let case = own("delegation-7702");
    let body = TxEip7702 {
        chain_id: case.witness.chain_id,
        gas_limit: 100_000,
        max_fee_per_gas: u128::MAX,
        ..TxEip7702::default()
    };
    breaks(&case, EthereumBody::Eip7702(body), Kind::Authorization, [word(1), word(0)]);
}

/// The last type of a fork is what is expected of a later one.
#[test]
fn types_are_the_forks() {
    let case = own("erc20-transfer");
    let chain_id = case.witness.chain_id;
    for (rules, number, last) in [
        (Rules::from(Fork::Istanbul), 2, 0),
        (Fork::Berlin.into(), 2, 1),
        (Fork::Shanghai.into(), 3, 2),
        (Rules::of_number(0x28).unwrap(), 3, 2),
        (Rules::of_number(0x24).unwrap(), 4, 2),
    ] {
        let mut case = case.clone();
        let environment = Environment { rules, ..case.claimed.environment };
        case.claimed.environment = environment;
        let body = match number {
            2 => EthereumBody::Eip1559(TxEip1559 { chain_id, ..dynamic(&case) }),
            3 => EthereumBody::Eip4844(TxEip4844 { chain_id, ..TxEip4844::default() }),
            _ => EthereumBody::Eip7702(TxEip7702 { chain_id, ..TxEip7702::default() }),
        };
        breaks(&case, body, Kind::Type, [word(last), word(number)]);
    }
}

#[test]
fn who_has_not_signed_is_not_the_sender() {
    for name in
        ["erc20-transfer", "blobs", "delegation-7702", "storage-gas", "creation-transaction"]
    {
        let case = own(name);
        let other = Address::repeat_byte(0x77);
        let lie = case.with(|_, sender, _, _| *sender = other.into_word());
        let words = [case.witness.transaction.from().into_word(), other.into_word()];
        judged(&lie).convicts(iso_evm_provers::Kind::Transaction(Kind::Signature), words);
    }
    let case = &OPTIMISM[0];
    let lie = case.with(|_, sender, _, _| *sender = B256::ZERO);
    judged(&lie).convicts_of(iso_evm_provers::Kind::Transaction(Kind::Signature));
    // One that nobody signed.
    let case = own("erc20-transfer");
    let unsigned = sends(&case, TxLegacy { gas_limit: 50_000, ..TxLegacy::default() }.into());
    let proof = unsigned.rules(rules::UNSIGNED);
    let words = [B256::ZERO, case.witness.transaction.from().into_word()];
    let answer = ask(Prover::Rules, unsigned.root(), &proof);
    answer.convicts(iso_evm_provers::Kind::Transaction(Kind::Signature), words);
}

#[test]
fn a_sender_without_its_nonce_or_the_funds_convicts() {
    let case = own("erc20-transfer");
    let sender = |case: &Case| ask(Prover::Rules, case.root(), &case.rules(rules::SENDER));
    let nonce = case.witness.transaction.body().nonce();
    let lie = sends(&case, TxEip1559 { nonce: nonce + 1, ..dynamic(&case) }.into());
    let kind = iso_evm_provers::Kind::Transaction;
    sender(&lie).convicts(kind(Kind::Nonce), [word(nonce), word(nonce + 1)]);
    let lie = sends(&case, TxEip1559 { nonce, value: U256::MAX, ..dynamic(&case) }.into());
    let found = sender(&lie);
    found.convicts_of(kind(Kind::Funds));
    assert_eq!(found.mismatch().expected, B256::from(U256::MAX));
    // The account called has code.
    let contract = case.witness.transaction.body().to().unwrap();
    let lie = case.with(|_, sender, _, _| *sender = contract.into_word());
    let mut proof = lie.rules(rules::SENDER);
    let shown = [iso_evm_verifier::audit::state::Shown::Account(contract)];
    let nodes = case.nodes(iso_evm_verifier::claim::Moment::Step { step: 0 }, &shown);
    let (nonce, hash) = crate::leaf::leaf_of(&nodes, contract).unwrap();
    let lie = sends(&lie, TxEip1559 { nonce, ..dynamic(&case) }.into());
    let told = lie.rules(rules::SENDER);
    proof.sent = told.sent;
    proof.entry = told.entry;
    proof.nodes = nodes.into();
    proof.code = case.code_of(hash);
    let answer = ask(Prover::Rules, lie.root(), &proof);
    answer.convicts(kind(Kind::SenderCode), [KECCAK256_EMPTY, hash]);
    // Without the code it is not known whether it delegates: then its funds are looked at.
    proof.code = Bytes::new();
    ask(Prover::Rules, lie.root(), &proof).convicts_of(kind(Kind::Funds));
}

/// What is no transaction convicts, what is one does not, and what is not the operator's never does.
#[test]
fn bytes_that_are_no_transaction_convict() {
    let honest = own("erc20-transfer");
    let mut lies = vec![Vec::new(), vec![0xc0], vec![5, 0xc0], vec![0x7e, 0xc0], vec![0xb8]];
    let bytes = &honest.bytes;
    lies.push([&bytes[..], &[0]].concat());
    lies.push(bytes[..bytes.len() - 1].to_vec());
    lies.push([&[1], &bytes[1..]].concat());
    for bytes in lies {
        let case = honest.with_bytes(bytes.clone());
        let answer = ask(Prover::Rules, case.root(), &case.rules(rules::MALFORMED));
        answer.convicts_of(iso_evm_provers::Kind::Claim(ClaimKind::Malformed));
        assert!(matches!(judged(&case), Answer::Reverts(_)), "{bytes:?}");
    }
    let mut proof = honest.rules(rules::MALFORMED);
    proof.sent.bytes_ = Bytes::from_static(&[0xc0]);
    assert!(matches!(ask(Prover::Rules, honest.root(), &proof), Answer::Reverts(_)));
}
