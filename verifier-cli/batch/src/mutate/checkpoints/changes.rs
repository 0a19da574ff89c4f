//! What is done to a checkpoint, and what each lie is to be found as.

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::MismatchKind;
use iso_evm_wire::segment::{Checkpoint, ClaimedLeaf, Field, Leaf, checkpoint::Number};

use super::{Claim, Lie, Place};
use crate::mutate::variants::{self, Width};

impl Place {
    /// All changes of the checkpoint, of its leaf, and of its place in the list.
    pub(in crate::mutate) fn changes(&self) -> Vec<Claim> {
        let Some(truth) = self.list.get(self.at) else { return self.behind_the_end() };
        let mut claims = Vec::new();
        for field in Field::ALL {
            claims.extend(self.of_field(truth, *field));
        }
        claims.extend(self.of_leaf(Leaf::of(truth)));
        claims.extend(self.of_list());
        claims
    }

    fn of_field(&self, truth: &Checkpoint, field: Field) -> Vec<Claim> {
        let words = variants::of_word(truth.word(field).into(), width(truth, field));
        let changed = |(what, word): (&str, U256)| {
            let mut checkpoint = *truth;
            // What the field has no bits for can not be said.
            let is_set = checkpoint.set(field, word.into());
            let what = format!("{}, {what}", field.name());
            let kind = match field {
                Field::GasUsed => self.kind_of_gas(checkpoint.gas_used),
                field => Some(MismatchKind::of_field(field)),
            };
            is_set.then(|| self.lie(&what, ClaimedLeaf::Checkpoint(checkpoint), kind))
        };
        words.into_iter().filter_map(changed).collect()
    }

    /// The leaf, whose checkpoint is not known.
    fn of_leaf(&self, truth: Leaf) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut add = |what: String, leaf, kind| {
            claims.push(self.lie(&format!("leaf.{what}"), ClaimedLeaf::Leaf(leaf), kind));
        };
        let numbers = |number: Number| {
            let words = variants::of_word(U256::from(number.0), Width { bits: 64 }).into_iter();
            words.filter_map(|(what, word)| Some((what, Number(u64::try_from(word).ok()?))))
        };
        for (what, record) in numbers(truth.record) {
            let kind = Some(MismatchKind::CheckpointRecord);
            add(format!("record, {what}"), Leaf { record, ..truth }, kind);
        }
        for (what, gas_used) in numbers(truth.gas_used) {
            let kind = self.kind_of_gas(gas_used);
            add(format!("gasUsed, {what}"), Leaf { gas_used, ..truth }, kind);
        }
        for (what, word) in variants::of_word(truth.digest.into(), Width { bits: 256 }) {
            let (digest, kind) = (B256::from(word), Some(MismatchKind::Checkpoint));
            add(format!("digest, {what}"), Leaf { digest, ..truth }, kind);
        }
        claims
    }

    /// The list, with the checkpoint elsewhere in it or not at all.
    fn of_list(&self) -> Vec<Claim> {
        let (truth, at) = (self.claimed(), self.at);
        let mut left_out = truth.clone();
        left_out.remove(at);
        let mut doubled = truth.clone();
        doubled.insert(at, truth[at]);
        let leaves = truth.iter().map(|claimed| ClaimedLeaf::Leaf(claimed.leaf())).collect();
        let kind = Some(MismatchKind::CheckpointGasUsed);
        let growing = Some(Lie { segment: at + 1, kind });
        let mut claims = vec![
            self.claim("all are true", truth.clone(), None),
            self.claim("all are true, as leaves", leaves, None),
            self.claim("left out", left_out, None),
            // The first of two is true.
            self.claim("doubled", doubled, growing),
        ];
        if at + 1 < truth.len() {
            let mut swapped = truth;
            swapped.swap(at, at + 1);
            // The later one comes first, and is true.
            claims.push(self.claim("swapped with the next", swapped, growing));
        }
        let gas_used = Number(self.gas_before());
        let checkpoint = Checkpoint { gas_used, ..self.list[at] };
        let same = ClaimedLeaf::Checkpoint(checkpoint);
        claims.push(self.lie("gasUsed, of the one before", same, kind));
        claims
    }

    /// One more checkpoint, where there is none.
    fn behind_the_end(&self) -> Vec<Claim> {
        let last = self.list.last().copied().unwrap_or_default();
        let behind = |gas: u64| {
            let checkpoint = Checkpoint { gas_used: Number(gas), ..last };
            let mut claimed = self.claimed();
            claimed.push(ClaimedLeaf::Checkpoint(checkpoint));
            let lie = Lie { segment: self.at, kind: self.kind_of_gas(Number(gas)) };
            self.claim(&format!("added, at {gas} gas"), claimed, Some(lie))
        };
        let used = self.gas.max(last.gas_used.0).saturating_add(1);
        vec![behind(used), behind(u64::MAX)]
    }

    /// The mismatch of a false amount of gas: what the message does there, unless it does not grow or is
    /// more than there is.
    fn kind_of_gas(&self, gas: Number) -> Option<MismatchKind> {
        match gas.0 {
            gas if gas <= self.gas_before() => Some(MismatchKind::CheckpointGasUsed),
            gas if gas > self.available => Some(MismatchKind::CheckpointGasUsed),
            gas if gas > self.gas => Some(MismatchKind::CheckpointAbsent),
            _ => None,
        }
    }

    /// Gas of the checkpoint before.
    fn gas_before(&self) -> u64 {
        let before = self.at.checked_sub(1).and_then(|before| self.list.get(before));
        before.map_or(0, |before| before.gas_used.0)
    }

    fn claimed(&self) -> Vec<ClaimedLeaf> {
        self.list.iter().copied().map(ClaimedLeaf::Checkpoint).collect()
    }

    /// The list, with this in place of the checkpoint.
    fn lie(&self, what: &str, changed: ClaimedLeaf, kind: Option<MismatchKind>) -> Claim {
        let mut claimed = self.claimed();
        claimed[self.at] = changed;
        self.claim(what, claimed, Some(Lie { segment: self.at, kind }))
    }

    fn claim(&self, what: &str, claimed: Vec<ClaimedLeaf>, lie: Option<Lie>) -> Claim {
        let Self { message, index, how, .. } = self;
        let change = format!("messages.{message}.checkpoints.{index}.{what}, {how}");
        Claim { change, message: *message, claimed, lie }
    }
}

/// The bits that a field has.
fn width(truth: &Checkpoint, field: Field) -> Width {
    let mut other = *truth;
    let bits = if other.set(field, B256::repeat_byte(0xff)) { 256 } else { 64 };
    Width { bits }
}
