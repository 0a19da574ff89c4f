//! Blocks of which not all could be audited, tried again when nothing else is to be done; and what is removed
//! now and then.
//!
//! In the data's way this stands beside the plan.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use alloy_primitives::B256;

use super::{
    Watcher,
    workers::{Failure, Job},
};
use crate::{
    block::{AuditedBlock, Place},
    error::WatchError,
    event::Event,
};

/// How many blocks are tried again at once.
const AT_ONCE: u64 = 4;

/// How often witnesses are removed that are kept no longer.
const PRUNED: Duration = Duration::from_secs(3_600);

/// Blocks that are tried again.
#[derive(Debug, Default)]
pub(super) struct Again {
    running: HashMap<B256, (Place, u32)>,
    /// Whether it was looked for such since the node was seen.
    looked: bool,
}

impl Again {
    /// Says that a node was seen: what is due is looked for once more.
    pub(super) const fn seen(&mut self) {
        self.looked = false;
    }

    /// Whether a block is tried again.
    pub(super) fn has(&self, hash: B256) -> bool {
        self.running.contains_key(&hash)
    }

    /// Whether nothing is open.
    pub(super) fn is_settled(&self) -> bool {
        self.looked && self.running.is_empty()
    }
}

impl Watcher {
    /// Has blocks tried again that are due, if nothing is planned.
    pub(super) fn try_again(&mut self) -> Result<(), WatchError> {
        if self.again.looked || !self.again.running.is_empty() || !self.plan.is_settled() {
            return Ok(());
        }
        self.again.looked = true;
        for (place, attempts) in self.store.due(AT_ONCE)? {
            self.again.running.insert(place.hash, (place, attempts));
            let (node, endpoint) = (self.current, self.endpoint(self.current));
            self.queue.push(Job { place, node, endpoint });
        }
        Ok(())
    }

    /// What has become of a block that was tried again.
    pub(super) fn tried_again(
        &mut self,
        hash: B256,
        result: Result<Box<AuditedBlock>, Failure>,
    ) -> Result<(), WatchError> {
        let Some((place, attempts)) = self.again.running.remove(&hash) else { return Ok(()) };
        let attempts = attempts.saturating_add(1);
        // It may have gone meanwhile.
        if self.store.hash_at(place.number)? != Some(hash) {
            return Ok(());
        }
        let mut block = match result {
            Ok(block) => Box::new(AuditedBlock { attempts, ..*block }),
            Err(failure) => Box::new(AuditedBlock::unread(place, failure.reason, attempts)),
        };
        self.keep(&mut block)?;
        self.events.push_back(Event::Block { block, again: true });
        Ok(())
    }

    /// Removes witnesses that are kept no longer, now and then.
    pub(super) fn prune(&mut self) -> Result<(), WatchError> {
        if self.pruned.is_some_and(|at| at.elapsed() < PRUNED) {
            return Ok(());
        }
        self.pruned = Some(Instant::now());
        let removed = self.store.prune()?;
        if removed > 0 {
            tracing::info!(removed, "witnesses removed");
        }
        Ok(())
    }
}
