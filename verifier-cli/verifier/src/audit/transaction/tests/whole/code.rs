//! Transactions that run code, by calls and creations.

use std::collections::BTreeMap;

use alloy_consensus::TxEip2930;
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, TxKind, hex};
use iso_evm_wire::Fork;
use iso_evm_witness::prestate::PrestateAccount;

use super::{
    super::recorded::{COINBASE, CONTRACT, OTHER, Setup, dynamic, legacy, sender},
    ENDED, FAILED, RAN, check, from,
};

#[test]
fn transactions_that_call_a_precompile_are_replayed() {
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
fn transactions_that_call_code_are_replayed() {
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
        let storage: BTreeMap<_, _> = storage.collect();
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
fn transactions_that_create_are_replayed() {
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
fn what_the_transaction_lists_is_warm_before_the_first_message() {
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
