//! Each kind of mismatch, by witnesses with one lie each.

use alloy_consensus::{Header, TxEip4844, TxEip7702};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, hex};
use iso_evm_witness::{
    Fork, MessageWitness, Witness,
    prestate::{Prestate, PrestateAccount},
    records::{FrameKind, OpeningRecord, Record},
    transaction::{Transaction, TransactionBody},
};

use super::recorded::{
    BASE_FEE, CONTRACT, OTHER, Setup, Signer, dynamic, legacy, sender, stand_on, with_body,
    with_top,
};
use crate::audit::{
    Finding, Outcome, TransactionKind as Kind,
    replay::{self, replay},
    word::Word,
};

/// What the tests elsewhere produce: a signature that is not the sender's, for which a transaction's
/// type leaves no room (`rules`).
const ELSEWHERE: [Kind; 1] = [Kind::Signature];

/// A lie, and the mismatch that it is.
struct Lie {
    what: &'static str,
    witness: Witness,
    kind: Kind,
    message: Option<usize>,
    expected: B256,
    found: B256,
}

/// The lies of a table.
#[derive(Default)]
struct Lies(Vec<Lie>);

impl Lies {
    /// A lie about the transaction.
    fn add(
        &mut self,
        kind: Kind,
        what: &'static str,
        witness: Witness,
        [expected, found]: [impl Word; 2],
    ) {
        let (expected, found) = (expected.word(), found.word());
        self.0.push(Lie { what, witness, kind, message: None, expected, found });
    }

    /// A lie about the top message.
    fn add_top<W: Word>(
        &mut self,
        kind: Kind,
        honest: &Witness,
        change: impl FnOnce(&mut MessageWitness),
        words: [W; 2],
    ) {
        self.add(kind, kind.name(), with_top(honest, change), words);
        self.0.last_mut().unwrap().message = Some(0);
    }
}

/// A call that logs twice.
fn call() -> Setup {
    let code = hex!("600160025f5fa1 6003600460055f5fa2 60075f5500");
    let body = dynamic(CONTRACT.into(), 11, hex!("aabb"));
    Setup::new(Fork::Shanghai, body).code(CONTRACT, code)
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
        TransactionBody::Eip4844(body) => change(body),
        _ => unreachable!(),
    })
}

fn with_dynamic(
    witness: &Witness,
    change: impl FnOnce(&mut alloy_consensus::TxEip1559),
) -> Witness {
    with_body(witness, |body| match body {
        TransactionBody::Eip1559(body) => change(body),
        _ => unreachable!(),
    })
}

fn on(witness: &Witness, prestate: &Prestate) -> Witness {
    let mut witness = witness.clone();
    stand_on(&mut witness, prestate);
    witness
}

fn changed(witness: &Witness, change: impl FnOnce(&mut Witness)) -> Witness {
    let mut witness = witness.clone();
    change(&mut witness);
    witness
}

/// Lies that the rules find, which need no state.
fn rules(lies: &mut Lies) {
    let (honest, _) = call().record();
    lies.add(Kind::ChainId, "another chain", changed(&honest, |lie| lie.chain_id = 5), [5_u64, 1]);
    let earlier = changed(&honest, |lie| lie.fork = Fork::Berlin);
    lies.add(Kind::Type, "type 2 before London", earlier, [1_u8, 2]);
    let last = with_dynamic(&honest, |body| body.nonce = u64::MAX);
    lies.add(Kind::Nonce, "the last nonce", last, [u64::MAX - 1, u64::MAX]);
    let small = changed(&honest, |lie| lie.block.gas_limit = 199_999);
    lies.add(Kind::GasLimit, "above the block's", small, [199_999_u64, 200_000]);
    let osaka = changed(&honest, |lie| lie.fork = Fork::Osaka);
    let large = with_dynamic(&osaka, |body| body.gas_limit = (1 << 24) + 1);
    lies.add(Kind::GasLimit, "above EIP-7825's", large, [1_u64 << 24, (1 << 24) + 1]);
    let least = 21_000 + 2 * 16;
    let cheap = with_dynamic(&honest, |body| body.gas_limit = least - 1);
    lies.add(Kind::IntrinsicGas, "below the intrinsic gas", cheap, [least, least - 1]);
    let floor = 21_000 + 2 * 40;
    let prague = changed(&honest, |lie| lie.fork = Fork::Prague);
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
    let long = changed(&early, |lie| lie.fork = Fork::Shanghai);
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
        TransactionBody::Eip7702(body) => body.authorization_list.clear(),
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
            lie.fork = Fork::Prague;
        });
    lies.add(Kind::Blob, "one too many for Prague", many, [9_u8, 10]);
    let other = with_blobs(&honest, |body| body.blob_versioned_hashes[5][0] = 2);
    lies.add(Kind::Blob, "an unknown version", other, [1_u8, 2]);
    let fee = changed(&honest, |lie| lie.block.blob_base_fee = Some(901));
    lies.add(Kind::Blob, "below the base fee", fee, [901_u128, 900]);
    let header = Box::new(Header { excess_blob_gas: Some(0), ..Header::default() });
    let whole = changed(&honest, |lie| lie.block.header = Some(header));
    assert_eq!(replay::transaction(&whole), Outcome::Valid);
    let fee = changed(&whole, |lie| lie.block.blob_base_fee = Some(2));
    lies.add(Kind::BlobBaseFee, "one wei too many", fee, [1_u128, 2]);
    let excess = changed(&whole, |lie| lie.block.excess_blob_gas = Some(10_000_000));
    lies.add(Kind::BlobBaseFee, "of less excess", excess, [19_u128, 1]);
    let excess = changed(&whole, |lie| lie.block.excess_blob_gas = Some(u64::MAX));
    lies.add(Kind::BlobBaseFee, "no excess has it", excess, [U256::MAX, U256::ONE]);
    let parent = Header { number: 6, ..Header::default() };
    let child = changed(&whole, |lie| {
        let header = lie.block.header.as_mut().unwrap();
        (header.number, header.parent_hash) = (7, parent.hash_slow());
        lie.ancestors = vec![parent.clone()];
    });
    assert_eq!(replay::transaction(&child), Outcome::Valid);
    let other = Header { gas_used: 1, ..parent.clone() };
    let hashes = [parent.hash_slow(), other.hash_slow()];
    let lie = changed(&child, |lie| lie.ancestors = vec![other]);
    lies.add(Kind::Ancestor, "another parent", lie, hashes);
    let lie = changed(&child, |lie| lie.block.header.as_mut().unwrap().number = 8);
    lies.add(Kind::Ancestor, "a number is left out", lie, [7_u64, 6]);
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
    let none = alloy_primitives::KECCAK256_EMPTY;
    let code = Bytes::from_static(&hex!("00"));
    let hash = alloy_primitives::keccak256(&code);
    let with_code = with_sender(&|account| account.code = code.clone());
    lies.add(Kind::SenderCode, "code", with_code, [none, hash]);
    let code: Bytes = [&hex!("ef0100")[..], OTHER.as_slice()].concat().into();
    let hash = alloy_primitives::keccak256(&code);
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

/// Lies about the top message.
fn message(lies: &mut Lies) {
    let (honest, _) = call().record();
    let (plain, _) = Setup::new(Fork::Shanghai, legacy(OTHER.into(), 1, [])).record();
    let none = changed(&honest, |lie| lie.messages.clear());
    lies.add(Kind::Message, "none where code runs", none, [1_u8, 0]);
    let one = changed(&plain, |lie| lie.messages = honest.messages.clone());
    lies.add(Kind::Message, "one where none runs", one, [0_u8, 1]);
    let (collision, _) = Setup::new(Fork::Shanghai, legacy(TxKind::Create, 0, []))
        .code(sender().address().create(3), hex!("00"))
        .record();
    let one = changed(&collision, |lie| lie.messages = honest.messages.clone());
    lies.add(Kind::Message, "one where a creation collides", one, [0_u8, 1]);

    let (from, other) = (sender().address(), Address::repeat_byte(9));
    let kind = |message: &mut MessageWitness| {
        let Ok(Record::Opening(opening)) = Record::decode(&message.stateAccessList[0]) else {
            unreachable!()
        };
        let kind = FrameKind::Create as u8;
        message.stateAccessList[0] = Record::Opening(OpeningRecord { kind, ..opening }).encode();
    };
    lies.add_top(Kind::Kind, &honest, kind, [0_u8, 4]);
    lies.add_top(Kind::Origin, &honest, |message| message.origin = other, [from, other]);
    let price = [U256::from(12), U256::from(13)];
    lies.add_top(Kind::GasPrice, &honest, |message| message.gasPrice = price[1], price);
    lies.add_top(Kind::Caller, &honest, |message| message.caller = other, [from, other]);
    lies.add_top(Kind::To, &honest, |message| message.to = other, [CONTRACT, other]);
    lies.add_top(Kind::Context, &honest, |message| message.context = other, [CONTRACT, other]);
    let value = [U256::from(11), U256::from(12)];
    lies.add_top(Kind::Value, &honest, |message| message.callvalue = value[1], value);
    let data = [&hex!("aabb")[..], &hex!("aabc")];
    let hashes = data.map(alloy_primitives::keccak256);
    lies.add_top(
        Kind::Calldata,
        &honest,
        |message| message.callData = data[1].to_vec().into(),
        hashes,
    );
    let gas = [U256::from(200_000 - 21_032), U256::from(200_000)];
    lies.add_top(Kind::Gas, &honest, |message| message.gasAvailable = gas[1], gas);
    lies.add_top(Kind::Static, &honest, |message| message.isStatic = true, [false, true]);
    let (right, wrong) = (honest.message(0).unwrap().stateRootEnter, B256::repeat_byte(1));
    lies.add_top(
        Kind::StateRootEnter,
        &honest,
        |message| message.stateRootEnter = wrong,
        [right, wrong],
    );
}

/// Lies about a creation's message.
fn creation(lies: &mut Lies) {
    let setup = Setup::new(Fork::Shanghai, legacy(TxKind::Create, 0, hex!("00")));
    let (honest, _) = setup.record();
    let (new, other) = (sender().address().create(3), sender().address().create(4));
    lies.add_top(Kind::Context, &honest, |message| message.context = other, [new, other]);
    lies.add_top(Kind::To, &honest, |message| message.to = new, [Address::ZERO, new]);
}

/// Lies about the end.
fn end(lies: &mut Lies) {
    let (honest, recording) = call().record();
    let failed = changed(&honest, |lie| lie.receipt.success = false);
    lies.add(Kind::Status, "failed", failed, [true, false]);
    let used = recording.gas_used;
    let less = changed(&honest, |lie| lie.receipt.gas_used -= 1);
    lies.add(Kind::GasUsed, "one less", less, [used, used - 1]);
    let logs = |change: &dyn Fn(&mut Vec<Log>)| {
        changed(&honest, |lie| change(&mut lie.receipt.logs.as_mut().unwrap().logs))
    };
    let short = logs(&|logs| drop(logs.pop()));
    lies.add(Kind::Logs, "one less", short, [2_u8, 1]);
    let moved = logs(&|logs| logs[1].address = OTHER);
    lies.add(Kind::Logs, "another's", moved, [CONTRACT, OTHER]);
    let word = |bloom: alloy_primitives::Bloom| alloy_primitives::keccak256(bloom);
    let bloom = honest.receipt.logs.as_ref().unwrap().bloom;
    let mut other = bloom;
    other[0] ^= 1;
    let wrong = changed(&honest, |lie| lie.receipt.logs.as_mut().unwrap().bloom = other);
    lies.add(Kind::Bloom, "a bit", wrong, [word(bloom), word(other)]);
    let (leave, other) = (honest.roots.leave, B256::repeat_byte(1));
    let wrong = changed(&honest, |lie| lie.roots.leave = other);
    lies.add(Kind::StateRootLeave, "another root", wrong, [leave, other]);
}

fn all() -> Vec<Lie> {
    let mut lies = Lies::default();
    rules(&mut lies);
    blob_rules(&mut lies);
    sender_rules(&mut lies);
    message(&mut lies);
    creation(&mut lies);
    end(&mut lies);
    lies.0
}

#[test]
fn each_lie_is_found_as_what_it_is() {
    for Lie { what, witness, kind, message, expected, found } in all() {
        let finding = Finding { kind, message, record: None, expected, found };
        let outcome = replay(&witness).transaction;
        assert_eq!(outcome, Outcome::Invalid(finding), "{kind}: {what}");
    }
}

#[test]
fn each_kind_has_its_lie() {
    let lies = all();
    for kind in Kind::ALL {
        let told = lies.iter().any(|lie| lie.kind == *kind);
        assert_ne!(told, ELSEWHERE.contains(kind), "{kind}");
    }
}

/// Who signs another's transaction is another sender, whose account is not this.
#[test]
fn a_forger_is_another_sender() {
    let setup = call();
    let (honest, _) = setup.record();
    let signature = Signer::new(9).sign(crate::transaction_hash::signing_hash(&setup.body));
    let forged = Transaction::signed(setup.body, signature).unwrap();
    let lie = changed(&honest, |lie| lie.transaction = forged);
    match replay(&lie).transaction {
        Outcome::Invalid(finding) => assert_eq!(finding.kind, Kind::Nonce),
        outcome => panic!("{outcome:?}"),
    }
}
