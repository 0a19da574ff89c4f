//! Webhooks: what must be told is posted to whoever asked for it, signed, again and again until it is taken, and at
//! least once whatever happens to the process. `specs/23-watch.md`, section Tell.
//!
//! In the data's way this stands behind the outbox of the store, by a thread and a connection of its own for each
//! receiver: a receiver that hangs holds up nobody.
//!
//! | what | where |
//! |---|---|
//! | an address, and the secret that is signed with | [`Hook`], [`Secret`] |
//! | a request: its headers, its signature | `request` |
//! | how patient it is | [`Patience`] |
//! | the threads | [`Hooks`], `deliver` |

mod deliver;
mod hook;
mod patience;
mod request;

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use self::{
    deliver::{Deliverer, Ending},
    request::Sender,
};
pub use self::{
    hook::{Hook, HookError, Secret},
    patience::Patience,
};
use crate::store::{Outbox, StoreOptions};

/// The threads that deliver, one for each receiver. Dropping them ends them without waiting for what is under way.
#[derive(Debug)]
pub struct Hooks {
    threads: Vec<JoinHandle<()>>,
    ending: Ending,
    tallies: Vec<Arc<Tally>>,
}

/// What has become of what was to be told to a receiver, since this process began.
#[derive(Debug, Default)]
pub struct Tally {
    taken: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

impl Tally {
    /// How many notices were taken.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// How many attempts failed.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// How many notices are told no more.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Hooks {
    /// Begins to deliver what waits in the store of a watcher, which has it open.
    ///
    /// # Errors
    ///
    /// [`HookError`], if the system gives no threads or no client, or the database cannot be had.
    pub fn begin(
        hooks: &[Hook],
        secret: &Secret,
        store: &StoreOptions,
        patience: Patience,
    ) -> Result<Self, HookError> {
        let ending = Ending::default();
        let (mut threads, mut tallies) = (Vec::new(), Vec::new());
        for (place, hook) in hooks.iter().enumerate() {
            let outbox = Outbox::open(store, hook.name())?;
            let tally = Arc::<Tally>::default();
            tallies.push(tally.clone());
            let (hook, secret) = (hook.clone(), secret.clone());
            let (store, ending) = (store.clone(), ending.clone());
            let sender = Sender::new(&hook, secret, patience.answer).map_err(HookError::Client)?;
            let deliverer =
                Deliverer::new(place, hook, sender, outbox, store, patience, ending, tally);
            let thread = std::thread::Builder::new().name("watch-webhook".to_owned());
            threads.push(thread.spawn(|| deliverer.run()).map_err(HookError::Threads)?);
        }
        Ok(Self { threads, ending, tallies })
    }

    /// What has become of what was to be told, by receiver.
    pub fn tallies(&self) -> &[Arc<Tally>] {
        &self.tallies
    }

    /// Ends, once all that is due was tried, or after a time. What is not taken then waits for the next watcher.
    pub fn end(mut self, within: Duration) {
        let until = Instant::now() + within;
        self.ending.at(until);
        for thread in std::mem::take(&mut self.threads) {
            // One that hangs is left behind: what it does it does again.
            while !thread.is_finished() && Instant::now() < until + deliver::SOON {
                std::thread::sleep(deliver::SOON / 4);
            }
        }
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.ending.at(Instant::now());
    }
}

/// Why an attempt came to nothing, without a word of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refused {
    /// The receiver is not there, or cannot: nothing else is tried for a while.
    Away(String),
    /// It does not want this.
    This(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(reason) | Self::This(reason) => f.write_str(reason),
        }
    }
}

/// The words for an error of the operating system's, which have no address in them.
fn words(error: &io::Error) -> String {
    error.kind().to_string()
}
