//! The rules that a block goes by: a fork of Ethereum, or an upgrade of the OP Stack.
//! `specs/18-chains.md`.

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, U256};

use crate::{
    Fork,
    fork::ForkError,
    optimism::{self, Upgrade},
    protocol::{Change, P256VERIFY, last_precompile},
};

/// The rules that a block goes by. What a message may do, and what it costs, follows from
/// [`Rules::fork`]; which precompiles there are, what a transaction pays and which types there are
/// differs by chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rules {
    /// Ethereum's, of a fork.
    Ethereum(Fork),
    /// The OP Stack's, of an upgrade.
    Optimism(Upgrade),
}

/// Whose rules they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Ethereum's, and those of chains that follow its forks.
    Ethereum,
    /// The OP Stack's.
    Optimism,
}

impl Family {
    /// The family's rules, oldest first.
    pub const fn rules(self) -> &'static [Rules] {
        let (ethereum, optimism) = Rules::ALL.split_at(Fork::ALL.len());
        match self {
            Self::Ethereum => ethereum,
            Self::Optimism => optimism,
        }
    }

    /// The last of them.
    pub const fn newest(self) -> Rules {
        match self {
            Self::Ethereum => Rules::Ethereum(Fork::NEWEST),
            Self::Optimism => Rules::Optimism(Upgrade::NEWEST),
        }
    }
}

/// How the name of an upgrade of the OP Stack begins.
pub(crate) const OPTIMISM: &str = "optimism/";

/// The number of the first upgrade of the OP Stack in `witness.bin`.
const FIRST_UPGRADE: u8 = 0x20;

impl Rules {
    /// All that are audited: Ethereum's by fork, then the OP Stack's by upgrade.
    pub const ALL: [Self; Fork::ALL.len() + Upgrade::ALL.len()] = {
        let mut all = [Self::Ethereum(Fork::NEWEST); Fork::ALL.len() + Upgrade::ALL.len()];
        let mut index = 0;
        while index < all.len() {
            all[index] = if index < Fork::ALL.len() {
                Self::Ethereum(Fork::ALL[index])
            } else {
                Self::Optimism(Upgrade::ALL[index - Fork::ALL.len()])
            };
            index += 1;
        }
        all
    };

    /// The fork of Ethereum that says what a message may do.
    pub const fn fork(self) -> Fork {
        match self {
            Self::Ethereum(fork) => fork,
            Self::Optimism(upgrade) => upgrade.fork(),
        }
    }

    /// The upgrade of the OP Stack; none on Ethereum.
    pub const fn upgrade(self) -> Option<Upgrade> {
        match self {
            Self::Ethereum(_) => None,
            Self::Optimism(upgrade) => Some(upgrade),
        }
    }

    /// Whose rules they are.
    pub const fn family(self) -> Family {
        match self {
            Self::Ethereum(_) => Family::Ethereum,
            Self::Optimism(_) => Family::Optimism,
        }
    }

    /// Position in the family's rules ([`Family::rules`]).
    pub const fn position(self) -> u8 {
        match self {
            Self::Ethereum(fork) => fork.number(),
            Self::Optimism(upgrade) => upgrade.number(),
        }
    }

    /// Position in [`Rules::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Ethereum(fork) => fork.number() as usize,
            Self::Optimism(upgrade) => Fork::ALL.len() + upgrade.number() as usize,
        }
    }

    /// Whether the family's chains come to the rules at a time, and not at a block's number.
    pub const fn begin_by_time(self) -> bool {
        match self {
            Self::Ethereum(fork) => fork.begins_by_time(),
            Self::Optimism(upgrade) => !matches!(upgrade, Upgrade::Bedrock),
        }
    }

    /// The precompiles' numbers, ascending.
    pub fn precompiles(self) -> impl DoubleEndedIterator<Item = u64> {
        let p256 = self.has_p256_verify().then_some(P256VERIFY);
        (1..=last_precompile(self.fork())).chain(p256)
    }

    /// Whether an account is a precompile.
    pub fn is_precompile(self, account: Address) -> bool {
        let number: U256 = account.into_word().into();
        u64::try_from(number).is_ok_and(|number| {
            (1..=last_precompile(self.fork())).contains(&number)
                || (number == P256VERIFY && self.has_p256_verify())
        })
    }

    /// Whether `P256VERIFY` is a precompile: from Osaka on (EIP-7951), on the OP Stack from Fjord on.
    pub const fn has_p256_verify(self) -> bool {
        self.has(Change::P256Verify) || self.has_optimism(optimism::Change::P256Verify)
    }

    /// Whether a change of Ethereum's is among the rules that a message runs by.
    pub const fn has(self, change: Change) -> bool {
        self.fork().has(change)
    }

    /// Whether a change of the OP Stack's own is among them.
    pub const fn has_optimism(self, change: optimism::Change) -> bool {
        match self {
            Self::Ethereum(_) => false,
            Self::Optimism(upgrade) => upgrade.has(change),
        }
    }

    /// The number in `witness.bin`.
    pub const fn number(self) -> u8 {
        match self {
            Self::Ethereum(fork) => fork.number(),
            Self::Optimism(upgrade) => FIRST_UPGRADE + upgrade.number(),
        }
    }

    /// The rules with this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|rules| rules.number() == number)
    }
}

impl From<Fork> for Rules {
    fn from(fork: Fork) -> Self {
        Self::Ethereum(fork)
    }
}

impl From<Upgrade> for Rules {
    fn from(upgrade: Upgrade) -> Self {
        Self::Optimism(upgrade)
    }
}

/// `osaka`, `optimism/holocene`: as `--fork` takes it.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ethereum(fork) => fork.fmt(f),
            Self::Optimism(upgrade) => write!(f, "{OPTIMISM}{upgrade}"),
        }
    }
}

impl FromStr for Rules {
    type Err = ForkError;

    fn from_str(name: &str) -> Result<Self, ForkError> {
        let lower = name.to_ascii_lowercase();
        let Some(upgrade) = lower.strip_prefix(OPTIMISM) else {
            return name.parse().map(Self::Ethereum).map_err(|error| match error {
                ForkError::Unknown(name) => ForkError::UnknownRules(name),
                error => error,
            });
        };
        let mut upgrades = Upgrade::ALL.into_iter();
        match upgrades.find(|known| known.name() == upgrade) {
            Some(upgrade) => Ok(Self::Optimism(upgrade)),
            None if LATER.contains(&upgrade) => Err(ForkError::TooLate(lower)),
            None => Err(ForkError::UnknownRules(name.to_owned())),
        }
    }
}

/// Upgrades of the OP Stack that are known, and not audited.
const LATER: [&str; 2] = ["karst", "interop"];

impl serde::Serialize for Rules {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Rules {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_number_are_of_one_rules() {
        for rules in Rules::ALL {
            assert_eq!(rules.to_string().parse(), Ok(rules));
            assert_eq!(Rules::of_number(rules.number()), Some(rules));
        }
        assert_eq!("Optimism/Holocene".parse(), Ok(Rules::Optimism(Upgrade::Holocene)));
        for wrong in ["holocene", "optimism/", "optimism/osaka", "optimism", "ethereum/osaka"] {
            assert!(matches!(wrong.parse::<Rules>(), Err(ForkError::UnknownRules(_))), "{wrong}");
        }
        let late = "optimism/karst".parse::<Rules>().unwrap_err();
        assert_eq!(late, ForkError::TooLate("optimism/karst".to_owned()));
        let says = "fork optimism/karst is later than optimism/jovian, the last that is audited";
        assert_eq!(late.to_string(), says);
        // The numbers of Ethereum's forks are what they were.
        assert_eq!(Rules::from(Fork::Osaka).number(), 7);
        assert_eq!(Rules::from(Upgrade::Bedrock).number(), 0x20);
    }
}
