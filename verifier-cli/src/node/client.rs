//! The [`Node`]: one question at a time or many at once, each with a time limit, asked again with
//! growing pauses where asking again can help, and answered from the cache where it was asked before.
//! `specs/15-node.md`.
//!
//! In the data's way this is the first stage; `calls` has the questions.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use alloy_network::AnyNetwork;
use alloy_primitives::keccak256;
use alloy_provider::{
    DynProvider, Provider, ProviderBuilder,
    transport::{RpcError, TransportError, TransportErrorKind},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};
use tokio::runtime::Runtime;

use super::{NodeError, cache::Cache};

/// The pause before a question is asked for the second time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// JSON-RPC's number for a method that is not there.
const METHOD_NOT_FOUND: i64 = -32_601;

/// The longest text of a node's that is repeated in an error, in characters.
const LONGEST_TEXT: usize = 200;

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
    pub observer: Observer,
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            retries: 5,
            concurrency: 8,
            cache: None,
            offline: false,
            no_proofs: false,
            observer: Observer::default(),
        }
    }
}

/// Something that happened on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The node has answered a question.
    Answered {
        /// The method.
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

/// Who is told of [`Event`]s. By default nobody.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Event) + Send + Sync>);

impl Observer {
    /// Calls a function, which must not take long.
    pub fn new(observe: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// A node, asked by JSON-RPC over HTTP. Its functions wait for the answer: they must not be called,
/// nor the node dropped, from within an asynchronous runtime.
#[derive(Debug)]
pub struct Node {
    runtime: Runtime,
    pub(super) provider: DynProvider<AnyNetwork>,
    pub(super) options: NodeOptions,
    pub(super) cache: Option<Cache>,
    /// Stands for the URL, which may hold a key.
    pub(super) url: alloy_primitives::B256,
    /// It has failed to answer: it is asked once, no more.
    silent: AtomicBool,
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
            let builder = ProviderBuilder::new().disable_recommended_fillers();
            builder.network::<AnyNetwork>().connect_http(parsed).erased()
        };
        let cache = options.cache.clone().map(Cache::new);
        let url = keccak256(url);
        Ok(Self { runtime, provider, options, cache, url, silent: AtomicBool::new(false) })
    }

    pub(super) fn tell(&self, event: Event) {
        (self.options.observer.0)(event);
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
        let kept = self.cache.as_ref().and_then(|cache| cache.get(place));
        if let Some(answer) = kept.filter(|answer| check(answer).is_ok()) {
            return Ok(answer);
        }
        let answer = ask.await?;
        check(&answer)?;
        self.keep(place, &answer)?;
        Ok(answer)
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
            let error = match tokio::time::timeout(self.options.timeout, answer).await {
                Ok(Ok(answer)) => {
                    self.tell(Event::Answered { method });
                    return Ok(answer);
                }
                Ok(Err(error)) => match judge(method, error) {
                    Ok(again) => again,
                    Err(error) => return Err(error),
                },
                Err(_) => format!("no answer in {} seconds", self.options.timeout.as_secs_f32()),
            };
            if attempts > most {
                self.silent.store(true, Ordering::Relaxed);
                return Err(NodeError::Unreachable { method, attempts, error });
            }
            tracing::debug!(method, attempts, %error, "asked again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// What an error is: one that may pass, or one for good.
fn judge(method: &'static str, error: TransportError) -> Result<String, NodeError> {
    match error {
        RpcError::ErrorResp(payload) if payload.is_retry_err() => Ok(shorten(&payload.message)),
        RpcError::ErrorResp(payload) if payload.code == METHOD_NOT_FOUND => {
            Err(NodeError::NotOffered { method })
        }
        RpcError::ErrorResp(payload) => Err(NodeError::Refused {
            method,
            code: payload.code,
            message: shorten(&payload.message),
        }),
        RpcError::Transport(kind) => match kind.as_http_error() {
            Some(error) if error.body.contains("-32601") => Err(NodeError::NotOffered { method }),
            Some(error) if !(error.status == 429 || error.status >= 500) => {
                let code = i64::from(error.status);
                Err(NodeError::Refused { method, code, message: shorten(&error.body) })
            }
            Some(error) => Ok(format!("HTTP status {}", error.status)),
            None => Ok(innermost(&kind)),
        },
        RpcError::DeserError { err, .. } => {
            Err(NodeError::Answer { method, error: shorten(&err.to_string()) })
        }
        error => Err(NodeError::Answer { method, error: shorten(&error.to_string()) }),
    }
}

/// The innermost reason. Those around it repeat the URL, which may hold a key.
fn innermost(kind: &TransportErrorKind) -> String {
    let mut error: &dyn std::error::Error = kind;
    while let Some(source) = error.source() {
        error = source;
    }
    let text = error.to_string();
    if text.contains("://") { "the request cannot be sent".to_owned() } else { shorten(&text) }
}

/// The beginning of a text, on one line.
fn shorten(text: &str) -> String {
    let mut line = String::new();
    for (index, character) in text.trim().chars().enumerate() {
        if index == LONGEST_TEXT {
            line.push('…');
            break;
        }
        line.push(if character.is_control() { ' ' } else { character });
    }
    line
}
