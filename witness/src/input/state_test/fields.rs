//! The fields of a GeneralStateTest, and what a run wants of them.

use std::collections::BTreeMap;

use alloy_eips::{
    eip2930::AccessList,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    context::{BlockEnv, TxEnv, either::Either},
    context_interface::block::BlobExcessGasAndPrice,
};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::{CaseError, Indexes, transaction::address_of};
use crate::prestate::PrestateAccount;
use iso_evm_wire::{Fork, protocol::Change, schedule::own_blobs};

const MAINNET: u64 = 1;

/// What a test says of its chain; older ones say nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Config {
    chainid: Option<U256>,
}

impl Config {
    pub(super) fn chain_id(&self) -> u64 {
        self.chainid.and_then(|id| id.try_into().ok()).unwrap_or(MAINNET)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Env {
    current_coinbase: Address,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    current_difficulty: Option<U256>,
    current_base_fee: Option<U256>,
    current_random: Option<B256>,
    current_excess_blob_gas: Option<U256>,
}

impl Env {
    pub(super) fn number(&self) -> Result<u64, CaseError> {
        self.current_number.try_into().map_err(|_| CaseError::Block("currentNumber"))
    }

    pub(super) fn block(&self, fork: Fork) -> Result<BlockEnv, CaseError> {
        let small = |number: Option<U256>, name| {
            number.unwrap_or_default().try_into().map_err(|_| CaseError::Block(name))
        };
        let excess = small(self.current_excess_blob_gas, "currentExcessBlobGas")?;
        let fraction = own_blobs(fork).update_fraction;
        let fraction = fraction.try_into().map_err(|_| CaseError::Block("currentExcessBlobGas"))?;
        Ok(BlockEnv {
            number: self.current_number,
            beneficiary: self.current_coinbase,
            timestamp: self.current_timestamp,
            gas_limit: self.current_gas_limit.saturating_to(),
            basefee: small(self.current_base_fee, "currentBaseFee")?,
            difficulty: self.current_difficulty.unwrap_or_default(),
            prevrandao: fork
                .has(Change::Randomness)
                .then(|| self.current_random.unwrap_or_default()),
            blob_excess_gas_and_price: fork
                .has(Change::Blobs)
                .then(|| BlobExcessGasAndPrice::new(excess, fraction)),
            ..BlockEnv::default()
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    nonce: U256,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

impl Account {
    /// `None` if the nonce is larger than any.
    pub(super) fn prestate(&self) -> Option<PrestateAccount> {
        let storage = self.storage.iter().map(|(&key, &value)| (key.into(), value.into()));
        Some(PrestateAccount {
            nonce: self.nonce.try_into().ok()?,
            balance: self.balance,
            code: self.code.clone(),
            storage: storage.collect(),
        })
    }
}

/// A number, or what the test has in place of one: some hold values that are none on purpose.
#[derive(Clone, Copy, Debug)]
struct Loose(Option<U256>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text.parse().ok())),
            Value::Number(number) => Ok(Self(number.as_u64().map(U256::from))),
            _ => Err(de::Error::custom("expected a number: 0x hex or an integer")),
        }
    }
}

impl Loose {
    /// The number, if it fits.
    fn fit<T: TryFrom<U256>>(self, name: &'static str) -> Result<T, CaseError> {
        let number = self.0.and_then(|number| number.try_into().ok());
        number.ok_or(CaseError::Transaction(name))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    data: Vec<Bytes>,
    gas_limit: Vec<Loose>,
    value: Vec<Loose>,
    nonce: Loose,
    sender: Option<Address>,
    secret_key: Option<String>,
    to: Option<String>,
    gas_price: Option<Loose>,
    max_fee_per_gas: Option<Loose>,
    max_priority_fee_per_gas: Option<Loose>,
    #[serde(default)]
    access_lists: Vec<Option<AccessList>>,
    authorization_list: Option<Vec<SignedTuple>>,
    blob_versioned_hashes: Option<Vec<B256>>,
    max_fee_per_blob_gas: Option<Loose>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedTuple {
    chain_id: Loose,
    address: Address,
    nonce: Loose,
    y_parity: Option<Loose>,
    /// `yParity` under its other name.
    v: Option<Loose>,
    r: Loose,
    s: Loose,
}

impl Transaction {
    /// The key that the file gives for the sender.
    pub(super) fn secret_key(&self) -> Option<B256> {
        self.secret_key.as_deref()?.parse().ok()
    }

    /// The sender given, else the one whose key is given.
    fn sender(&self) -> Result<Address, CaseError> {
        let of_key = || address_of(self.secret_key()?);
        self.sender.or_else(of_key).ok_or(CaseError::Sender)
    }

    pub(super) fn tx(&self, chain_id: u64, indexes: Indexes) -> Result<TxEnv, CaseError> {
        let access_list = self.access_lists.get(indexes.data).cloned().flatten();
        let gas_limit = entry(&self.gas_limit, indexes.gas, "gasLimit")?;
        let price = self.gas_price.or(self.max_fee_per_gas);
        let authorizations = self.authorization_list.iter().flatten().map(SignedTuple::signed);
        Ok(TxEnv {
            tx_type: self.tx_type(access_list.is_some()),
            caller: self.sender()?,
            // None is so rich, and no block so large, that more could be bought.
            gas_limit: gas_limit.fit::<U256>("gasLimit")?.saturating_to(),
            gas_price: price.map_or(Ok(0), |price| price.fit("gasPrice"))?,
            kind: match self.to.as_deref() {
                None | Some("" | "0x") => TxKind::Create,
                Some(to) => TxKind::Call(to.parse().map_err(|_| CaseError::Transaction("to"))?),
            },
            value: entry(&self.value, indexes.value, "value")?.fit("value")?,
            data: entry(&self.data, indexes.data, "data")?,
            nonce: self.nonce.fit("nonce")?,
            chain_id: Some(chain_id),
            access_list: access_list.unwrap_or_default(),
            gas_priority_fee: self
                .max_priority_fee_per_gas
                .map(|fee| fee.fit("maxPriorityFeePerGas"))
                .transpose()?,
            blob_hashes: self.blob_versioned_hashes.clone().unwrap_or_default(),
            max_fee_per_blob_gas: self
                .max_fee_per_blob_gas
                .map_or(Ok(0), |fee| fee.fit("maxFeePerBlobGas"))?,
            authorization_list: authorizations.collect::<Result<_, _>>()?,
        })
    }

    /// The type that has the fields that are there.
    fn tx_type(&self, has_access_list: bool) -> u8 {
        if self.authorization_list.is_some() {
            4
        } else if self.max_fee_per_blob_gas.is_some() {
            3
        } else if self.max_fee_per_gas.is_some() {
            2
        } else {
            u8::from(has_access_list)
        }
    }
}

impl SignedTuple {
    fn signed(
        &self,
    ) -> Result<
        Either<SignedAuthorization, revm::context::transaction::RecoveredAuthorization>,
        CaseError,
    > {
        const NAME: &str = "authorizationList";
        let inner = Authorization {
            chain_id: self.chain_id.fit(NAME)?,
            address: self.address,
            nonce: self.nonce.fit(NAME)?,
        };
        let y_parity = self.y_parity.or(self.v).ok_or(CaseError::Parity)?;
        let (y_parity, r, s) = (y_parity.fit(NAME)?, self.r.fit(NAME)?, self.s.fit(NAME)?);
        Ok(Either::Left(SignedAuthorization::new_unchecked(inner, y_parity, r, s)))
    }
}

/// An entry of one of the transaction's lists.
fn entry<T: Clone>(list: &[T], index: usize, name: &'static str) -> Result<T, CaseError> {
    list.get(index).cloned().ok_or(CaseError::Index { list: name, index })
}
