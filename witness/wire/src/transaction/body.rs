//! [`TransactionBody`]: what a transaction says, whoever vouches for it.
//!
//! In the data's way this stands inside the transaction: the input reads it, the run and the audits
//! ask it.

use alloy_consensus::{
    EthereumTypedTransaction, Transaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
};
use alloy_eips::{eip2718::Typed2718, eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use op_alloy_consensus::TxDeposit;

/// What a transaction of Ethereum's types 0 to 4 says, blobs not included: that which is signed.
pub type EthereumBody = EthereumTypedTransaction<TxEip4844>;

/// What a transaction says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionBody {
    /// One of Ethereum's types.
    Ethereum(EthereumBody),
    /// A deposit of the OP Stack. Nobody signs it: it follows from what happened on the chain
    /// below, and its sender stands in it.
    Deposit(TxDeposit),
}

impl TransactionBody {
    /// Whether it is a deposit.
    pub const fn is_deposit(&self) -> bool {
        matches!(self, Self::Deposit(_))
    }

    /// The deposit, if it is one.
    pub const fn deposit(&self) -> Option<&TxDeposit> {
        match self {
            Self::Ethereum(_) => None,
            Self::Deposit(deposit) => Some(deposit),
        }
    }

    /// The transaction of one of Ethereum's types, if it is one.
    pub const fn ethereum(&self) -> Option<&EthereumBody> {
        match self {
            Self::Ethereum(body) => Some(body),
            Self::Deposit(_) => None,
        }
    }

    const fn inner(&self) -> &dyn Transaction {
        match self {
            Self::Ethereum(body) => body,
            Self::Deposit(deposit) => deposit,
        }
    }
}

/// Makes a body of one of Ethereum's types.
macro_rules! from_ethereum {
    ($($body:ty),+) => {$(
        impl From<$body> for TransactionBody {
            fn from(body: $body) -> Self {
                Self::Ethereum(body.into())
            }
        }
    )+};
}

from_ethereum!(EthereumBody, TxLegacy, TxEip2930, TxEip1559, TxEip4844, TxEip7702);

impl From<TxDeposit> for TransactionBody {
    fn from(deposit: TxDeposit) -> Self {
        Self::Deposit(deposit)
    }
}

impl Typed2718 for TransactionBody {
    fn ty(&self) -> u8 {
        self.inner().ty()
    }
}

/// A deposit has no nonce of its own, no chain id, and pays nothing for gas.
impl Transaction for TransactionBody {
    fn chain_id(&self) -> Option<u64> {
        self.inner().chain_id()
    }

    fn nonce(&self) -> u64 {
        self.inner().nonce()
    }

    fn gas_limit(&self) -> u64 {
        self.inner().gas_limit()
    }

    fn gas_price(&self) -> Option<u128> {
        self.inner().gas_price()
    }

    fn max_fee_per_gas(&self) -> u128 {
        self.inner().max_fee_per_gas()
    }

    fn max_priority_fee_per_gas(&self) -> Option<u128> {
        self.inner().max_priority_fee_per_gas()
    }

    fn max_fee_per_blob_gas(&self) -> Option<u128> {
        self.inner().max_fee_per_blob_gas()
    }

    fn priority_fee_or_price(&self) -> u128 {
        self.inner().priority_fee_or_price()
    }

    fn effective_gas_price(&self, base_fee: Option<u64>) -> u128 {
        self.inner().effective_gas_price(base_fee)
    }

    fn is_dynamic_fee(&self) -> bool {
        self.inner().is_dynamic_fee()
    }

    fn kind(&self) -> TxKind {
        self.inner().kind()
    }

    fn is_create(&self) -> bool {
        self.inner().is_create()
    }

    fn to(&self) -> Option<Address> {
        self.inner().to()
    }

    fn value(&self) -> U256 {
        self.inner().value()
    }

    fn input(&self) -> &Bytes {
        self.inner().input()
    }

    fn access_list(&self) -> Option<&AccessList> {
        self.inner().access_list()
    }

    fn blob_versioned_hashes(&self) -> Option<&[B256]> {
        self.inner().blob_versioned_hashes()
    }

    fn authorization_list(&self) -> Option<&[SignedAuthorization]> {
        self.inner().authorization_list()
    }
}
