//! What to watch of operators, and on which terms to challenge them.
//!
//! In the data's way this stands before everything: the words of whoever starts the watcher.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use alloy_primitives::{Address, U256};
use alloy_signer_local::PrivateKeySigner;
use iso_evm_onchain::{contracts::Contracts, fees::FeeCaps};

/// How many blocks stand on one that is settled, where the node knows none that is final.
const CERTAIN: u64 = 64;

/// What to watch of operators.
#[derive(Clone)]
pub struct OperatorOptions {
    /// The node of L1, by its URL.
    pub node: String,
    /// The contracts, by which that for disputes is known.
    pub contracts: Contracts,
    /// Where the contract for disputes is, if not where its terms put it.
    pub at: Option<Address>,
    /// The block of L1 from which on commitments are looked for, in a store that has none yet; by default as far back
    /// as one can be open.
    pub from: Option<u64>,
    /// Which blocks commitments are judged by.
    pub settled: Settled,
    /// The folder where operators' claims lie, if there is one.
    pub claims: Option<PathBuf>,
    /// The folder that proofs are written into.
    pub proofs: PathBuf,
    /// Who challenges; nobody if `None`.
    pub challenger: Option<Challenger>,
}

/// The URL, which may hold a key, is not shown.
impl fmt::Debug for OperatorOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorOptions").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Who challenges, unattended, and on which terms.
#[derive(Clone)]
pub struct Challenger {
    /// The key that signs.
    pub signer: PrivateKeySigner,
    /// The chain that is meant; the node's, if `None`.
    pub chain_id: Option<u64>,
    /// The most that is paid for a unit of gas.
    pub caps: FeeCaps,
    /// The most that is spent in all, in wei, on gas and on what is sent with it; without end if `None`.
    pub max_spend: Option<U256>,
    /// After how long a transaction that is not mined is sent with higher fees.
    pub bump_after: Duration,
}

/// The key is in no debug output.
impl fmt::Debug for Challenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenger")
            .field("account", &self.signer.address())
            .field("caps", &self.caps)
            .field("max_spend", &self.max_spend)
            .finish_non_exhaustive()
    }
}

/// Which blocks commitments are judged by: those that are not reorganised any more, as far as somebody thinks so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settled {
    /// Those that are final; where the node knows none, those that 64 others stand on.
    #[default]
    Finalized,
    /// Those that are safe; where the node knows none, those that 64 others stand on.
    Safe,
    /// Those that so many others stand on.
    Blocks(u64),
}

/// Not a name of blocks that are settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown: {0:?}: expected finalized, safe or a number of blocks")]
pub struct UnknownSettled(String);

impl FromStr for Settled {
    type Err = UnknownSettled;

    fn from_str(text: &str) -> Result<Self, UnknownSettled> {
        match text {
            "finalized" => Ok(Self::Finalized),
            "safe" => Ok(Self::Safe),
            _ => text.parse().map(Self::Blocks).map_err(|_| UnknownSettled(text.to_owned())),
        }
    }
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finalized => f.write_str("finalized"),
            Self::Safe => f.write_str("safe"),
            Self::Blocks(blocks) => write!(f, "{blocks}"),
        }
    }
}

impl Settled {
    /// The name of the block that is asked for, and how many blocks stand on one otherwise.
    pub(super) const fn by(self) -> (Option<&'static str>, u64) {
        match self {
            Self::Finalized => (Some("finalized"), CERTAIN),
            Self::Safe => (Some("safe"), CERTAIN),
            Self::Blocks(blocks) => (None, blocks),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn which_blocks_are_settled_is_read_as_it_is_written() {
        for (text, settled) in [
            ("finalized", Settled::Finalized),
            ("safe", Settled::Safe),
            ("0", Settled::Blocks(0)),
            ("12", Settled::Blocks(12)),
        ] {
            assert_eq!(text.parse(), Ok(settled));
            assert_eq!(settled.to_string(), text);
        }
        for text in ["", "latest", "-1", "1.5"] {
            assert!(text.parse::<Settled>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_is_in_no_debug_output() {
        let bytes = alloy_primitives::B256::repeat_byte(0x5a);
        let signer = PrivateKeySigner::from_bytes(&bytes).unwrap();
        let (caps, bump_after) = (FeeCaps::default(), Duration::from_secs(1));
        let challenger = Challenger { signer, chain_id: None, caps, max_spend: None, bump_after };
        assert!(!format!("{challenger:?}").contains("5a5a5a"));
    }
}
