//! What the execution audit finds, as proofs for `SegmentProver` and `ShapeProver`.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_hypervisor::{Cutting, MismatchKind};
use iso_evm_verifier::claim::segments;
use iso_evm_wire::segment;

use super::{Accused, Fault};
use crate::{
    ClaimKind, Kind, Prover,
    tree::{Leaf, Part, Segment, Shape},
};

/// The proof that a message does not run as it says.
pub(super) fn mismatch(accused: &Accused<'_>, kind: MismatchKind, message: usize) -> Option<Fault> {
    Some(Fault {
        prover: Prover::Segment,
        kind: Kind::Execution(kind),
        proof: accused.last_segment(message)?.into(),
    })
}

/// The proof that a message, or a record of it, is no canonical one. What a record's bytes do not tell,
/// a run does.
pub(super) fn malformed(accused: &Accused<'_>, message: usize) -> Option<Fault> {
    let records = accused.subject.message(message)?.records();
    let (prover, proof) = match records.iter().position(Result::is_err) {
        Some(record) => (Prover::Shape, accused.shape(message, record)?.abi_encode()),
        None => (Prover::Segment, accused.last_segment(message)?),
    };
    Some(Fault { prover, kind: Kind::Claim(ClaimKind::Malformed), proof: proof.into() })
}

impl Accused<'_> {
    /// The segment with which a message's run ends: all before it lead to the next.
    fn last_segment(&self, message: usize) -> Option<Vec<u8>> {
        let segments = segments(self.engine.native(), self.subject, message, self.gas_limit);
        let last = segments.len().checked_sub(1)?;
        Some(self.segment(message, last, segments.last()?)?.abi_encode())
    }

    /// All segments of a message.
    pub(super) fn segments(&self, message: usize) -> Vec<Fault> {
        let engine = self.engine.native();
        let segments = segments(engine, self.subject, message, self.gas_limit);
        let each = segments.iter().enumerate();
        let proofs = each.filter_map(|(index, cutting)| self.segment(message, index, cutting));
        let kind = Kind::Execution(MismatchKind::Checkpoint);
        let fault = |proof: Segment| Fault {
            prover: Prover::Segment,
            kind,
            proof: proof.abi_encode().into(),
        };
        proofs.map(fault).collect()
    }

    /// A segment of a message, from a checkpoint of the claim to the next.
    pub(super) fn segment(
        &self,
        message: usize,
        index: usize,
        cutting: &Cutting,
    ) -> Option<Segment> {
        let told = self.message(message)?;
        let mut segment = cutting.segment.clone();
        segment.end = told.checkpoints.get(index).map(|end| end.gas_used.0);
        self.part(message, index, &segment)
    }

    /// A part of a segment of the claim, as it stands: from where it starts to where it ends.
    pub fn part(
        &self,
        message: usize,
        index: usize,
        part: &iso_evm_wire::segment::Segment,
    ) -> Option<Segment> {
        let told = self.message(message)?;
        let start = part.start.record.0;
        let leaf = |place: usize| {
            let (told_leaf, at) = (told.checkpoints.get(place)?, place as u64);
            Some(leaf(told_leaf, told.checkpoint_tree.prove(at..at + 1)))
        };
        let mut in_transaction = self.in_transaction(message)?;
        in_transaction.head = Bytes::new();
        Some(Segment {
            transaction: self.in_block()?,
            environment: (&self.claimed.environment).into(),
            message: in_transaction,
            machine: self.machine,
            segment: U256::from(index),
            from: index.checked_sub(1).and_then(leaf).unwrap_or_default(),
            to: leaf(index).unwrap_or_default(),
            records: told.record_tree.prove(start..start + part.records.len() as u64),
            claimed: Bytes::new(),
            input: vec![Part { archive: Address::ZERO, data: part.encode() }],
        })
    }

    /// A message and a record of it, as bytes.
    pub(super) fn shape(&self, message: usize, record: usize) -> Option<Shape> {
        Some(Shape {
            transaction: self.in_block()?,
            message: self.in_transaction(message)?,
            record: self.in_message(message, record).unwrap_or_default(),
            callData: Vec::new(),
        })
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
