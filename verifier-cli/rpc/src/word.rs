//! Numbers, as nodes write them.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A number of up to 32 bytes, as nodes write it: with leading zeros, without, or `0x` for zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Word(
    /// The number that the node wrote.
    pub U256,
);

impl From<Word> for B256 {
    fn from(word: Word) -> Self {
        word.0.into()
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("no 0x before it"))?;
        if digits.is_empty() {
            return Ok(Self::default());
        }
        U256::from_str_radix(digits, 16).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_nodes_write_them() {
        let word = |text: &str| serde_json::from_str::<Word>(&format!("{text:?}")).ok();
        let padded = format!("0x{:064x}", 7);
        for (text, number) in [("0x", 0), ("0x0", 0), ("0x7", 7), ("0x07", 7), (&padded, 7)] {
            assert_eq!(word(text), Some(Word(U256::from(number))), "{text}");
        }
        for text in ["", "7", "0xg", &format!("0x1{:064x}", 7)] {
            assert_eq!(word(text), None, "{text}");
        }
    }
}
