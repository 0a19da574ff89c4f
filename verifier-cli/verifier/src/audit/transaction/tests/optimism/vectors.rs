//! Transactions by the rules of each upgrade, against op-revm.
//!
//! The vectors are op-revm 20's: for each upgrade status, gas used, the root at the end and the number
//! of logs. It has no witness, no roots between and no receipt, so that nothing of the recorder is in
//! them. What op-geth does otherwise is not among them ([`super::corners`]).

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, address};
use iso_evm_wire::{
    Rules,
    optimism::{Change, Upgrade},
    transaction::Transaction,
};
use iso_evm_witness::prestate::{Prestate, PrestateAccount};
use serde::Deserialize;

use super::{
    super::{recorded::Setup, whole::VALID},
    legacy,
};
use crate::audit::replay::replay;

#[derive(Deserialize)]
struct Vector {
    name: String,
    transaction: Bytes,
    prestate: BTreeMap<Address, Account>,
    /// By the upgrade's name: status, gas used, root, number of logs.
    expected: BTreeMap<String, (bool, u64, B256, usize)>,
}

#[derive(Deserialize)]
struct Account {
    nonce: u64,
    balance: U256,
    code: Bytes,
    #[serde(default)]
    storage: BTreeMap<B256, B256>,
}

impl Vector {
    fn setup(&self, upgrade: Upgrade) -> Setup {
        let account = |(address, account): (&Address, &Account)| {
            let Account { nonce, balance, code, storage } = account;
            let (code, storage) = (code.clone(), storage.clone());
            (*address, PrestateAccount { nonce: *nonce, balance: *balance, code, storage })
        };
        let mut setup = Setup::new(upgrade, legacy(Address::ZERO.into(), 0, []));
        setup.prestate = self.prestate.iter().map(account).collect::<Prestate>();
        setup.block.beneficiary = address!("4200000000000000000000000000000000000011");
        setup
    }
}

#[test]
fn status_gas_and_root_of_each_upgrade_are_op_revms() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let mut count = 0;
    for vector in &vectors {
        let transaction = Transaction::decode_whole(&vector.transaction).unwrap();
        for (upgrade, (success, gas_used, leave, logs)) in &vector.expected {
            let what = format!("{}, {upgrade}", vector.name);
            let rules: Rules = format!("optimism/{upgrade}").parse().unwrap();
            let upgrade = rules.upgrade().unwrap();
            let (witness, recording) = vector.setup(upgrade).record_alone(transaction.clone());
            assert_eq!(replay(&witness), VALID, "{what}");
            let receipt = &witness.receipt;
            assert_eq!((receipt.success, receipt.gas_used), (*success, *gas_used), "{what}");
            assert_eq!(witness.roots.leave, *leave, "{what}");
            assert_eq!(recording.logs.len(), *logs, "{what}");
            let nonce = vector.prestate.get(&transaction.from()).map_or(0, |sender| sender.nonce);
            let told = receipt.deposit.map(|deposit| (deposit.nonce, deposit.version));
            let metered = transaction.body().is_deposit() && upgrade.has(Change::MeteredDeposits);
            let version = upgrade.has(Change::DepositReceipts).then_some(1);
            assert_eq!(told, metered.then_some((nonce, version)), "{what}");
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
}
