//! A block in an `INPUT.json`: as a node returns it, and not by another name for what the EVM sees.
//!
//! In the data's way this stands in front of [`BlockFields`], which ignore what a node adds. What is
//! absent there takes a default, so a field that is there under another name would be one silently.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess},
    forward_to_deserialize_any,
};

use iso_evm_wire::block::BlockFields;

/// What other tools call a block's fields: in lower case, without `_` and a leading `current`.
const OTHER_NAMES: [(&str, &str); 11] = [
    ("author", "miner"),
    ("basefee", "baseFeePerGas"),
    ("beneficiary", "miner"),
    ("blocknumber", "number"),
    ("coinbase", "miner"),
    ("feerecipient", "miner"),
    ("height", "number"),
    ("mixdigest", "mixHash"),
    ("prevrandao", "mixHash"),
    ("random", "mixHash"),
    ("time", "timestamp"),
];

/// A block's fields.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenBlock(pub(super) BlockFields);

impl<'de> Deserialize<'de> for GivenBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = GivenBlock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a block")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenBlock, A::Error> {
                BlockFields::deserialize(Named(map)).map(GivenBlock)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// An object whose reader tells the names of the fields that it knows.
struct Named<A>(A);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Named<A> {
    type Error = A::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let keys = Keys { map: self.0, fields, known: Vec::new(), others: Vec::new() };
        visitor.visit_map(keys)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The entries of a block, with what has been read of their keys.
struct Keys<A> {
    map: A,
    fields: &'static [&'static str],
    known: Vec<&'static str>,
    /// Keys that no block has.
    others: Vec<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Keys<A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        let Some(key) = self.map.next_key::<String>()? else {
            return self.check().map(|()| None).map_err(de::Error::custom);
        };
        match self.fields.iter().find(|field| **field == key) {
            Some(field) => self.known.push(field),
            None => self.others.push(key.clone()),
        }
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

impl<A> Keys<A> {
    /// Whether all that the block says of a field is said by the field's name.
    fn check(&self) -> Result<(), String> {
        for other in &self.others {
            if let Some(meant) = self.meant(other)
                && !self.known.contains(&meant)
            {
                return Err(format!("a block has no field {other:?}: expected {meant:?}"));
            }
        }
        match self.others.first() {
            Some(other) if self.known.is_empty() => {
                Err(format!("not one field of a block is there, found {other:?}"))
            }
            _ => Ok(()),
        }
    }

    /// The field that a key means by another name.
    fn meant(&self, key: &str) -> Option<&'static str> {
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        let plain = plain.strip_prefix("current").unwrap_or(&plain);
        let own = self.fields.iter().find(|field| field.eq_ignore_ascii_case(plain)).copied();
        own.or_else(|| {
            let other = OTHER_NAMES.iter().find(|(name, _)| *name == plain);
            other.map(|(_, field)| *field)
        })
    }
}
