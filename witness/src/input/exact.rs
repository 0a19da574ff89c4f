//! An [`Exact`] number: as [`Number`], and an integer of any length is read to its last digit, as Python's
//! `json` writes a balance. What reads JSON has 64 bits for one, and rounds what is longer.
//!
//! In the data's way this stands in front of the numbers of a pre-state; those of a block and a
//! transaction are read by [`Object`](super::object::Object).

use alloy_primitives::U256;
use iso_evm_wire::{json::Misread, quantity::Number};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// A number by the text that it has in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exact(pub(super) U256);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if !text.is_empty()
            && text.bytes().all(|digit| digit.is_ascii_digit())
            && let Some(number) = Number::parse(text)
        {
            return Ok(Self(number));
        }
        let number = serde_json::from_str(text);
        number.map(|Number(number)| Self(number)).map_err(|error| {
            // The place of the whole text is told by who reads that.
            de::Error::custom(Misread::from(&error).without_place())
        })
    }
}

/// A number that fits `T`, for `#[serde(deserialize_with = "exact::deserialize")]` on an `Option<T>`.
pub(super) fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<U256>,
{
    let Some(Exact(number)) = Option::deserialize(deserializer)? else { return Ok(None) };
    T::try_from(number).map(Some).map_err(|_| {
        let bits = 8 * size_of::<T>();
        de::Error::custom(format_args!("number {number:#x} does not fit {bits} bits"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_integer_keeps_its_last_digit() {
        let most = U256::MAX.to_string();
        for (text, expected) in [
            ("100000000000000000001", U256::from(10).pow(U256::from(20)) + U256::from(1)),
            ("18446744073709551615", U256::from(u64::MAX)),
            (&most, U256::MAX),
            ("\"0xff\"", U256::from(255)),
            ("\"255\"", U256::from(255)),
            ("0", U256::ZERO),
        ] {
            assert_eq!(serde_json::from_str::<Exact>(text).unwrap().0, expected, "{text}");
        }
        let too_long = format!("{}0", U256::MAX);
        for text in ["1e20", "1.5", "-1", "1e400", "\"\"", "{}", "true", "null", &too_long] {
            assert!(serde_json::from_str::<Exact>(text).is_err(), "{text}");
        }
    }
}
