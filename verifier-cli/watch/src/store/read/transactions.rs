//! Transactions as they are kept, each in every block that it is in.

use alloy_primitives::B256;
use serde::Serialize;

use super::{
    Reader,
    findings::{self, Finding},
    query::Query,
};
use crate::store::{
    StoreError,
    cell::Row,
    database::{Database, at_once},
};

/// The columns of an [`InBlock`].
const COLUMNS: &str = "blocks.number, transactions.block, blocks.canonical, transactions.position, \
                       transactions.hash, transactions.status, transactions.verdict, \
                       transactions.execution_audit, transactions.access_audit, transactions.tree_audit, \
                       transactions.transaction_audit, transactions.gas_used, transactions.reason, \
                       transactions.witness, \
                       CASE WHEN transactions.certificate IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END";

const TABLES: &str = "transactions JOIN blocks ON blocks.hash = transactions.block";

/// A transaction that is in as many blocks as this is in no chain.
const MOST_BLOCKS: u64 = 16;

/// A transaction in a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InBlock {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub block: B256,
    /// Whether the block is of the chain.
    pub canonical: bool,
    /// The transaction's place in the block.
    pub position: u64,
    /// The transaction's hash.
    pub hash: B256,
    /// What has become of it.
    pub status: String,
    /// The verdict; none if it is not in the sample.
    pub verdict: Option<String>,
    /// What each audit says, if there is a report.
    pub audits: Option<Audits>,
    /// Gas that it used, if there is a report.
    pub gas_used: Option<u64>,
    /// Why there is no report, in words.
    pub reason: Option<String>,
    /// Hash of the witness, if there was one, be it kept or not.
    pub witness: Option<B256>,
    /// Whether there is a certificate.
    pub certificate: bool,
}

/// What each audit says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audits {
    /// Of the execution.
    pub execution: String,
    /// Of the access to the state.
    pub access: String,
    /// Of the call tree.
    pub tree: String,
    /// Of the transaction.
    pub transaction: String,
}

/// A message of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The message's index.
    pub message: u64,
    /// Index of the message that called it.
    pub parent: Option<u64>,
    /// How deep it is.
    pub depth: Option<u64>,
    /// Name of its kind.
    pub kind: Option<String>,
    /// Address that it went to.
    pub recipient: Option<String>,
    /// Status that is claimed.
    pub status: Option<String>,
    /// Gas used, as claimed, in decimal.
    pub gas_used: Option<String>,
    /// How many records it has.
    pub records: Option<u64>,
    /// How many bytes it has in the witness.
    pub witness_bytes: u64,
    /// The verdict on it.
    pub verdict: String,
}

/// A transaction in a block, with what is known of it there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// The transaction in the block.
    #[serde(flatten)]
    pub place: InBlock,
    /// Its messages, up to a number of them.
    pub messages: Vec<Message>,
    /// What is false in it, up to a number of findings.
    pub findings: Vec<Finding>,
}

impl Reader {
    /// The transaction of a hash in each block that it is in, that of the chain first.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the database does not say.
    pub fn transaction(&mut self, hash: B256, most: u64) -> Result<Vec<Transaction>, StoreError> {
        at_once(&mut *self.database, |database| {
            let places = places(database, hash)?;
            let whole = |place: InBlock| {
                let messages = messages(database, &place, most)?;
                let findings = findings::of_transaction(database, &place, most)?;
                Ok(Transaction { place, messages, findings })
            };
            places.into_iter().map(whole).collect()
        })
    }

    /// The transaction of a hash in each block that it is in, that of the chain first, without more.
    ///
    /// # Errors
    ///
    /// As [`Reader::transaction`].
    pub fn places(&mut self, hash: B256) -> Result<Vec<InBlock>, StoreError> {
        places(&mut *self.database, hash)
    }

    /// The certificate of a transaction, in a block.
    ///
    /// # Errors
    ///
    /// As [`Reader::transaction`].
    pub fn certificate(&mut self, place: &InBlock) -> Result<Option<String>, StoreError> {
        let sql = "SELECT certificate FROM transactions WHERE block = $1 AND position = $2";
        let rows = self.database.rows(sql, &[place.block.into(), place.position.into()])?;
        Ok(rows.first().map(|row| row.maybe_text(0)).transpose()?.flatten())
    }
}

fn places(database: &mut dyn Database, hash: B256) -> Result<Vec<InBlock>, StoreError> {
    let query = Query::of(&format!("SELECT {COLUMNS} FROM {TABLES}"));
    let order = " ORDER BY blocks.canonical DESC, blocks.audited_at DESC, blocks.hash LIMIT ?";
    let query = query.and("transactions.hash = ?", [hash.into()]).with(order, [MOST_BLOCKS.into()]);
    query.rows(database)?.iter().map(in_block).collect()
}

/// The transactions of a block.
pub(super) fn of_block(
    database: &mut dyn Database,
    block: B256,
    most: u64,
) -> Result<Vec<InBlock>, StoreError> {
    let query = Query::of(&format!("SELECT {COLUMNS} FROM {TABLES}"));
    let query = query.and("transactions.block = ?", [block.into()]);
    let query = query.with(" ORDER BY transactions.position LIMIT ?", [most.into()]);
    query.rows(database)?.iter().map(in_block).collect()
}

fn in_block(row: &Row) -> Result<InBlock, StoreError> {
    let audit = |column| Ok::<_, StoreError>(row.maybe_text(column)?.unwrap_or_default());
    let audits = match row.maybe_text(7)? {
        None => None,
        Some(execution) => {
            Some(Audits { execution, access: audit(8)?, tree: audit(9)?, transaction: audit(10)? })
        }
    };
    Ok(InBlock {
        number: row.number(0)?,
        block: row.hash(1)?,
        canonical: row.yes(2)?,
        position: row.number(3)?,
        hash: row.hash(4)?,
        status: row.text(5)?.to_owned(),
        verdict: row.maybe_text(6)?,
        audits,
        gas_used: row.maybe_number(11)?,
        reason: row.maybe_text(12)?,
        witness: row.maybe_hash(13)?,
        certificate: row.yes(14)?,
    })
}

fn messages(
    database: &mut dyn Database,
    place: &InBlock,
    most: u64,
) -> Result<Vec<Message>, StoreError> {
    let sql = "SELECT message, parent, depth, kind, recipient, status, gas_used, records, witness_bytes, \
               verdict FROM messages WHERE block = $1 AND position = $2 ORDER BY message LIMIT $3";
    let cells = [place.block.into(), place.position.into(), most.into()];
    let message = |row: &Row| {
        Ok(Message {
            message: row.number(0)?,
            parent: row.maybe_number(1)?,
            depth: row.maybe_number(2)?,
            kind: row.maybe_text(3)?,
            recipient: row.maybe_text(4)?,
            status: row.maybe_text(5)?,
            gas_used: row.maybe_text(6)?,
            records: row.maybe_number(7)?,
            witness_bytes: row.number(8)?,
            verdict: row.text(9)?.to_owned(),
        })
    };
    database.rows(sql, &cells)?.iter().map(message).collect()
}
