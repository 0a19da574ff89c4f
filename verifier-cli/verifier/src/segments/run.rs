//! One message, cut and judged.

use alloy_primitives::B256;
use iso_evm_hypervisor::{Code, Cutting, Engine, Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_wire::{
    layout::GAS_AVAILABLE,
    segment::{Checkpoint, ClaimedLeaf, Leaf, Segment},
};

use super::{MessageSegments, Places, Row, Said, claimed::Claims};
use crate::{
    audit::Subject,
    verify::{EngineKind, Options, VerifyError, guest_gas_limit},
};

/// A message under audit, as all its segments need it.
struct Message<'a> {
    engine: &'a Engine,
    options: &'a Options,
    kind: EngineKind,
    index: usize,
    code: Option<&'a Code>,
    limit: Option<u64>,
    rows: Vec<Row>,
    hash: Option<B256>,
    error: Option<VerifyError>,
}

/// Cuts a message, and has each segment judged. What its own opcodes spend is taken from `left`.
pub(super) fn message(
    engine: &Engine,
    subject: &Subject<'_>,
    options: &Options,
    places: Places<'_>,
    index: usize,
    left: &mut Option<u64>,
) -> Result<MessageSegments, VerifyError> {
    let kind = options.engine.local().ok_or(VerifyError::NoNode)?;
    let opened = subject.message(index);
    let code = opened.and_then(|message| subject.codes().of(message));
    let limit = guest_gas_limit(subject, options);
    let limit = left.map_or(limit, |left| Some(limit.map_or(left, |limit| limit.min(left))));
    let (rows, hash, error) = (Vec::new(), None, None);
    let mut message = Message { engine, options, kind, index, code, limit, rows, hash, error };
    let bytes = &subject.messages[index].bytes();
    let native = engine.native();
    let whole = match places {
        Places::By(cut) => native.cut_within(bytes, code, cut, limit, &mut |cutting| {
            let end = cutting.end.map(ClaimedLeaf::Checkpoint);
            message.judge(&cutting, end, false);
        }),
        Places::Claimed(claims) => {
            let gas = Claims::gas(claims);
            let mut claims = Claims::new(claims);
            native.cut_at(bytes, code, &gas, limit, &mut |cutting| {
                message.against(&cutting, &mut claims);
            })
        }
    };
    let own = message.rows.iter().map(|row| row.own_gas).fold(0, u64::saturating_add);
    *left = left.map(|left| left.saturating_sub(own));
    message.ended(whole, matches!(places, Places::By(_)))
}

impl Message<'_> {
    /// A segment of the message's own run, against what is claimed of it.
    fn against(&mut self, cutting: &Cutting, claims: &mut Claims<'_>) {
        let available = cutting.segment.head.word(GAS_AVAILABLE).saturating_to();
        loop {
            match claims.next(available) {
                None => return self.judge(cutting, None, claims.is_false),
                Some((claim, None)) => {
                    self.judge(cutting, Some(claim), claims.is_false);
                    let is_true = |end: Checkpoint| Leaf::of(&end) == claim.leaf();
                    claims.is_false = match self.rows.last().map(|row| &row.said) {
                        // What it leads to is known here all the same.
                        Some(Said::FalseStart) => !cutting.end.is_some_and(is_true),
                        said => said != Some(&valid()),
                    };
                    // Behind the message's end there is no checkpoint, and no more segments come.
                    if cutting.end.is_some() {
                        return;
                    }
                }
                Some((claim, Some(verdict))) => {
                    let said =
                        if claims.is_false { Said::FalseStart } else { Said::Verdict(verdict) };
                    self.rows.push(row(cutting, Some(claim), 0, 0, said));
                    claims.is_false = true;
                }
            }
        }
    }

    /// Has a segment judged, unless the checkpoint that it starts from is known to be false.
    fn judge(&mut self, cutting: &Cutting, end: Option<ClaimedLeaf>, false_start: bool) {
        if self.error.is_some() {
            return;
        }
        self.hash.get_or_insert_with(|| cutting.segment.head.hash());
        if false_start {
            self.rows.push(row(cutting, end, 0, 0, Said::FalseStart));
            return;
        }
        let mut segment = cutting.segment.clone();
        segment.end = end.map(|end| end.leaf().gas_used.0);
        segment.code = self.code.map(|code| code.bytes());
        match self.verdict(&segment) {
            Ok((verdict, host_gas)) => {
                let verdict = match &end {
                    Some(end) => verdict.of_end(end),
                    None => verdict,
                };
                let bytes = segment.encode().len();
                self.rows.push(row(cutting, end, bytes, host_gas, Said::of(verdict)));
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// What the engines that were asked for say of a segment, with its host gas.
    fn verdict(&self, segment: &Segment) -> Result<(SegmentVerdict, u64), VerifyError> {
        let native = || self.engine.native().segment_within(segment, self.code, self.limit);
        if self.kind == EngineKind::Native {
            return Ok((native(), 0));
        }
        let audited = self.engine.segment(segment, None, self.options.host_gas_limit);
        if self.kind == EngineKind::Both && !is_limited(&audited.verdict) {
            let native = native();
            if native != audited.verdict && !is_limited(&native) {
                let verdicts = Box::new([audited.verdict, native]);
                let (message, segment) = (self.index, self.rows.len());
                return Err(VerifyError::SegmentEnginesDiffer { message, segment, verdicts });
            }
        }
        Ok((audited.verdict, audited.host_gas))
    }

    /// What all segments come to. Where nobody has claimed anything of them, that must be what is said
    /// of the whole.
    fn ended(self, whole: MessageVerdict, compare: bool) -> Result<MessageSegments, VerifyError> {
        let Self { rows, hash, error, index, .. } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let first = rows.iter().find(|row| row.said != valid());
        let verdict = match first.map(|row| &row.said) {
            None => whole.clone(),
            // Positions count in the segment's input; the whole has its own.
            Some(Said::Verdict(MessageVerdict::Malformed { .. }))
                if matches!(whole, MessageVerdict::Malformed { .. }) =>
            {
                whole.clone()
            }
            Some(Said::Verdict(verdict)) => verdict.clone(),
            Some(Said::NotProven(_) | Said::FalseStart) => {
                MessageVerdict::Inconclusive { reason: Inconclusive::Other }
            }
        };
        let open =
            |verdict: &MessageVerdict| matches!(verdict, MessageVerdict::Inconclusive { .. });
        if compare && verdict != whole && !open(&verdict) && !open(&whole) {
            let verdicts = Box::new([verdict, whole]);
            return Err(VerifyError::PartsDiffer { message: index, verdicts });
        }
        Ok(MessageSegments { hash, rows, verdict })
    }
}

const fn valid() -> Said {
    Said::Verdict(MessageVerdict::Valid)
}

fn row(
    cutting: &Cutting,
    end: Option<ClaimedLeaf>,
    input_bytes: usize,
    host_gas: u64,
    said: Said,
) -> Row {
    let Cutting { segment, own_gas, .. } = cutting;
    let (start, records) = (segment.start, segment.records.len());
    Row { start, end, records, own_gas: *own_gas, input_bytes, host_gas, said }
}

/// Whether an engine came to its limit.
fn is_limited(verdict: &SegmentVerdict) -> bool {
    use Inconclusive::{GuestGasLimit, HostOutOfGas};
    matches!(
        verdict,
        SegmentVerdict::Message(MessageVerdict::Inconclusive {
            reason: GuestGasLimit | HostOutOfGas
        })
    )
}
