//! What bytes in storage say, by the type that the source gives them.

use alloy_primitives::{Address, I256, U256, hex};

use crate::{
    artifacts::abi::{bytes, signed, string, unsigned},
    words::form::counted,
};

/// How bytes of a slot are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As a value.
    Value,
    /// As an array's length.
    Length,
    /// As bytes or a string: short, or the length alone.
    Bytes,
    /// As a part of bytes or of a string.
    Part,
    /// Not at all: nothing is written to a mapping's own slot.
    Nothing,
}

impl Reading {
    pub(super) fn text(self, bytes: &[u8], kind: &str) -> String {
        match self {
            Self::Value => value(bytes, kind),
            Self::Length => unsigned(U256::from_be_slice(bytes), 0),
            Self::Bytes => short_bytes(bytes, kind),
            Self::Part | Self::Nothing => hex::encode_prefixed(bytes),
        }
    }
}

/// A value of up to a word.
fn value(bytes: &[u8], kind: &str) -> String {
    let number = U256::from_be_slice(bytes);
    let bits = bytes.len() * 8;
    match kind.split(' ').next().unwrap_or_default() {
        "bool" if number <= U256::from(1) => (!number.is_zero()).to_string(),
        "address" | "contract" if bytes.len() == 20 => Address::from_slice(bytes).to_string(),
        "enum" => number.to_string(),
        name if name.starts_with("uint") => unsigned(number, bits),
        name if name.starts_with("int") && (1..=256).contains(&bits) => {
            // The sign's bit, carried on to the word's end.
            let lowest = 256 - bits;
            signed(I256::from_raw(number << lowest).asr(lowest), bits)
        }
        _ => hex::encode_prefixed(bytes),
    }
}

/// The slot of bytes or of a string: up to 31 bytes with twice their number behind, or twice the number and one.
fn short_bytes(word: &[u8], kind: &str) -> String {
    let number = U256::from_be_slice(word);
    if number.bit(0) {
        return counted(number >> 1, "byte");
    }
    let length = usize::from(word.last().copied().unwrap_or_default()) / 2;
    match word.get(..length).filter(|_| length < 32) {
        Some(content) if kind == "string" => match std::str::from_utf8(content) {
            Ok(text) => string(text),
            Err(_) => bytes(content),
        },
        Some(content) => bytes(content),
        None => hex::encode_prefixed(word),
    }
}

/// A mapping's key that is a value: a word, in which it stands as in memory.
pub(super) fn key(word: &[u8], size: usize, kind: &str) -> String {
    let is_left = kind.starts_with("bytes");
    let size = size.min(word.len());
    let bytes = if is_left { &word[..size] } else { &word[word.len() - size..] };
    match kind {
        // Numbers stand as they are in brackets.
        _ if kind.starts_with("uint") => U256::from_be_slice(bytes).to_string(),
        _ => value(bytes, kind).replace(',', ""),
    }
}

/// A mapping's key that is bytes or a string.
pub(super) fn key_of_any_length(key: &[u8], kind: &str) -> String {
    match std::str::from_utf8(key) {
        Ok(text) if kind == "string" => string(text),
        _ => bytes(key),
    }
}

/// How many elements an array of fixed length has, by its name: `uint8[3][2]` has two.
pub(super) fn count(label: &str) -> U256 {
    let count = label.strip_suffix(']').and_then(|label| label.rsplit('[').next());
    count.and_then(|count| count.parse().ok()).unwrap_or(U256::MAX)
}
