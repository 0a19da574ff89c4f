//! The checkpoints of a message, as an operator can commit to them, with something changed. Each lie has
//! a segment where it stands, and is to be found there. `specs/19-segments.md`.
//!
//! `place` is where a message is cut and what stands around a checkpoint, `changes` what is done to it.

mod changes;
mod place;
#[cfg(test)]
mod tests;

use iso_evm_hypervisor::{MessageVerdict, MismatchKind, NativeEngine};
use iso_evm_verifier::{
    segments::{MessageSegments, Said},
    verify::{Audit, Verdict},
};
use iso_evm_wire::{Opened, segment::ClaimedLeaf};

use self::place::code;
pub(super) use self::place::{Place, places};
use super::{Killer, Mutant};

/// Checkpoints that are claimed of a message.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// What was changed, and how.
    change: String,
    /// Index of the message.
    message: usize,
    /// The checkpoints.
    pub(super) claimed: Vec<ClaimedLeaf>,
    /// What is false of them; none if all of them are true.
    lie: Option<Lie>,
}

/// A checkpoint that is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lie {
    /// Index of the segment that it is to end.
    segment: usize,
    /// The mismatch that it is; none where that follows from what the message does.
    kind: Option<MismatchKind>,
}

impl Claim {
    /// The mutant, with who killed it; none if the claim is true, and was found so.
    ///
    /// A lie that is found in another segment than its own, or with another mismatch, has survived: who is
    /// led to the wrong place convicts nobody. So has a true claim that is refused.
    pub(super) fn judged(
        self,
        said: &Option<MessageSegments>,
        native: &NativeEngine,
        witness: &Opened<'_>,
    ) -> Option<Mutant> {
        let survived = |self_: Self, what: &str| {
            Some(Mutant { change: format!("{}: {what}", self_.change), killer: None, trial: None })
        };
        let Some(said) = said else { return survived(self, "the engines differ") };
        let first = said.rows.iter().position(|row| row.said.verdict() != Verdict::Valid);
        let Some(at) = first else {
            return match self.lie {
                Some(lie) if !self.is_true(lie, native, witness) => survived(self, "valid"),
                _ => None,
            };
        };
        let found = &said.rows[at].said;
        match (self.lie, found) {
            (Some(lie), Said::Verdict(MessageVerdict::Mismatch(mismatch)))
                if lie.segment == at && lie.is_of(mismatch.kind) =>
            {
                let killer =
                    Killer { audit: Audit::Execution.name(), mismatch: mismatch.kind.name() };
                Some(Mutant { change: self.change, killer: Some(killer), trial: None })
            }
            (Some(_), found) => survived(self, &format!("segment {at} is {found}")),
            (None, found) => survived(self, &format!("true, and segment {at} is {found}")),
        }
    }

    /// Whether the checkpoint is one that the message comes to all the same: a guest that goes round in
    /// a circle is in one state at many amounts of gas.
    fn is_true(&self, lie: Lie, native: &NativeEngine, witness: &Opened<'_>) -> bool {
        let Some(claimed) = self.claimed.get(lie.segment) else { return false };
        let (bytes, code) = (witness.messages[self.message].bytes(), code(witness, self.message));
        let mut is_true = false;
        let gas = [claimed.leaf().gas_used.0];
        native.cut_at(&bytes, code.as_ref(), &gas, None, &mut |cutting| {
            is_true |= cutting.end.is_some_and(|end| Some(&end) == claimed.checkpoint());
        });
        is_true
    }
}

impl Lie {
    fn is_of(self, kind: MismatchKind) -> bool {
        self.kind.map_or_else(|| kind.is_of_checkpoint(), |wanted| wanted == kind)
    }
}
