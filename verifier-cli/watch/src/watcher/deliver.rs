//! What a watcher does with a block that comes next and is ready: it makes sure that it hangs on the one before,
//! keeps it, and tells it.
//!
//! In the data's way this stands between the audit and the store.

use std::time::Instant;

use super::{Watcher, plan::Next};
use crate::{
    block::{AuditedBlock, Place},
    error::WatchError,
    event::{Event, Head},
};

impl Watcher {
    /// Keeps the block that comes next, if it is ready. Whether there was one.
    pub(super) fn deliver(&mut self) -> Result<bool, WatchError> {
        let Some(next) = self.plan.next() else { return Ok(false) };
        let place = match &next {
            Next::Audited(block) => block.place,
            Next::Known(place) => *place,
        };
        if self.tip.is_some_and(|tip| tip.hash != place.parent || tip.number + 1 != place.number) {
            // By its header it is another's child than the node had said.
            self.forget_plan();
            self.plan.suspect();
            self.no_chain("a block is not the child of the one before it")?;
            return Ok(true);
        }
        let event = match next {
            Next::Audited(mut block) => {
                self.keep(&mut block)?;
                Event::Block { block, again: false }
            }
            Next::Known(place) => {
                self.store.restore(place.hash)?;
                Event::Back(place)
            }
        };
        self.set_tip(place);
        self.events.push_back(event);
        Ok(true)
    }

    /// Keeps a block, and notes how long that took; one of which not all could be audited is tried again.
    pub(super) fn keep(&mut self, block: &mut AuditedBlock) -> Result<(), WatchError> {
        let may_pass = block.problem.as_ref().is_some_and(|problem| problem.may_pass);
        let again = may_pass.then(|| self.options.policy.again_in(block.attempts)).flatten();
        let begun = Instant::now();
        self.store.put(block, again)?;
        block.spent.storing = begun.elapsed();
        tracing::info!(
            number = block.place.number,
            transactions = block.transactions.len(),
            asking = block.spent.asking.as_secs_f64(),
            recording = block.spent.recording.as_secs_f64(),
            auditing = block.spent.auditing.as_secs_f64(),
            storing = block.spent.storing.as_secs_f64(),
            "audited"
        );
        Ok(())
    }

    fn set_tip(&mut self, place: Place) {
        self.tip = Some(Head { number: place.number, hash: place.hash });
        self.tell_height();
    }
}
