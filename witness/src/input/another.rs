//! [`Another`]: a transaction or block that is named, and whose fields are those of another one. What is meant
//! then, nobody can say: it is refused.
//!
//! In the data's way this stands behind what a chain has under the name.

use serde::Serialize;
use serde_json::{Map, Value};

use super::note::short;

/// A field that is not that of what is named beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part}.{field} is {found}, and in the {part} {name} of the chain it is {expected}: the fields are not \
     those of what is named"
)]
pub struct Another {
    /// What it is: `transaction` or `block`.
    pub part: &'static str,
    /// The name, a hash or a number.
    pub name: String,
    /// The first field that differs.
    pub field: String,
    /// The field as it is given.
    pub found: String,
    /// The field as the chain has it.
    pub expected: String,
}

impl Another {
    /// Makes sure that each field that is given is the chain's; but for those that stand apart.
    pub(super) fn unless_same(
        part: &'static str,
        name: String,
        given: &impl Serialize,
        chains: &impl Serialize,
        apart: &[&str],
    ) -> Result<(), Self> {
        match differences(given, chains, apart).into_iter().next() {
            None => Ok(()),
            Some(difference) => Err(Self::of(part, name, difference)),
        }
    }

    /// A field that differs, of something that is named.
    pub(super) fn of(part: &'static str, name: String, difference: Difference) -> Self {
        let Difference { field, found, expected } = difference;
        Self { part, name, field, found, expected }
    }
}

/// A field that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The field's name.
    pub(super) field: String,
    /// What it is.
    pub(super) found: String,
    /// What it should be.
    pub(super) expected: String,
}

impl Difference {
    pub(super) fn new(
        field: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), found: found.into(), expected: expected.into() }
    }

    /// The same, of a field of what stands in another.
    pub(super) fn under(self, path: &str) -> Self {
        Self { field: format!("{path}.{}", self.field), ..self }
    }
}

/// The fields that are given and are others; but for those that stand apart.
pub(super) fn differences(
    given: &impl Serialize,
    chains: &impl Serialize,
    apart: &[&str],
) -> Vec<Difference> {
    let (given, chains) = (fields(given), fields(chains));
    let of = |field: &str| chains.get(field).unwrap_or(&Value::Null);
    let differs = |(field, found): &(&String, &Value)| {
        !apart.contains(&field.as_str()) && of(field) != *found && !is_nothing(found, of(field))
    };
    let difference =
        |(field, found): (&String, &Value)| Difference::new(field, said(found), said(of(field)));
    given.iter().filter(differs).map(difference).collect()
}

/// The fields of something of ours, which are written without an error.
fn fields(of: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(of) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Whether nothing is given, and there is nothing.
fn is_nothing(found: &Value, chains: &Value) -> bool {
    found.as_array().is_some_and(Vec::is_empty) && chains.is_null()
}

/// A field as it is told.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "not there".to_owned(),
        Value::String(text) => short(text),
        other => short(&other.to_string()),
    }
}
