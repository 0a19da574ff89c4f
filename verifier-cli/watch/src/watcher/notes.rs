//! What a watcher makes of what its threads tell it: of the sight of a node, of a block that was audited or
//! was not.
//!
//! In the data's way this stands between the threads and the plan.

use super::{
    Note, Watcher,
    workers::{Done, Failure},
};
use crate::{
    error::WatchError,
    event::{Event, NodeNews},
    nodes::Sight,
    store::StoreError,
};

impl Watcher {
    pub(super) fn note(&mut self, note: Note) -> Result<(), WatchError> {
        match note {
            Note::Seen { node, sight: Ok(sight) } => self.seen(node, &sight),
            Note::Seen { node, sight: Err(reason) } => {
                for what in self.standings.missed(node, reason) {
                    self.news(node, what)?;
                }
                Ok(())
            }
            Note::Done(done) => self.done(done),
            #[cfg(feature = "challenge")]
            Note::Operators(event) => {
                self.events.push_back(*event?);
                Ok(())
            }
        }
    }

    fn seen(&mut self, node: usize, sight: &Sight) -> Result<(), WatchError> {
        if self.standings.identify(node) {
            self.identify(node, sight)?;
        }
        if self.standings.is_foreign(node) {
            return Ok(());
        }
        let expected = self.store.hash_at(sight.at.number)?;
        for what in self.standings.saw(node, sight.latest.number, sight.at, expected) {
            self.news(node, what)?;
        }
        if self.standings.is_bad(self.current) {
            self.turn_to_another();
        }
        if node != self.current {
            return Ok(());
        }
        self.find_start(sight)?;
        self.head = Some(sight.latest);
        self.again.seen();
        if expected.is_some_and(|expected| expected != sight.at.hash) {
            self.plan.suspect();
        }
        if self.heads != sight.heads {
            self.heads = sight.heads;
            self.store.put_heads(&sight.heads)?;
            self.events.push_back(Event::Heads(sight.heads));
        }
        Ok(())
    }

    /// Makes sure that a node is of the chain that the store is about. If none is, that is an error.
    fn identify(&mut self, node: usize, sight: &Sight) -> Result<(), WatchError> {
        let (chain, genesis) = sight.identity;
        match self.store.is_of(chain, genesis) {
            Ok(()) => Ok(()),
            Err(error @ StoreError::OtherChain { .. }) => {
                self.standings.exclude(node);
                self.news(node, NodeNews::Wrong { reason: error.to_string() })?;
                if self.standings.all_are_foreign() { Err(error.into()) } else { Ok(()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps and tells what is new of a node.
    pub(super) fn news(&mut self, node: usize, what: NodeNews) -> Result<(), WatchError> {
        let event = Event::Node { node, what };
        self.store.put_event(event.name(), &event.json())?;
        self.events.push_back(event);
        Ok(())
    }

    fn done(&mut self, done: Done) -> Result<(), WatchError> {
        let Done { hash, node, begun, result } = done;
        if let Err(failure) = &result {
            tracing::info!(%hash, node, reason = ?failure.reason, "not audited");
            self.standings.failed(node);
            if failure.is_silence {
                self.endpoint(node).forgive();
            }
        }
        // While its node is silent, nothing is said of a block.
        let counts = match &result {
            Err(Failure { is_silence: true, .. }) => self.standings.answered_since(node, begun),
            _ => true,
        };
        let next = self.standings.instead_of(node).unwrap_or(node);
        if self.again.has(hash) {
            return self.tried_again(hash, result);
        }
        self.plan.done(hash, result, counts, next, &self.options.policy);
        Ok(())
    }
}
