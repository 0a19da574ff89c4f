//! JSON of others, field by field: what is not as expected is taken as absent, and what nobody asks for
//! (syntax trees are most of an artifact) is passed over without being kept.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// An object's fields, each read when it is asked for.
#[derive(Debug)]
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// The fields, if the value is an object.
    pub(super) fn of(value: &'a RawValue) -> Option<Self> {
        serde_json::from_str(value.get()).ok().map(Self)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get() != "null")
    }

    /// A field, if it is there and of this type.
    pub(super) fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    /// The fields of a field that is an object.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::of(self.0.get(name)?)
    }

    /// The elements of a field that is an array.
    pub(super) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.get(name).unwrap_or_default()
    }

    /// Each field that is an object, by its name.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, Fields<'a>)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), Fields::of(value)?)))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
