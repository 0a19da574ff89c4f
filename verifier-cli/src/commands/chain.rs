//! What `deploy` and `submit` share: the node, who sends, transactions as JSON writes them.

use std::path::PathBuf;

use alloy_primitives::{Address, B256, U64, U256};
use clap::Args;
use serde::Serialize;

use super::{node::node_url, say};
use crate::{
    error::CommandError,
    onchain::{chain::Chain, deploy::Transaction, sender::Sender},
    report::text::thousands,
};

/// Which node, and who sends
#[derive(Clone, Debug, Args)]
pub(super) struct ChainArgs {
    /// The node's JSON-RPC, by HTTP; otherwise $ETH_RPC_URL
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    #[command(flatten)]
    from: FromArgs,
}

/// Who sends
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
struct FromArgs {
    /// A file with the private key of the account that sends, in hex; `-` for stdin
    #[arg(long, value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    /// The account that sends, for which the node signs
    #[arg(long, value_name = "ADDR")]
    unlocked: Option<Address>,
}

impl ChainArgs {
    /// The node and who sends.
    pub(super) fn open(&self) -> Result<(Chain, Sender), CommandError> {
        let url = node_url(self.rpc_url.as_deref())
            .ok_or(CommandError::Needs { option: "a chain", needed: "--rpc-url" })?;
        let sender = match (&self.from.private_key_file, self.from.unlocked) {
            (Some(file), _) => Sender::from_key_file(file)?,
            (None, Some(address)) => Sender::Unlocked { address },
            (None, None) => {
                let (option, needed) = ("--rpc-url", "--private-key-file or --unlocked");
                return Err(CommandError::Needs { option, needed });
            }
        };
        Ok((Chain::at(&url)?, sender))
    }
}

/// A transaction that was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonTransaction {
    what: &'static str,
    hash: B256,
    success: bool,
    predicted_gas: U64,
    gas_used: U64,
}

impl JsonTransaction {
    pub(super) fn new(what: &'static str, transaction: &Transaction) -> Self {
        Self {
            what,
            hash: transaction.hash,
            success: transaction.success,
            predicted_gas: U64::from(transaction.predicted),
            gas_used: U64::from(transaction.gas_used),
        }
    }
}

/// Says that a transaction is mined.
pub(super) fn mined(what: &str, transaction: &Transaction) {
    let gas = thousands(U256::from(transaction.gas_used));
    say(&format!("{what}: {}, {gas} gas", transaction.hash));
}
