//! A [`Transaction`]: what it says, the signature where there is one, and who sent it.
//! `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which reads it, and the container, which
//! carries it.

use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, Transaction as _, TxEip4844};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Signature};

mod body;
mod deposit;
mod error;
mod fields;
mod signer;

pub use body::{EthereumBody, TransactionBody};
pub use deposit::DEPOSIT_TYPE;
pub use error::{Absent, TransactionError, other_chains_type};
pub use fields::{TransactionDefaults, TransactionFields};
pub use op_alloy_consensus::TxDeposit;
pub use signer::signer;

use crate::crypto::Signer;

/// A transaction and its sender: the signer if it is signed, who stands in it if it is a deposit,
/// and else who is given.
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
    pub fn signed(body: EthereumBody, signature: Signature) -> Result<Self, TransactionError> {
        Self::signed_by(body, signature, signer).map(|(signed, _)| signed)
    }

    /// A signed transaction whose sender is recovered by this function, and what was signed.
    fn signed_by(
        body: EthereumBody,
        signature: Signature,
        signer: Signer,
    ) -> Result<(Self, B256), TransactionError> {
        let hash = body.signature_hash();
        let from = signer(hash, &signature)
            .ok_or(TransactionError::Signature { r: signature.r(), s: signature.s() })?;
        Ok((Self { from, body: body.into(), signature: Some(signature) }, hash))
    }

    /// A transaction without a signature, whose sender is given.
    pub const fn unsigned(from: Address, body: EthereumBody) -> Self {
        Self { from, body: TransactionBody::Ethereum(body), signature: None }
    }

    /// A deposit of the OP Stack.
    pub const fn deposit(deposit: TxDeposit) -> Self {
        Self { from: deposit.from, body: TransactionBody::Deposit(deposit), signature: None }
    }

    /// The address of the sender.
    pub const fn from(&self) -> Address {
        self.from
    }

    /// What the transaction says.
    pub const fn body(&self) -> &TransactionBody {
        &self.body
    }

    /// The signature. An unsigned transaction has none, nor has a deposit.
    pub const fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Whether the sender is given, and nothing in the transaction proves it: then there is no
    /// signature where there should be one. A deposit's sender is part of it.
    pub const fn sender_is_given(&self) -> bool {
        self.signature.is_none() && !self.body.is_deposit()
    }

    /// The transaction's hash; one whose sender is given has none.
    pub fn hash(&self) -> Option<B256> {
        match &self.body {
            TransactionBody::Ethereum(body) => {
                self.signature.map(|signature| body.tx_hash(&signature))
            }
            TransactionBody::Deposit(deposit) => Some(deposit.tx_hash()),
        }
    }

    /// What a gas costs the sender, in wei.
    pub fn effective_gas_price(&self, base_fee: Option<u64>) -> u128 {
        self.body.effective_gas_price(base_fee)
    }

    /// The transaction as its block has it (EIP-2718), or what an unsigned one's sender would sign.
    pub fn encode(&self) -> Vec<u8> {
        match (&self.body, self.signature) {
            (TransactionBody::Ethereum(body), Some(signature)) => {
                body.clone().into_envelope(signature).encoded_2718()
            }
            (TransactionBody::Ethereum(body), None) => body.encoded_for_signing(),
            (TransactionBody::Deposit(deposit), _) => deposit.encoded_2718(),
        }
    }

    /// A transaction as its block has it (EIP-2718; no blobs): signed, or a deposit.
    ///
    /// # Errors
    ///
    /// If it is another chain's type, no canonical encoding, or signed by nobody.
    pub fn decode_whole(bytes: &[u8]) -> Result<Self, TransactionError> {
        Self::decode_whole_by(bytes, signer).map(|(transaction, _)| transaction)
    }

    /// [`Self::decode_whole`] by a function that recovers the sender, and what that was given as signed: nothing
    /// of a deposit.
    pub(crate) fn decode_whole_by(
        bytes: &[u8],
        signer: Signer,
    ) -> Result<(Self, Option<B256>), TransactionError> {
        check_type(bytes)?;
        let not_canonical = |_| TransactionError::Encoding;
        let (transaction, signed) = if bytes.first() == Some(&DEPOSIT_TYPE) {
            let deposit = TxDeposit::decode_2718_exact(bytes).map_err(not_canonical)?;
            (Self::deposit(deposit), None)
        } else {
            let envelope =
                EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(bytes).map_err(not_canonical)?;
            let signature = *envelope.signature();
            let (transaction, hash) = Self::signed_by(envelope.into(), signature, signer)?;
            (transaction, Some(hash))
        };
        Ok((canonical(transaction, bytes)?, signed))
    }

    /// An unsigned transaction, encoded as it would be signed.
    ///
    /// # Errors
    ///
    /// If it is another chain's type, one that nobody signs, or no canonical encoding.
    pub fn decode_unsigned(from: Address, bytes: &[u8]) -> Result<Self, TransactionError> {
        check_type(bytes)?;
        let body = EthereumBody::decode_unsigned(&mut &bytes[..])
            .map_err(|_| TransactionError::Encoding)?;
        canonical(Self::unsigned(from, body), bytes)
    }

    /// The transaction, if this is its hash; an unsigned one's is nobody's to say.
    fn with_hash(self, found: Option<B256>, absent: Absent) -> Result<Self, TransactionError> {
        match (self.hash(), found) {
            (Some(expected), Some(found)) if expected != found => {
                Err(TransactionError::Hash { expected, found, absent })
            }
            _ => Ok(self),
        }
    }
}

/// Refuses types that are neither Ethereum's nor a deposit's. A legacy transaction begins with a
/// list's header.
fn check_type(bytes: &[u8]) -> Result<(), TransactionError> {
    match bytes.first() {
        Some(&DEPOSIT_TYPE) => Ok(()),
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
