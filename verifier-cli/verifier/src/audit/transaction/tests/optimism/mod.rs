//! Transactions of the OP Stack from entry to exit, and what they share.

mod corners;
mod vectors;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};
use iso_evm_wire::{
    Witness,
    optimism::{Upgrade, predeploys::L1_BLOCK},
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::{Recording, prestate::PrestateAccount};

use super::recorded::{CONTRACT, Setup, dynamic, legacy};

/// Who deposits.
pub(super) const DEPOSITOR: Address = address!("de90000000000000000000000000000000000001");

/// A deposit that mints and pays.
pub(super) fn deposit(to: impl Into<TxKind>, input: impl Into<Bytes>) -> TxDeposit {
    TxDeposit {
        source_hash: B256::repeat_byte(0x11),
        from: DEPOSITOR,
        to: to.into(),
        mint: 500,
        value: U256::from(700),
        gas_limit: 100_000,
        is_system_transaction: false,
        input: input.into(),
    }
}

/// A chain on which the depositor has 1,000 wei and a contract has code, and L1Block knows L1.
pub(super) fn chain(upgrade: Upgrade, code: impl Into<Bytes>) -> Setup {
    let depositor = PrestateAccount { nonce: 3, balance: U256::from(1_000), ..Default::default() };
    Setup::new(upgrade, dynamic(CONTRACT.into(), 11, []))
        .code(CONTRACT, code)
        .account(DEPOSITOR, depositor)
        .account(L1_BLOCK, l1_block())
}

/// What L1Block knows: of the old kind and of the new.
fn l1_block() -> PrestateAccount {
    let scalars = (U256::from(5_227) << 96) | (U256::from(1_014_213) << 64);
    let operator = (U256::from(400) << 96) | (U256::from(2_000_000) << 64) | U256::from(12_345);
    let slots = [
        (1, U256::from(7_123_456_789_u64)),
        (3, scalars),
        (5, U256::from(188)),
        (6, U256::from(684_000)),
        (7, U256::from(1_234_567)),
        (8, operator),
    ];
    let word = |number: u64| B256::from(U256::from(number));
    let storage = slots.into_iter().map(|(slot, value)| (word(slot), value.into())).collect();
    PrestateAccount { nonce: 1, storage, ..Default::default() }
}

impl Setup {
    /// The witness of a deposit.
    pub(super) fn deposit(&self, deposit: TxDeposit) -> (Witness, Recording) {
        self.record_as(Transaction::deposit(deposit))
    }
}
