//! A deposit of the OP Stack as a node's RPC has it: the way from [`TransactionFields`] to a
//! [`TxDeposit`] and back.
//!
//! In the data's way this stands beside the fields of Ethereum's transactions. What nodes add to a
//! deposit so that it looks like one of these (a nonce, a gas price and a signature of zeros, the
//! receipt's version) is not looked at: it is in no encoding.

use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{TxKind, U256};
use op_alloy_consensus::{DEPOSIT_TX_TYPE_ID, TxDeposit};

use super::{Transaction, TransactionError, TransactionFields};

/// The type of a deposit.
pub const DEPOSIT_TYPE: u8 = DEPOSIT_TX_TYPE_ID;

impl TransactionFields {
    /// The deposit. Nothing that its hash binds is left to a default but what may be absent on a
    /// node: `mint`, `value` and `input` of nothing, and `isSystemTx` of all since Regolith.
    pub(super) fn into_deposit(self) -> Result<Transaction, TransactionError> {
        let missing = TransactionError::Missing;
        if let Some(field) = self.beside_a_deposit() {
            return Err(TransactionError::Unexpected { number: DEPOSIT_TYPE, field });
        }
        let (found, absent) = (self.hash, self.left_out());
        let input = self.only_input()?;
        let transaction = Transaction::deposit(TxDeposit {
            source_hash: self.source_hash.ok_or(missing("sourceHash"))?,
            from: self.from.ok_or(missing("from"))?,
            to: self.to.map_or(TxKind::Create, TxKind::Call),
            mint: self.mint.unwrap_or_default(),
            value: self.value.unwrap_or_default(),
            gas_limit: self.gas.ok_or(missing("gas"))?,
            is_system_transaction: self.is_system_tx.unwrap_or_default(),
            input,
        });
        transaction.with_hash(found, absent)
    }

    /// A field that no deposit has.
    fn beside_a_deposit(&self) -> Option<&'static str> {
        let fields = [
            ("r", self.r.is_some_and(|r| !r.is_zero())),
            ("s", self.s.is_some_and(|s| !s.is_zero())),
            ("accessList", self.access_list.as_ref().is_some_and(|list| !list.is_empty())),
            (
                "blobVersionedHashes",
                self.blob_versioned_hashes.as_ref().is_some_and(|list| !list.is_empty()),
            ),
            (
                "authorizationList",
                self.authorization_list.as_ref().is_some_and(|list| !list.is_empty()),
            ),
        ];
        fields.into_iter().find(|(_, there)| *there).map(|(field, _)| field)
    }

    /// A field that only a deposit has.
    pub(super) fn of_a_deposit(&self) -> Option<&'static str> {
        let fields = [
            ("sourceHash", self.source_hash.is_some()),
            ("mint", self.mint.is_some_and(|mint| mint != 0)),
            ("isSystemTx", self.is_system_tx == Some(true)),
        ];
        fields.into_iter().find(|(_, there)| *there).map(|(field, _)| field)
    }
}

impl From<&TxDeposit> for TransactionFields {
    fn from(deposit: &TxDeposit) -> Self {
        Self {
            r#type: Some(U256::from(deposit.ty())),
            hash: Some(deposit.tx_hash()),
            from: Some(deposit.from),
            to: deposit.to(),
            gas: Some(deposit.gas_limit),
            value: Some(deposit.value),
            input: Some(deposit.input.clone()),
            source_hash: Some(deposit.source_hash),
            mint: Some(deposit.mint),
            is_system_tx: Some(deposit.is_system_transaction),
            ..Self::default()
        }
    }
}
