//! What the table of records says, as data: for the JSON form, the pages and schemas that are
//! generated, and whoever changes one field at a time. Normative text: `specs/03-records.md`.

use std::fmt;

use crate::{Fork, protocol::Change};

/// Bytes of a word.
const WORD: usize = 32;

/// How a field stands on the wire. All but the last two are one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `bool`.
    Bool,
    /// `uint8`.
    Uint8,
    /// `uint64`: gas or a nonce.
    Uint64,
    /// `uint256`.
    Uint256,
    /// `address`.
    Address,
    /// `bytes32`.
    Bytes32,
    /// `bytes`, always the last field: in the head its offset, behind the head its length and the
    /// bytes, filled up with zeros to whole words.
    Bytes,
    /// As many `bytes32` as the opcode has topics, always the last field: no length, no offset.
    Topics,
}

impl FieldType {
    /// The type's name in the table; `None` for one that no record can have.
    pub(super) const fn of(name: &str) -> Option<Self> {
        Some(match name.as_bytes() {
            b"bool" => Self::Bool,
            b"uint8" => Self::Uint8,
            b"uint64" => Self::Uint64,
            b"uint256" => Self::Uint256,
            b"address" => Self::Address,
            b"bytes32" => Self::Bytes32,
            b"bytes" => Self::Bytes,
            b"topics" => Self::Topics,
            _ => return None,
        })
    }

    /// Bits of a field that is one word.
    pub const fn bits(self) -> Option<usize> {
        Some(match self {
            Self::Bool => 1,
            Self::Uint8 => 8,
            Self::Uint64 => 64,
            Self::Address => 160,
            Self::Uint256 | Self::Bytes32 => 256,
            Self::Bytes | Self::Topics => return None,
        })
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
            Self::Uint256 => "uint256",
            Self::Address => "address",
            Self::Bytes32 => "bytes32",
            Self::Bytes => "bytes",
            Self::Topics => "bytes32 each",
        })
    }
}

/// What the execution audit does with a field (`specs/01-overview.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldClass {
    /// The execution audit computes the field and compares.
    Output,
    /// The execution audit takes the field as given and goes by it.
    Input,
    /// The execution audit makes nothing of the field.
    Other,
}

impl FieldClass {
    /// Lower-case name, as in `specs/03-records.md`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Input => "input",
            Self::Other => "other",
        }
    }
}

/// An audit that proves a field which the execution audit takes as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prover {
    /// The access audit.
    Access,
    /// The tree audit.
    Tree,
}

impl Prover {
    /// Lower-case name, as in `specs/03-records.md`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Tree => "tree",
        }
    }
}

/// Who answers for a field, and what else holds of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// What the execution audit does with the field.
    pub class: FieldClass,
    /// Who proves it; empty for an output.
    pub provers: &'static [Prover],
    /// The mismatch that names the field where the execution audit finds it false: always for an
    /// output, out of bounds for anything else.
    pub mismatch: Option<&'static str>,
    /// What the class does not say of it, in words.
    pub note: Option<&'static str>,
    /// The first fork in which the field may be other than zero; `None` if it is any.
    pub since: Option<Fork>,
    /// What its numbers are called, from 0 on; empty if they have no names.
    pub names: &'static [&'static str],
}

impl FieldRule {
    const fn new(
        class: FieldClass,
        provers: &'static [Prover],
        mismatch: Option<&'static str>,
    ) -> Self {
        Self { class, provers, mismatch, note: None, since: None, names: &[] }
    }

    /// The execution audit holds the field within bounds: the mismatch, and the bounds in words.
    pub(super) const fn bounded(mut self, mismatch: &'static str, note: &'static str) -> Self {
        self.mismatch = Some(mismatch);
        self.note = Some(note);
        self
    }

    /// Zero in all forks that do not have the change.
    pub(super) const fn since(mut self, change: Change) -> Self {
        self.since = Some(change.since());
        self
    }

    /// What the field's numbers are called.
    pub(super) const fn names(mut self, names: &'static [&'static str]) -> Self {
        self.names = names;
        self
    }
}

/// The words in which the table says who answers for a field.
pub(super) mod rules {
    pub(in crate::records) use super::Prover::{Access, Tree};
    use super::{FieldClass, FieldRule, Prover};

    /// The execution audit computes the field; the mismatch that names it.
    pub(in crate::records) const fn output(mismatch: &'static str) -> FieldRule {
        FieldRule::new(FieldClass::Output, &[], Some(mismatch))
    }

    /// The execution audit goes by the field; these prove it.
    pub(in crate::records) const fn input(provers: &'static [Prover]) -> FieldRule {
        FieldRule::new(FieldClass::Input, provers, None)
    }

    /// The execution audit makes nothing of the field; these prove it.
    pub(in crate::records) const fn other(provers: &'static [Prover]) -> FieldRule {
        FieldRule::new(FieldClass::Other, provers, None)
    }
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// The field's name on the wire and in JSON.
    pub name: &'static str,
    /// The field's type.
    pub kind: FieldType,
    /// Who answers for the field.
    pub rule: FieldRule,
    /// What the field means, in a sentence.
    pub doc: &'static str,
}

/// An opcode that has a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedOpcode {
    /// The opcode's byte.
    pub byte: u8,
    /// The opcode's mnemonic.
    pub mnemonic: &'static str,
    /// Names that the opcode has in other forks or tools: read, never written.
    pub other_names: &'static [&'static str],
}

/// The record of an opcode, or of several whose records are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordShape {
    /// The name of the record's Rust type.
    pub name: &'static str,
    /// The record's opcodes; of one with topics, the first has none, the next one, and so on.
    pub opcodes: &'static [RecordedOpcode],
    /// The record's fields, in wire order.
    pub fields: &'static [FieldShape],
}

impl RecordShape {
    /// The number of topics of an opcode's record; `None` if it is another record's opcode.
    pub fn topics(&self, opcode: u8) -> Option<usize> {
        let place = self.opcodes.iter().position(|known| known.byte == opcode)?;
        let has_topics = self.fields.last().is_some_and(|last| last.kind == FieldType::Topics);
        Some(if has_topics { place } else { 0 })
    }

    /// The fields of an opcode's record with their names, each topic by itself. The field with the
    /// index `n` has the `n`th word of the metadata.
    pub fn fields_of(&self, opcode: u8) -> Vec<(String, FieldType, &'static FieldShape)> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            if field.kind == FieldType::Topics {
                let topics = 0..self.topics(opcode).unwrap_or_default();
                let named = |topic| (format!("{}.{topic}", field.name), FieldType::Bytes32, field);
                fields.extend(topics.map(named));
            } else {
                fields.push((field.name.to_owned(), field.kind, field));
            }
        }
        fields
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&'static FieldShape> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// For each opcode the place of its record among the shapes; past the last if it has none.
    pub(super) const fn places(shapes: &[Self]) -> [u8; 256] {
        let mut places = [u8::MAX; 256];
        let mut place = 0;
        while place < shapes.len() {
            let mut opcodes = shapes[place].opcodes;
            while let [opcode, rest @ ..] = opcodes {
                places[opcode.byte as usize] = place as u8;
                opcodes = rest;
            }
            place += 1;
        }
        places
    }

    /// Whether metadata is what some record of this opcode encodes to.
    pub(super) fn is_canonical(&self, opcode: u8, metadata: &[u8]) -> bool {
        let (words, rest) = metadata.as_chunks::<WORD>();
        let Some((last, others)) = self.fields.split_last() else { return metadata.is_empty() };
        let Some((head, tail)) = words.split_at_checked(others.len()) else { return false };
        if !rest.is_empty() || !others.iter().zip(head).all(|(field, word)| fits(field.kind, word))
        {
            return false;
        }
        match (last.kind, tail) {
            (FieldType::Topics, topics) => self.topics(opcode) == Some(topics.len()),
            (FieldType::Bytes, [offset, length, data @ ..]) => {
                small(offset) == Some(self.fields.len() * WORD)
                    && small(length).is_some_and(|length| {
                        length.div_ceil(WORD) == data.len()
                            && data.as_flattened()[length..].iter().all(|byte| *byte == 0)
                    })
            }
            (kind, [word]) => fits(kind, word),
            _ => false,
        }
    }
}

/// Whether a word is a value of the type.
fn fits(kind: FieldType, word: &[u8; WORD]) -> bool {
    let zero = |bytes: usize| word[..bytes].iter().all(|byte| *byte == 0);
    match kind {
        FieldType::Bool => zero(WORD - 1) && word[WORD - 1] <= 1,
        FieldType::Uint8 => zero(WORD - 1),
        FieldType::Uint64 => zero(WORD - 8),
        FieldType::Address => zero(WORD - 20),
        FieldType::Uint256 | FieldType::Bytes32 => true,
        // These are no word.
        FieldType::Bytes | FieldType::Topics => false,
    }
}

/// A word as a length or offset, if it is one that memory can have.
fn small(word: &[u8; WORD]) -> Option<usize> {
    let (high, low) = word.split_last_chunk::<8>()?;
    if high.iter().any(|byte| *byte != 0) {
        return None;
    }
    usize::try_from(u64::from_be_bytes(*low)).ok()
}
