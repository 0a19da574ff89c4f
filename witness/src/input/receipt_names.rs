//! The names that a receipt and its logs have for their fields, on all nodes and in all libraries: what stands
//! under another is used by nobody, and [told](unknown).
//!
//! In the data's way this stands behind the names of libraries, beside what reads the fields.

use serde_json::{Map, Value};

use super::note::Note;

/// What a receipt has, by a node's names.
const RECEIPT: &[&str] = &[
    "blobGasPrice",
    "blobGasUsed",
    "blockHash",
    "blockNumber",
    "blockTimestamp",
    "contractAddress",
    "cumulativeGasUsed",
    "depositNonce",
    "depositReceiptVersion",
    "effectiveGasPrice",
    "from",
    "gasUsed",
    "logs",
    "logsBloom",
    "root",
    "status",
    "to",
    "transactionHash",
    "transactionIndex",
    "type",
];

/// What nodes of some chains and libraries add to a receipt.
const ADDED: [&str; 39] = [
    "_type",
    "accessList",
    "author",
    "authorizationList",
    "baseFee",
    "byzantium",
    "chainId",
    "confirmations",
    "creates",
    "daFootprintGasScalar",
    "error",
    "events",
    "feeCurrency",
    "gasUsedForL1",
    "l1BaseFeeScalar",
    "l1BatchNumber",
    "l1BatchTxIndex",
    "l1BlobBaseFee",
    "l1BlobBaseFeeScalar",
    "l1BlockNumber",
    "l1Fee",
    "l1FeeScalar",
    "l1GasPrice",
    "l1GasUsed",
    "l2ToL1Logs",
    "multiGasUsed",
    "operatorFeeConstant",
    "operatorFeeScalar",
    "provider",
    "raw",
    "revertReason",
    "stateRoot",
    "timeboosted",
    "timestamp",
    "tokenRatio",
    "transactionType",
    "txError",
    "v",
    "yParity",
];

/// What a log has, by a node's names.
const LOG: &[&str] = &[
    "address",
    "blockHash",
    "blockNumber",
    "blockTimestamp",
    "data",
    "logIndex",
    "removed",
    "topics",
    "transactionHash",
    "transactionIndex",
];

/// What nodes of some chains and libraries add to a log.
const ADDED_TO_A_LOG: [&str; 22] = [
    "_type",
    "args",
    "decoded",
    "event",
    "eventName",
    "eventSignature",
    "fragment",
    "id",
    "index",
    "interface",
    "isService",
    "l1BatchNumber",
    "logType",
    "name",
    "provider",
    "raw",
    "returnValues",
    "signature",
    "timestamp",
    "transactionLogIndex",
    "txIndexInL1Batch",
    "type",
];

/// Notes of the fields of a receipt, and of its logs, that are not known.
pub(super) fn unknown(fields: &Map<String, Value>) -> Vec<Note> {
    const PART: &str = "receipt";
    let is_other = |name: &str| !RECEIPT.contains(&name) && !ADDED.contains(&name);
    let own = fields.keys().filter(|name| is_other(name.as_str()));
    let own = own.map(|name| (PART.to_owned(), name.as_str(), RECEIPT));
    let logs = fields.get("logs").and_then(Value::as_array);
    let of_logs = logs.into_iter().flatten().enumerate().flat_map(|(index, log)| {
        let fields = log.as_object().into_iter().flatten();
        let others = fields.filter(|(name, value)| {
            let name = name.as_str();
            !value.is_null() && !LOG.contains(&name) && !ADDED_TO_A_LOG.contains(&name)
        });
        others.map(move |(name, _)| (format!("{PART}.logs[{index}]"), name.as_str(), LOG))
    });
    Note::unknown(PART, own.chain(of_logs))
}
