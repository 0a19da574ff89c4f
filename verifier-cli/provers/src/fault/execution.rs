//! What the execution audit finds, as proofs for `SegmentProver` and `ShapeProver`.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_hypervisor::{Cutting, MismatchKind};
use iso_evm_verifier::claim::segments_at;
use iso_evm_wire::segment::{self, records::from_bytes};

use super::{Accused, Fault};
use crate::{
    ClaimKind, Kind, Prover,
    tree::{Leaf, Part, Segment, Shape},
};

/// The proof that a message does not run as it says.
pub(super) fn mismatch(
    accused: &Accused<'_, '_>,
    kind: MismatchKind,
    message: usize,
) -> Option<Fault> {
    Some(Fault {
        prover: Prover::Segment,
        kind: Kind::Execution(kind),
        proof: accused.last_segment(message)?.into(),
    })
}

/// The proof that a message, or a record of it, is no canonical one. What a record's bytes do not tell,
/// a run does.
pub(super) fn malformed(accused: &Accused<'_, '_>, message: usize) -> Option<Fault> {
    let records = accused.subject.message(message)?.records();
    let (prover, proof) = match records.iter().position(Result::is_err) {
        Some(record) => (Prover::Shape, accused.shape(message, record)?.abi_encode()),
        None => (Prover::Segment, accused.last_segment(message)?),
    };
    Some(Fault { prover, kind: Kind::Claim(ClaimKind::Malformed), proof: proof.into() })
}

impl Accused<'_, '_> {
    /// The segment with which a message's run ends: all before it lead to the next.
    fn last_segment(&self, message: usize) -> Option<Vec<u8>> {
        self.segments(message).pop().map(|proof| proof.abi_encode())
    }

    /// The segments of a message between checkpoints of the claim, each from one that the witness's own run comes
    /// to; up to the first that leads to another.
    pub(super) fn segments(&self, message: usize) -> Vec<Segment> {
        let Some(told) = self.message(message) else { return Vec::new() };
        let mut runs = self.cut_at(message, &told.checkpoints).into_iter();
        let mut segments = Vec::new();
        let mut gas = 0;
        let mut run = runs.next();
        for index in 0..=told.checkpoints.len() {
            let Some(cutting) = run else { break };
            segments.extend(self.segment(message, index, &cutting));
            let Some(end) = told.checkpoints.get(index) else { break };
            let leads_there = end.gas_used.0 > gas
                && cutting.end.is_some_and(|come_to| segment::Leaf::of(&come_to) == *end);
            if !leads_there {
                break;
            }
            gas = end.gas_used.0;
            run = runs.next();
        }
        segments
    }

    /// The witness's own run of a message, cut at these checkpoints as far as their gas grows.
    fn cut_at(&self, message: usize, checkpoints: &[segment::Leaf]) -> Vec<Cutting> {
        let mut gas: Vec<u64> = Vec::new();
        for checkpoint in checkpoints {
            let at = checkpoint.gas_used.0;
            if at == 0 || gas.last().is_some_and(|last| at <= *last) {
                break;
            }
            gas.push(at);
        }
        segments_at(self.engine.native(), self.subject, message, self.gas_limit, &gas)
    }

    /// A segment of a message, from a checkpoint of the claim to the next. What it is given beside the claim's
    /// own words and records is what the witness's run needs.
    fn segment(&self, message: usize, index: usize, cutting: &Cutting) -> Option<Segment> {
        let told = self.message(message)?;
        let start = cutting.segment.start.record.0;
        let end = start + cutting.segment.records.len() as u64;
        let end = end.min(told.record_tree.count());
        let leaf = |place: usize| {
            let (told_leaf, at) = (told.checkpoints.get(place)?, place as u64);
            Some(leaf(told_leaf, told.checkpoint_tree.prove(at..at + 1)))
        };
        let mut in_transaction = self.in_transaction(message)?;
        in_transaction.head = Bytes::new();
        let places = usize::try_from(start - 1).ok()?..usize::try_from(end - 1).ok()?;
        let records = told.records.get(places)?.iter().map(|bytes| from_bytes(bytes));
        let segment = segment::Segment {
            head: told.head.clone(),
            records: records.collect::<Option<_>>()?,
            end: told.checkpoints.get(index).map(|end| end.gas_used.0),
            ..cutting.segment.clone()
        };
        Some(Segment {
            transaction: self.in_block()?,
            environment: (&self.claimed.environment).into(),
            message: in_transaction,
            machine: self.machine,
            segment: U256::from(index),
            from: index.checked_sub(1).and_then(leaf).unwrap_or_default(),
            to: leaf(index).unwrap_or_default(),
            records: told.record_tree.prove(start..end),
            claimed: Bytes::new(),
            input: vec![Part { archive: Address::ZERO, data: segment.encode() }],
        })
    }

    /// A message and a record of it, as bytes.
    pub(super) fn shape(&self, message: usize, record: usize) -> Option<Shape> {
        Some(Shape {
            transaction: self.in_block()?,
            message: self.in_transaction(message).unwrap_or_default(),
            record: self.in_message(message, record).unwrap_or_default(),
            callData: Vec::new(),
        })
    }

    /// A message with its `callData`, whose length is claimed beside its hash.
    pub(super) fn call_data(&self, message: usize) -> Option<Shape> {
        let data = self.subject.messages.get(message)?.decode().ok()?.callData;
        let given = vec![Part { archive: Address::ZERO, data }];
        Some(Shape { callData: given, ..self.shape(message, 0)? })
    }
}

fn leaf(told: &segment::Leaf, path: Vec<alloy_primitives::B256>) -> Leaf {
    Leaf {
        record: U256::from(told.record.0),
        gasUsed: U256::from(told.gas_used.0),
        digest: told.digest,
        path,
    }
}
