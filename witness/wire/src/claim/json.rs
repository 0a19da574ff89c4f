//! Claims in JSON: an object of words by name, each 32 bytes in hex. Normative text: `specs/20-claims.md`,
//! section In JSON.

use std::{borrow::Cow, fmt};

use alloy_primitives::B256;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IntoDeserializer, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    BlockClaim, Environment, Instant, MessageClaim, ToldInstant, TransactionClaim,
    instant::{Field, WORDS, digest_of},
};

/// Names of the words of an environment.
pub const ENVIRONMENT: [&str; 9] = [
    "chainId",
    "rules",
    "number",
    "timestamp",
    "beneficiary",
    "gasLimit",
    "baseFee",
    "randomness",
    "blobBaseFee",
];
/// Names of the words of a block's claim.
pub const BLOCK: [&str; 8] = [
    "environment",
    "header",
    "ancestors",
    "ancestorsRoot",
    "transactions",
    "transactionsRoot",
    "enter",
    "leave",
];
/// Names of the words of a transaction's claim.
pub const TRANSACTION: [&str; 7] =
    ["hash", "receipt", "sender", "steps", "stepsRoot", "messages", "messagesRoot"];
/// Names of the words of a message's claim.
pub const MESSAGE: [&str; 5] = ["head", "entry", "instantsRoot", "checkpoints", "checkpointsRoot"];

fn object<S: Serializer>(
    serializer: S,
    names: impl ExactSizeIterator<Item = &'static str>,
    words: &[B256],
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(names.len()))?;
    for (name, word) in names.zip(words) {
        map.serialize_entry(name, word)?;
    }
    map.end()
}

/// Reads an object of words: each of its names once, and no other.
struct Words<const COUNT: usize>([&'static str; COUNT]);

impl<'de, const COUNT: usize> Visitor<'de> for Words<COUNT> {
    type Value = [B256; COUNT];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object of the words {}", self.0.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut words = [None; COUNT];
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let place = self.0.iter().position(|name| **name == *key);
            let place = place.ok_or_else(|| A::Error::custom(format!("no word is {key}")))?;
            if words[place].replace(map.next_value::<B256>()?).is_some() {
                return Err(A::Error::custom(format!("{key} stands there twice")));
            }
        }
        let mut found = [B256::ZERO; COUNT];
        for ((found, word), name) in found.iter_mut().zip(words).zip(self.0) {
            *found = word.ok_or_else(|| A::Error::custom(format!("the word {name} is missing")))?;
        }
        Ok(found)
    }
}

macro_rules! objects {
    ($($type:ident $names:ident,)*) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                object(serializer, $names.into_iter(), &self.words())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let words = deserializer.deserialize_map(Words($names))?;
                Self::of_words(&words).ok_or_else(|| D::Error::custom("a word is out of its range"))
            }
        })*
    };
}

objects! {
    Environment ENVIRONMENT,
    BlockClaim BLOCK,
    TransactionClaim TRANSACTION,
    MessageClaim MESSAGE,
}

/// Names of the words of an instant.
const INSTANT: [&str; WORDS] = {
    let mut names = [""; WORDS];
    let mut place = 0;
    while place < WORDS {
        names[place] = Field::ALL[place].name();
        place += 1;
    }
    names
};

/// An instant that is known is its words; of another stands the digest, and nothing if that is zero.
impl Serialize for ToldInstant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.known {
            Some(known) => object(serializer, INSTANT.into_iter(), &known.words()),
            None if self.digest.is_zero() => serializer.serialize_none(),
            None => self.digest.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToldInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Told)
    }
}

struct Told;

impl<'de> Visitor<'de> for Told {
    type Value = ToldInstant;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an instant's words, its digest, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(ToldInstant::default())
    }

    fn visit_str<E: Error>(self, digest: &str) -> Result<Self::Value, E> {
        B256::deserialize(digest.into_deserializer()).map(ToldInstant::by_digest)
    }

    /// Words beyond their ranges have a digest, and are no instant's.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let words = Words(INSTANT).visit_map(map)?;
        Ok(ToldInstant { digest: digest_of(&words), known: Instant::of_words(&words) })
    }
}
