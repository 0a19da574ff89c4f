//! A part of an `INPUT.json` as it was saved: a node's whole JSON-RPC answer in place of what stands
//! in its `result`.
//!
//! In the data's way this stands in front of every part of an input that a node returns.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeSeed, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
        value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer},
    },
};

/// What an answer's object can begin with. No part has such a field of its own.
const ENVELOPE: [&str; 4] = ["jsonrpc", "id", "result", "error"];

/// A part, or an answer with the part as its `result`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer<T>(pub(crate) T);

/// The answer of a node that refused.
#[derive(Deserialize)]
struct Refusal {
    message: Option<String>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Answer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                let text: StrDeserializer<'_, E> = text.into_deserializer();
                T::deserialize(text)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
                let first = map.next_key::<String>()?;
                if first.as_deref().is_some_and(|key| ENVELOPE.contains(&key)) {
                    return result(first, map);
                }
                T::deserialize(MapAccessDeserializer::new(Entries { first, rest: map }))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(seq))
            }
        }

        deserializer.deserialize_any(Visitor(PhantomData)).map(Answer)
    }
}

/// What stands in an answer's `result`.
fn result<'de, T, A>(mut key: Option<String>, mut map: A) -> Result<T, A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    let mut result = None;
    while let Some(name) = key {
        match name.as_str() {
            "result" if result.is_some() => return Err(de::Error::duplicate_field("result")),
            "result" => result = Some(map.next_value()?),
            "error" => {
                if let Some(Refusal { message }) = map.next_value()? {
                    let message = message.unwrap_or_else(|| "without a message".to_owned());
                    return Err(de::Error::custom(format_args!(
                        "the node's answer is an error: {message}"
                    )));
                }
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        key = map.next_key()?;
    }
    result.ok_or_else(|| de::Error::custom("a JSON-RPC answer without a result"))
}

/// An object of which the first key has been read.
struct Entries<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        match self.first.take() {
            Some(first) => seed.deserialize(first.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}
