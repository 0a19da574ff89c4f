//! A [`Stop`]: how a watcher is told to end, from a signal, another thread or a test.
//!
//! In the data's way this stands beside everything that waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How soon somebody who waits sees that it is to end.
pub(crate) const SOON: Duration = Duration::from_millis(25);

/// A wish that a watcher end, between two blocks. Clones are the same wish.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A wish that is there as soon as a flag is set, as by the handler of a signal.
    pub const fn of(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Wishes it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is wished.
    pub fn is_wished(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits for a time, or until it is wished; whether it is.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        self.wait_or(time, || false)
    }

    /// Waits for a time, or until something else is so; whether it is wished.
    pub(crate) fn wait_or(&self, time: Duration, otherwise: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        while !self.is_wished() {
            let left = time.saturating_sub(begun.elapsed());
            if left.is_zero() || otherwise() {
                return false;
            }
            std::thread::sleep(left.min(SOON));
        }
        true
    }
}
