//! Something read of an object, with the names of the fields that it does not know.
//!
//! In the data's way this stands in front of the accounts of a pre-state: what is absent there is zero, so
//! a field under another name would be that silently.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess},
    forward_to_deserialize_any,
};

/// A value, and the other fields of the object that it was read of.
#[derive(Clone, Debug, Default)]
pub(super) struct Keyed<T> {
    /// The value.
    pub(super) value: T,
    /// Names of the fields that it does not have.
    pub(super) others: Vec<String>,
    /// Names of those that it has.
    pub(super) fields: &'static [&'static str],
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Keyed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Keyed<T>, A::Error> {
                let mut seen = Seen::default();
                let value = T::deserialize(Named { map, seen: &mut seen })?;
                let Seen { fields, others } = seen;
                Ok(Keyed { value, others, fields })
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

/// What was seen of names.
#[derive(Default)]
struct Seen {
    fields: &'static [&'static str],
    others: Vec<String>,
}

/// An object whose reader tells the names of the fields that it knows.
struct Named<'s, A> {
    map: A,
    seen: &'s mut Seen,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Named<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.map)
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.seen.fields = fields;
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Named<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        let Some(key) = self.map.next_key::<String>()? else { return Ok(None) };
        if !self.seen.fields.contains(&key.as_str()) {
            self.seen.others.push(key.clone());
        }
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
