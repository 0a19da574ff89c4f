//! The storage layout as solc puts it out: variables with slot and offset, and types by their names.

use std::collections::BTreeMap;

use alloy_primitives::{U256, keccak256};

use crate::artifacts::json::Fields;

/// Variables of a contract in storage, and their types.
#[derive(Debug)]
pub(in crate::artifacts) struct Layout {
    pub(super) variables: Vec<Field>,
    types: BTreeMap<String, Kind>,
    pub(super) fixed: Fixed,
}

/// Slots that do not hang on a hash, of what hangs on theirs.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// Slots of arrays and bytes, by the hash at which their data are: the compiler has computed these itself,
    /// so no execution hashes them.
    pub(super) data: BTreeMap<U256, U256>,
    /// Slots of mappings.
    pub(super) mappings: Vec<U256>,
    /// Types that were looked into.
    looks: usize,
}

impl Fixed {
    fn len(&self) -> usize {
        self.data.len() + self.mappings.len()
    }
}

/// A variable, or a member of a struct.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) slot: U256,
    pub(super) offset: usize,
    kind: String,
}

/// A type.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) label: String,
    /// Bytes that it takes, rounded up to slots if it takes more than one.
    pub(super) bytes: U256,
    pub(super) encoding: Encoding,
}

/// How a type lies in storage.
#[derive(Debug)]
pub(super) enum Encoding {
    /// A value within a slot.
    Value,
    /// Members from the slot on.
    Struct(Vec<Field>),
    /// Elements from the slot on.
    Fixed(String),
    /// The length in the slot, elements from its hash on.
    Dynamic(String),
    /// Bytes or a string: short ones in the slot, long ones from its hash on.
    Bytes,
    /// Values at hashes of key and slot.
    Mapping { key: String, value: String },
}

/// Bytes of a slot.
pub(super) const SLOT: usize = 32;

/// Arrays and mappings at places of their own that are noted.
const FIXED: usize = 4096;

/// Types in one another.
pub(super) const DEPTH: usize = 24;

/// Types that are looked into for one question: a layout may say that each of a struct's members is that struct.
pub(super) const LOOKS: usize = 1 << 16;

impl Layout {
    /// The layout, if it says anything.
    pub(in crate::artifacts) fn read(fields: &Fields<'_>) -> Option<Self> {
        let variables = Field::list(fields, "storage");
        let types = fields.object("types");
        let types = types.iter().flat_map(Fields::objects);
        let types = types.filter_map(|(name, kind)| Some((name.to_owned(), Kind::read(&kind)?)));
        let mut layout =
            Self { types: types.collect(), variables: Vec::new(), fixed: Fixed::default() };
        let mut fixed = Fixed::default();
        layout.fixed_places(&variables, U256::ZERO, DEPTH, &mut fixed);
        (layout.fixed, layout.variables) = (fixed, variables);
        // A contract without variables has a layout, too: what it says is that there are none.
        fields.has("storage").then_some(layout)
    }

    pub(super) fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    pub(super) fn kind_of(&self, field: &Field) -> Option<&Kind> {
        self.kind(&field.kind)
    }

    /// Notes arrays, bytes and mappings whose own slot does not hang on a hash.
    fn fixed_places(&self, fields: &[Field], base: U256, depth: usize, fixed: &mut Fixed) {
        for field in fields {
            if let Some(kind) = self.kind_of(field) {
                self.fixed_place(kind, base.wrapping_add(field.slot), depth, fixed);
            }
        }
    }

    fn fixed_place(&self, kind: &Kind, slot: U256, depth: usize, fixed: &mut Fixed) {
        let Some(depth) = depth.checked_sub(1) else { return };
        fixed.looks += 1;
        if fixed.looks > LOOKS {
            return;
        }
        match &kind.encoding {
            _ if fixed.len() >= FIXED => {}
            Encoding::Mapping { .. } => fixed.mappings.push(slot),
            Encoding::Dynamic(_) | Encoding::Bytes => {
                fixed.data.insert(keccak256(slot.to_be_bytes::<SLOT>()).into(), slot);
            }
            Encoding::Struct(members) => self.fixed_places(members, slot, depth, fixed),
            Encoding::Fixed(base) => {
                let Some(base) = self.kind(base).filter(|base| !base.is_packed()) else { return };
                let (mut at, end) = (U256::ZERO, kind.slots());
                while at < end {
                    let before = fixed.len();
                    self.fixed_place(base, slot.wrapping_add(at), depth, fixed);
                    // Nothing of the kind is in it, or there is too much of it.
                    if fixed.len() == before {
                        return;
                    }
                    at = at.saturating_add(base.slots());
                }
            }
            Encoding::Value => {}
        }
    }
}

impl Field {
    fn list(fields: &Fields<'_>, name: &str) -> Vec<Self> {
        fields.list(name).into_iter().filter_map(|field| Self::read(&Fields::of(field)?)).collect()
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self {
            name: fields.text("label")?,
            slot: fields.text("slot")?.parse().ok()?,
            offset: fields.get("offset").filter(|offset| *offset < SLOT)?,
            kind: fields.text("type")?,
        })
    }
}

impl Kind {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let encoding = match &*fields.text("encoding")? {
            "inplace" if fields.has("members") => Encoding::Struct(Field::list(fields, "members")),
            "inplace" => fields.text("base").map_or(Encoding::Value, Encoding::Fixed),
            "dynamic_array" => Encoding::Dynamic(fields.text("base")?),
            "bytes" => Encoding::Bytes,
            "mapping" => {
                Encoding::Mapping { key: fields.text("key")?, value: fields.text("value")? }
            }
            _ => return None,
        };
        let bytes = fields.text("numberOfBytes")?.parse().ok()?;
        Some(Self { label: fields.text("label")?, bytes, encoding })
    }

    /// Slots that the type takes if it begins one.
    pub(super) fn slots(&self) -> U256 {
        let slots = self.bytes / U256::from(SLOT);
        let rest = self.bytes % U256::from(SLOT);
        slots.saturating_add(U256::from(!rest.is_zero())).max(U256::from(1))
    }

    /// Bytes within a slot; a whole one for what takes more.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.bytes).map_or(SLOT, |bytes| bytes.clamp(1, SLOT))
    }

    /// Whether several of it share a slot, as elements of an array.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self.encoding, Encoding::Value) && self.size() <= SLOT / 2
    }
}
