//! [`Workers`]: the processes of an executor, and what becomes of an item that ends one.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::arrow::{
    array::{Array, ArrayRef, StructArray},
    compute::concat,
    error::ArrowError,
};

use iso_evm_table::ErrorKind;

use super::{
    child::{Rows, decode},
    process::{End, Outcome, Process},
    wire::Task,
};
use crate::options::Limits;

/// An item that is to be audited or mutated: the bytes of its witness, if its row has some.
pub(crate) type Item<'a> = Option<&'a [u8]>;

/// Why there are no rows, through no fault of an item's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// A process that cannot be started.
    #[error("no process to audit in: {0}")]
    Start(io::Error),
    /// Rows that are none.
    #[error("the rows of an audit's process: {0}")]
    Rows(#[from] ArrowError),
}

/// Processes that wait for items, as many as there were threads that had some at once.
#[derive(Debug)]
pub(crate) struct Workers {
    program: PathBuf,
    most: Limits,
    idle: Mutex<Vec<Process>>,
}

/// How many wait at most.
const MOST_IDLE: usize = 256;

impl Workers {
    /// Processes of a program: of this one. No item of any job takes more than `most`.
    pub(crate) const fn new(program: PathBuf, most: Limits) -> Self {
        Self { program, most, idle: Mutex::new(Vec::new()) }
    }

    /// What an item of a job may take here.
    pub(crate) fn limits(&self, asked: Limits) -> Limits {
        asked.within(&self.most)
    }

    /// The rows of items, in their order: one each.
    ///
    /// # Errors
    ///
    /// If no process can be started, or if what one answers is none.
    pub(crate) fn run(
        &self,
        task: &Task,
        items: &[Item<'_>],
        limits: Limits,
    ) -> Result<ArrayRef, WorkError> {
        let mut parts = Vec::new();
        let mut rest = items;
        while let Some(first) = rest.first() {
            // What cannot be audited goes through no pipe.
            if let Some((kind, error)) = refused(*first, limits) {
                parts.push(unusable(task, kind, error));
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|item| refused(*item, limits).is_some());
            let (good, others) = rest.split_at(end.unwrap_or(rest.len()));
            let good: Vec<&[u8]> = good.iter().copied().flatten().collect();
            self.each(task, &good, limits, &mut parts)?;
            rest = others;
        }
        match &parts[..] {
            [] => Ok(Rows::new(task).finish()),
            [one] => Ok(one.clone()),
            parts => {
                let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
                Ok(concat(&parts)?)
            }
        }
    }

    /// Has items done. One that ends a process is tried once more, by itself, and what stood before it is done anew.
    fn each(
        &self,
        task: &Task,
        mut items: &[&[u8]],
        limits: Limits,
        parts: &mut Vec<ArrayRef>,
    ) -> Result<(), WorkError> {
        while !items.is_empty() {
            let at = match self.once(task, items, limits)? {
                Ok(rows) => {
                    parts.push(rows);
                    return Ok(());
                }
                Err((at, _)) => at,
            };
            let (before, rest) = items.split_at(at);
            self.each(task, before, limits, parts)?;
            let (one, rest) = rest.split_at(1);
            parts.push(match self.once(task, one, limits)? {
                Ok(rows) => rows,
                Err((_, end)) => ended(task, &end, limits),
            });
            items = rest;
        }
        Ok(())
    }

    /// Has items done by one process: the rows, or which of them ended it, and how.
    #[allow(clippy::type_complexity, reason = "two kinds of failure, of which one is an item's")]
    fn once(
        &self,
        task: &Task,
        items: &[&[u8]],
        limits: Limits,
    ) -> Result<Result<ArrayRef, (usize, End)>, WorkError> {
        let mut process = self.take(limits.memory)?;
        match process.run(task, items, limits.time()) {
            Outcome::Rows(bytes) => {
                let rows: StructArray = decode(&bytes)?;
                if rows.len() != items.len() {
                    let (found, expected) = (rows.len(), items.len());
                    let error = format!("{found} rows, and {expected} are expected");
                    return Err(ArrowError::InvalidArgumentError(error).into());
                }
                self.give_back(process);
                Ok(Ok(Arc::new(rows)))
            }
            Outcome::Ended(at, end) => Ok(Err((at, end))),
        }
    }

    fn take(&self, memory: u64) -> Result<Process, WorkError> {
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let at = idle.iter().position(|process| process.memory == memory);
            at.map(|at| idle.swap_remove(at))
        };
        match idle {
            Some(process) => Ok(process),
            None => Process::start(&self.program, memory).map_err(WorkError::Start),
        }
    }

    fn give_back(&self, process: Process) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(process);
        }
    }
}

/// Why an item is not audited at all, if it is not.
fn refused(item: Item<'_>, limits: Limits) -> Option<(ErrorKind, String)> {
    match item {
        None => Some((ErrorKind::Unreadable, "its row has no witness".to_owned())),
        Some(bytes) if bytes.len() as u64 > limits.bytes => {
            let (length, limit) = (bytes.len(), limits.bytes);
            let error = format!("the witness is {length} bytes long, and at most {limit} are read");
            Some((ErrorKind::TooLarge, error))
        }
        Some(_) => None,
    }
}

/// The row of an item that is not audited.
fn unusable(task: &Task, kind: ErrorKind, error: String) -> ArrayRef {
    let mut rows = Rows::new(task);
    rows.unusable(kind, error);
    rows.finish()
}

/// The row of an item that ended its process twice.
fn ended(task: &Task, end: &End, limits: Limits) -> ArrayRef {
    let mut rows = Rows::new(task);
    rows.ended(end, limits);
    rows.finish()
}
