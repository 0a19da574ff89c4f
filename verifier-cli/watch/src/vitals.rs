//! The [`Vitals`] of a watcher: what it is at, for whoever looks at it from another thread. Looking keeps it from
//! nothing.
//!
//! In the data's way this stands beside the watcher, which notes it each time round.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use crate::{block::Place, event::Heads};

/// What a watcher is at. Clones show the same watcher.
#[derive(Clone, Debug, Default)]
pub struct Vitals(Arc<Mutex<Pulse>>);

/// What a watcher was at when it last came round.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    /// When that was; none if it has not begun.
    pub turned: Option<Instant>,
    /// The newest block that the node which is asked has.
    pub latest: Option<Place>,
    /// The blocks that have names.
    pub heads: Heads,
    /// Number of the last block that is kept.
    pub audited: Option<u64>,
    /// Number of the last block that is to be audited by now.
    pub target: Option<u64>,
    /// Number of the first block that is audited.
    pub first: Option<u64>,
    /// Whether all that there is of the chain is audited.
    pub is_in_step: bool,
    /// How many blocks are planned: they wait, are audited, or are ready.
    pub planned: usize,
    /// How many of them are ready, and wait for one before them.
    pub ready: usize,
    /// How many blocks wait for a thread.
    pub waiting: usize,
    /// Which node is asked, from 0.
    pub asked: usize,
    /// All nodes, in the order in which they were given.
    pub nodes: Vec<NodeVitals>,
}

/// What is thought of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeVitals {
    /// Number of its newest block, if it has ever answered.
    pub latest: Option<u64>,
    /// Whether it answers; none before it was asked.
    pub answers: Option<bool>,
    /// Whether it has another chain than the one that is followed.
    pub disagrees: bool,
    /// Whether it is behind the others.
    pub lags: bool,
    /// Whether it gave what cannot be, and is not asked for a while.
    pub is_distrusted: bool,
    /// Whether it is of another chain, and never asked.
    pub is_foreign: bool,
    /// How often it gave no answer, or none that can be, since the watcher began.
    pub errors: u64,
}

impl Vitals {
    /// What the watcher was at when it last came round.
    pub fn pulse(&self) -> Pulse {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note(&self, pulse: Pulse) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pulse;
    }
}

impl Pulse {
    /// How many blocks are not audited that are to be; none where that is not known yet.
    pub fn behind(&self) -> Option<u64> {
        let target = self.target?;
        let next = match self.audited {
            Some(audited) => audited.saturating_add(1),
            None => self.first?,
        };
        Some(target.saturating_add(1).saturating_sub(next))
    }

    /// Whether a node answers that can be asked.
    pub fn has_node(&self) -> bool {
        self.nodes.iter().any(|node| node.answers == Some(true) && !node.is_foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_is_counted_from_the_last_that_is_kept_or_the_first_to_be() {
        let pulse = |target, audited, first| Pulse { target, audited, first, ..Pulse::default() };
        assert_eq!(pulse(Some(9), Some(9), Some(1)).behind(), Some(0));
        assert_eq!(pulse(Some(9), Some(4), Some(1)).behind(), Some(5));
        assert_eq!(pulse(Some(9), None, Some(1)).behind(), Some(9));
        assert_eq!(pulse(Some(3), Some(9), Some(1)).behind(), Some(0));
        assert_eq!(pulse(None, Some(4), Some(1)).behind(), None);
        assert_eq!(pulse(Some(9), None, None).behind(), None);
    }
}
