//! Which variable a slot of storage holds, by the compiler's storage layout, and what its word says. Mappings and
//! arrays lie at hashes, so what the execution has hashed leads back from a slot to a key.

mod folded;
mod layout;
mod locate;
mod value;

use std::fmt;

use alloy_primitives::{B256, U256};
use serde::Serialize;

pub(super) use layout::Layout;

use super::Preimages;
use locate::Locate;
use value::Reading;

/// What a slot holds: a variable, several that share it, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    variables: Vec<Variable>,
}

/// A variable, or an element or member of one, that is in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Name, with keys, indices and members: `allowance[0x…][0x…]`, `orders[3].price`.
    pub name: String,
    /// Type, as the source has it.
    #[serde(rename = "type")]
    pub kind: String,
    /// First byte in the slot, from the low end.
    pub offset: usize,
    /// Bytes in the slot.
    pub size: usize,
    #[serde(skip)]
    reading: Reading,
}

impl Slot {
    /// The variables, from the low end of the slot.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }
}

/// `paused, owner`.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, variable) in self.variables.iter().enumerate() {
            write!(f, "{}{}", if at > 0 { ", " } else { "" }, variable.name)?;
        }
        Ok(())
    }
}

impl Variable {
    /// What the slot's word says of this variable, for a person.
    pub fn value(&self, word: B256) -> String {
        let end = 32 - self.offset.min(32);
        self.reading.text(&word[end.saturating_sub(self.size)..end], &self.kind)
    }
}

impl Layout {
    /// What is in a slot, by what the execution has hashed and what the compiler has.
    pub(super) fn slot(&self, key: B256, preimages: [&Preimages; 2]) -> Option<Slot> {
        let spots = Locate::new(self, preimages).find(U256::from_be_bytes(key.0));
        let variables: Vec<_> = spots
            .into_iter()
            .map(|spot| Variable {
                kind: spot.kind.label.clone(),
                offset: spot.offset,
                size: spot.size,
                reading: spot.reading,
                name: spot.name,
            })
            .collect();
        (!variables.is_empty()).then_some(Slot { variables })
    }
}
