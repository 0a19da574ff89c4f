//! Deposits in corners that op-revm has otherwise than op-geth's `execute` and `innerExecute`, which
//! all blocks were made by, and what is told by no root.

use alloy_primitives::{Address, B256, TxKind, U256, hex};
use iso_evm_wire::{
    Witness,
    optimism::{Change, Upgrade, predeploys::L1_BLOCK},
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::prestate::{Prestate, PrestateAccount};

use super::{
    super::{
        recorded::{COINBASE, CONTRACT, OTHER, Setup, stand_on},
        whole::VALID,
    },
    DEPOSITOR, chain, deposit,
};
use crate::{
    Check, Options,
    audit::{AuditOutcome, TransactionKind as Kind, replay::replay},
    verify,
};

const STOP: [u8; 1] = hex!("00");
const REVERT: [u8; 5] = hex!("60006000fd");
const HALT: [u8; 1] = hex!("fe");

/// Root of a state.
fn root(honest: &Witness, state: &Prestate) -> B256 {
    let mut witness = honest.clone();
    stand_on(&mut witness, state);
    witness.roots.enter
}

/// The state in which nothing has come of a deposit but its mint and its nonce.
fn minted(setup: &Setup) -> Prestate {
    let mut state = setup.prestate.clone();
    let sender = state.get_mut(&DEPOSITOR).unwrap();
    sender.nonce += 1;
    sender.balance += U256::from(500);
    state
}

/// Records and audits a deposit. Returns its status, the gas that it used, and how many messages.
#[track_caller]
fn run(setup: &Setup, deposit: TxDeposit) -> (Witness, (bool, u64, usize)) {
    let (witness, _) = setup.deposit(deposit);
    assert_eq!(replay(&witness), VALID, "{}", setup.rules);
    let came_to = (witness.receipt.success, witness.receipt.gas_used, witness.messages.len());
    (witness, came_to)
}

/// Before Regolith a system transaction uses no gas whatever it does; op-revm takes its limit if it
/// fails.
#[test]
fn a_system_transaction_that_fails_uses_no_gas() {
    for code in [&REVERT[..], &HALT] {
        let setup = chain(Upgrade::Bedrock, code.to_vec());
        let system = TxDeposit { is_system_transaction: true, ..deposit(CONTRACT, []) };
        let (witness, came_to) = run(&setup, system);
        assert_eq!(came_to, (false, 0, 1));
        assert_eq!(witness.roots.leave, root(&witness, &minted(&setup)));
    }
}

/// Before Regolith op-revm does not count the nonce here.
#[test]
fn a_creation_that_cannot_pay_counts_the_nonce() {
    for upgrade in Upgrade::ALL {
        let setup = chain(upgrade, STOP);
        let poor = TxDeposit { value: U256::from(1_501), ..deposit(TxKind::Create, STOP) };
        let (witness, came_to) = run(&setup, poor);
        assert_eq!(came_to, (false, 100_000, 0), "{upgrade}");
        assert_eq!(witness.roots.leave, root(&witness, &minted(&setup)), "{upgrade}");
    }
}

/// From Canyon on (EIP-3860) it makes a deposit invalid; op-revm does not ask.
#[test]
fn initcode_that_is_too_long_is_not_run() {
    for upgrade in Upgrade::ALL {
        let setup = chain(upgrade, STOP);
        for (length, fits) in [(49_152, true), (49_153, upgrade < Upgrade::Canyon)] {
            let creation = deposit(TxKind::Create, vec![0; length]);
            let creation = TxDeposit { gas_limit: 3_000_000, ..creation };
            let (witness, (success, gas_used, messages)) = run(&setup, creation);
            assert_eq!((success, messages), (fits, usize::from(fits)), "{upgrade} {length}");
            if !fits {
                assert_eq!(gas_used, 3_000_000, "{upgrade}");
                assert_eq!(witness.roots.leave, root(&witness, &minted(&setup)), "{upgrade}");
            }
        }
    }
}

/// An account that is empty and would go if it were touched stays: nothing is paid.
#[test]
fn the_coinbase_of_a_deposit_is_not_touched() {
    for upgrade in Upgrade::ALL {
        let setup = chain(upgrade, STOP).balance(COINBASE, 0);
        let (witness, _) = run(&setup, deposit(CONTRACT, []));
        let mut after = minted(&setup);
        after.get_mut(&DEPOSITOR).unwrap().balance -= U256::from(700);
        after.get_mut(&CONTRACT).unwrap().balance += U256::from(700);
        assert_eq!(witness.roots.leave, root(&witness, &after), "{upgrade}");
    }
}

/// A deposit's sender may have any code and any nonce.
#[test]
fn a_deposit_is_sent_by_contracts() {
    for upgrade in Upgrade::ALL {
        for code in [STOP.to_vec(), [&hex!("ef0100")[..], OTHER.as_slice()].concat()] {
            let sender = PrestateAccount {
                nonce: 1 << 40,
                balance: U256::from(700),
                code: code.into(),
                ..Default::default()
            };
            let setup = chain(upgrade, STOP).account(DEPOSITOR, sender);
            let (witness, (success, ..)) = run(&setup, deposit(CONTRACT, []));
            assert!(success, "{upgrade}");
            let told = witness.receipt.deposit.map(|told| told.nonce);
            let metered = upgrade.has(Change::MeteredDeposits);
            assert_eq!(told, metered.then_some(1 << 40), "{upgrade}");
            // Nobody looks at the sender's code, so no file has it.
            let transaction = Transaction::deposit(deposit(OTHER, []));
            let (alone, _) = setup.record_alone(transaction);
            assert_eq!(replay(&alone), VALID, "{upgrade}");
            assert!(alone.codes.is_empty(), "{upgrade}");
        }
    }
}

/// Nothing but its block proves a deposit, who sent it and what it mints.
#[test]
fn a_deposit_that_no_block_proves_is_told() {
    let setup = chain(Upgrade::Holocene, STOP);
    let (deposit, sent) = (setup.deposit(deposit(CONTRACT, [])).0, setup.record().0);
    for (witness, told) in [(deposit, true), (sent, false)] {
        let report = verify(&witness, &Options::default()).unwrap();
        assert_eq!(report.unchecked().any(|check| check == Check::Inclusion), told);
    }
}

/// The block's gas bounds a deposit, valid or not, but not what took none of it.
#[test]
fn a_deposit_is_within_the_blocks_gas() {
    for upgrade in Upgrade::ALL {
        for system in [false, true] {
            let setup = chain(upgrade, STOP);
            let large = TxDeposit {
                gas_limit: 30_000_001,
                is_system_transaction: system,
                ..deposit(CONTRACT, [])
            };
            let (witness, _) = setup.deposit(large);
            let expected = (!system || upgrade.has(Change::MeteredDeposits)).then_some((
                Kind::GasLimit,
                U256::from(30_000_000),
                U256::from(30_000_001),
            ));
            let found = match replay(&witness).transaction {
                AuditOutcome::Valid => None,
                AuditOutcome::Invalid(found) => {
                    Some((found.kind, found.expected.into(), found.found.into()))
                }
                lacks => panic!("{lacks:?}"),
            };
            assert_eq!(found, expected, "{upgrade} {system}");
        }
    }
}

/// What a deposit creates stands where the sender's nonce in the state says: it has none of its own.
#[test]
fn a_deposits_creation_follows_from_the_senders_nonce() {
    for upgrade in Upgrade::ALL {
        let (witness, _) = run(&chain(upgrade, STOP), deposit(TxKind::Create, STOP));
        let message = witness.message(0).unwrap();
        assert_eq!(message.context, DEPOSITOR.create(3));
        assert_eq!((message.to, message.gasPrice), (Address::ZERO, U256::ZERO));
    }
}

/// A pairing that the transaction itself calls, as long as it was let be before Granite. The gas is
/// op-revm's.
#[test]
fn a_pairing_that_is_too_long_fails() {
    for upgrade in Upgrade::ALL {
        let pairing = deposit(Address::with_last_byte(8), vec![0; 600 * 192]);
        let pairing = TxDeposit { gas_limit: 29_000_000, ..pairing };
        let (_, (success, gas_used, _)) = run(&chain(upgrade, STOP), pairing);
        let fits = upgrade < Upgrade::Granite;
        let metered = fits && upgrade >= Upgrade::Regolith;
        let expected = if metered { 20_926_800 } else { 29_000_000 };
        assert_eq!((success, gas_used), (fits, expected), "{upgrade}");
    }
}

/// The block that begins Ecotone, or a later upgrade with it, has an L1Block of the old kind still, and
/// pays by it; op-revm takes the old overhead there and the new scalar, which is nothing.
#[test]
fn the_block_that_begins_ecotone_pays_as_before() {
    let root = |upgrade: Upgrade| {
        let mut setup = chain(upgrade, STOP);
        let l1_block = setup.prestate.get_mut(&L1_BLOCK).unwrap();
        l1_block.storage.retain(|slot, _| ![3, 7, 8].contains(&slot[31]));
        let (witness, _) = setup.record_alone(setup.signed());
        assert_eq!(replay(&witness), VALID, "{upgrade}");
        witness.roots.leave
    };
    let expected = root(Upgrade::Canyon);
    for upgrade in Upgrade::ALL {
        let as_before = upgrade != Upgrade::Bedrock;
        assert_eq!(root(upgrade) == expected, as_before, "{upgrade}");
    }
}
