//! How a node is asked, and who is told what happens.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

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

    pub(super) fn tell(&self, event: Event) {
        (self.0)(event);
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
