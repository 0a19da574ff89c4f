//! A segment of a claim in parts: where an operator has few checkpoints, or none, it takes several
//! transactions, each from where the one before it came to.

use std::collections::BTreeSet;

use iso_evm_verifier::claim::{segments, segments_at};
use iso_evm_wire::segment::Segment;

use super::Accused;

impl Accused<'_, '_> {
    /// The parts that a segment of a message is run in, of the size of an honest operator's segments: the first
    /// starts from the claim's own checkpoint, the last ends where the claim has the next. Nothing, if the run here
    /// does not come to the first: then a segment before it convicts.
    pub fn parts(&self, message: usize, index: usize) -> Vec<Segment> {
        let Some(told) = self.message(message) else { return Vec::new() };
        let native = self.engine.native();
        let own = segments(native, self.subject, message, self.gas_limit);
        let starts = own.iter().map(|cutting| cutting.segment.start.gas_used.0);
        let ends = told.checkpoints.iter().map(|leaf| leaf.gas_used.0);
        let places: BTreeSet<u64> = starts.chain(ends).filter(|gas| *gas > 0).collect();
        let places: Vec<u64> = places.into_iter().collect();
        let cuts = segments_at(native, self.subject, message, self.gas_limit, &places);
        let cuts: Vec<Segment> = cuts.into_iter().map(|cutting| cutting.segment).collect();
        let first = match index.checked_sub(1).map(|before| told.checkpoints.get(before)) {
            None => Some(0),
            Some(leaf) => {
                leaf.and_then(|leaf| cuts.iter().position(|cut| cut.start.digest() == leaf.digest))
            }
        };
        let Some(first) = first else { return Vec::new() };
        let end = told.checkpoints.get(index).map(|leaf| leaf.gas_used.0);
        let behind = |cut: &Segment| end.is_some_and(|end| cut.start.gas_used.0 >= end);
        let rest = &cuts[first..];
        let count = rest.iter().skip(1).position(behind).map_or(rest.len(), |count| count + 1);
        let mut parts = rest[..count].to_vec();
        if let Some(last) = parts.last_mut() {
            last.end = end;
        }
        parts
    }
}
