//! What the watcher and the thread that watches operators know of each other: whether a chain was reorganised, and
//! whether nothing is left to be done.
//!
//! In the data's way this stands between the two.

use std::sync::atomic::{AtomicBool, Ordering};

/// What the two know of each other.
#[derive(Debug)]
pub(crate) struct Status {
    /// Whether blocks have gone since it was looked.
    reorganised: AtomicBool,
    /// Whether the chain is audited as far as it is to be.
    audited: AtomicBool,
    /// Whether a pass that began after that has left nothing to be done.
    done: AtomicBool,
}

impl Default for Status {
    fn default() -> Self {
        // What has gone while nobody watched, nobody has told.
        let reorganised = AtomicBool::new(true);
        Self { reorganised, audited: AtomicBool::default(), done: AtomicBool::default() }
    }
}

impl Status {
    /// Says that blocks have gone.
    pub(crate) fn reorganise(&self) {
        self.reorganised.store(true, Ordering::SeqCst);
    }

    /// Whether blocks have gone since it was asked the last time.
    pub(super) fn was_reorganised(&self) -> bool {
        self.reorganised.swap(false, Ordering::SeqCst)
    }

    /// Says that the chain is audited as far as it is to be; whether nothing is left to be done about commitments.
    pub(crate) fn is_done(&self) -> bool {
        self.audited.store(true, Ordering::SeqCst);
        self.done.load(Ordering::SeqCst)
    }

    /// A pass begins: whether the chain is audited as far as it is to be.
    pub(super) fn begin(&self) -> bool {
        self.audited.load(Ordering::SeqCst)
    }

    /// A pass that so began has left nothing to be done.
    pub(super) fn end(&self, was_audited: bool) {
        self.done.fetch_or(was_audited, Ordering::SeqCst);
    }
}
