//! An [`Object`] of somebody else's making: its fields as they stand in the text, and the ways in which
//! libraries write a number that JavaScript's own cannot hold.
//!
//! In the data's way this stands in front of block and transaction: what comes out has the numbers as a
//! node writes them.

use std::fmt;

use alloy_primitives::U256;
use iso_evm_wire::{
    json::{self, Misread},
    quantity::{Number, quantity},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess},
};
use serde_json::{Map, Value, value::RawValue};

/// How deep lists and objects inside of an object are looked at for numbers: an access list has two, an
/// authorisation's signature three.
const DEEPEST: usize = 6;

/// The most of a number that an error repeats, in characters.
const LONGEST: usize = 40;

/// The fields of an object, in their order, each name once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(String, Box<RawValue>)>);

impl Object {
    /// Reads the object of what a map has.
    pub(super) fn of_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            fields.push((name, map.next_value()?));
        }
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(de::Error::custom(format_args!("duplicate field {:?}", twice[0]))),
            None => Ok(Self(fields)),
        }
    }

    /// The fields, in JSON whose numbers are all integers or texts.
    ///
    /// # Errors
    ///
    /// If there is a number that none can hold, a name twice, or more depth than any reader has: what is
    /// left out of an object has another meaning.
    pub(crate) fn into_fields(self) -> Result<Map<String, Value>, Misread> {
        self.fields(0)
    }

    /// Something that is read of the fields.
    ///
    /// # Errors
    ///
    /// As [`Self::into_fields`], or if a field is not what it should be.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Misread> {
        json::read_value(Value::Object(self.into_fields()?))
    }

    fn fields(self, depth: usize) -> Result<Map<String, Value>, Misread> {
        let field = |(name, raw): (String, Box<RawValue>)| {
            let value = value(raw.get(), depth).map_err(|error| error.under(&name))?;
            Ok((name, value))
        };
        self.0.into_iter().map(field).collect()
    }
}

/// Something that is read of an [`Object`]: each of its numbers to the last digit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exactly<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Exactly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::deserialize(deserializer)?.read().map(Self).map_err(de::Error::custom)
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

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                Object::of_map(map)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// A value of a text that has been found to be JSON.
fn value(text: &str, depth: usize) -> Result<Value, Misread> {
    Ok(match text.as_bytes().first() {
        // An integer of more than 64 bits would lose its last digits as one.
        Some(b'0'..=b'9') => match read(text)? {
            Value::Number(number) if !number.is_u64() => integer(text).unwrap_or(number.into()),
            number => number,
        },
        Some(b'{') if depth < DEEPEST => {
            let fields = read::<Object>(text)?.fields(depth + 1)?;
            big_number(&fields).unwrap_or(Value::Object(fields))
        }
        Some(b'[') if depth < DEEPEST => {
            let items = read::<Vec<&RawValue>>(text)?.into_iter().enumerate();
            let item = |(index, raw): (usize, &RawValue)| {
                value(raw.get(), depth + 1).map_err(|error| error.under(&format!("[{index}]")))
            };
            Value::Array(items.map(item).collect::<Result<_, _>>()?)
        }
        Some(b'"') => match read(text)? {
            Value::String(text) => Value::String(without_n(text)),
            value => value,
        },
        _ => read(text)?,
    })
}

/// Reads a text. It is part of another, whose lines it does not know.
fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Misread> {
    serde_json::from_str(text).map_err(|error| {
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            let begin: String = text.chars().take(LONGEST).collect();
            let more = if begin.len() < text.len() { "…" } else { "" };
            return Misread::new("", format!("{begin}{more} is no number that fits"));
        }
        Misread::from(&error).without_place()
    })
}

/// An integer of any length, as a quantity.
fn integer(text: &str) -> Option<Value> {
    let digits = text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| Number::parse(text)).flatten().map(|number| Value::String(quantity(number)))
}

/// `123n`, as a program's printed form has it, without its last letter.
fn without_n(text: String) -> String {
    match text.strip_suffix('n') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) => {
            digits.to_owned()
        }
        _ => text,
    }
}

/// The number that an object stands for: ethers 5 writes `{"type": "BigNumber", "hex": "0x1"}` or
/// `{"_hex": "0x1", "_isBigNumber": true}`, wagmi `{"__type": "bigint", "value": "1"}`.
fn big_number(fields: &Map<String, Value>) -> Option<Value> {
    let is = |key: &str, value: &str| fields.get(key).and_then(Value::as_str) == Some(value);
    let held = if is("type", "BigNumber") {
        fields.get("hex")
    } else if fields.contains_key("_isBigNumber") {
        fields.get("_hex")
    } else if is("__type", "bigint") {
        fields.get("value")
    } else {
        None
    };
    let number: U256 = held.and_then(Value::as_str).and_then(Number::parse)?;
    Some(Value::String(quantity(number)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_all_libraries_are_read_to_the_last_digit() {
        let text = r#"{"a": 5, "b": 100000000000000000001, "c": "100000000000000000001n", "d": "n",
            "e": {"type": "BigNumber", "hex": "0x0f"}, "f": {"_hex": "0x10", "_isBigNumber": true},
            "g": {"__type": "bigint", "value": "17"}, "h": [{"i": 18446744073709551616}], "j": null,
            "k": -1, "l": 1.5, "m": {"n": true}, "o": "0x1n"}"#;
        let object: Object = serde_json::from_str(text).unwrap();
        assert_eq!(
            Value::Object(object.into_fields().unwrap()),
            json!({"a": 5, "b": "0x56bc75e2d63100001", "c": "100000000000000000001", "d": "n",
                "e": "0xf", "f": "0x10", "g": "0x11", "h": [{"i": "0x10000000000000000"}],
                "j": null, "k": -1, "l": 1.5, "m": {"n": true}, "o": "0x1n"})
        );
    }

    #[test]
    fn a_name_stands_once_and_depth_ends_nowhere() {
        let twice = serde_json::from_str::<Object>(r#"{"a": 1, "a": 2}"#).unwrap_err();
        assert!(twice.to_string().contains("duplicate field \"a\""));
        let deep = format!(r#"{{"a": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        // Whether so deep a list is JSON is for the reader to say: no stack ends by it.
        if let Ok(deep) = serde_json::from_str::<Object>(&deep) {
            let error = deep.into_fields().unwrap_err().to_string();
            assert!(error.starts_with("a[0][0]") && error.contains("too deep"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_null() {
        let long = format!("1{}e999", "0".repeat(1000));
        let long_said = format!("a: 1{}… is no number that fits", "0".repeat(LONGEST - 1));
        for (value, expected) in [
            ("1e400", "a: 1e400 is no number that fits"),
            ("-1e400", "a: -1e400 is no number that fits"),
            (&long, &long_said),
            (r#"{"b": [0, 1e400]}"#, "a.b[1]: 1e400 is no number that fits"),
            ("[[[[[[[[1e400]]]]]]]]", "a[0][0][0][0][0][0]: a number that is too large to be read"),
            (r#"{"b": {"c": 1, "c": 2}}"#, "a.b: duplicate field \"c\""),
        ] {
            let object: Object = serde_json::from_str(&format!("{{\"a\": {value}}}")).unwrap();
            assert_eq!(object.into_fields().unwrap_err().to_string(), expected);
        }
    }
}
