//! The execution audit of a message by its segments. `specs/19-segments.md`.
//!
//! In the data's way this stands where the execution audit of a whole message does: it cuts each into
//! segments, has every one judged on its own, and puts the answers together. `run` is that, `claimed`
//! what it is held against where an operator has committed to checkpoints, `row` what is said of
//! each.

mod claimed;
mod row;
mod run;

use alloy_primitives::B256;
use iso_evm_hypervisor::{Audited, Engine, MessageVerdict};
use iso_evm_wire::{
    Opened,
    segment::{ClaimedLeaf, Cut},
};

pub use self::row::{Row, Said};
use crate::{
    audit::Subject,
    verify::{Options, Report, VerifyError, own_gas_limit, verify_by},
};

/// Where messages are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places<'a> {
    /// By what each message does.
    By(Cut),
    /// At the checkpoints that somebody has committed to, which are judged too.
    Claimed(&'a [ClaimedLeaf]),
}

impl Default for Places<'_> {
    fn default() -> Self {
        Self::By(Cut::default())
    }
}

/// What is said of a message by its segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSegments {
    /// The message's hash, which a commitment is to; none if it has no head, and nobody can commit to
    /// it.
    pub hash: Option<B256>,
    /// The segments, in order: each ends where the next begins.
    pub rows: Vec<Row>,
    /// What all of them come to.
    pub verdict: MessageVerdict,
}

impl MessageSegments {
    /// Index of the first segment that is false.
    pub fn first_false(&self) -> Option<usize> {
        self.rows.iter().position(|row| row.said.is_false())
    }

    /// Host gas of all segments.
    pub fn host_gas(&self) -> u64 {
        self.rows.iter().map(|row| row.host_gas).fold(0, u64::saturating_add)
    }

    fn audited(&self) -> Audited {
        Audited { verdict: self.verdict.clone(), host_gas: self.host_gas() }
    }
}

/// The execution audit of a witness's messages by their segments: what is said of each message, with
/// its segments.
///
/// Limits are those of `options`: the host's for each segment, the guest's for each message.
///
/// # Errors
///
/// If the engines are two that differ, or a node; if segments and whole differ.
pub fn by_segments<'a>(
    engine: &Engine,
    subject: &Subject<'_>,
    options: &Options,
    places: impl Fn(usize) -> Places<'a>,
) -> Result<Vec<MessageSegments>, VerifyError> {
    let mut left = own_gas_limit(subject, options);
    (0..subject.messages.len())
        .map(|index| run::message(engine, subject, options, places(index), index, &mut left))
        .collect()
}

/// [`by_segments`] for the message with this index alone; none if there is no such message.
///
/// # Errors
///
/// As there.
pub fn of_message(
    engine: &Engine,
    subject: &Subject<'_>,
    options: &Options,
    places: Places<'_>,
    index: usize,
) -> Result<Option<MessageSegments>, VerifyError> {
    if index >= subject.messages.len() {
        return Ok(None);
    }
    let mut left = own_gas_limit(subject, options);
    run::message(engine, subject, options, places, index, &mut left).map(Some)
}

/// [`verify_opened`](crate::verify::verify_opened), the execution audit done by segments: `places` says
/// where each message is cut, by its index.
///
/// # Errors
///
/// As there, and those of [`by_segments`].
pub fn verify_by_segments<'a>(
    engine: &Engine,
    opened: &Opened<'_>,
    options: &Options,
    places: impl Fn(usize) -> Places<'a>,
) -> Result<Report, VerifyError> {
    let mut segments = None;
    let mut report = verify_by(engine, opened, options, |subject| {
        let messages = by_segments(engine, subject, options, places)?;
        let audited = messages.iter().map(MessageSegments::audited).collect();
        segments = Some(messages);
        Ok::<_, VerifyError>(audited)
    })?;
    report.segments = segments;
    Ok(report)
}
