//! What a watcher does when its chain may have changed: it looks for the last block that old and new chain have
//! in common, and marks what stood above it as gone. `specs/23-watch.md`, section Reorganisations.
//!
//! In the data's way this stands between the nodes and the store.

use std::sync::atomic::Ordering;

use super::Watcher;
use crate::{
    error::WatchError,
    event::{Event, Head},
};

/// What was found of the chain below.
enum Below {
    /// It is what it was.
    Same,
    /// It is what it was up to this number; to nothing that is known if there is none.
    Common(Option<u64>),
}

impl Watcher {
    /// Finds out whether the chain has changed, and marks what is gone. Whether that is settled.
    pub(super) fn settle_fork(&mut self) -> Result<bool, WatchError> {
        let below = match self.below() {
            Ok(Ok(below)) => below,
            Ok(Err(error)) => return self.no_chain(&error.to_string()).map(|()| false),
            Err(error) => return Err(error),
        };
        let holds = match &below {
            Below::Same => self.plan_holds(),
            Below::Common(_) => Ok(false),
        };
        match holds {
            Ok(true) => {}
            Ok(false) => self.forget_plan(),
            Err(error) => return self.no_chain(&error.to_string()).map(|()| false),
        }
        self.plan.trust();
        match below {
            Below::Common(common) => self.reorganise(common)?,
            // What was seen does not hang together: a node behind a balancer, or in between two chains.
            Below::Same => {
                self.no_chain("its blocks do not hang on each other")?;
            }
        }
        Ok(true)
    }

    /// Looks from the last block that is kept down to one that the node has too.
    fn below(&mut self) -> Result<Result<Below, iso_evm_rpc::RpcError>, WatchError> {
        let (Some(tip), Some(head)) = (self.tip, self.head) else { return Ok(Ok(Below::Same)) };
        let endpoint = self.endpoint(self.current);
        let mut number = tip.number.min(head.number);
        let top = number;
        loop {
            let Some(ours) = self.store.hash_at(number)? else {
                return Ok(Ok(Below::Common(None)));
            };
            let found = match endpoint.place(number) {
                Ok(found) => found,
                Err(error) => return Ok(Err(error)),
            };
            match found {
                Some(found) if found.hash == ours && number == top => return Ok(Ok(Below::Same)),
                Some(found) if found.hash == ours => return Ok(Ok(Below::Common(Some(number)))),
                _ => {}
            }
            let Some(lower) = number.checked_sub(1) else {
                return Ok(Ok(Below::Common(None)));
            };
            number = lower;
        }
    }

    /// Marks what stood above a block as gone, and goes on from there.
    fn reorganise(&mut self, common: Option<u64>) -> Result<(), WatchError> {
        let reorganisation = self.store.reorganise(common)?;
        #[cfg(feature = "challenge")]
        if let Some(operators) = &self.operators {
            operators.reorganise();
        }
        let hash = common.map(|number| self.store.hash_at(number)).transpose()?.flatten();
        self.tip = common.zip(hash).map(|(number, hash)| Head { number, hash });
        self.tell_height();
        if !reorganisation.gone.is_empty() {
            self.events.push_back(Event::Reorganised(reorganisation));
        }
        Ok(())
    }

    /// Has the nodes asked for the block at the height that it has come to.
    pub(super) fn tell_height(&self) {
        let height = self.tip.map_or(u64::MAX, |tip| tip.number);
        self.height.store(height, Ordering::Relaxed);
    }
}
