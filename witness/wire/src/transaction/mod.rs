//! A [`Transaction`]: what was signed, the signature where there is one, and who sent it.
//! `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which reads it, and the container, which
//! carries it.

use alloy_consensus::{
    EthereumTxEnvelope, EthereumTypedTransaction, SignableTransaction, Transaction as _, TxEip4844,
    crypto::secp256k1::recover_signer,
};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Signature};

mod error;
mod fields;

pub use error::{TransactionError, other_chains_type};
pub use fields::{TransactionDefaults, TransactionFields};

/// What a transaction says, of any of Ethereum's types 0 to 4, blobs not included.
pub type TransactionBody = EthereumTypedTransaction<TxEip4844>;

/// A transaction and its sender. If it is signed, the sender is the signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    from: Address,
    body: TransactionBody,
    signature: Option<Signature>,
}

impl Transaction {
    /// A signed transaction. The sender is recovered.
    ///
    /// # Errors
    ///
    /// If the signature is none that the chain takes (EIP-2 bounds `s`).
    pub fn signed(body: TransactionBody, signature: Signature) -> Result<Self, TransactionError> {
        let from = recover_signer(&signature, body.signature_hash())
            .map_err(|_| TransactionError::Signature { r: signature.r(), s: signature.s() })?;
        Ok(Self { from, body, signature: Some(signature) })
    }

    /// A transaction without a signature, whose sender is given.
    pub const fn unsigned(from: Address, body: TransactionBody) -> Self {
        Self { from, body, signature: None }
    }

    /// The address of the sender.
    pub const fn from(&self) -> Address {
        self.from
    }

    /// What the sender signed.
    pub const fn body(&self) -> &TransactionBody {
        &self.body
    }

    /// The signature; `None` if the sender was given.
    pub const fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// The transaction's hash; an unsigned one has none.
    pub fn hash(&self) -> Option<B256> {
        self.signature.map(|signature| self.body.tx_hash(&signature))
    }

    /// What a gas costs the sender, in wei.
    pub fn effective_gas_price(&self, base_fee: Option<u64>) -> u128 {
        self.body.effective_gas_price(base_fee)
    }

    /// The signed transaction (EIP-2718), or what an unsigned one's sender would sign.
    pub fn encode(&self) -> Vec<u8> {
        match self.signature {
            Some(signature) => self.body.clone().into_envelope(signature).encoded_2718(),
            None => self.body.encoded_for_signing(),
        }
    }

    /// A signed transaction, encoded as the chain has it (EIP-2718; no blobs).
    ///
    /// # Errors
    ///
    /// If it is another chain's type, no canonical encoding, or signed by nobody.
    pub fn decode_signed(bytes: &[u8]) -> Result<Self, TransactionError> {
        check_type(bytes)?;
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(bytes)
            .map_err(|_| TransactionError::Encoding)?;
        let signature = *envelope.signature();
        canonical(Self::signed(envelope.into(), signature)?, bytes)
    }

    /// An unsigned transaction, encoded as it would be signed.
    ///
    /// # Errors
    ///
    /// If it is another chain's type or no canonical encoding.
    pub fn decode_unsigned(from: Address, bytes: &[u8]) -> Result<Self, TransactionError> {
        check_type(bytes)?;
        let body = TransactionBody::decode_unsigned(&mut &bytes[..])
            .map_err(|_| TransactionError::Encoding)?;
        canonical(Self::unsigned(from, body), bytes)
    }
}

/// Refuses types that are not Ethereum's. A legacy transaction begins with a list's header.
fn check_type(bytes: &[u8]) -> Result<(), TransactionError> {
    match bytes.first() {
        Some(number @ (0x00 | 0x05..0xc0)) => Err(TransactionError::unknown_type(*number)),
        Some(_) => Ok(()),
        None => Err(TransactionError::Encoding),
    }
}

/// The transaction, if these bytes are the one way to write it.
fn canonical(transaction: Transaction, bytes: &[u8]) -> Result<Transaction, TransactionError> {
    if transaction.encode() == bytes { Ok(transaction) } else { Err(TransactionError::Encoding) }
}

#[cfg(test)]
mod tests;
