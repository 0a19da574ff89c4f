//! Why there is no answer. One line, which names the method.

use std::io;

use crate::http::Unread;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RpcError {
    /// Not the address of a node.
    #[error("the node's URL: {0}")]
    Url(String),
    /// The system gives nothing to ask by.
    #[error("no HTTP client: {0}")]
    Client(String),
    /// An answer that is not read.
    #[error("{method}: {error}")]
    Unread {
        /// Name of the JSON-RPC method.
        method: &'static str,
        /// Reason why the answer is not read.
        error: Unread,
    },
    /// The system gives no threads to wait on.
    #[error("no threads: {0}")]
    Runtime(io::Error),
    /// The cache cannot be written.
    #[error("the cache {folder}: {error}")]
    Cache {
        /// Folder of the cache.
        folder: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// The node does not know the method.
    #[error("the node does not offer {method}")]
    NotOffered {
        /// Name of the JSON-RPC method.
        method: &'static str,
    },
    /// The node knows the method and answers with an error.
    #[error("the node refuses {method}: {message} ({code})")]
    Refused {
        /// Name of the JSON-RPC method.
        method: &'static str,
        /// Number of the JSON-RPC error.
        code: i64,
        /// Text of the JSON-RPC error.
        message: String,
    },
    /// No answer came, however often it was asked for.
    #[error("the node does not answer {method}, asked {}: {error}", times(*.attempts))]
    Unreachable {
        /// Name of the JSON-RPC method.
        method: &'static str,
        /// Number of attempts.
        attempts: u32,
        /// What happened the last time.
        error: String,
    },
    /// Each answer was an error that could have passed.
    #[error("the node answers {method} with an error, asked {}: {error}", times(*.attempts))]
    Failing {
        /// Name of the JSON-RPC method.
        method: &'static str,
        /// Number of attempts.
        attempts: u32,
        /// Text of the last error.
        error: String,
    },
    /// The answer is null.
    #[error("the node answers {method} with null")]
    Nothing {
        /// Name of the JSON-RPC method.
        method: &'static str,
    },
    /// The answer is none to the question.
    #[error("the node's answer to {method} makes no sense: {error}")]
    Answer {
        /// Name of the JSON-RPC method.
        method: &'static str,
        /// Reason, in words.
        error: String,
    },
    /// No node may be asked.
    #[error("{method}: the answer is not in the cache, and no node may be asked")]
    Offline {
        /// Name of the JSON-RPC method.
        method: &'static str,
    },
}

impl RpcError {
    /// Whether the node does not do what was asked, now and later: another way may be open.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::NotOffered { .. } | Self::Refused { .. } | Self::Nothing { .. })
    }

    /// Whether the node has not said what it was asked now, and may another time.
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Failing { .. } | Self::Offline { .. })
    }
}

/// How often something was done.
fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
