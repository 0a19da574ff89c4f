//! A header or transaction as files have it: encoded, or as an object of its fields.
//!
//! In the data's way this stands in front of what is made of either.

use std::{fmt, marker::PhantomData};

use alloy_primitives::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{
        self, IntoDeserializer, MapAccess,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};

/// Something encoded, or its fields.
#[derive(Clone, Debug)]
pub(super) enum Given<T> {
    /// Its encoding.
    Encoded(Bytes),
    /// Its fields.
    Fields(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Given<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes, or an object")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Given<T>, E> {
                let text: StrDeserializer<'_, E> = text.into_deserializer();
                Bytes::deserialize(text).map(Given::Encoded)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Box::new).map(Given::Fields)
            }
        }

        deserializer.deserialize_any(Visitor(PhantomData))
    }
}
