//! Transactions from entry to exit against revm's roots and receipts.

mod code;
mod typed;

use alloy_primitives::{Bytes, U256, hex};
use iso_evm_wire::{Fork, transaction::Transaction};
use iso_evm_witness::prestate::PrestateAccount;

use super::{
    super::sender_is_given,
    recorded::{COINBASE, CONTRACT, OTHER, Setup, dynamic, legacy, name, sender},
};
use crate::audit::{
    AuditOutcome,
    replay::{Replayed, replay},
};

/// What a correct witness gives.
pub(super) const VALID: Replayed =
    Replayed { access: AuditOutcome::Valid, transaction: AuditOutcome::Valid };

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
fn a_plain_transfer_ends_without_a_message_in_every_fork() {
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
fn a_sender_with_exactly_enough_pays_all_of_it() {
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

/// A sender that is given is not checked, and nothing else is lost.
#[test]
fn without_a_signature() {
    let setup = Setup::new(Fork::Osaka, legacy(OTHER.into(), 1, Bytes::new()));
    let unsigned = Transaction::unsigned(sender().address(), setup.body.clone());
    let (witness, _) = setup.record_as(unsigned);
    assert_eq!(replay(&witness), VALID);
    assert!(sender_is_given(&witness));
    assert!(!sender_is_given(&setup.record().0));
}
