//! A [`Receipt`]: what the chain says came of the transaction. `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which may have it, and the container, which
//! carries it.

use alloy_consensus::{Receipt as Consensus, RlpEncodableReceipt};
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, LogData};
use op_alloy_consensus::OpDepositReceipt;
use serde::{Deserialize, Serialize};

use crate::{quantity as number, transaction::TransactionBody};

mod encoded;

pub use encoded::encoded;

/// The facts of a receipt that a run gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whether the transaction succeeded.
    pub success: bool,
    /// Gas used, after refunds.
    pub gas_used: u64,
    /// The logs, where the input had a receipt.
    pub logs: Option<ReceiptLogs>,
    /// What only a deposit's receipt tells, from Regolith on.
    pub deposit: Option<DepositReceipt>,
}

/// What a deposit's receipt tells beside what all do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepositReceipt {
    /// The nonce of the sender before the deposit, which has none of its own.
    pub nonce: u64,
    /// How the receipt is encoded, from Canyon on: where it is there, both are in the encoding.
    pub version: Option<u64>,
}

/// The logs of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLogs {
    /// The bloom filter over them.
    pub bloom: Bloom,
    /// The logs, in order.
    pub logs: Vec<Log>,
}

impl Receipt {
    /// The receipt of a transaction as the root in its block's header has it (EIP-658, EIP-2718),
    /// where `cumulative_gas_used` is the gas of all transactions of the block up to this one.
    pub fn encode_2718(&self, body: &TransactionBody, cumulative_gas_used: u64) -> Vec<u8> {
        let (bloom, logs) = match &self.logs {
            Some(ReceiptLogs { bloom, logs }) => (*bloom, logs.clone()),
            None => Default::default(),
        };
        let inner = Consensus { status: self.success.into(), cumulative_gas_used, logs };
        let mut out = Vec::new();
        out.extend((!body.is_legacy()).then(|| body.ty()));
        match self.deposit.filter(|_| body.is_deposit()) {
            Some(DepositReceipt { nonce, version: version @ Some(_) }) => OpDepositReceipt {
                inner,
                deposit_nonce: Some(nonce),
                deposit_receipt_version: version,
            }
            .rlp_encode_with_bloom(&bloom, &mut out),
            _ => inner.rlp_encode_with_bloom(&bloom, &mut out),
        }
        out
    }

    /// The receipt without what only a deposit's tells, if it is not a deposit's.
    pub fn of(self, body: &TransactionBody) -> Self {
        Self { deposit: self.deposit.filter(|_| body.is_deposit()), ..self }
    }
}

/// A receipt as `eth_getTransactionReceipt` returns it. Fields that a node adds are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct ReceiptFields {
    /// Written as a plain number.
    #[serde(deserialize_with = "number::deserialize", skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub gas_used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_bloom: Option<Bloom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<Vec<LogFields>>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub deposit_nonce: Option<u64>,
    #[serde(with = "number", skip_serializing_if = "Option::is_none")]
    pub deposit_receipt_version: Option<u64>,
}

/// A log as a receipt has it. Fields that a node adds are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct LogFields {
    pub address: Address,
    pub topics: Vec<B256>,
    pub data: Bytes,
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// A field that must be there.
    #[error("field \"{0}\" is missing")]
    Missing(&'static str),
    /// Neither failure nor success.
    #[error("field \"status\": 0 or 1 expected, found {0}")]
    Status(u8),
}

impl ReceiptFields {
    /// The receipt. Logs and their bloom filter are there together, or not at all.
    ///
    /// # Errors
    ///
    /// If a field is missing, or if the status is neither 0 nor 1.
    pub fn into_receipt(self) -> Result<Receipt, ReceiptError> {
        let success = match self.status.ok_or(ReceiptError::Missing("status"))? {
            status @ (0 | 1) => status == 1,
            status => return Err(ReceiptError::Status(status)),
        };
        let logs = match (self.logs_bloom, self.logs) {
            (Some(bloom), Some(logs)) => {
                Some(ReceiptLogs { bloom, logs: logs.into_iter().map(Log::from).collect() })
            }
            (None, None) => None,
            (None, Some(_)) => return Err(ReceiptError::Missing("logsBloom")),
            (Some(_), None) => return Err(ReceiptError::Missing("logs")),
        };
        let gas_used = self.gas_used.ok_or(ReceiptError::Missing("gasUsed"))?;
        let deposit = match (self.deposit_nonce, self.deposit_receipt_version) {
            (Some(nonce), version) => Some(DepositReceipt { nonce, version }),
            (None, None) => None,
            (None, Some(_)) => return Err(ReceiptError::Missing("depositNonce")),
        };
        Ok(Receipt { success, gas_used, logs, deposit })
    }
}

impl From<&Receipt> for ReceiptFields {
    fn from(receipt: &Receipt) -> Self {
        let logs = receipt.logs.as_ref();
        Self {
            status: Some(receipt.success.into()),
            gas_used: Some(receipt.gas_used),
            logs_bloom: logs.map(|logs| logs.bloom),
            logs: logs.map(|logs| logs.logs.iter().map(LogFields::from).collect()),
            deposit_nonce: receipt.deposit.map(|deposit| deposit.nonce),
            deposit_receipt_version: receipt.deposit.and_then(|deposit| deposit.version),
        }
    }
}

/// The number of topics is not looked at: a receipt may be a lie.
impl From<LogFields> for Log {
    fn from(LogFields { address, topics, data }: LogFields) -> Self {
        Self { address, data: LogData::new_unchecked(topics, data) }
    }
}

impl From<&Log> for LogFields {
    fn from(log: &Log) -> Self {
        let (topics, data) = (log.topics().to_vec(), log.data.data.clone());
        Self { address: log.address, topics, data }
    }
}

#[cfg(test)]
mod tests;
