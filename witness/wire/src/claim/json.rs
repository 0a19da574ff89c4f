//! Claims in JSON: an object of words by name, each 32 bytes in hex. Normative text: `specs/20-claims.md`,
//! section In JSON.

use alloy_primitives::B256;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{BlockClaim, Environment, Instant, MessageClaim, TransactionClaim, instant::Field};

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

macro_rules! objects {
    ($($type:ident $names:ident,)*) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                object(serializer, $names.into_iter(), &self.words())
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

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object(serializer, Field::ALL.iter().map(|field| field.name()), &self.words())
    }
}
