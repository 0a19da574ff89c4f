//! The threads that audit blocks, each a block at a time, and what waits for them.
//!
//! In the data's way this stands between the plan and the audit. What is audited goes back by a channel with
//! little room: who does not listen stops the work.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::SyncSender},
    thread,
    time::Instant,
};

use alloy_primitives::B256;
use iso_evm_node::NodeError;
use iso_evm_verifier::engines::Engines;

use super::Note;
use crate::{
    audit::{self, AuditOptions, audit_block},
    block::{AuditedBlock, Place},
    nodes::Endpoint,
};

/// A block to audit.
#[derive(Debug)]
pub(super) struct Job {
    /// The block.
    pub(super) place: Place,
    /// Which node is asked.
    pub(super) node: usize,
    /// The node.
    pub(super) endpoint: Arc<Endpoint>,
}

/// What has become of a job.
#[derive(Debug)]
pub(super) struct Done {
    /// Hash of the block.
    pub(super) hash: B256,
    /// Which node was asked.
    pub(super) node: usize,
    /// When it was begun.
    pub(super) begun: Instant,
    /// What was found.
    pub(super) result: Result<Box<AuditedBlock>, Failure>,
}

/// Why a block was not audited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Reason, in words.
    pub(super) reason: String,
    /// Whether the node gave no answer.
    pub(super) is_silence: bool,
    /// Whether the block is not there any more.
    pub(super) is_gone: bool,
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        let is_gone = audit::is_gone(&error);
        let is_silence = !is_gone && audit::is_passing(&error);
        Self { reason: error.to_string(), is_silence, is_gone }
    }
}

/// What waits for a thread.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

impl Queue {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many blocks nobody has begun.
    pub(super) fn waiting(&self) -> usize {
        self.locked().jobs.len()
    }

    /// Has a block audited.
    pub(super) fn push(&self, job: Job) {
        self.locked().jobs.push_back(job);
        self.changed.notify_one();
    }

    /// Forgets what nobody has begun, but for some blocks.
    pub(super) fn forget(&self, but_for: impl Fn(B256) -> bool) {
        self.locked().jobs.retain(|job| but_for(job.place.hash));
    }

    /// Has the threads end.
    pub(super) fn close(&self) {
        let mut state = self.locked();
        state.jobs.clear();
        state.is_closed = true;
        drop(state);
        self.changed.notify_all();
    }

    /// The next job; none if there will be no more.
    fn next(&self) -> Option<Job> {
        let mut state = self.locked();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Starts threads. They end when the queue is closed, or nobody listens.
pub(super) fn start(
    threads: usize,
    queue: &Arc<Queue>,
    options: AuditOptions,
    notes: &SyncSender<Note>,
) -> io::Result<()> {
    let engines = Arc::new(Engines::default());
    for _ in 0..threads {
        let (queue, engines, notes) = (queue.clone(), engines.clone(), notes.clone());
        let work = move || {
            while let Some(job) = queue.next() {
                let done = Note::Done(audited(&job, &options, &engines));
                if notes.send(done).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("watch-audit".to_owned()).spawn(work)?;
    }
    Ok(())
}

/// Audits a block. A service that runs for months must not lose a thread, and wait for a block for ever.
fn audited(job: &Job, options: &AuditOptions, engines: &Engines) -> Done {
    let begun = Instant::now();
    let run = || audit_block(&job.endpoint.node(), job.place, options, engines);
    let result = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map(Box::new).map_err(Failure::from),
        Err(_) => Err(Failure {
            reason: "this program fails on the block, which is a bug of its own".to_owned(),
            is_silence: false,
            is_gone: false,
        }),
    };
    Done { hash: job.place.hash, node: job.node, begun, result }
}
