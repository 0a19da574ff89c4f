//! The [`Watcher`]: follows a chain, has each block audited, keeps what was found, and tells it, one
//! [`Event`] after the other. `specs/23-watch.md`, section Following.
//!
//! In the data's way this stands between the nodes and the store. It does nothing while nobody asks for the next
//! event, but for a bounded number of blocks that are audited ahead.

mod again;
mod begin;
mod deliver;
mod fork;
mod notes;
#[cfg(feature = "challenge")]
mod operators;
mod plan;
mod workers;

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::AtomicU64,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Instant,
};

use self::{
    again::Again,
    plan::Plan,
    workers::{Done, Queue},
};
use crate::{
    audit::AuditOptions,
    block::Place,
    error::WatchError,
    event::{Event, Head, Heads, NodeNews},
    nodes::{self, Bell, Endpoint, Rope, Sight, Standings},
    policy::Policy,
    stop::{SOON, Stop},
    store::Store,
    vitals::{Pulse, Vitals},
};

/// Where to begin, in a store that has nothing yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The block of a number.
    Number(u64),
    /// The newest block.
    #[default]
    Latest,
    /// The newest block that is safe.
    Safe,
    /// The newest block that is final.
    Finalized,
}

/// What to watch, and how.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// The nodes of the chain, by their URLs: the first that answers is asked, the others are compared with it and
    /// stand in for it.
    pub nodes: Vec<String>,
    /// WebSockets of nodes, by their URLs: each says when there is a new block, so that the nodes are asked at once, and
    /// is asked for nothing else.
    pub bells: Vec<String>,
    /// Where to begin. A store that has blocks already is gone on with; a number must then be one that fits.
    pub start: Start,
    /// The block after which it ends; goes on without end if `None`.
    pub until: Option<u64>,
    /// Whether it ends as soon as all that there is of the chain is audited.
    pub once: bool,
    /// What is audited, and how.
    pub audit: AuditOptions,
    /// Threads; all cores if `None`.
    pub jobs: Option<NonZeroUsize>,
    /// How patient it is.
    pub policy: Policy,
}

/// Follows a chain. An iterator of what it sees and does; it ends when it is told to, when it has come to where
/// it was to go, or with an error.
///
/// Its functions wait for nodes: they must not be called, nor the watcher dropped, from within an asynchronous
/// runtime.
#[derive(Debug)]
pub struct Watcher {
    options: WatchOptions,
    store: Store,
    stop: Stop,
    /// The wish that the threads end which watch the nodes.
    ended: Stop,
    endpoints: Vec<Arc<Endpoint>>,
    standings: Standings,
    /// The node that is asked.
    current: usize,
    /// Where that node says that its chain is.
    head: Option<Place>,
    heads: Heads,
    /// The number that the chain is audited from; none before a node has answered.
    first: Option<u64>,
    /// The last block that is kept.
    tip: Option<Head>,
    /// The same as the nodes are asked for it.
    height: Arc<AtomicU64>,
    plan: Plan,
    again: Again,
    queue: Arc<Queue>,
    notes: Receiver<Note>,
    #[cfg_attr(
        not(feature = "challenge"),
        expect(dead_code, reason = "threads are started with it")
    )]
    sender: SyncSender<Note>,
    #[cfg(feature = "challenge")]
    operators: Option<Arc<crate::l1::Status>>,
    events: VecDeque<Event>,
    /// Whether the last block was the newest, as far as it was told.
    in_step: bool,
    vitals: Vitals,
    pruned: Option<Instant>,
    has_ended: bool,
}

/// What a thread of a watcher tells it.
#[derive(Debug)]
enum Note {
    /// What was seen of a node's chain.
    Seen { node: usize, sight: Result<Box<Sight>, String> },
    /// What has become of a block.
    Done(Done),
    /// What there is of operators.
    #[cfg(feature = "challenge")]
    Operators(Result<Box<Event>, WatchError>),
}

impl Watcher {
    /// Begins to watch a chain. Nothing is waited for yet.
    ///
    /// # Errors
    ///
    /// [`WatchError`], if a node cannot be asked by its URL, or if the store does not say where it is.
    pub fn begin(options: WatchOptions, mut store: Store, stop: Stop) -> Result<Self, WatchError> {
        let policy = options.policy;
        let connect = |(node, url): (usize, &String)| {
            let endpoint = Endpoint::connect(url, &policy);
            endpoint.map(Arc::new).map_err(|error| WatchError::Node { node, error })
        };
        let endpoints = options.nodes.iter().enumerate().map(connect);
        let endpoints = endpoints.collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(WatchError::NoNodes);
        }
        let rope = |(place, url): (usize, &String)| Rope::of(url).ok_or(WatchError::Bell(place));
        let ropes = options.bells.iter().enumerate().map(rope);
        let ropes = ropes.collect::<Result<Vec<_>, _>>()?;
        let tip = store.tip()?;
        let jobs = options.jobs.or_else(|| thread::available_parallelism().ok());
        let jobs = jobs.map_or(1, NonZeroUsize::get);
        let (sender, notes) = sync_channel(jobs + endpoints.len());
        let queue = Arc::<Queue>::default();
        let height = Arc::new(AtomicU64::new(tip.map_or(u64::MAX, |tip| tip.number)));
        let watcher = Self {
            standings: Standings::new(endpoints.len(), policy.behind, policy.longest_pause),
            current: 0,
            head: None,
            heads: Heads::default(),
            first: None,
            tip,
            height: height.clone(),
            plan: Plan::new(jobs.saturating_mul(policy.ahead.max(1))),
            again: Again::default(),
            queue: queue.clone(),
            notes,
            sender: sender.clone(),
            #[cfg(feature = "challenge")]
            operators: None,
            events: VecDeque::new(),
            in_step: false,
            vitals: Vitals::default(),
            pruned: None,
            has_ended: false,
            endpoints,
            store,
            stop,
            ended: Stop::default(),
            options,
        };
        workers::start(jobs, &queue, watcher.options.audit, &sender)
            .map_err(WatchError::Threads)?;
        let bell = Bell::default();
        for rope in ropes {
            nodes::ring(rope, bell.clone(), policy, watcher.ended.clone())
                .map_err(WatchError::Threads)?;
        }
        for (node, endpoint) in watcher.endpoints.iter().enumerate() {
            let sender = sender.clone();
            let tell = move |sight: Result<Sight, String>| {
                sender.send(Note::Seen { node, sight: sight.map(Box::new) }).is_ok()
            };
            let patience = (policy, bell.clone());
            nodes::watch(endpoint.clone(), height.clone(), patience, watcher.ended.clone(), tell)
                .map_err(WatchError::Threads)?;
        }
        Ok(watcher)
    }

    /// What it is at, for other threads to look at.
    pub fn vitals(&self) -> Vitals {
        self.vitals.clone()
    }

    /// What is kept.
    pub const fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The next event; none if there will be no more.
    fn step(&mut self) -> Result<Option<Event>, WatchError> {
        loop {
            self.note_vitals();
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            if self.stop.is_wished() || self.is_done()? {
                return Ok(None);
            }
            if self.deliver()? {
                continue;
            }
            self.go_on()?;
            if !self.events.is_empty() {
                continue;
            }
            match self.notes.recv_timeout(SOON) {
                Ok(note) => self.note(note)?,
                Err(RecvTimeoutError::Timeout) => {}
                // All threads have ended, which they do when it is wished.
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    /// Plans what comes next, as far as there is anything to be planned.
    fn go_on(&mut self) -> Result<(), WatchError> {
        if self.head.is_none() || self.standings.is_out(self.current) {
            return Ok(());
        }
        self.plan_more()?;
        self.dispatch();
        self.tell_lag()?;
        self.try_again()?;
        self.prune()
    }

    /// Whether it has come to where it was to go.
    fn is_done(&mut self) -> Result<bool, WatchError> {
        let Some(target) = self.target() else { return Ok(false) };
        let Some(first) = self.first else { return Ok(false) };
        if !self.plan.is_settled() {
            return Ok(false);
        }
        let reached = |number: u64| self.tip.is_some_and(|tip| tip.number >= number);
        let is_at_end = self.options.until.is_some_and(reached);
        let is_last = self.options.once || self.options.until == Some(target);
        let is_in_step = is_last && (reached(target) || target < first);
        let is_audited = (is_at_end || is_in_step) && self.again.is_settled();
        Ok(is_audited && self.operators_are_done()?)
    }

    /// Whether nothing is left to be done about operators, of whom nobody watches any.
    #[cfg(not(feature = "challenge"))]
    const fn operators_are_done(&mut self) -> Result<bool, WatchError> {
        Ok(true)
    }

    /// The last block that is to be audited, by where the node says that its chain is.
    fn target(&self) -> Option<u64> {
        let head = self.head?.number;
        let settled = head.saturating_sub(self.options.policy.confirmations);
        Some(self.options.until.map_or(settled, |until| settled.min(until)))
    }

    /// Tells that it is in step with its chain, or that it falls behind, when that changes.
    fn tell_lag(&mut self) -> Result<(), WatchError> {
        let (Some(target), Some(tip)) = (self.target(), self.tip) else { return Ok(()) };
        let blocks = target.saturating_sub(tip.number);
        if blocks == 0 && !self.in_step && self.plan.is_settled() {
            self.in_step = true;
            self.events.push_back(Event::InStep { number: tip.number });
        } else if blocks > self.options.policy.behind && self.in_step {
            self.in_step = false;
            let event = Event::Behind { blocks };
            self.store.put_event(event.name(), &event.json())?;
            self.events.push_back(event);
        }
        Ok(())
    }

    /// Notes what it is at.
    fn note_vitals(&self) {
        let (planned, ready) = self.plan.counts();
        self.vitals.note(Pulse {
            turned: Some(Instant::now()),
            latest: self.head,
            heads: self.heads,
            audited: self.tip.map(|tip| tip.number),
            target: self.target(),
            first: self.first,
            is_in_step: self.in_step,
            planned,
            ready,
            waiting: self.queue.waiting(),
            asked: self.current,
            nodes: self.standings.vitals(),
        });
    }

    /// Asks another node from here on, if there is one that can be asked.
    fn turn_to_another(&mut self) {
        let Some(other) = self.standings.instead_of(self.current) else { return };
        self.current = other;
        // Where its chain is, it has not been asked.
        self.head = None;
        self.events.push_back(Event::Node { node: other, what: NodeNews::Chosen });
    }
}

impl Iterator for Watcher {
    type Item = Result<Event, WatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let step = self.step().transpose();
        self.has_ended = !matches!(step, Some(Ok(_)));
        step
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.ended.stop();
        self.queue.close();
    }
}
