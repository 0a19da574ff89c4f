//! Which segments are sent: those that are asked for, or the first that is false, or all.

use alloy_primitives::Bytes;
use iso_evm_wire::Opened;

use super::{Submission, SubmitError};
use crate::plan::{SegmentCost, Told};

impl Submission<'_> {
    /// The segments of a message to send, in order.
    pub(super) fn segments(
        &self,
        witness: &Opened<'_>,
        index: usize,
        code: Option<&Bytes>,
    ) -> Result<Vec<SegmentCost>, SubmitError> {
        let machine = self.plan.machine();
        self.chain.holds("segment machine", machine.address, &machine.code)?;
        let all = self.plan.segments(&self.plan.cuts(witness, index, code));
        let count = all.len() as u64;
        let chosen = match &self.only {
            Some(only) => {
                let of = |segment: &u64| {
                    let found = usize::try_from(*segment).ok().and_then(|place| all.get(place));
                    let missing = SubmitError::NoSegment { index, segment: *segment, count };
                    found.cloned().ok_or(missing)
                };
                only.iter().map(of).collect::<Result<_, _>>()?
            }
            // What stands before a false one is true, and nothing follows from that.
            None => match all.iter().find(|cost| matches!(cost.told, Told::False(_))) {
                Some(cost) => vec![cost.clone()],
                None => all,
            },
        };
        for cost in &chosen {
            let (segment, bytes, gas) = (cost.index, cost.step.data.len(), cost.step.gas);
            if !cost.step.fits_mempool {
                return Err(SubmitError::TooManyBytes { index, segment, bytes });
            }
            if !cost.step.fits_cap {
                return Err(SubmitError::TooMuchGas { index, what: "one of its segments", gas });
            }
        }
        Ok(chosen)
    }
}
