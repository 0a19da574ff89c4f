//! Numbers as JSON holds them: a `0x` quantity, a decimal string, or a plain integer.
//!
//! Nodes write quantities, geth's tracer tests write all three. What is written back is always a
//! quantity.

use std::fmt;

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, Serializer, de};

/// A number that fits `T`, for `#[serde(with = "number")]` on an `Option<T>`.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<U256>,
{
    let Some(Number(number)) = Option::deserialize(deserializer)? else { return Ok(None) };
    T::try_from(number).map(Some).map_err(|_| {
        let bits = 8 * size_of::<T>();
        de::Error::custom(format_args!("number {number:#x} does not fit {bits} bits"))
    })
}

/// Writes a number as a quantity.
pub fn serialize<S, T>(number: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Copy,
    U256: TryFrom<T>,
{
    match number.map(U256::try_from) {
        Some(Ok(number)) => serializer.serialize_str(&quantity(number)),
        _ => serializer.serialize_none(),
    }
}

/// A number as a quantity: lower-case hex without leading zeros.
pub fn quantity(number: U256) -> String {
    format!("{number:#x}")
}

/// A number in any of the three notations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub U256);

impl Number {
    /// The number that this text writes.
    pub fn parse(text: &str) -> Option<U256> {
        let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some("") => return None,
            Some(digits) => (digits, 16),
            None => (text, 10),
        };
        let known = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if known { U256::from_str_radix(digits, radix).ok() } else { None }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number below 2^256: 0x hex, a decimal string or an integer")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(U256::from(number)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                let invalid = || E::invalid_value(de::Unexpected::Str(text), &self);
                Number::parse(text).map(Number).ok_or_else(invalid)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_notations() {
        for text in ["255", "\"255\"", "\"0xff\"", "\"0x00ff\""] {
            assert_eq!(serde_json::from_str::<Number>(text).unwrap().0, U256::from(255), "{text}");
        }
        for text in ["-1", "1.5", "\"\"", "\"0x\"", "\"ff\"", "\"0xfg\"", "\"+1\"", "\"1_0\""] {
            assert!(serde_json::from_str::<Number>(text).is_err(), "{text}");
        }
    }
}
