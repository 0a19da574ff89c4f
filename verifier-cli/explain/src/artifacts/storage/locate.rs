//! The way from a slot's key to the variable: variables that have places of their own, and from a hash back to
//! what was hashed, a key and the slot of its mapping or the slot of an array.

use std::cell::Cell;

use alloy_primitives::{B256, U256};

use super::{
    layout::{DEPTH, Encoding, Field, Kind, LOOKS, Layout, SLOT},
    value::{self, Reading},
};
use crate::artifacts::Preimages;

/// Variables in a slot: as many as there are bytes.
const VARIABLES: usize = SLOT;

/// Slots behind a hash that may belong to it: more than any array can be written, and too few for a slot to be
/// among them by chance.
const FURTHEST: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);

/// What is in a slot, or begins there.
pub(super) struct Spot<'a> {
    pub(super) name: String,
    pub(super) kind: &'a Kind,
    pub(super) offset: usize,
    pub(super) size: usize,
    pub(super) reading: Reading,
}

/// A search for slots.
pub(super) struct Locate<'a> {
    layout: &'a Layout,
    /// What the execution has hashed, and what the compiler has.
    preimages: [&'a Preimages; 2],
    /// Types that may still be looked into.
    looks: Cell<usize>,
}

impl<'a> Locate<'a> {
    pub(super) const fn new(layout: &'a Layout, preimages: [&'a Preimages; 2]) -> Self {
        Self { layout, preimages, looks: Cell::new(LOOKS) }
    }

    /// What is in a slot; nothing if it is not known.
    pub(super) fn find(&self, slot: U256) -> Vec<Spot<'a>> {
        self.search(slot, DEPTH)
    }

    fn search(&self, slot: U256, depth: usize) -> Vec<Spot<'a>> {
        let mut spots = Vec::new();
        self.fields(&self.layout.variables, slot, "", DEPTH, &mut spots);
        let Some(depth) = depth.checked_sub(1) else { return spots };
        if spots.is_empty() {
            self.hashed(slot, depth, &mut spots);
        }
        spots
    }

    /// What is in a slot at or behind a hash.
    fn hashed(&self, slot: U256, depth: usize, spots: &mut Vec<Spot<'a>>) {
        // The nearest hash below: another between it and what belongs to it is as likely as a collision.
        let below = |preimages: &'a Preimages| preimages.range(..=B256::from(slot)).next_back();
        let hashed = self.preimages.into_iter().filter_map(below);
        let hashed = hashed.map(|(hash, bytes)| (U256::from_be_bytes(hash.0), &bytes[..]));
        let fixed = self.layout.fixed.data.range(..=slot).next_back();
        let fixed = fixed.map(|(hash, slot)| (*hash, slot.to_be_bytes::<SLOT>()));
        let fixed = fixed.as_ref().map(|(hash, bytes)| (*hash, &bytes[..]));
        let nearest = hashed.chain(fixed).max_by_key(|(hash, _)| *hash);
        let Some((hash, bytes)) = nearest else { return };
        let Some((key, parent)) = bytes.split_last_chunk::<SLOT>() else { return };
        let within = slot - hash;
        if within > FURTHEST {
            return;
        }
        for parent in self.search(U256::from_be_bytes(*parent), depth) {
            match &parent.kind.encoding {
                Encoding::Mapping { key: kind, value } => {
                    let Some(value) = self.layout.kind(value) else { continue };
                    let Some(key) = self.key(kind, key) else { continue };
                    if within < value.slots() {
                        let name = format!("{}[{key}]", parent.name);
                        self.within(value, within, 0, &name, DEPTH, spots);
                    }
                }
                Encoding::Dynamic(base) if key.is_empty() => {
                    // Where the length is, the name says so.
                    let name = parent.name.strip_suffix(LENGTH).unwrap_or(&parent.name);
                    if let Some(base) = self.layout.kind(base) {
                        self.elements(base, within, U256::MAX, name, DEPTH, spots);
                    }
                }
                Encoding::Bytes if key.is_empty() => {
                    let begin = within.saturating_mul(U256::from(SLOT));
                    let end = begin.saturating_add(U256::from(SLOT - 1));
                    spots.push(Spot {
                        name: format!("{}, bytes {begin} to {end}", parent.name),
                        offset: 0,
                        size: SLOT,
                        reading: Reading::Part,
                        kind: parent.kind,
                    });
                }
                _ => {}
            }
        }
    }

    /// A mapping's key, as it stands before the slot in what is hashed; none if it cannot be one.
    fn key(&self, kind: &str, bytes: &[u8]) -> Option<String> {
        let kind = self.layout.kind(kind)?;
        match kind.encoding {
            Encoding::Bytes => Some(value::key_of_any_length(bytes, &kind.label)),
            Encoding::Value if bytes.len() == SLOT => {
                Some(value::key(bytes, kind.size(), &kind.label))
            }
            _ => None,
        }
    }

    /// What of some fields is in a slot, counted from where they begin.
    fn fields(
        &self,
        fields: &'a [Field],
        slot: U256,
        before: &str,
        depth: usize,
        spots: &mut Vec<Spot<'a>>,
    ) {
        for field in fields {
            let Some(kind) = self.layout.kind_of(field) else { continue };
            if slot >= field.slot && slot - field.slot < kind.slots() && spots.len() < VARIABLES {
                let name = format!("{before}{}", field.name);
                self.within(kind, slot - field.slot, field.offset, &name, depth, spots);
            }
        }
    }

    /// What of a variable is in a slot, counted from where it begins.
    fn within(
        &self,
        kind: &'a Kind,
        slot: U256,
        offset: usize,
        name: &str,
        depth: usize,
        spots: &mut Vec<Spot<'a>>,
    ) {
        let Some((depth, looks)) = depth.checked_sub(1).zip(self.looks.get().checked_sub(1)) else {
            return;
        };
        self.looks.set(looks);
        let (name, reading) = match &kind.encoding {
            Encoding::Struct(members) => {
                return self.fields(members, slot, &format!("{name}."), depth, spots);
            }
            Encoding::Fixed(base) => {
                let Some(base) = self.layout.kind(base) else { return };
                let count = value::count(&kind.label);
                return self.elements(base, slot, count, name, depth, spots);
            }
            Encoding::Value => (name.to_owned(), Reading::Value),
            Encoding::Dynamic(_) => (format!("{name}{LENGTH}"), Reading::Length),
            Encoding::Bytes => (name.to_owned(), Reading::Bytes),
            Encoding::Mapping { .. } => (name.to_owned(), Reading::Nothing),
        };
        if slot.is_zero() && spots.len() < VARIABLES {
            spots.push(Spot { name, kind, offset, size: kind.size(), reading });
        }
    }

    /// What of an array's elements is in a slot, counted from the first's.
    fn elements(
        &self,
        base: &'a Kind,
        slot: U256,
        count: U256,
        name: &str,
        depth: usize,
        spots: &mut Vec<Spot<'a>>,
    ) {
        if !base.is_packed() {
            let (index, within) = slot.div_rem(base.slots());
            if index < count {
                self.within(base, within, 0, &format!("{name}[{index}]"), depth, spots);
            }
            return;
        }
        let in_slot = SLOT / base.size();
        let Some(first) = slot.checked_mul(U256::from(in_slot)) else { return };
        for at in 0..in_slot {
            let index = first.saturating_add(U256::from(at));
            if index < count {
                let name = format!("{name}[{index}]");
                self.within(base, U256::ZERO, at * base.size(), &name, depth, spots);
            }
        }
    }
}

/// What stands behind an array's name where its length is.
const LENGTH: &str = ".length";
