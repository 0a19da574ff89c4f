//! The [`Node`]: a client with what is known of how this node is asked.
//!
//! In the data's way this is the first stage; `calls` has the questions.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use iso_evm_rpc::{Client, RpcError};
use serde::Serialize;

use super::{NodeEvent, NodeOptions, at::Naming};

/// A node, asked by JSON-RPC over HTTP. Its functions wait for the answer: they must not be called,
/// nor the node dropped, from within an asynchronous runtime.
#[derive(Debug)]
pub struct Node {
    pub(super) rpc: Client,
    pub(super) options: NodeOptions,
    /// How methods take the name of a state, as far as that is known.
    namings: Mutex<HashMap<&'static str, Naming>>,
    /// Whether it has said that it traces no block as a whole.
    traces_no_blocks: AtomicBool,
}

impl Node {
    /// A node by its URL. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`RpcError`], if `url` is none of HTTP.
    pub fn connect(url: &str, options: NodeOptions) -> Result<Self, RpcError> {
        let rpc = Client::connect(url, options.rpc())?;
        let (namings, traces_no_blocks) = (Mutex::default(), AtomicBool::default());
        Ok(Self { rpc, options, namings, traces_no_blocks })
    }

    pub(super) fn tell(&self, event: NodeEvent) {
        self.options.observer.tell(event);
    }

    pub(super) fn notice(&self, text: String) {
        self.tell(NodeEvent::Notice(text));
    }

    /// Waits for an answer of the node.
    pub(super) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.rpc.wait(future)
    }

    /// Asks many questions, a bounded number of them at once. Answers come in the questions' order.
    pub(super) fn all<Q, T, E, F>(
        &self,
        questions: impl IntoIterator<Item = Q>,
        ask: impl Fn(Q) -> F,
    ) -> Result<Vec<T>, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        self.rpc.all(questions, ask)
    }

    /// Keeps an answer in the cache, if there is one.
    pub(super) fn keep<T: Serialize>(&self, place: &Path, answer: &T) -> Result<(), RpcError> {
        self.rpc.keep(place, answer)
    }

    /// Whether it may trace a block as a whole, as far as that is known.
    pub(super) fn traces_blocks(&self) -> bool {
        !self.traces_no_blocks.load(Ordering::Relaxed)
    }

    /// It does not: it is not asked to any more.
    pub(super) fn trace_no_blocks(&self) {
        self.traces_no_blocks.store(true, Ordering::Relaxed);
    }

    /// How a method takes the name of a state, if that is known.
    pub(super) fn naming(&self, method: &'static str) -> Option<Naming> {
        self.namings.lock().unwrap_or_else(PoisonError::into_inner).get(method).copied()
    }

    pub(super) fn set_naming(&self, method: &'static str, naming: Naming) {
        self.namings.lock().unwrap_or_else(PoisonError::into_inner).insert(method, naming);
    }
}
