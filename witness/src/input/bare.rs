//! A [`BareTransaction`]: one that stands by itself, without the state before it. A node can tell that.
//!
//! In the data's way this stands where an [`Input`](super::Input) stands otherwise, and a node comes next.

use alloy_primitives::B256;
use iso_evm_wire::transaction::{Transaction, TransactionDefaults};

use super::{
    Document, InputError, document,
    given_transaction::{GivenTransaction, ReadTransaction},
    note::Note,
};

/// A transaction without the state before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// Its hash. Where nobody signed it, it is what is given with it.
    pub hash: Option<B256>,
    /// Id of the chain that it says it is for.
    pub chain_id: Option<u64>,
    /// Fields that are not used.
    pub notes: Vec<Note>,
}

impl BareTransaction {
    /// Reads a transaction as people have it: fields as a node or a library prints them, or the bytes that
    /// are sent, in hex or as they are; a node's whole answer too.
    ///
    /// # Errors
    ///
    /// If it is something else, or no transaction that could be.
    pub fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let mut notes = Vec::new();
        let read = match document::recognise(bytes)? {
            (Document::RawTransaction(bytes), _) => {
                ReadTransaction::Whole(Box::new(Transaction::decode_whole(&bytes)?))
            }
            (Document::Transaction, text) => {
                let given: GivenTransaction = iso_evm_wire::json::read(text)?;
                given.read(&mut notes)?
            }
            (document, _) => return Err(InputError::Document(Box::new(document))),
        };
        let (chain_id, given) = (read.chain(), read.hash_given());
        let defaults =
            TransactionDefaults { chain_id: chain_id.unwrap_or_default(), gas: 0, gas_price: 0 };
        let transaction = read.into_transaction(defaults, &mut Vec::new())?;
        Ok(Self { hash: transaction.hash().or(given), transaction, chain_id, notes })
    }
}
