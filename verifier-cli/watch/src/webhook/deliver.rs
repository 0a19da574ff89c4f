//! The thread that delivers what waits for one receiver: what is due, one after the other; what is not taken again
//! after a pause that grows, and not without end.
//!
//! In the data's way this is the last: what was found is somebody else's from here on.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{Hook, Patience, Refused, Tally, request::Sender};
use crate::store::{Delivery, Outbox, Pending, StoreError, StoreOptions};

/// How soon a thread sees that it is to end.
pub(super) const SOON: Duration = Duration::from_millis(100);

/// How much is taken from the outbox at once.
const AT_ONCE: u64 = 16;

/// How often what was told long ago is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3_600);

/// When threads are to end, if they are. Clones are the same wish.
#[derive(Clone, Debug, Default)]
pub(super) struct Ending(Arc<Mutex<Option<Instant>>>);

impl Ending {
    /// Wishes that they end at an instant, or before if nothing is due.
    pub(super) fn at(&self, instant: Instant) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at = Some(at.map_or(instant, |earlier| earlier.min(instant)));
    }

    fn is_wished(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn is_over(&self) -> bool {
        let at = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        at.is_some_and(|at| Instant::now() >= at)
    }

    /// Waits for a time, or until it is wished.
    fn wait(&self, time: Duration) {
        let begun = Instant::now();
        while !self.is_wished() {
            let left = time.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(SOON));
        }
    }
}

/// Delivers to one receiver.
#[derive(Debug)]
pub(super) struct Deliverer {
    place: usize,
    hook: Hook,
    sender: Sender,
    /// None while the database cannot be had.
    outbox: Option<Outbox>,
    store: StoreOptions,
    patience: Patience,
    ending: Ending,
    tally: Arc<Tally>,
    /// How often in a row the receiver was away.
    away: u64,
    forgotten: Option<Instant>,
}

impl Deliverer {
    #[allow(
        clippy::too_many_arguments,
        reason = "it is put together in one place, of what is there"
    )]
    pub(super) fn new(
        place: usize,
        hook: Hook,
        sender: Sender,
        outbox: Outbox,
        store: StoreOptions,
        patience: Patience,
        ending: Ending,
        tally: Arc<Tally>,
    ) -> Self {
        let (outbox, away, forgotten) = (Some(outbox), 0, None);
        Self { place, hook, sender, outbox, store, patience, ending, tally, away, forgotten }
    }

    /// Delivers until it is wished otherwise.
    pub(super) fn run(mut self) {
        while !self.ending.is_over() {
            let pause = match self.round() {
                Ok(None) if self.ending.is_wished() => return,
                Ok(None) => self.patience.look,
                Ok(Some(pause)) => pause,
                Err(error) => {
                    tracing::warn!(receiver = self.place, %error, "notices are not read");
                    self.outbox = None;
                    self.patience.first_pause
                }
            };
            // Whoever is away is not tried again when all ends.
            if !pause.is_zero() && self.ending.is_wished() {
                return;
            }
            self.ending.wait(pause);
        }
    }

    /// Tries what is due. The pause after it; none if nothing was due.
    fn round(&mut self) -> Result<Option<Duration>, StoreError> {
        let mut outbox = match self.outbox.take() {
            Some(outbox) => outbox,
            None => Outbox::open(&self.store, self.hook.name())?,
        };
        if self.forgotten.is_none_or(|at| at.elapsed() > FORGOTTEN) {
            self.forgotten = Some(Instant::now());
            outbox.forget()?;
        }
        let due = outbox.due(AT_ONCE)?;
        let is_empty = due.is_empty();
        let mut pause = Duration::ZERO;
        for pending in due {
            if self.ending.is_over() {
                break;
            }
            let how = self.attempt(&pending);
            outbox.ended(&pending, &how)?;
            if self.away > 0 {
                pause = self.patience.pause(self.away);
                break;
            }
        }
        self.outbox = Some(outbox);
        Ok((!is_empty).then_some(pause))
    }

    /// Tries one notice.
    fn attempt(&mut self, pending: &Pending) -> Delivery {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let refused = match self.sender.send(&self.hook, pending, since.as_secs()) {
            Ok(()) => {
                self.away = 0;
                self.count(&self.tally.taken);
                return Delivery::Taken;
            }
            Err(refused) => refused,
        };
        self.away = match refused {
            Refused::Away(_) => self.away.saturating_add(1),
            Refused::This(_) => 0,
        };
        self.count(&self.tally.failed);
        let reason = refused.to_string();
        tracing::warn!(receiver = self.place, id = pending.id, reason, "a notice is not taken");
        let age = since.saturating_sub(Duration::from_millis(pending.at));
        if age >= self.patience.at_most {
            self.count(&self.tally.dropped);
            return Delivery::Dropped { place: self.place, reason };
        }
        let pause = self.patience.pause(pending.attempts.saturating_add(1));
        Delivery::Again(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
    }

    fn count(&self, counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
