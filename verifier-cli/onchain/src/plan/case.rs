//! A message as an operator committed to it, and as it is cut here.

use std::collections::BTreeSet;

use crate::host::UNLIMITED;
use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_hypervisor::{Code, Cutting, NativeEngine};
use iso_evm_wire::{
    MessageWitness,
    segment::{Checkpoint, ClaimedLeaf, Commitment, Cut, Head, Leaf, RecordTree, Segment},
};

/// Which checkpoints an operator committed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Checkpoints {
    /// Those of the default cut.
    #[default]
    Cut,
    /// None: to the message alone.
    None,
    /// These.
    Given(Vec<ClaimedLeaf>),
}

/// Why there is no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCase {
    /// Bytes that are no message, or do not begin with an opening record.
    #[error("it is no canonical message: nobody can commit to it")]
    NoHead,
}

/// A message as an operator committed to it, and the segments that it is cut into here.
#[derive(Clone, Debug)]
pub struct Case {
    pub(super) records: RecordTree,
    commitment: Commitment,
    claimed: Vec<ClaimedLeaf>,
    cuts: Vec<Segment>,
}

impl Case {
    /// Of a message, with its code. It is run by the native engine.
    ///
    /// # Errors
    ///
    /// [`NoCase`], if it has no head, or its code is not given.
    pub fn new(
        native: &NativeEngine,
        bytes: &Bytes,
        message: Option<&MessageWitness>,
        code: Option<&Bytes>,
        checkpoints: &Checkpoints,
    ) -> Result<Self, NoCase> {
        let (message, head) = message
            .and_then(|message| Some((message, Head::of(message)?)))
            .ok_or(NoCase::NoHead)?;
        let code_hash: B256 = head.word(iso_evm_wire::segment::layout::CODE_HASH).into();
        let code = code.filter(|code| keccak256(code) == code_hash);
        let run = code.map(|code| Code::new(code.clone()));
        let with_code = |cuts: &mut Vec<Segment>, part: Cutting| {
            cuts.push(Segment { code: code.cloned(), ..part.segment });
        };
        let mut cuts = Vec::new();
        let each = &mut |part| with_code(&mut cuts, part);
        native.cut_within(bytes, run.as_ref(), Cut::default(), Some(UNLIMITED), each);
        let claimed: Vec<ClaimedLeaf> = match checkpoints {
            Checkpoints::None => Vec::new(),
            Checkpoints::Cut => {
                let starts = cuts.iter().skip(1).map(|cut| ClaimedLeaf::Checkpoint(cut.start));
                starts.collect()
            }
            Checkpoints::Given(leaves) => leaves.clone(),
        };
        let starts: BTreeSet<u64> = cuts.iter().map(|cut| cut.start.gas_used.0).collect();
        let ends: BTreeSet<u64> = claimed.iter().map(|leaf| leaf.leaf().gas_used.0).collect();
        if !ends.is_subset(&starts) {
            // Somebody cut it elsewhere: there too.
            let gas: Vec<u64> = (&starts | &ends).into_iter().filter(|gas| *gas > 0).collect();
            cuts.clear();
            let each = &mut |part| with_code(&mut cuts, part);
            native.cut_at(bytes, run.as_ref(), &gas, Some(UNLIMITED), each);
        }
        let leaves = claimed.iter().map(ClaimedLeaf::leaf).collect();
        let commitment = Commitment::new(head.hash(), leaves);
        Ok(Self { records: RecordTree::of(message), commitment, claimed, cuts })
    }

    /// What the operator committed to.
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The segments that the message is cut into here, each with its code.
    pub fn cuts(&self) -> &[Segment] {
        &self.cuts
    }

    /// Number of segments that the commitment has.
    pub fn count(&self) -> u64 {
        self.claimed.len() as u64 + 1
    }

    /// Whether the message comes to all checkpoints that were committed to, in their order.
    pub fn is_true(&self) -> bool {
        let mut places = self.cuts.iter().skip(1).map(|cut| Leaf::of(&cut.start));
        self.commitment.leaves().iter().all(|leaf| places.any(|place| place == *leaf))
    }

    /// The checkpoint that is claimed at the end of a segment, if there is one and its words are known.
    pub fn claimed(&self, segment: u64) -> Option<&Checkpoint> {
        self.claimed.get(usize::try_from(segment).ok()?)?.checkpoint()
    }

    /// The digest of the checkpoint that a segment leads to, of those that it is cut into here; none if
    /// it ends as the message does.
    pub(super) fn end_of(&self, segment: &Segment) -> Option<B256> {
        let end = segment.end?;
        let next = self.cuts.iter().find(|cut| cut.start.gas_used.0 >= end)?;
        Some(next.start.digest())
    }

    /// The parts of a segment of the commitment, as they are cut here. Nothing, if it starts from a
    /// checkpoint that is not the message's: a segment before it convicts.
    pub fn parts(&self, segment: u64) -> Vec<Segment> {
        let leaves = self.commitment.leaves();
        let Ok(place) = usize::try_from(segment) else { return Vec::new() };
        let first = match place.checked_sub(1).map(|before| leaves.get(before)) {
            None => Some(0),
            Some(leaf) => leaf.and_then(|leaf| {
                self.cuts.iter().position(|cut| cut.start.digest() == leaf.digest)
            }),
        };
        let Some(first) = first else { return Vec::new() };
        let end = leaves.get(place).map(|leaf| leaf.gas_used.0);
        let behind = |cut: &Segment| end.is_some_and(|end| cut.start.gas_used.0 >= end);
        let rest = &self.cuts[first..];
        let count = rest.iter().skip(1).position(behind).map_or(rest.len(), |count| count + 1);
        let mut parts = rest[..count].to_vec();
        if let Some(last) = parts.last_mut() {
            last.end = end;
        }
        parts
    }
}
