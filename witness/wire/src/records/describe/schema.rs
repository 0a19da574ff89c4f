//! The JSON schema of a record: its opcode by name, and its fields.

use serde::{Serialize, Serializer};

use super::super::shape::{FieldShape, FieldType, RecordShape};

/// A part of a JSON schema, in the order in which it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// An object.
    Object(Vec<(&'static str, Schema)>),
    /// An array.
    List(Vec<Schema>),
    /// A string.
    Text(&'static str),
    /// A number.
    Number(u64),
    /// `false`.
    No,
}

use Schema::{List, No, Number, Object, Text};

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Object(fields) => {
                serializer.collect_map(fields.iter().map(|(key, value)| (key, value)))
            }
            List(items) => items.serialize(serializer),
            Text(text) => text.serialize(serializer),
            Number(number) => number.serialize(serializer),
            No => false.serialize(serializer),
        }
    }
}

/// The schema of records of these shapes, and of bytes that are no record.
pub fn record_schema(shapes: &[RecordShape]) -> Schema {
    // Records of one type are one alternative, whatever their opcodes.
    let alike = shapes.chunk_by(|one, other| one.name == other.name);
    let mut alternatives: Vec<_> = alike.map(of_type).collect();
    let raw = [("opcode", mnemonic_or_number()), ("raw", reference("#/$defs/bytes"))];
    let Object(mut raw) = object(raw.into()) else { return List(alternatives) };
    raw.push(("description", Text("Metadata that is no record of its opcode.")));
    alternatives.push(Object(raw));
    Object(vec![("anyOf", List(alternatives))])
}

fn of_type(shapes: &[RecordShape]) -> Schema {
    let opcodes = shapes.iter().flat_map(|shape| shape.opcodes);
    let names = opcodes.map(|opcode| Text(opcode.mnemonic)).collect();
    let mut properties = vec![("opcode", Object(vec![("enum", List(names))]))];
    for shape in shapes.iter().take(1) {
        let fields = shape.fields.iter();
        properties.extend(fields.map(|field| (field.name, of_field(field, shape))));
    }
    object(properties)
}

/// An object with these properties, all of them, and no others.
fn object(properties: Vec<(&'static str, Schema)>) -> Schema {
    let required = properties.iter().map(|(name, _)| Text(name)).collect();
    Object(vec![
        ("type", Text("object")),
        ("properties", Object(properties)),
        ("required", List(required)),
        ("additionalProperties", No),
    ])
}

fn of_field(field: &FieldShape, shape: &RecordShape) -> Schema {
    match field.kind {
        FieldType::Bool => Object(vec![("type", Text("boolean"))]),
        FieldType::Uint8 if field.rule.names.is_empty() => byte(),
        FieldType::Uint8 => {
            let names = field.rule.names.iter().map(|name| Text(name)).collect();
            Object(vec![("anyOf", List(vec![Object(vec![("enum", List(names))]), byte()]))])
        }
        FieldType::Uint64 | FieldType::Uint256 => reference("#/$defs/quantity"),
        FieldType::Address => reference("#/$defs/address"),
        FieldType::Bytes32 => reference("#/$defs/hash"),
        FieldType::Bytes => reference("#/$defs/bytes"),
        FieldType::Topics => Object(vec![
            ("type", Text("array")),
            ("items", reference("#/$defs/hash")),
            ("maxItems", Number(shape.opcodes.len().saturating_sub(1) as u64)),
        ]),
    }
}

/// A definition of the schema's own, by its path.
fn reference(path: &'static str) -> Schema {
    Object(vec![("$ref", Text(path))])
}

fn byte() -> Schema {
    Object(vec![("type", Text("integer")), ("minimum", Number(0)), ("maximum", Number(255))])
}

fn mnemonic_or_number() -> Schema {
    Object(vec![("type", Text("string")), ("pattern", Text("^([A-Z0-9]+|0x[0-9a-f]{2})$"))])
}
