//! Which segments are sent: those that are asked for, or the first that convicts, or all.

use alloy_primitives::Bytes;
use alloy_sol_types::SolCall;
use iso_evm_wire::{Opened, segment::Segment};

use super::{Submission, SubmitError};
use crate::{
    chain::CallAnswer,
    plan::{Case, Court, Route, SegmentCost, Told},
    register,
};

impl Submission<'_> {
    /// A message as the operator committed to it. Straight, its checkpoints are those of the cut.
    pub(super) fn case(
        &self,
        witness: &Opened<'_>,
        index: usize,
        code: Option<&Bytes>,
    ) -> Result<Case, SubmitError> {
        let case = self.plan.case(witness, index, code, &self.checkpoints);
        case.map_err(|why| SubmitError::NoCase { index, why })
    }

    /// The segments to send, in order.
    pub(super) fn segments(
        &self,
        index: usize,
        case: &Case,
    ) -> Result<Vec<SegmentCost>, SubmitError> {
        let count = case.count();
        let Some(only) = &self.only else {
            let mut all = Vec::new();
            for segment in 0..count {
                let costs = self.segment(index, case, segment)?;
                if costs.iter().any(|cost| cost.told.is_fraud()) {
                    // What stands before it is true, and nothing follows from that.
                    return Ok(costs);
                }
                let ends = costs.last().is_some_and(|cost| cost.told.ends());
                all.extend(costs);
                if ends {
                    break;
                }
            }
            return Ok(all);
        };
        let mut all = Vec::new();
        for segment in only.iter().copied() {
            if segment >= count {
                return Err(SubmitError::NoSegment { index, segment, count });
            }
            let costs = self.segment(index, case, segment)?;
            if costs.is_empty() {
                return Err(SubmitError::FalseStart { index, segment });
            }
            let fraud = costs.iter().any(|cost| cost.told.is_fraud());
            all.extend(costs);
            if fraud {
                break;
            }
        }
        Ok(all)
    }

    /// What a segment takes, from where a machine has come to already.
    fn segment(
        &self,
        index: usize,
        case: &Case,
        segment: u64,
    ) -> Result<Vec<SegmentCost>, SubmitError> {
        let court = Court { route: self.route, sender: Some(self.sender.address()) };
        let from = if self.resume { self.furthest(case, segment)? } else { 0 };
        let costs = self.plan.drive(case, segment, from, court);
        if costs.len() > 1 && !self.resume {
            let count = costs.len();
            return Err(SubmitError::NeedsResume { index, segment, count });
        }
        for cost in &costs {
            let bytes = cost.step.data.len();
            if self.route == Route::Hypervisor && !cost.step.fits_mempool {
                return Err(SubmitError::NeedsRegister { index, segment, bytes });
            }
            if let Some((_, step)) = cost.steps().find(|(_, step)| !step.fits_cap) {
                let (what, gas) = ("one of its segments", step.gas);
                return Err(SubmitError::TooMuchGas { index, what, gas });
            }
        }
        Ok(costs)
    }

    /// The part of a segment that starts where a machine has come to last.
    fn furthest(&self, case: &Case, segment: u64) -> Result<usize, SubmitError> {
        let Route::Register { register, .. } = self.route else { return Ok(0) };
        let (key, digests) = (self.plan.key(case, segment), self.plan.places(case, segment));
        let call = register::furthestCall { key, digests };
        let found = match self.ask(register, call.abi_encode().into())? {
            CallAnswer::Returned(data) => register::furthestCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = found.and_then(|count| usize::try_from(count).ok());
        found.ok_or(SubmitError::NoRegister { register })
    }

    /// The segments of a message that does not fit in one piece, straight to the machine.
    pub(super) fn straight(
        &self,
        witness: &Opened<'_>,
        index: usize,
        code: Option<&Bytes>,
    ) -> Result<(Case, Vec<SegmentCost>), SubmitError> {
        self.has_machine()?;
        let case = self.case(witness, index, code)?;
        let costs = self.segments(index, &case)?;
        Ok((case, costs))
    }
}

impl Told {
    /// Whether nothing that comes behind it can be had.
    pub(super) const fn ends(&self) -> bool {
        matches!(self, Self::Said(register::Said::Fraud(_)) | Self::NotProven(_))
    }
}

/// The digest that a segment leads to, straight.
pub(super) fn end_of(case: &Case, cost: &SegmentCost) -> Option<alloy_primitives::B256> {
    let end = cost.to?;
    let next = case.cuts().iter().find(|cut: &&Segment| cut.start.gas_used.0 >= end)?;
    Some(next.start.digest())
}
