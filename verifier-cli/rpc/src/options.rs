//! How a node is asked, and who is told what happens.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// How a node is asked.
#[derive(Clone, Debug)]
pub struct RpcOptions {
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
    /// Who is told of each method that was answered.
    pub answered: Observer<&'static str>,
}

impl Default for RpcOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            retries: 5,
            concurrency: 8,
            cache: None,
            offline: false,
            answered: Observer::default(),
        }
    }
}

/// Who is told what happens. By default nobody.
pub struct Observer<E>(Arc<dyn Fn(E) + Send + Sync>);

impl<E> Observer<E> {
    /// Calls a function, which must not take long.
    pub fn new(observe: impl Fn(E) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    /// Says that something has happened.
    pub fn tell(&self, event: E) {
        (self.0)(event);
    }
}

impl<E> Clone for Observer<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> Default for Observer<E> {
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl<E> fmt::Debug for Observer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
