//! A [`Receipt`]: what the chain says came of the transaction. `specs/09-container.md`.
//!
//! In the data's way this stands beside the input, which may have it, and the container, which
//! carries it.

use alloy_primitives::{Address, B256, Bloom, Bytes, Log, LogData};
use serde::{Deserialize, Serialize};

use crate::quantity as number;

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
}

/// The logs of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLogs {
    /// The bloom filter over them.
    pub bloom: Bloom,
    /// The logs, in order.
    pub logs: Vec<Log>,
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
        Ok(Receipt { success, gas_used, logs })
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
mod tests {
    use super::*;

    /// As a node writes it, with fields that are not looked at.
    const RECEIPT: &str = r#"{
        "transactionHash": "0x01", "status": "0x1", "gasUsed": "0x5208", "type": "0x2",
        "logs": [{"address": "0x0202020202020202020202020202020202020202", "logIndex": "0x0",
            "topics": ["0x0303030303030303030303030303030303030303030303030303030303030303"],
            "data": "0x04"}], "logsBloom": "BLOOM"
    }"#;

    fn read(from: &str, to: &str) -> Result<Receipt, ReceiptError> {
        let json = RECEIPT.replace(from, to).replace("BLOOM", &Bloom::repeat_byte(5).to_string());
        serde_json::from_str::<ReceiptFields>(&json).unwrap().into_receipt()
    }

    #[test]
    fn a_nodes_receipt_is_read() {
        let receipt = read("", "").unwrap();
        assert!(receipt.success);
        assert_eq!(receipt.gas_used, 21_000);
        let logs = receipt.logs.clone().unwrap();
        assert_eq!(logs.bloom, Bloom::repeat_byte(5));
        let topics = vec![B256::repeat_byte(3)];
        let log = Log::new(Address::repeat_byte(2), topics, Bytes::from_static(&[4])).unwrap();
        assert_eq!(logs.logs, [log]);
        let fields = ReceiptFields::from(&receipt);
        assert_eq!(fields.into_receipt(), Ok(receipt));
    }

    #[test]
    fn a_receipt_without_a_field_names_it() {
        for (field, rest) in [("status", ""), ("gasUsed", ""), ("logs", "Bloom"), ("logsBloom", "")]
        {
            let (from, to) = (format!("\"{field}\""), format!("\"no{rest}\""));
            assert_eq!(read(&from, &to), Err(ReceiptError::Missing(field)));
        }
        assert_eq!(read("\"0x1\"", "2"), Err(ReceiptError::Status(2)));
        assert!(!read("\"0x1\"", "\"0x0\"").unwrap().success);
    }
}
