//! The [`Plan`]: the blocks that come next, each of them being audited or waiting for one before it, and the
//! part of a watcher that makes it longer.
//!
//! In the data's way this stands between where the chain is and the threads. It holds a bounded number of blocks.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use alloy_primitives::B256;

use super::{
    Watcher,
    workers::{Failure, Job},
};
use crate::{
    block::{AuditedBlock, Place},
    error::WatchError,
    event::NodeNews,
    nodes::Endpoint,
    policy::Policy,
};

/// What comes next.
#[derive(Debug)]
pub(super) struct Plan {
    blocks: VecDeque<Planned>,
    /// How many blocks there may be.
    room: usize,
    /// Whether the chain may have changed below.
    suspicious: bool,
    /// How often in a row the node gave no chain.
    failures: u32,
    /// Before when nothing is asked again.
    not_before: Option<Instant>,
}

/// A block that comes next.
#[derive(Debug)]
struct Planned {
    place: Place,
    state: Planning,
    /// How often it was tried and not audited.
    tries: u32,
    /// Which node is asked; none for the one that all is asked of.
    node: Option<usize>,
}

/// What has become of a block that comes next.
#[derive(Debug)]
enum Planning {
    /// It waits for a thread, from then on.
    Due(Instant),
    /// It is being audited.
    Running,
    /// It is audited.
    Ready(Box<AuditedBlock>),
    /// It was audited before, and is in the store.
    Known,
}

/// The block that comes next, when it is ready.
#[derive(Debug)]
pub(super) enum Next {
    /// It is audited.
    Audited(Box<AuditedBlock>),
    /// It was audited before, and is in the store.
    Known(Place),
}

impl Plan {
    pub(super) const fn new(room: usize) -> Self {
        let blocks = VecDeque::new();
        Self { blocks, room, suspicious: false, failures: 0, not_before: None }
    }

    /// Whether nothing is open.
    pub(super) fn is_settled(&self) -> bool {
        self.blocks.is_empty() && !self.suspicious
    }

    /// Says that the chain may have changed below what is planned.
    pub(super) const fn suspect(&mut self) {
        self.suspicious = true;
    }

    pub(super) const fn is_suspicious(&self) -> bool {
        self.suspicious
    }

    /// Says that the chain below is what it was.
    pub(super) const fn trust(&mut self) {
        self.suspicious = false;
    }

    /// How many blocks there are, and how many of them are ready.
    pub(super) fn counts(&self) -> (usize, usize) {
        let is_ready = |it: &&Planned| matches!(it.state, Planning::Ready(_) | Planning::Known);
        (self.blocks.len(), self.blocks.iter().filter(is_ready).count())
    }

    /// Forgets all blocks.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
    }

    /// The first block, if it is ready; it is none of the plan then.
    pub(super) fn next(&mut self) -> Option<Next> {
        match self.blocks.front()?.state {
            Planning::Ready(_) | Planning::Known => {}
            Planning::Due(_) | Planning::Running => return None,
        }
        let Planned { place, state, .. } = self.blocks.pop_front()?;
        Some(match state {
            Planning::Ready(block) => Next::Audited(block),
            _ => Next::Known(place),
        })
    }

    /// The blocks that are to be audited now.
    fn due(&mut self, now: Instant) -> impl Iterator<Item = (Place, Option<usize>)> {
        let is_due = move |planned: &&mut Planned| match planned.state {
            Planning::Due(at) => at <= now,
            _ => false,
        };
        self.blocks.iter_mut().filter(is_due).map(|planned| {
            planned.state = Planning::Running;
            (planned.place, planned.node)
        })
    }

    /// What has become of a block, if it is still one of the plan. `counts`: whether a failure says something of
    /// it. `next` is the node to be asked then.
    pub(super) fn done(
        &mut self,
        hash: B256,
        result: Result<Box<AuditedBlock>, Failure>,
        counts: bool,
        next: usize,
        policy: &Policy,
    ) {
        let planned = self.blocks.iter_mut().find(|planned| planned.place.hash == hash);
        let Some(planned) = planned.filter(|it| matches!(it.state, Planning::Running)) else {
            return;
        };
        let failure = match result {
            Ok(block) => {
                planned.state = Planning::Ready(block);
                return;
            }
            Err(failure) => failure,
        };
        planned.tries += u32::from(counts);
        planned.node = Some(next);
        planned.state = if planned.tries >= policy.tries(failure.is_silence) {
            let block = AuditedBlock::unread(planned.place, failure.reason, 1);
            Planning::Ready(Box::new(block))
        } else {
            Planning::Due(Instant::now() + policy.pause(planned.tries.max(1)))
        };
        // A block that is gone may have been the chain's before this one is looked for again.
        self.suspicious |= failure.is_gone;
    }

    /// What is planned, by number and hash.
    fn places(&self) -> impl DoubleEndedIterator<Item = Place> {
        self.blocks.iter().map(|planned| planned.place)
    }

    /// The node gave no chain: it is asked again later. How often in a row that is.
    pub(super) fn failed(&mut self, policy: &Policy) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(Instant::now() + policy.pause(self.failures));
        self.failures
    }

    const fn succeeded(&mut self) {
        (self.failures, self.not_before) = (0, None);
    }

    fn rests(&self) -> bool {
        self.not_before.is_some_and(|at| at > Instant::now())
    }
}

impl Watcher {
    /// A node.
    pub(super) fn endpoint(&self, node: usize) -> Arc<Endpoint> {
        let endpoint = self.endpoints.get(node).unwrap_or(&self.endpoints[0]);
        endpoint.clone()
    }

    /// Makes the plan longer, if there is room in it and more of the chain. What does not hang on what is
    /// planned is a chain that has changed.
    pub(super) fn plan_more(&mut self) -> Result<(), WatchError> {
        if self.plan.rests() {
            return Ok(());
        }
        if self.plan.is_suspicious() && !self.settle_fork()? {
            return Ok(());
        }
        let (Some(target), Some(first)) = (self.target(), self.first) else { return Ok(()) };
        let last = self.plan.places().next_back().map(|place| (place.number, place.hash));
        let mut last = last.or(self.tip.map(|tip| (tip.number, tip.hash)));
        let next = last.map_or(first, |(number, _)| number.saturating_add(1));
        let room = self.plan.room.saturating_sub(self.plan.blocks.len()) as u64;
        // A few at once are few questions; one by one they are many.
        let wanted = target.saturating_add(1).saturating_sub(next).min(room);
        if wanted == 0 || (room < self.plan.room as u64 / 2 && wanted == room) {
            return Ok(());
        }
        let places = match self.endpoint(self.current).places(next..=next + (wanted - 1)) {
            Ok(places) => places,
            Err(error) => return self.no_chain(&error.to_string()),
        };
        let Some(Some(_)) = places.first() else {
            // It may have become shorter since it was seen; where it is now, it is asked.
            self.head = None;
            return self.no_chain(&format!("it has no block {next}, and says that it has more"));
        };
        self.plan.succeeded();
        for place in places.into_iter().map_while(|place| place) {
            if last.is_some_and(|(_, hash)| hash != place.parent) {
                self.plan.suspect();
                break;
            }
            last = Some((place.number, place.hash));
            let is_known = self.store.has(place.hash)?;
            let state = if is_known { Planning::Known } else { Planning::Due(Instant::now()) };
            self.plan.blocks.push_back(Planned { place, state, tries: 0, node: None });
        }
        Ok(())
    }

    /// Forgets all that is planned; what is being audited is not looked at when it is done.
    pub(super) fn forget_plan(&mut self) {
        self.plan.clear();
        self.queue.forget(|hash| self.again.has(hash));
    }

    /// Has those blocks audited that wait for a thread.
    pub(super) fn dispatch(&mut self) {
        let due: Vec<_> = self.plan.due(Instant::now()).collect();
        for (place, node) in due {
            let node = node.filter(|it| self.standings.is_good(*it)).unwrap_or(self.current);
            self.queue.push(Job { place, node, endpoint: self.endpoint(node) });
        }
    }

    /// The node gave no chain. If it stays with that, another is asked.
    pub(super) fn no_chain(&mut self, reason: &str) -> Result<(), WatchError> {
        tracing::info!(node = self.current, ?reason, "no chain");
        let policy = self.options.policy;
        self.standings.failed(self.current);
        if self.plan.failed(&policy) == policy.attempts {
            self.news(self.current, NodeNews::Wrong { reason: reason.to_owned() })?;
            self.standings.distrust(self.current);
            self.turn_to_another();
        }
        Ok(())
    }

    /// Whether what is planned is what the node has.
    pub(super) fn plan_holds(&self) -> Result<bool, iso_evm_rpc::RpcError> {
        let (Some(first), Some(last)) = (self.plan.places().next(), self.plan.places().next_back())
        else {
            return Ok(true);
        };
        let found = self.endpoint(self.current).places(first.number..=last.number)?;
        Ok(self.plan.places().map(Some).eq(found))
    }
}
