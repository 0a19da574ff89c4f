//! How witnesses are made of a node's answers, and who is told what happens.

use std::{path::PathBuf, time::Duration};

use iso_evm_rpc::{Observer, RpcOptions};

/// How a node is asked.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// How long an answer may take.
    pub timeout: Duration,
    /// How often a question is asked again.
    pub retries: u32,
    /// How many questions are under way at once.
    pub concurrency: usize,
    /// Where answers are kept, if they are.
    pub cache: Option<PathBuf>,
    /// Whether the cache alone is asked.
    pub offline: bool,
    /// Whether to do without `eth_getProof`: nothing is proved then.
    pub no_proofs: bool,
    /// Who is told what happens.
    pub observer: Observer<NodeEvent>,
}

impl Default for NodeOptions {
    fn default() -> Self {
        let RpcOptions { timeout, retries, concurrency, cache, offline, .. } =
            RpcOptions::default();
        let (no_proofs, observer) = (false, Observer::default());
        Self { timeout, retries, concurrency, cache, offline, no_proofs, observer }
    }
}

impl NodeOptions {
    /// How the node behind is asked.
    pub(super) fn rpc(&self) -> RpcOptions {
        let observer = self.observer.clone();
        RpcOptions {
            timeout: self.timeout,
            retries: self.retries,
            concurrency: self.concurrency,
            cache: self.cache.clone(),
            offline: self.offline,
            answered: Observer::new(move |method| observer.tell(NodeEvent::Answered { method })),
        }
    }
}

/// Something that happened on the way.
///
/// The list is closed: whoever shows events must not miss a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// The node has answered a question.
    Answered {
        /// Name of the JSON-RPC method.
        method: &'static str,
    },
    /// A transaction was replayed, or recorded.
    Transaction {
        /// How many of the block now are.
        done: usize,
        /// How many there are in the block.
        of: usize,
    },
    /// Something is done in another way than the best one. One line, which names the method.
    Notice(String),
}
