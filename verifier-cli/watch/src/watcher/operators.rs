//! The part of a watcher that has operators watched beside the chain: a thread of its own, whose events come as all
//! others do. `specs/23-watch.md`, section Operators and challengers.
//!
//! In the data's way this stands between that thread and whoever asks for the next event.

use super::{Note, Watcher};
use crate::{
    error::WatchError,
    l1::{self, OperatorOptions},
};

impl Watcher {
    /// Watches what operators commit to on another chain as well. The contract is looked at first, unless its node is
    /// silent.
    ///
    /// # Errors
    ///
    /// [`WatchError`], if that chain's node cannot be asked by its URL, or the contract is not what it should be; if the
    /// store is about another.
    pub fn with_operators(mut self, options: OperatorOptions) -> Result<Self, WatchError> {
        let sender = self.sender.clone();
        let tell = move |event: Result<crate::Event, WatchError>| {
            sender.send(Note::Operators(event.map(Box::new))).is_ok()
        };
        let store = self.store.another()?;
        let (endpoints, policy) = (self.endpoints.clone(), self.options.policy);
        let stop = self.ended.clone();
        let status = l1::start(options, (store, endpoints), (policy, stop), Box::new(tell))?;
        self.operators = Some(status);
        Ok(self)
    }

    /// Whether nothing is left to be done about operators, now that the chain is audited; what was told of them comes
    /// first.
    pub(super) fn operators_are_done(&mut self) -> Result<bool, WatchError> {
        let Some(status) = self.operators.clone() else { return Ok(true) };
        if !status.is_done() {
            return Ok(false);
        }
        while let Ok(note) = self.notes.try_recv() {
            self.note(note)?;
        }
        Ok(self.events.is_empty())
    }
}
