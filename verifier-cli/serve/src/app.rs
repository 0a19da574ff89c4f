//! The [`App`]: what all answers are made of, and the one way by which they come to the database.

use std::{sync::Arc, time::Duration};

use iso_evm_watch::{StoreError, StoreOptions, Vitals, read::Reader};
use tokio::{
    sync::{Mutex, Semaphore},
    task::spawn_blocking,
    time::{Instant, sleep},
};

use crate::{failure::Failure, metrics::Metrics};

/// How often it is looked how large everything is, and for how long after it took long to look.
const SIZES: Duration = Duration::from_secs(60);

/// How many times as long as it took to look nothing is looked at.
const REST: u32 = 50;

/// How many explanations are made at once.
const EXPLANATIONS: usize = 1;

/// What all answers are made of.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// None if it failed: it is opened again then.
    reader: Arc<Mutex<Option<Reader>>>,
    store: StoreOptions,
    pub(crate) vitals: Vitals,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) explanations: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(
        reader: Reader,
        store: StoreOptions,
        vitals: Vitals,
        metrics: Arc<Metrics>,
    ) -> Self {
        let reader = Arc::new(Mutex::new(Some(reader)));
        let explanations = Arc::new(Semaphore::new(EXPLANATIONS));
        Self { reader, store, vitals, metrics, explanations }
    }

    /// Reads something from the database: one at a time, each on a thread that may wait.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let mut there = self.reader.clone().lock_owned().await;
        let store = self.store.clone();
        let run = move || {
            let mut reader = match there.take() {
                Some(reader) => reader,
                None => Reader::open(&store)?,
            };
            let found = read(&mut reader);
            if found.is_ok() {
                *there = Some(reader);
            }
            found
        };
        let found = spawn_blocking(run).await.map_err(|_| Failure::Bug)?;
        found.map_err(|error| {
            tracing::warn!(%error, "the database is not read");
            Failure::Store(error)
        })
    }

    /// Looks how large everything is, again and again, and keeps the metrics small while nobody asks for them.
    pub(crate) async fn keep_up(self) {
        loop {
            let begun = Instant::now();
            if let Ok(sizes) = self.read(Reader::sizes).await {
                self.metrics.sizes(sizes);
            }
            self.metrics.keep_small();
            sleep(SIZES.max(begun.elapsed().saturating_mul(REST))).await;
        }
    }
}
