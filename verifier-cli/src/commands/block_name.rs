//! A block as an argument: its number, its hash, a name that it has at present, or a range of them.

use std::str::FromStr;

use alloy_primitives::B256;

/// Names that a node knows a block by.
const TAGS: [&str; 4] = ["latest", "safe", "finalized", "earliest"];

/// One block, or several after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "node"), allow(dead_code, reason = "an option that is told as absent"))]
pub(super) enum BlockName {
    /// The block of a place.
    At(Place),
    /// The block of a hash.
    Hash(B256),
    /// The blocks from one to another, both with them.
    Range(Place, Place),
}

/// A place in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "node"), allow(dead_code, reason = "an option that is told as absent"))]
pub(super) enum Place {
    /// By number.
    Number(u64),
    /// By a name of the present.
    Tag(&'static str),
}

impl FromStr for BlockName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (from.parse()?, to.parse()?);
            return match (from, to) {
                (Place::Number(from), Place::Number(to)) if from > to => {
                    Err(format!("a range begins with its lower number: {to}..{from}"))
                }
                _ => Ok(Self::Range(from, to)),
            };
        }
        if text.len() == 66 {
            return text.parse().map(Self::Hash).map_err(|error| format!("no hash: {error}"));
        }
        text.parse().map(Self::At)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(tag) = TAGS.into_iter().find(|tag| *tag == text) {
            return Ok(Self::Tag(tag));
        }
        if text == "pending" {
            return Err(
                "the pending block is in no chain yet: a transaction of it is recorded by \
                        its hash"
                    .to_owned(),
            );
        }
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.map(Self::Number).map_err(|_| {
            "a block is a number, a hash, latest, safe, finalized or earliest, and a range FROM..TO"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_numbers_hashes_names_and_ranges() {
        let hash = B256::repeat_byte(7);
        let (five, nine) = (Place::Number(5), Place::Number(9));
        for (text, expected) in [
            ("5", BlockName::At(five)),
            ("0x5", BlockName::At(five)),
            ("latest", BlockName::At(Place::Tag("latest"))),
            ("earliest", BlockName::At(Place::Tag("earliest"))),
            (&hash.to_string(), BlockName::Hash(hash)),
            ("5..9", BlockName::Range(five, nine)),
            ("5..5", BlockName::Range(five, five)),
            ("0x5..finalized", BlockName::Range(five, Place::Tag("finalized"))),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for (text, message) in [
            ("9..5", "lower number: 5..9"),
            ("5..", "a range FROM..TO"),
            ("..5", "a range FROM..TO"),
            ("newest", "latest, safe, finalized or earliest"),
            ("pending", "recorded by its hash"),
            ("-1", "a number"),
            (&"0x".repeat(33), "no hash"),
        ] {
            let error = text.parse::<BlockName>().unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
