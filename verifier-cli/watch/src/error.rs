//! Why a watcher ends before it is told to. One line.

use std::io;

use iso_evm_rpc::RpcError;

use crate::store::StoreError;

/// Why a watcher ends before it is told to. What nodes do is no reason: it is an
/// [`Event`](crate::Event).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The store does not do what it must.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A node that cannot be asked at all.
    #[error("node {node}: {error}", node = .node + 1)]
    Node {
        /// Which node, from 0.
        node: usize,
        /// Why it cannot be asked.
        error: RpcError,
    },
    /// A WebSocket that is none.
    #[error("WebSocket {place}: its URL begins with ws:// or wss://, and names a host", place = .0 + 1)]
    Bell(usize),
    /// No node was named.
    #[error("there is no node to ask")]
    NoNodes,
    /// A block to begin with that the node does not know.
    #[error("the node knows no block that is {0}: there is nothing to begin with")]
    NoStart(&'static str),
    /// The store begins elsewhere.
    #[error(
        "the database begins with block {first} and goes on with {next}: to begin with {asked} would leave a gap \
         or go over it again; another database can begin there"
    )]
    OtherStart {
        /// The block that was asked for.
        asked: u64,
        /// The first block of the store.
        first: u64,
        /// The block that comes next.
        next: u64,
    },
    /// What operators have committed to cannot be watched.
    #[error("what operators commit to: {0}")]
    Operators(Box<dyn std::error::Error + Send + Sync>),
    /// The system gives no threads.
    #[error("no threads: {0}")]
    Threads(io::Error),
}

#[cfg(feature = "challenge")]
impl WatchError {
    /// What operators have committed to cannot be watched.
    pub(crate) fn l1(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Operators(Box::new(error))
    }
}
