//! The [`Client`]: one question at a time or many at once, each with a time limit, asked again with
//! growing pauses where asking again can help, and answered from the cache where it was asked before.
//! `specs/15-node.md`.
//!
//! In the data's way this is the first stage: a question goes in, a typed answer comes out.

use std::{
    fmt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use alloy_network::AnyNetwork;
use alloy_primitives::{B256, keccak256};
use alloy_provider::{DynProvider, Provider, transport::TransportError};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    Cache, RpcError, RpcOptions, Word, http,
    judge::{Failure, judge},
};

/// The pause before a question is asked for the second time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// An answer, whatever is to be read from it.
pub trait Answer: DeserializeOwned + fmt::Debug + Send + Sync + Unpin + 'static {}

impl<T: DeserializeOwned + fmt::Debug + Send + Sync + Unpin + 'static> Answer for T {}

/// A node, asked by JSON-RPC over HTTP. Its functions wait for the answer: they must not be called,
/// nor the node dropped, from within an asynchronous runtime.
pub struct Client {
    runtime: Runtime,
    provider: DynProvider<AnyNetwork>,
    options: RpcOptions,
    cache: Option<Cache>,
    url: B256,
    /// Whether the node has failed to answer: each further question is asked once.
    silent: AtomicBool,
}

/// The URL, which may hold a key, is not shown.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Client {
    /// A node by its URL. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`RpcError`], if `url` is none of HTTP.
    pub fn connect(url: &str, options: RpcOptions) -> Result<Self, RpcError> {
        let parsed: url::Url = url.parse().map_err(|error: url::ParseError| {
            RpcError::Url(match error {
                url::ParseError::RelativeUrlWithoutBase => {
                    "no URL: http://… is expected".to_owned()
                }
                error => error.to_string(),
            })
        })?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(RpcError::Url(format!(
                "http or https expected, found {}",
                parsed.scheme()
            )));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(RpcError::Runtime)?;
        let provider = {
            let _context = runtime.enter();
            let client = http::provider(parsed, http::answer_limit);
            client.map_err(|error| RpcError::Client(error.to_string()))?
        };
        let cache = options.cache.clone().map(Cache::new);
        let url = keccak256(url);
        let silent = AtomicBool::new(false);
        Ok(Self { runtime, provider, options, cache, url, silent })
    }

    /// What stands for the URL, which may hold a key: its hash.
    pub const fn url(&self) -> B256 {
        self.url
    }

    /// Where answers are kept, if they are.
    pub const fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// The chain's id (`eth_chainId`), as the node says now.
    ///
    /// # Errors
    ///
    /// [`RpcError`], if the node does not say.
    pub fn chain_id(&self) -> Result<u64, RpcError> {
        let method = "eth_chainId";
        let Word(id) = self.wait(self.request(method, &json!([])))?;
        let error = || format!("{id} is no 64-bit number");
        u64::try_from(id).map_err(|_| RpcError::Answer { method, error: error() })
    }

    /// Waits for a future to end.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Asks many questions, a bounded number of them at once. Answers come in the questions' order.
    ///
    /// # Errors
    ///
    /// The first of `ask`.
    pub fn all<Q, T, E, F>(
        &self,
        questions: impl IntoIterator<Item = Q>,
        ask: impl Fn(Q) -> F,
    ) -> Result<Vec<T>, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let asked = stream::iter(questions.into_iter().map(ask));
        self.wait(asked.buffered(self.options.concurrency.max(1)).try_collect())
    }

    /// An answer from the cache, else from the node; then it is kept. One that does not pass the
    /// check is not kept, and not taken from the cache.
    ///
    /// # Errors
    ///
    /// Those of `ask` and `check`; if the cache cannot be written.
    pub async fn cached<T, E: From<RpcError>, F>(
        &self,
        place: &Path,
        check: impl Fn(&T) -> Result<(), E>,
        ask: F,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
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
    pub fn kept<T: DeserializeOwned, E>(
        &self,
        place: &Path,
        check: impl Fn(&T) -> Result<(), E>,
    ) -> Option<T> {
        let kept: Option<T> = self.cache.as_ref().and_then(|cache| cache.get(place));
        kept.filter(|answer| check(answer).is_ok())
    }

    /// Keeps an answer in the cache, if there is one.
    ///
    /// # Errors
    ///
    /// [`RpcError`], if the cache cannot be written.
    pub fn keep<T: Serialize>(&self, place: &Path, answer: &T) -> Result<(), RpcError> {
        self.cache.as_ref().map_or(Ok(()), |cache| cache.put(place, answer))
    }

    /// Asks the node a question with these parameters: again where that can help.
    ///
    /// # Errors
    ///
    /// If there is no answer, or none to the question.
    pub async fn request<T: Answer>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<T, RpcError> {
        let asked = self.ask(method, |node| {
            let params = params.clone();
            async move { node.raw_request(method.into(), params).await }
        });
        asked.await
    }

    /// Asks the node by a provider: again where that can help.
    ///
    /// # Errors
    ///
    /// If there is no answer, or none to the question.
    pub async fn ask<T, F>(
        &self,
        method: &'static str,
        question: impl Fn(DynProvider<AnyNetwork>) -> F,
    ) -> Result<T, RpcError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        self.ask_again(self.options.retries, method, question).await
    }

    /// Asks the node once: what is asked may have been done though no answer came.
    ///
    /// # Errors
    ///
    /// If there is no answer, or none to the question.
    pub async fn ask_once<T, F>(
        &self,
        method: &'static str,
        question: impl Fn(DynProvider<AnyNetwork>) -> F,
    ) -> Result<T, RpcError>
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
    ) -> Result<T, RpcError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        if self.options.offline {
            return Err(RpcError::Offline { method });
        }
        let most = if self.silent.load(Ordering::Relaxed) { 0 } else { retries };
        let (mut attempts, mut pause) = (0, FIRST_PAUSE);
        loop {
            attempts += 1;
            let answer = question(self.provider.clone());
            let failure = match tokio::time::timeout(self.options.timeout, answer).await {
                Ok(Ok(answer)) => {
                    self.options.answered.tell(method);
                    return Ok(answer);
                }
                Ok(Err(error)) => judge(method, error),
                Err(_) => {
                    let waited = self.options.timeout;
                    let unit = if waited == Duration::from_secs(1) { "second" } else { "seconds" };
                    Failure::Silence(format!("no answer in {} {unit}", waited.as_secs_f32()))
                }
            };
            let error = match failure {
                Failure::Final(error) => return Err(error),
                Failure::Passing { last: Some(error), .. } if attempts > most => return Err(error),
                Failure::Passing { error, .. } if attempts > most => {
                    return Err(RpcError::Failing { method, attempts, error });
                }
                Failure::Silence(error) if attempts > most => {
                    self.silent.store(true, Ordering::Relaxed);
                    return Err(RpcError::Unreachable { method, attempts, error });
                }
                Failure::Passing { error, .. } | Failure::Silence(error) => error,
            };
            tracing::debug!(method, attempts, %error, "asked again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
