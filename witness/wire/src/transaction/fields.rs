//! A transaction as `eth_getTransactionByHash` returns it, and the way from there to a
//! [`Transaction`] and back.

use alloy_consensus::{
    Transaction as _, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
    transaction::{from_eip155_value, to_eip155_value},
};
use alloy_eips::{eip2718::Typed2718, eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use serde::{Deserialize, Serialize};

use super::{Absent, DEPOSIT_TYPE, EthereumBody, Transaction, TransactionBody, TransactionError};
use crate::quantity as number;

/// The fields of a transaction, all of them optional: a transaction of an earlier type lacks some,
/// and what is absent otherwise takes the defaults of [`TransactionFields::into_transaction`].
/// Fields that a node adds are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct TransactionFields {
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub r#type: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<B256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Address>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub nonce: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas_price: Option<u128>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub max_fee_per_gas: Option<u128>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub max_priority_fee_per_gas: Option<u128>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub max_fee_per_blob_gas: Option<u128>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub value: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Bytes>,
    /// Some nodes' other name of `input`.
    #[serde(skip_serializing)]
    pub data: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_list: Option<AccessList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob_versioned_hashes: Option<Vec<B256>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_list: Option<Vec<SignedAuthorization>>,
    /// Of a deposit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_hash: Option<B256>,
    /// Of a deposit.
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub mint: Option<u128>,
    /// Of a deposit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_system_tx: Option<bool>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub v: Option<U256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub y_parity: Option<U256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub r: Option<U256>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub s: Option<U256>,
}

/// What a transaction's absent fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionDefaults {
    /// Chain id of a typed transaction.
    pub chain_id: u64,
    /// The transaction's gas limit.
    pub gas: u64,
    /// Gas price, or the most to pay for gas.
    pub gas_price: u128,
}

impl TransactionFields {
    /// The type: the number given, or the first type that has all the fields given.
    ///
    /// # Errors
    ///
    /// If it is neither one of Ethereum's nor a deposit's.
    pub fn type_number(&self) -> Result<u8, TransactionError> {
        match self.r#type {
            Some(number) => match u8::try_from(number) {
                Ok(number @ (0..=4 | DEPOSIT_TYPE)) => Ok(number),
                Ok(number) => Err(TransactionError::unknown_type(number)),
                Err(_) => Err(TransactionError::TypeTooBig(number)),
            },
            None if self.source_hash.is_some() => Ok(DEPOSIT_TYPE),
            None if self.authorization_list.is_some() => Ok(4),
            None if self.blob_versioned_hashes.is_some() => Ok(3),
            None if self.max_fee_per_gas.is_some() => Ok(2),
            None if self.access_list.is_some() => Ok(1),
            None => Ok(0),
        }
    }

    /// The chain that the transaction says it is for: `chainId`, or what `v` says (EIP-155).
    pub fn chain(&self) -> Option<u64> {
        self.chain_id.or_else(|| {
            let legacy = self.type_number() == Ok(0);
            let v = self.v.filter(|_| legacy && self.has_signature())?;
            from_eip155_value(u128::try_from(v).ok()?)?.1
        })
    }

    /// Whether there is a signature. Chains that make transactions without one fill in zeros.
    fn has_signature(&self) -> bool {
        self.r.is_some_and(|r| !r.is_zero()) || self.s.is_some_and(|s| !s.is_zero())
    }

    /// The transaction.
    ///
    /// # Errors
    ///
    /// If fields are missing or contradict each other, or if signature, sender and hash do not
    /// belong together.
    pub fn into_transaction(
        self,
        defaults: TransactionDefaults,
    ) -> Result<Transaction, TransactionError> {
        if self.type_number()? == DEPOSIT_TYPE {
            return self.into_deposit();
        }
        let signature = self.signature()?;
        let (from, hash, absent) = (self.from, self.hash, self.left_out());
        let body = self.into_body(defaults, signature.map(|(_, chain_id)| chain_id))?;
        let Some((signature, _)) = signature else {
            return Ok(Transaction::unsigned(from.ok_or(TransactionError::NoSender)?, body));
        };
        let transaction = Transaction::signed(body, signature)?;
        match from {
            Some(found) if found != transaction.from => {
                Err(TransactionError::Sender { expected: transaction.from, found, absent })
            }
            _ => transaction.with_hash(hash, absent),
        }
    }

    /// The signature, and the chain id that a legacy one contains.
    fn signature(&self) -> Result<Option<(Signature, Option<u64>)>, TransactionError> {
        if !self.has_signature() {
            return Ok(None);
        }
        let r = self.r.ok_or(TransactionError::Missing("r"))?;
        let s = self.s.ok_or(TransactionError::Missing("s"))?;
        let v = self.v.or(self.y_parity).ok_or(TransactionError::Missing("v"))?;
        let (parity, chain_id) = if self.type_number()? == 0 {
            let v = u128::try_from(v).map_err(|_| TransactionError::Parity(v))?;
            from_eip155_value(v).ok_or(TransactionError::Parity(U256::from(v)))?
        } else {
            if self.y_parity.is_some_and(|parity| parity != v) {
                return Err(TransactionError::Contradiction("v", "yParity"));
            }
            match u8::try_from(v) {
                Ok(parity @ (0 | 1)) => (parity == 1, None),
                _ => return Err(TransactionError::Parity(v)),
            }
        };
        Ok(Some((Signature::new(r, s, parity), chain_id)))
    }

    /// What is not there that a transaction can do without.
    pub(super) fn left_out(&self) -> Absent {
        Absent {
            to: self.to.is_none(),
            value: self.value.is_none(),
            input: self.input.is_none() && self.data.is_none(),
            access_list: self.access_list.is_none() && matches!(self.type_number(), Ok(1..=4)),
        }
    }

    /// Nothing that was signed may be left to a default: the signature would be someone else's.
    fn require_signed(&self, number: u8) -> Result<(), TransactionError> {
        let priced = if number < 2 {
            ("gasPrice", self.gas_price.is_some())
        } else {
            ("maxFeePerGas", self.max_fee_per_gas.is_some())
        };
        let tip = self.max_priority_fee_per_gas.is_some();
        let fields = [
            ("nonce", self.nonce.is_some()),
            ("gas", self.gas.is_some()),
            priced,
            ("maxPriorityFeePerGas", number < 2 || tip),
            ("chainId", number == 0 || self.chain_id.is_some()),
        ];
        match fields.into_iter().find(|(_, present)| !present) {
            Some((field, _)) => Err(TransactionError::Missing(field)),
            None => Ok(()),
        }
    }

    /// The input, under the name that it has.
    pub(super) fn only_input(&self) -> Result<Bytes, TransactionError> {
        match (&self.input, &self.data) {
            (Some(input), Some(data)) if input != data => {
                Err(TransactionError::Contradiction("input", "data"))
            }
            (input, data) => Ok(input.as_ref().or(data.as_ref()).cloned().unwrap_or_default()),
        }
    }

    /// What was signed. `signed_chain` is the chain id inside a legacy signature, where there is
    /// one.
    fn into_body(
        self,
        defaults: TransactionDefaults,
        signed_chain: Option<Option<u64>>,
    ) -> Result<EthereumBody, TransactionError> {
        let number = self.type_number()?;
        let unexpected = |field| Err(TransactionError::Unexpected { number, field });
        if number != 4 && self.authorization_list.as_ref().is_some_and(|list| !list.is_empty()) {
            return unexpected("authorizationList");
        }
        if number != 3 && self.blob_versioned_hashes.as_ref().is_some_and(|list| !list.is_empty()) {
            return unexpected("blobVersionedHashes");
        }
        if number == 0 && self.access_list.as_ref().is_some_and(|list| !list.is_empty()) {
            return unexpected("accessList");
        }
        if let Some(field) = self.of_a_deposit() {
            return unexpected(field);
        }
        if signed_chain.is_some() {
            self.require_signed(number)?;
        }
        let input = self.only_input()?;
        let typed_chain = self.chain_id.unwrap_or(defaults.chain_id);
        let (nonce, value) = (self.nonce.unwrap_or_default(), self.value.unwrap_or_default());
        let gas_limit = self.gas.unwrap_or(defaults.gas);
        let gas_price = self.gas_price.unwrap_or(defaults.gas_price);
        // A mined transaction's `gasPrice` is the effective one: never the limit.
        let max_fee_per_gas = self.max_fee_per_gas.unwrap_or(defaults.gas_price);
        let max_priority_fee_per_gas = self.max_priority_fee_per_gas.unwrap_or_default();
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        let access_list = self.access_list.unwrap_or_default();
        let call = || self.to.ok_or(TransactionError::Missing("to"));
        Ok(match number {
            0 => {
                let chain_id = match signed_chain {
                    Some(Some(signed)) if self.chain_id.is_some_and(|given| given != signed) => {
                        return Err(TransactionError::Contradiction("v", "chainId"));
                    }
                    Some(signed) => signed,
                    None => self.chain_id,
                };
                TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into()
            }
            1 => EthereumBody::Eip2930(TxEip2930 {
                chain_id: typed_chain,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list,
                input,
            }),
            2 => EthereumBody::Eip1559(TxEip1559 {
                chain_id: typed_chain,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            }),
            3 => EthereumBody::Eip4844(TxEip4844 {
                chain_id: typed_chain,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to: call()?,
                value,
                access_list,
                blob_versioned_hashes: self.blob_versioned_hashes.unwrap_or_default(),
                max_fee_per_blob_gas: self
                    .max_fee_per_blob_gas
                    .ok_or(TransactionError::Missing("maxFeePerBlobGas"))?,
                input,
            }),
            _ => EthereumBody::Eip7702(TxEip7702 {
                chain_id: typed_chain,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to: call()?,
                value,
                access_list,
                authorization_list: self.authorization_list.unwrap_or_default(),
                input,
            }),
        })
    }
}

impl From<&Transaction> for TransactionFields {
    fn from(transaction: &Transaction) -> Self {
        let body = match &transaction.body {
            TransactionBody::Ethereum(body) => body,
            TransactionBody::Deposit(deposit) => return Self::from(deposit),
        };
        let dynamic = body.is_dynamic_fee();
        let legacy = body.is_legacy();
        let signature = transaction.signature();
        Self {
            r#type: Some(U256::from(body.ty())),
            hash: transaction.hash(),
            chain_id: body.chain_id(),
            from: Some(transaction.from),
            to: body.to(),
            nonce: Some(body.nonce()),
            gas: Some(body.gas_limit()),
            gas_price: body.gas_price(),
            max_fee_per_gas: dynamic.then(|| body.max_fee_per_gas()),
            max_priority_fee_per_gas: body.max_priority_fee_per_gas(),
            max_fee_per_blob_gas: body.max_fee_per_blob_gas(),
            value: Some(body.value()),
            input: Some(body.input().clone()),
            access_list: body.access_list().cloned(),
            blob_versioned_hashes: body.blob_versioned_hashes().map(<[_]>::to_vec),
            authorization_list: body.authorization_list().map(<[_]>::to_vec),
            v: signature
                .filter(|_| legacy)
                .map(|signature| U256::from(to_eip155_value(signature.v(), body.chain_id()))),
            y_parity: signature.filter(|_| !legacy).map(|signature| U256::from(signature.v())),
            r: signature.map(Signature::r),
            s: signature.map(Signature::s),
            ..Self::default()
        }
    }
}
