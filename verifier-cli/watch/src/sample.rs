//! A [`Sample`]: the share of a chain's transactions that is audited. Which they are follows from their hashes,
//! so that everybody who audits that share, and the same watcher the next time, audits the same.
//!
//! In the data's way this stands before a transaction is recorded.

use std::str::FromStr;

use alloy_primitives::B256;

/// A share of all transactions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample(f64);

/// Not a share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no share: a number above 0 and at most 1 is expected, 0.1 for a tenth")]
pub struct NoShare(String);

impl Default for Sample {
    fn default() -> Self {
        Self::ALL
    }
}

impl Sample {
    /// All transactions.
    pub const ALL: Self = Self(1.0);

    /// Whether a transaction is one of the sample: its hash, read as a fraction by its first 8 bytes, is below
    /// the share.
    pub fn has(self, transaction: B256) -> bool {
        const WHOLE: f64 = 18_446_744_073_709_551_616.0;
        let mut first = [0; 8];
        first.copy_from_slice(&transaction[..8]);
        self == Self::ALL || (u64::from_be_bytes(first) as f64) < self.0 * WHOLE
    }
}

impl FromStr for Sample {
    type Err = NoShare;

    fn from_str(text: &str) -> Result<Self, NoShare> {
        let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
        share.map(Self).ok_or_else(|| NoShare(text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_verifier::hash::keccak256;

    use super::*;

    #[test]
    fn a_tenth_of_all_hashes_is_a_tenth_and_part_of_a_fifth() {
        let [tenth, fifth] = ["0.1", "0.2"].map(|text| text.parse::<Sample>().unwrap());
        let hashes: Vec<_> = (0..20_000_u32).map(|it| keccak256(&it.to_be_bytes())).collect();
        let count = |sample: Sample| hashes.iter().filter(|hash| sample.has(**hash)).count();
        assert!((1_800..2_200).contains(&count(tenth)), "{}", count(tenth));
        assert!((3_700..4_300).contains(&count(fifth)), "{}", count(fifth));
        assert!(hashes.iter().all(|hash| fifth.has(*hash) || !tenth.has(*hash)));
        assert_eq!(count(Sample::ALL), hashes.len());
        assert!(Sample::ALL.has(B256::repeat_byte(0xff)) && tenth.has(B256::ZERO));
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["0", "-0.5", "1.5", "NaN", "inf", "", "10%"] {
            assert!(text.parse::<Sample>().is_err(), "{text}");
        }
        assert_eq!("1".parse(), Ok(Sample::ALL));
    }
}
