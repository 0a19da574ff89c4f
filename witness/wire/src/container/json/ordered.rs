//! A JSON object whose fields keep the order of the type that they come from, so that a file reads
//! as its specification does.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// What stands under a key.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Field {
    /// Anything but an object.
    Plain(Value),
    /// Objects in a list.
    List(Vec<Object>),
}

/// An object in the order of its fields.
#[derive(Debug, Default)]
pub(crate) struct Object(pub(super) Vec<(String, Field)>);

impl Object {
    /// The fields of a struct.
    pub(super) fn of(fields: &impl Serialize) -> Self {
        let text = serde_json::to_string(fields).expect("only numbers, bytes and strings");
        serde_json::from_str(&text).expect("a struct is an object")
    }

    /// Adds a field at the end.
    pub(super) fn push(&mut self, key: &str, value: impl Into<Value>) {
        self.0.push((key.to_owned(), Field::Plain(value.into())));
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry()? {
                    fields.push((key, Field::Plain(value)));
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
