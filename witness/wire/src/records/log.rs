//! The record of a log, whose topics are no list of the ABI's.

use alloy_primitives::B256;

/// `LOG0` to `LOG4`. On the wire: `dataHash`, then the topics, each a `bytes32`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRecord {
    /// Output: keccak256 of the log's data.
    pub data_hash: B256,
    /// Outputs: the topics, at most four.
    pub topics: Vec<B256>,
}
