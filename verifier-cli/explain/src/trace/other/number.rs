//! Numbers as clients write them: as numbers, as hex strings with or without `0x`, as decimal strings.

use std::fmt;

use alloy_primitives::{U256, hex};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// A whole number from -2^63 to 2^64 - 1; none if it is null.
#[derive(Clone, Copy, Debug)]
struct Whole(Option<i128>);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl Visitor<'_> for Numbers {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number below 2^64, decimal or with 0x in hex")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(Some(number.into())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(Some(number.into())))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
                let number = match text.strip_prefix("0x") {
                    Some("") => Some(0),
                    Some(digits) => u64::from_str_radix(digits, 16).ok().map(i128::from),
                    None => {
                        let below = || text.parse::<i64>().ok().map(i128::from);
                        text.parse::<u64>().ok().map(i128::from).or_else(below)
                    }
                };
                let found = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                number.map(|number| Whole(Some(number))).ok_or_else(found)
            }

            fn visit_unit<E: Error>(self) -> Result<Whole, E> {
                Ok(Whole(None))
            }
        }

        deserializer.deserialize_any(Numbers)
    }
}

/// An amount of 64 bits, one below zero in two's complement; none if it is null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Whole(number) = Whole::deserialize(deserializer)?;
        let wrapped =
            |number: i128| u64::try_from(number).unwrap_or((number as i64).cast_unsigned());
        Ok(Self(number.map(wrapped)))
    }
}

/// A number of things, or a place, which is not below zero; none if it is null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Whole(number) = Whole::deserialize(deserializer)?;
        let above = |number: i128| {
            u64::try_from(number).map_err(|_| D::Error::custom(format!("{number} is below zero")))
        };
        number.map(above).transpose().map(Self)
    }
}

/// A word of the stack: a string is hex, with `0x` or without.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word(pub(super) U256);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl Visitor<'_> for Words {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word of 32 bytes, in hex")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Word, E> {
                Ok(Word(U256::from(number)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                let digits = text.strip_prefix("0x").unwrap_or(text);
                let word = match digits {
                    "" => Some(U256::ZERO),
                    digits => U256::from_str_radix(digits, 16).ok(),
                };
                let found = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                word.map(Word).ok_or_else(found)
            }
        }

        deserializer.deserialize_any(Words)
    }
}

/// Bytes: hex, with `0x` or without, in one piece or in many; none if they are null.
#[derive(Clone, Debug)]
pub(super) struct Pieces(pub(super) Option<Vec<u8>>);

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Pieces;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes in hex, or a list of them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Pieces, E> {
                let found = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                hex::decode(text).map(|bytes| Pieces(Some(bytes))).map_err(|_| found())
            }

            fn visit_unit<E: Error>(self) -> Result<Pieces, E> {
                Ok(Pieces(None))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut all: A,
            ) -> Result<Pieces, A::Error> {
                let mut bytes = Vec::new();
                while let Some(Pieces(piece)) = all.next_element()? {
                    bytes.extend(piece.unwrap_or_default());
                }
                Ok(Pieces(Some(bytes)))
            }
        }

        deserializer.deserialize_any(All)
    }
}
