//! The [`Node`]: one question at a time or many at once, each with a time limit, asked again with
//! growing pauses where asking again can help, and answered from the cache where it was asked before.
//! `specs/15-node.md`.
//!
//! In the data's way this is the first stage; `calls` has the questions.

use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use alloy_network::AnyNetwork;
use alloy_primitives::{B256, keccak256};
use alloy_provider::{DynProvider, transport::TransportError};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};
use tokio::runtime::Runtime;

use super::{
    Event, NodeError, NodeOptions,
    at::Naming,
    cache::Cache,
    judge::{Failure, judge},
};
use crate::http;

/// The pause before a question is asked for the second time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A node, asked by JSON-RPC over HTTP. Its functions wait for the answer: they must not be called,
/// nor the node dropped, from within an asynchronous runtime.
pub struct Node {
    runtime: Runtime,
    pub(super) provider: DynProvider<AnyNetwork>,
    pub(super) options: NodeOptions,
    pub(super) cache: Option<Cache>,
    /// Stands for the URL, which may hold a key.
    pub(super) url: B256,
    /// It has failed to answer: it is asked once, no more.
    silent: AtomicBool,
    /// How methods take the name of a state, as far as that is known.
    namings: Mutex<HashMap<&'static str, Naming>>,
}

/// The URL, which may hold a key, is not shown.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Node {
    /// A node by its URL. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// If it is no URL of HTTP.
    pub fn connect(url: &str, options: NodeOptions) -> Result<Self, NodeError> {
        let parsed: url::Url =
            url.parse().map_err(|error: url::ParseError| NodeError::Url(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(NodeError::Url(format!(
                "http or https expected, found {}",
                parsed.scheme()
            )));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(NodeError::Runtime)?;
        let provider = {
            let _context = runtime.enter();
            let client = http::provider(parsed, http::answer_limit);
            client.map_err(|error| NodeError::Client(error.to_string()))?
        };
        let cache = options.cache.clone().map(Cache::new);
        let url = keccak256(url);
        let (silent, namings) = (AtomicBool::new(false), Mutex::default());
        Ok(Self { runtime, provider, options, cache, url, silent, namings })
    }

    pub(super) fn tell(&self, event: Event) {
        self.options.observer.tell(event);
    }

    pub(super) fn notice(&self, text: String) {
        self.tell(Event::Notice(text));
    }

    /// Waits.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Asks many questions, a bounded number of them at once. Answers come in the questions' order.
    pub(super) fn all<Q, T, F>(
        &self,
        questions: impl IntoIterator<Item = Q>,
        ask: impl Fn(Q) -> F,
    ) -> Result<Vec<T>, NodeError>
    where
        F: Future<Output = Result<T, NodeError>>,
    {
        let asked = stream::iter(questions.into_iter().map(ask));
        self.wait(asked.buffered(self.options.concurrency.max(1)).try_collect())
    }

    /// An answer from the cache, else from the node; then it is kept. One that does not pass the
    /// check is not kept, and not taken from the cache.
    pub(super) async fn cached<T, F>(
        &self,
        place: &Path,
        check: impl Fn(&T) -> Result<(), NodeError>,
        ask: F,
    ) -> Result<T, NodeError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, NodeError>>,
    {
        if let Some(answer) = self.kept(place, &check) {
            return Ok(answer);
        }
        let answer = ask.await?;
        check(&answer)?;
        self.keep(place, &answer)?;
        Ok(answer)
    }

    /// An answer from the cache that passes the check.
    pub(super) fn kept<T: DeserializeOwned>(
        &self,
        place: &Path,
        check: impl Fn(&T) -> Result<(), NodeError>,
    ) -> Option<T> {
        let kept: Option<T> = self.cache.as_ref().and_then(|cache| cache.get(place));
        kept.filter(|answer| check(answer).is_ok())
    }

    /// How a method takes the name of a state, if that is known.
    pub(super) fn naming(&self, method: &'static str) -> Option<Naming> {
        self.namings.lock().unwrap_or_else(PoisonError::into_inner).get(method).copied()
    }

    pub(super) fn set_naming(&self, method: &'static str, naming: Naming) {
        self.namings.lock().unwrap_or_else(PoisonError::into_inner).insert(method, naming);
    }

    /// Keeps an answer in the cache, if there is one.
    pub(super) fn keep<T: Serialize>(&self, place: &Path, answer: &T) -> Result<(), NodeError> {
        self.cache.as_ref().map_or(Ok(()), |cache| cache.put(place, answer))
    }

    /// Asks the node: again where that can help.
    pub(crate) async fn ask<T, F>(
        &self,
        method: &'static str,
        question: impl Fn(DynProvider<AnyNetwork>) -> F,
    ) -> Result<T, NodeError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        self.ask_again(self.options.retries, method, question).await
    }

    /// Asks the node once: what is asked may have been done though no answer came.
    pub(crate) async fn ask_once<T, F>(
        &self,
        method: &'static str,
        question: impl Fn(DynProvider<AnyNetwork>) -> F,
    ) -> Result<T, NodeError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        self.ask_again(0, method, question).await
    }

    async fn ask_again<T, F>(
        &self,
        retries: u32,
        method: &'static str,
        question: impl Fn(DynProvider<AnyNetwork>) -> F,
    ) -> Result<T, NodeError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        if self.options.offline {
            return Err(NodeError::Offline { method });
        }
        let most = if self.silent.load(Ordering::Relaxed) { 0 } else { retries };
        let (mut attempts, mut pause) = (0, FIRST_PAUSE);
        loop {
            attempts += 1;
            let answer = question(self.provider.clone());
            let failure = match tokio::time::timeout(self.options.timeout, answer).await {
                Ok(Ok(answer)) => {
                    self.tell(Event::Answered { method });
                    return Ok(answer);
                }
                Ok(Err(error)) => judge(method, error),
                Err(_) => {
                    let seconds = self.options.timeout.as_secs_f32();
                    Failure::Silence(format!("no answer in {seconds} seconds"))
                }
            };
            let error = match failure {
                Failure::Final(error) => return Err(error),
                Failure::Passing { last: Some(error), .. } if attempts > most => return Err(error),
                Failure::Passing { error, .. } if attempts > most => {
                    return Err(NodeError::Failing { method, attempts, error });
                }
                Failure::Silence(error) if attempts > most => {
                    self.silent.store(true, Ordering::Relaxed);
                    return Err(NodeError::Unreachable { method, attempts, error });
                }
                Failure::Passing { error, .. } | Failure::Silence(error) => error,
            };
            tracing::debug!(method, attempts, %error, "asked again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
