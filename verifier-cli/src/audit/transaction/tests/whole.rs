//! Transactions from entry to exit against revm's roots and receipts.

use alloy_consensus::{TxEip2930, TxEip4844, TxEip7702};
use alloy_eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::SignedAuthorization,
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use iso_evm_witness::{Fork, prestate::PrestateAccount, transaction::Transaction};

use super::recorded::{
    COINBASE, CONTRACT, ETHER, OTHER, Setup, Signer, dynamic, legacy, name, sender,
};
use crate::audit::{
    Outcome,
    replay::{Replayed, replay},
};

/// What a correct witness gives.
const VALID: Replayed = Replayed { access: Outcome::Valid, transaction: Outcome::Valid };

/// Records, audits, and says whether the transaction succeeded and how many messages it had.
#[track_caller]
fn check(setup: &Setup) -> (bool, usize) {
    let (witness, _) = setup.record();
    assert_eq!(replay(&witness), VALID, "{}", name(setup));
    (witness.receipt.success, witness.messages.len())
}

fn from(first: Fork) -> impl Iterator<Item = Fork> {
    Fork::ALL.into_iter().filter(move |fork| *fork >= first)
}

const ENDED: (bool, usize) = (true, 0);
const RAN: (bool, usize) = (true, 1);
const FAILED: (bool, usize) = (false, 1);

#[test]
fn plain_transfers() {
    for fork in Fork::ALL {
        for to in [OTHER, sender().address(), COINBASE] {
            for value in [0, 1_000] {
                let setup = Setup::new(fork, legacy(to.into(), value, []));
                assert_eq!(check(&setup), ENDED);
                // What is there and empty goes once it is touched.
                for other in [0, 5] {
                    assert_eq!(check(&setup.clone().balance(OTHER, other)), ENDED);
                    assert_eq!(check(&setup.clone().balance(COINBASE, other)), ENDED);
                }
            }
        }
    }
}

#[test]
fn transfers_without_a_tip() {
    for fork in from(Fork::London) {
        let mut body = dynamic(OTHER.into(), 1, []);
        body.max_priority_fee_per_gas = 0;
        let setup = Setup::new(fork, body);
        assert_eq!(check(&setup), ENDED);
        // The coinbase gets nothing and is touched all the same.
        assert_eq!(check(&setup.balance(COINBASE, 0)), ENDED);
    }
    for fork in Fork::ALL {
        let mut body = legacy(OTHER.into(), 1, []);
        body.gas_price = 0;
        let mut setup = Setup::new(fork, body).balance(COINBASE, 0);
        setup.block.base_fee_per_gas = (fork >= Fork::London).then_some(0);
        assert_eq!(check(&setup), ENDED);
    }
}

/// The sender has just what it takes.
#[test]
fn nothing_is_left() {
    for fork in Fork::ALL {
        let mut body = legacy(OTHER.into(), 1_000, []);
        body.gas_limit = 21_000;
        let balance = U256::from(21_000 * 20 + 1_000);
        let setup = Setup::new(fork, body);
        let account = PrestateAccount { nonce: 3, balance, ..Default::default() };
        assert_eq!(check(&setup.account(sender().address(), account)), ENDED);
    }
}

#[test]
fn tips_of_every_size() {
    for fork in from(Fork::London) {
        for (most, tip) in [(7, 0), (7, 7), (12, 5), (12, 6), (1_000, 1_000)] {
            let mut body = dynamic(CONTRACT.into(), 5, []);
            (body.max_fee_per_gas, body.max_priority_fee_per_gas) = (most, tip);
            assert_eq!(check(&Setup::new(fork, body).code(CONTRACT, hex!("3a5000"))), RAN);
        }
    }
}

#[test]
fn precompiles() {
    let identity = Address::with_last_byte(4);
    let pairing = Address::with_last_byte(8);
    let ripemd = Address::with_last_byte(3);
    for fork in Fork::ALL {
        for value in [0, 9] {
            let run = |to: Address, input: &[u8], gas_limit| {
                let mut body = legacy(to.into(), value, input.to_vec());
                body.gas_limit = gas_limit;
                check(&Setup::new(fork, body))
            };
            assert_eq!(run(identity, &[7; 100], 100_000), ENDED);
            assert_eq!(run(ripemd, &[], 100_000), ENDED);
            assert_eq!(run(pairing, &[7], 100_000), (false, 0));
            assert_eq!(run(identity, &[], 21_000), (false, 0));
            assert_eq!(run(ripemd, &[], 21_000), (false, 0));
        }
    }
    let p256 = Address::left_padding_from(&[1, 0]);
    let setup = Setup::new(Fork::Osaka, legacy(p256.into(), 0, []));
    assert_eq!(check(&setup), ENDED);
}

/// LOG2, LOG4 and LOG0, then STOP.
const LOGS: &[u8] = &hex!("6001600052600360026020 5fa2 60046003600260 01601f6001a4 5f5fa0 00");

#[test]
fn calls() {
    for fork in from(Fork::Shanghai) {
        let setup = |input: &[u8]| {
            let mut body = dynamic(CONTRACT.into(), 3, input.to_vec());
            body.gas_limit = 400_000;
            let storage = (0..20).map(|key| (B256::with_last_byte(key), B256::repeat_byte(1)));
            let code = input.to_vec().into();
            Setup::new(fork, body).account(
                CONTRACT,
                PrestateAccount {
                    code,
                    nonce: 1,
                    storage: storage.collect(),
                    ..Default::default()
                },
            )
        };
        assert_eq!(check(&setup(LOGS)), RAN);
        // REVERT, INVALID
        assert_eq!(check(&setup(&[&LOGS[..LOGS.len() - 1], &hex!("5f5ffd")].concat())), FAILED);
        assert_eq!(check(&setup(&[&LOGS[..LOGS.len() - 1], &hex!("fe")].concat())), FAILED);
        // Slots are cleared, more of them than refunds may count for.
        let clear: Vec<u8> = (0..20).flat_map(|key| [0x5f, 0x60, key, 0x55]).collect();
        assert_eq!(check(&setup(&clear)), RAN);
        assert_eq!(check(&setup(&clear[..4])), RAN);
        assert_eq!(check(&setup(&[&clear, &hex!("fe")[..]].concat())), FAILED);
        // SELFDESTRUCT to the coinbase, to itself
        assert_eq!(check(&setup(&hex!("41ff"))), RAN);
        assert_eq!(check(&setup(&hex!("30ff"))), RAN);
    }
}

/// Before Shanghai there is no PUSH0; half of the gas may come back before London, and destroying
/// gives a refund.
#[test]
fn refunds_before_london() {
    for fork in [Fork::Istanbul, Fork::Berlin, Fork::London] {
        let storage = (0..20).map(|key| (B256::with_last_byte(key), B256::repeat_byte(1)));
        let storage: std::collections::BTreeMap<_, _> = storage.collect();
        for (slots, end) in [(1, &hex!("00")[..]), (20, &hex!("00")), (20, &hex!("30ff"))] {
            let mut code: Vec<u8> = (0..slots).flat_map(|key| [0x60, 0, 0x60, key, 0x55]).collect();
            code.extend(end);
            let storage = storage.clone();
            let account =
                PrestateAccount { code: code.into(), nonce: 1, storage, ..Default::default() };
            let setup = Setup::new(fork, legacy(CONTRACT.into(), 3, []));
            assert_eq!(check(&setup.account(CONTRACT, account)), RAN);
        }
    }
}

#[test]
fn creations() {
    let new = sender().address().create(3);
    for fork in Fork::ALL {
        for value in [0, 4] {
            let setup = |initcode: &[u8]| {
                Setup::new(fork, legacy(TxKind::Create, value, initcode.to_vec()))
            };
            assert_eq!(check(&setup(&[])), RAN);
            // Code of one byte that the initcode copies.
            assert_eq!(check(&setup(&hex!("600160005360016000f3"))), RAN);
            assert_eq!(check(&setup(&hex!("60006000fd"))), FAILED);
            assert_eq!(check(&setup(&hex!("fe"))), FAILED);
            assert_eq!(check(&setup(&hex!("33ff"))), RAN);
            // The new account is warm.
            assert_eq!(check(&setup(&hex!("303100"))), RAN);
            // Who has only a balance there is no obstacle, code or a nonce is.
            assert_eq!(check(&setup(&[]).balance(new, 7)), RAN);
            assert_eq!(check(&setup(&[]).code(new, hex!("00"))), (false, 0));
            let account = PrestateAccount { nonce: 1, ..Default::default() };
            assert_eq!(check(&setup(&[]).account(new, account)), (false, 0));
        }
    }
}

/// `CONTRACT` asks for balances of accounts and a slot that are warm or not.
#[test]
fn warm_lists() {
    let probe = |account: Address| [&hex!("73")[..], account.as_slice(), &hex!("3150")].concat();
    let code = [
        &probe(OTHER)[..],
        &probe(COINBASE),
        &probe(CONTRACT),
        &probe(sender().address()),
        &probe(Address::with_last_byte(9)),
        &probe(Address::with_last_byte(0x0a)),
        &probe(Address::with_last_byte(0x11)),
        &probe(Address::left_padding_from(&[1, 0])),
        &hex!("600154506002545000"),
    ];
    for fork in from(Fork::Berlin) {
        let keys = vec![B256::with_last_byte(1)];
        let items = [(OTHER, vec![]), (CONTRACT, keys.clone()), (CONTRACT, keys)];
        let item = |(address, storage_keys)| AccessListItem { address, storage_keys };
        for count in 0..=items.len() {
            let list = items[..count].iter().cloned().map(item).collect();
            let body = TxEip2930 {
                chain_id: 1,
                nonce: 3,
                gas_price: 20,
                gas_limit: 200_000,
                to: CONTRACT.into(),
                access_list: AccessList(list),
                ..Default::default()
            };
            assert_eq!(check(&Setup::new(fork, body).code(CONTRACT, code.concat())), RAN);
        }
    }
}

#[test]
fn blobs() {
    for fork in from(Fork::Cancun) {
        for blobs in [1, 6] {
            let hash = B256::with_last_byte(1) | B256::from(U256::ONE << 248);
            let body = TxEip4844 {
                chain_id: 1,
                nonce: 3,
                gas_limit: 100_000,
                max_fee_per_gas: 30,
                max_priority_fee_per_gas: 1,
                to: CONTRACT,
                blob_versioned_hashes: vec![hash; blobs],
                max_fee_per_blob_gas: 900,
                ..Default::default()
            };
            let mut setup = Setup::new(fork, body).code(CONTRACT, hex!("5f495000"));
            setup.block.blob_base_fee = Some(800);
            assert_eq!(check(&setup), RAN);
        }
    }
}

/// The floor decides where calldata is all that a transaction costs, refunds or not (EIP-7623).
#[test]
fn calldata_has_a_floor() {
    let storage = [(B256::ZERO, B256::with_last_byte(1))];
    for fork in from(Fork::Cancun) {
        for code in [&hex!("00")[..], &hex!("5f5f5500")] {
            let mut body = dynamic(CONTRACT.into(), 0, vec![1; 1_000]);
            body.gas_limit = 61_000;
            let account = PrestateAccount {
                code: code.to_vec().into(),
                nonce: 1,
                storage: storage.into(),
                ..Default::default()
            };
            assert_eq!(check(&Setup::new(fork, body.clone()).account(CONTRACT, account)), RAN);
            body.to = OTHER.into();
            assert_eq!(check(&Setup::new(fork, body)), ENDED);
        }
    }
}

fn delegating(to: Address, list: Vec<SignedAuthorization>) -> TxEip7702 {
    TxEip7702 {
        chain_id: 1,
        nonce: 3,
        gas_limit: 500_000,
        max_fee_per_gas: 30,
        max_priority_fee_per_gas: 1,
        to,
        authorization_list: list,
        ..Default::default()
    }
}

#[test]
fn authorizations() {
    let (one, two) = (Signer::new(2), Signer::new(3));
    let (first, second) = (one.address(), two.address());
    let gone = Address::ZERO;
    // Balances of the account itself, and of where its code is.
    let runs = [&hex!("30315073")[..], CONTRACT.as_slice(), &hex!("315000")].concat();
    for fork in from(Fork::Prague) {
        let base = |to, list| {
            let setup = Setup::new(fork, delegating(to, list));
            setup.code(CONTRACT, runs.clone()).balance(OTHER, 5)
        };
        let delegated = PrestateAccount {
            nonce: 4,
            code: [&hex!("ef0100")[..], CONTRACT.as_slice()].concat().into(),
            ..Default::default()
        };
        // A new account, and one that is there.
        let list = vec![one.authorize(1, CONTRACT, 0), two.authorize(0, CONTRACT, 0)];
        for (to, result) in [(first, RAN), (second, RAN), (OTHER, ENDED), (CONTRACT, RAN)] {
            assert_eq!(check(&base(to, list.clone())), result);
            assert_eq!(check(&base(to, list.clone()).balance(second, 1)), result);
            assert_eq!(check(&base(to, list.clone()).balance(second, 0)), result);
        }
        // Twice the same, with a nonce that has grown, and taken back.
        let again = vec![
            one.authorize(1, OTHER, 0),
            one.authorize(1, CONTRACT, 1),
            one.authorize(1, CONTRACT, 1),
        ];
        assert_eq!(check(&base(first, again.clone())), RAN);
        let back = [again, vec![one.authorize(1, gone, 2)]].concat();
        assert_eq!(check(&base(first, back)), ENDED);
        // One that has been delegated before.
        let change = vec![one.authorize(1, gone, 4)];
        assert_eq!(check(&base(first, change).account(first, delegated.clone())), ENDED);
        let stale = vec![one.authorize(1, gone, 3)];
        assert_eq!(check(&base(first, stale).account(first, delegated.clone())), RAN);
        // None of these is good. Only where the signer could be told is it warm.
        let mut forged = one.authorize(1, CONTRACT, 0);
        forged =
            SignedAuthorization::new_unchecked(forged.strip_signature(), 2, U256::ONE, U256::ONE);
        let last = Signer::new(4);
        let bad = vec![
            last.authorize(1, CONTRACT, u64::MAX),
            last.authorize(2, CONTRACT, 0),
            forged,
            one.authorize(1, CONTRACT, 1),
            two.authorize(1, CONTRACT, 0),
        ];
        let probe =
            |account: Address| [&hex!("73")[..], account.as_slice(), &hex!("3150")].concat();
        let probes = [first, second, last.address()].map(probe).concat();
        let ended = PrestateAccount { nonce: u64::MAX, ..Default::default() };
        let setup = base(CONTRACT, bad).code(second, hex!("00")).code(CONTRACT, probes);
        assert_eq!(check(&setup.account(last.address(), ended)), RAN);
        // The sender delegates itself; its nonce has grown already.
        let own = vec![sender().authorize(1, CONTRACT, 4)];
        assert_eq!(check(&base(sender().address(), own)), RAN);
        // A delegation of a delegation is not followed: it is no code that runs well.
        let chain = vec![one.authorize(1, second, 0)];
        assert_eq!(check(&base(first, chain).account(second, delegated.clone())), FAILED);
        // A precompile as a target runs no code.
        let to_precompile = vec![one.authorize(1, Address::with_last_byte(4), 0)];
        assert_eq!(check(&base(first, to_precompile)), ENDED);
        // A refund of the authorisation stays if the top message fails.
        let list = vec![one.authorize(1, CONTRACT, 0)];
        let failing = base(OTHER, list).balance(first, 5).code(OTHER, hex!("fe"));
        assert_eq!(check(&failing), FAILED);
    }
}

/// EIP-3607's exception.
#[test]
fn a_delegated_sender() {
    for fork in from(Fork::Prague) {
        let account = PrestateAccount {
            nonce: 3,
            balance: U256::from(ETHER),
            code: [&hex!("ef0100")[..], CONTRACT.as_slice()].concat().into(),
            ..Default::default()
        };
        for to in [sender().address(), OTHER] {
            let setup = Setup::new(fork, legacy(to.into(), 5, [])).code(CONTRACT, hex!("00"));
            let runs = if to == OTHER { ENDED } else { RAN };
            assert_eq!(check(&setup.account(sender().address(), account.clone())), runs);
        }
    }
}

/// A sender that is given is not checked, and nothing else is lost.
#[test]
fn without_a_signature() {
    let setup = Setup::new(Fork::Osaka, legacy(OTHER.into(), 1, Bytes::new()));
    let unsigned = Transaction::unsigned(sender().address(), setup.body.clone());
    let (witness, _) = setup.record_as(unsigned);
    assert_eq!(replay(&witness), VALID);
    assert_eq!(super::super::unchecked(&witness), Some("sender: not signed"));
    assert_eq!(super::super::unchecked(&setup.record().0), None);
}
