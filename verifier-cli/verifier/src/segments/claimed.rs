//! Checkpoints that somebody has committed to, against the message's own run.

use alloy_primitives::U256;
use iso_evm_hypervisor::{MessageVerdict, Mismatch, MismatchKind};
use iso_evm_wire::segment::{ClaimedLeaf, Leaf};

/// How far the claims have been met.
#[derive(Debug)]
pub(super) struct Claims<'a> {
    left: std::slice::Iter<'a, ClaimedLeaf>,
    /// Gas of the one before.
    gas: u64,
    /// Whether the one before was false.
    pub(super) is_false: bool,
}

impl<'a> Claims<'a> {
    pub(super) fn new(claims: &'a [ClaimedLeaf]) -> Self {
        Self { left: claims.iter(), gas: 0, is_false: false }
    }

    /// The amounts of gas at which a message is to be cut for them, ascending: one that is no more than
    /// the one before is never come to.
    pub(super) fn gas(claims: &[ClaimedLeaf]) -> Vec<u64> {
        let mut gas = Vec::new();
        for claim in claims {
            let at = claim.leaf().gas_used.0;
            if gas.last().is_none_or(|last| at > *last) && at > 0 {
                gas.push(at);
            }
        }
        gas
    }

    /// The next claim, with what is false of it whatever a message does that has so much gas
    /// `available`.
    pub(super) fn next(&mut self, available: u64) -> Option<(ClaimedLeaf, Option<MessageVerdict>)> {
        let claim = *self.left.next()?;
        let Leaf { gas_used, .. } = claim.leaf();
        let grows = gas_used.0 > self.gas;
        if grows && gas_used.0 <= available {
            self.gas = gas_used.0;
            return Some((claim, None));
        }
        // Gas used grows from checkpoint to checkpoint, up to what there is.
        let word = |gas: u64| U256::from(gas).into();
        let most = if grows { available } else { self.gas };
        Some((
            claim,
            Some(MessageVerdict::Mismatch(Mismatch {
                kind: MismatchKind::CheckpointGasUsed,
                pc: None,
                record: None,
                expected: word(most),
                found: word(gas_used.0),
            })),
        ))
    }
}
