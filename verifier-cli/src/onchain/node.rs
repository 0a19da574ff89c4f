//! A node, asked in alloy's types: one method at a time, each with a timeout, reads tried again with
//! back-off, and errors that name the method and say what the node said.
//!
//! In the data's way this stands between the plan and the chain. The URL can hold an API key and so
//! is in no message.

use std::{future::IntoFuture, time::Duration};

use alloy_eips::BlockId;
use alloy_json_rpc::ErrorPayload;
use alloy_primitives::{Address, B256, Bytes};
use alloy_provider::{
    Provider, ProviderBuilder, RootProvider,
    transport::{RpcError, TransportErrorKind, TransportResult},
};
use alloy_rpc_types_eth::{TransactionReceipt, TransactionRequest, state::StateOverride};
use tokio::{
    runtime::Runtime,
    time::{Instant, sleep, timeout},
};

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Longest wait for a transaction to be mined.
const MINED_WITHIN: Duration = Duration::from_secs(300);

/// Waits before a read is tried again.
const BACK_OFF: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(800), Duration::from_secs(3)];

/// Most characters of what a node says that are repeated.
const MAX_MESSAGE: usize = 300;

/// Why a node is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// No URL.
    #[error("--rpc-url: not an http or https URL")]
    Url,
    /// No threads, no files.
    #[error("--rpc-url: no connection can be made: {0}")]
    Local(String),
    /// No answer.
    #[error("{method}: the node gives no answer: {reason}")]
    Silent {
        /// The method.
        method: &'static str,
        /// What the connection says.
        reason: String,
    },
    /// An answer that is an error.
    #[error("{method}: the node says: {message} ({code})")]
    Refused {
        /// The method.
        method: &'static str,
        /// The error's code: JSON-RPC's, or HTTP's.
        code: i64,
        /// The error's message.
        message: String,
    },
    /// An answer that is none.
    #[error("{method}: the node's answer makes no sense: {reason}")]
    Garbage {
        /// The method.
        method: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A transaction without a receipt.
    #[error("eth_getTransactionReceipt: {hash} is not mined after {seconds} s")]
    NotMined {
        /// The transaction.
        hash: B256,
        /// How long was waited.
        seconds: u64,
    },
    /// A transaction that cannot be signed.
    #[error("the transaction cannot be signed: {0}")]
    Unsigned(String),
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It returned.
    Returned(Bytes),
    /// It reverted.
    Reverted(Bytes),
    /// It ran out of gas.
    OutOfGas,
}

/// A connection to a node.
#[derive(Debug)]
pub struct Node {
    provider: RootProvider,
    runtime: Runtime,
}

impl Node {
    /// A node at a URL. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// If it is no URL, or the system gives no threads.
    pub fn new(url: &str) -> Result<Self, NodeError> {
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(NodeError::Url);
        }
        let url = url.parse().map_err(|_| NodeError::Url)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| NodeError::Local(error.to_string()))?;
        let provider = ProviderBuilder::new().disable_recommended_fillers().connect_http(url);
        Ok(Self { provider, runtime })
    }

    /// Asks for what changes nothing; tries again if there is no answer.
    pub(super) fn read<T, F>(
        &self,
        method: &'static str,
        ask: impl Fn(&RootProvider) -> F,
    ) -> Result<T, NodeError>
    where
        F: IntoFuture<Output = TransportResult<T>>,
    {
        let mut waits = BACK_OFF.into_iter();
        loop {
            let error = match self.once(&ask) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match waits.next().filter(|_| passes(&error)) {
                Some(wait) => {
                    tracing::debug!(method, "trying again");
                    self.runtime.block_on(sleep(wait));
                }
                None => return Err(explain(method, error)),
            }
        }
    }

    /// Asks for what may change something, once.
    pub(super) fn write<T, F>(
        &self,
        method: &'static str,
        ask: impl Fn(&RootProvider) -> F,
    ) -> Result<T, NodeError>
    where
        F: IntoFuture<Output = TransportResult<T>>,
    {
        self.once(&ask).map_err(|error| explain(method, error))
    }

    fn once<T, F>(
        &self,
        ask: &impl Fn(&RootProvider) -> F,
    ) -> Result<T, RpcError<TransportErrorKind>>
    where
        F: IntoFuture<Output = TransportResult<T>>,
    {
        self.runtime.block_on(async {
            timeout(TIMEOUT, ask(&self.provider).into_future()).await.unwrap_or_else(|_| {
                let seconds = TIMEOUT.as_secs();
                Err(TransportErrorKind::custom_str(&format!("nothing within {seconds} s")))
            })
        })
    }

    /// Runs what is not a request.
    pub(super) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The chain's id.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn chain_id(&self) -> Result<u64, NodeError> {
        self.read("eth_chainId", |node| node.get_chain_id())
    }

    /// The code at an address, as of the latest block.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn code(&self, address: Address) -> Result<Bytes, NodeError> {
        self.read("eth_getCode", |node| node.get_code_at(address).latest())
    }

    /// What a call comes to in a block, with some of the state replaced.
    ///
    /// # Errors
    ///
    /// If the node does not run it.
    pub fn call(
        &self,
        call: &TransactionRequest,
        block: BlockId,
        overrides: &StateOverride,
    ) -> Result<Answer, NodeError> {
        let replaced = (!overrides.is_empty()).then(|| overrides.clone());
        self.read("eth_call", |node| {
            let call = node.call(call.clone()).block(block).overrides_opt(replaced.clone());
            async move {
                match call.await {
                    Ok(returned) => Ok(Answer::Returned(returned)),
                    Err(RpcError::ErrorResp(error)) => match ending_of(&error) {
                        Some(answer) => Ok(answer),
                        None => Err(RpcError::ErrorResp(error)),
                    },
                    Err(error) => Err(error),
                }
            }
        })
    }

    /// Waits for the receipt of a transaction.
    ///
    /// # Errors
    ///
    /// If there is none in five minutes, or the node does not say.
    pub fn receipt(&self, hash: B256) -> Result<TransactionReceipt, NodeError> {
        let start = Instant::now();
        let mut wait = Duration::from_millis(50);
        loop {
            let receipt =
                self.read("eth_getTransactionReceipt", |node| node.get_transaction_receipt(hash))?;
            if let Some(receipt) = receipt {
                return Ok(receipt);
            }
            if start.elapsed() > MINED_WITHIN {
                return Err(NodeError::NotMined { hash, seconds: MINED_WITHIN.as_secs() });
            }
            self.runtime.block_on(sleep(wait));
            wait = (wait * 2).min(Duration::from_secs(2));
        }
    }
}

/// Whether an error may pass if the same is asked again.
fn passes(error: &RpcError<TransportErrorKind>) -> bool {
    match error {
        RpcError::Transport(TransportErrorKind::HttpError(error)) => {
            error.status == 429 || error.status >= 500
        }
        RpcError::Transport(TransportErrorKind::HttpErrorWithRetryAfter { .. })
        | RpcError::Transport(TransportErrorKind::Custom(_)) => true,
        RpcError::ErrorResp(error) => error.is_retry_err(),
        _ => false,
    }
}

/// What a call came to, if that is what an error says. Nodes word it in their own ways: the data of
/// a revert is a `0x` string, alone, after a word, or somewhere in an object.
fn ending_of(error: &ErrorPayload) -> Option<Answer> {
    if let Some(data) = error.as_revert_data() {
        return Some(Answer::Reverted(data));
    }
    let words = error.message.to_lowercase().replace(' ', "");
    if words.contains("outofgas") {
        return Some(Answer::OutOfGas);
    }
    let text = error.data.as_ref().and_then(|data| serde_json::from_str::<String>(data.get()).ok());
    if let Some(data) = text.as_deref().and_then(|text| text.strip_prefix("Reverted ")) {
        return data.trim().parse().ok().map(Answer::Reverted);
    }
    words.contains("executionreverted").then(|| Answer::Reverted(Bytes::new()))
}

/// An error as a user reads it.
fn explain(method: &'static str, error: RpcError<TransportErrorKind>) -> NodeError {
    match error {
        RpcError::ErrorResp(error) => {
            NodeError::Refused { method, code: error.code, message: legible(&error.message) }
        }
        RpcError::Transport(
            TransportErrorKind::HttpError(error)
            | TransportErrorKind::HttpErrorWithRetryAfter { error, .. },
        ) => {
            NodeError::Refused { method, code: error.status.into(), message: legible(&error.body) }
        }
        RpcError::Transport(error) => NodeError::Silent { method, reason: innermost(&error) },
        RpcError::NullResp => NodeError::Garbage { method, reason: "null".to_owned() },
        RpcError::DeserError { err, .. } => {
            NodeError::Garbage { method, reason: legible(&err.to_string()) }
        }
        other => NodeError::Garbage { method, reason: legible(&other.to_string()) },
    }
}

/// The first cause of an error: the outer ones name the URL.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    legible(&cause.to_string())
}

/// One line of bounded length, without control characters.
fn legible(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let clean: String = line.chars().filter(|char| !char.is_control()).take(MAX_MESSAGE).collect();
    if clean.is_empty() { "nothing".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::bytes;

    use super::*;

    #[test]
    fn reverts_as_nodes_word_them() {
        let word = bytes!("000000000000000000000000000000000000000000000000000000000000002a");
        let reverted = |data: &Bytes| Some(Answer::Reverted(data.clone()));
        for (json, expected) in [
            // geth, reth, anvil
            (
                format!(r#"{{"code":3,"message":"execution reverted: *","data":"{word}"}}"#),
                reverted(&word),
            ),
            (
                r#"{"code":3,"message":"execution reverted","data":"0x"}"#.to_owned(),
                reverted(&Bytes::new()),
            ),
            (
                r#"{"code":-32000,"message":"execution reverted"}"#.to_owned(),
                reverted(&Bytes::new()),
            ),
            // Nethermind
            (
                format!(
                    r#"{{"code":-32015,"message":"VM execution error.","data":"Reverted {word}"}}"#
                ),
                reverted(&word),
            ),
            // in an object
            (
                format!(
                    r#"{{"code":-32603,"message":"revert","data":{{"a":{{"data":"{word}"}}}}}}"#
                ),
                reverted(&word),
            ),
            (r#"{"code":-32000,"message":"out of gas"}"#.to_owned(), Some(Answer::OutOfGas)),
            (
                r#"{"code":-32003,"message":"EVM error OutOfGas"}"#.to_owned(),
                Some(Answer::OutOfGas),
            ),
            (r#"{"code":-32601,"message":"method not found"}"#.to_owned(), None),
        ] {
            let error: ErrorPayload = serde_json::from_str(&json).unwrap();
            assert_eq!(ending_of(&error), expected, "{json}");
        }
    }

    #[test]
    fn no_url_is_repeated() {
        for url in ["ftp://user:secret@host", "secret", "", "http://[secret"] {
            let error = Node::new(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_nodes_say_is_one_line() {
        assert_eq!(legible("\n a\u{1b}[31m b\r\nsecond"), "a[31m b");
        assert_eq!(legible(" \n"), "nothing");
        assert_eq!(legible(&"x".repeat(10_000)).len(), MAX_MESSAGE);
    }
}
