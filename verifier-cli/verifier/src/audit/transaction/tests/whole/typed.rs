//! What later forks added: blobs, the floor of calldata, delegations.

use alloy_consensus::{TxEip4844, TxEip7702};
use alloy_eips::eip7702::SignedAuthorization;
use alloy_primitives::{Address, B256, U256, hex};
use iso_evm_wire::Fork;
use iso_evm_witness::prestate::PrestateAccount;

use super::{
    super::recorded::{CONTRACT, ETHER, OTHER, Setup, Signer, dynamic, legacy, sender},
    ENDED, FAILED, RAN, check, from,
};

#[test]
fn blob_transactions_are_replayed() {
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
fn authorizations_are_replayed() {
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
