//! A [`BareTransaction`] and a [`BareBlock`]: what stands by itself, without the state before it. A node can
//! tell that, and what it has by that name is [held against](BareTransaction::held_against) what was given.
//!
//! In the data's way this stands where an [`Input`](super::Input) stands otherwise, and a node comes next.

use alloy_consensus::Header;
use alloy_primitives::B256;
use iso_evm_wire::{
    Rules,
    block::BlockFields,
    transaction::{Transaction, TransactionDefaults, TransactionFields},
};

use super::{
    Another, BlockName, Document, InputError,
    another::Difference,
    document,
    given_block::{GivenBlock, ReadBlock},
    given_transaction::{GivenTransaction, ReadTransaction},
    listed::{Listed, printed_otherwise},
    note::Note,
    said::{At, Place, Said, Whose},
};
use crate::block_file::RecordedTransaction;

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
    /// Its fields, where no signature binds them to the hash.
    given: Option<Box<TransactionFields>>,
    said: Said,
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
        let (chain_id, hash) = (read.chain(), read.hash_given());
        let (given, said) = (read.fields().cloned().map(Box::new), read.said());
        let defaults =
            TransactionDefaults { chain_id: chain_id.unwrap_or_default(), gas: 0, gas_price: 0 };
        let transaction = read.into_transaction(defaults, &mut Vec::new())?;
        let (signed, given) = match transaction.hash() {
            Some(signed) => (Some(signed), None),
            None => (None, given),
        };
        let hash = signed.or(hash);
        Ok(Self { transaction, hash, chain_id, notes, given, said })
    }

    /// Holds it against what the chain has by its hash: notes of where it says that it stands, and does not.
    ///
    /// # Errors
    ///
    /// If no signature binds its fields to its hash, and they are those of another transaction.
    pub fn held_against(&self, recorded: &RecordedTransaction) -> Result<Vec<Note>, Another> {
        let RecordedTransaction { index, transaction: hash, witness } = recorded;
        let (transaction, block) = (&witness.transaction, &witness.block);
        if let Some(given) = self.given.as_deref() {
            let chains = TransactionFields::from(transaction);
            let mut apart = printed_otherwise(transaction);
            apart.extend(["hash", "v", "r", "s", "yParity"]);
            let given = TransactionFields {
                input: given.input.clone().or_else(|| given.data.clone()),
                ..given.clone()
            };
            Another::unless_same("transaction", hash.to_string(), &given, &chains, &apart)?;
        }
        let header = block.header.as_deref();
        let at = At {
            block,
            hash: header.map(Header::hash_slow),
            index: header.map(|_| *index as u64),
            whose: if header.is_some() { Whose::Chain } else { Whose::NoBlock },
        };
        Ok(self.said.of_a_transaction(transaction, at))
    }
}

/// A block without the state before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareBlock {
    /// What names it.
    pub name: BlockName,
    /// Fields that are not known or cannot be read.
    pub notes: Vec<Note>,
    fields: BlockFields,
    listed: Listed,
}

/// A block as a chain has it.
#[derive(Clone, Copy, Debug)]
pub struct ChainsBlock<'a> {
    /// The rules that the block goes by.
    pub rules: Rules,
    /// The block's header.
    pub header: &'a Header,
    /// The block's transactions, in order.
    pub transactions: &'a [Transaction],
    /// Hashes of the transactions: of one that nobody signed it is what the chain says.
    pub hashes: &'a [B256],
}

impl BareBlock {
    /// Reads a block as a node or a library prints it; a node's whole answer too.
    ///
    /// # Errors
    ///
    /// If it is something else, or no block that could be.
    pub fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let text = match document::recognise(bytes)? {
            (Document::Block(_), text) => text,
            (document, _) => return Err(InputError::Document(Box::new(document))),
        };
        let mut notes = Vec::new();
        let given: GivenBlock = iso_evm_wire::json::read(text)?;
        let ReadBlock { fields, listed } = given.read("block", &mut notes)?;
        notes.extend(listed.unread());
        // What contradicts is seen where the chain's own is known.
        if let Some(list) = listed.read(None, None) {
            notes.extend(list.unused().cloned());
        }
        Ok(Self { name: BlockName::from(&fields), notes, fields, listed })
    }

    /// Holds it against the block that the chain has by its name: fields, uncles, withdrawals and transactions.
    ///
    /// # Errors
    ///
    /// If something of it is of another block.
    pub fn held_against(&self, chains: ChainsBlock<'_>) -> Result<(), Another> {
        const PART: &str = "block";
        let ChainsBlock { rules, header, transactions, hashes } = chains;
        let hash = header.hash_slow();
        let name = match (self.name.hash, self.name.number) {
            (Some(hash), _) => hash.to_string(),
            (None, Some(number)) => number.to_string(),
            (None, None) => hash.to_string(),
        };
        let fields = BlockFields::from(header);
        Another::unless_same(PART, name.clone(), &self.fields, &fields, &["blobBaseFee"])?;
        let differs = |difference| Err(Another::of(PART, name.clone(), difference));
        if let Some(Difference { field, found, expected }) =
            self.listed.other_roots(&fields, rules).into_iter().next()
        {
            let expected = format!("one whose root is {expected}");
            return differs(Difference { field, found, expected });
        }
        let Some(listed) = self.listed.hashes() else { return Ok(()) };
        if listed.len() != hashes.len() {
            let [found, expected] =
                [listed.len(), hashes.len()].map(|count| format!("a list of {count}"));
            return differs(Difference::new("transactions", found, expected));
        }
        for (index, (listed, hash)) in listed.iter().zip(hashes).enumerate() {
            if let Some(found) = listed.filter(|found| found != hash) {
                let field = format!("transactions[{index}]");
                return differs(Difference::new(field, found.to_string(), hash.to_string()));
            }
        }
        let place = Place {
            hash: Some(hash),
            number: header.number,
            timestamp: header.timestamp,
            index: 0,
            base_fee: header.base_fee_per_gas,
        };
        self.listed.other_transaction(transactions, place).map_or(Ok(()), differs)
    }
}
