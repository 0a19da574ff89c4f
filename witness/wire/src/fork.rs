//! The forks that are audited, Istanbul to Osaka. A message's fork is not part of its witness: it
//! follows from chain and block, and each fork has a hypervisor of its own.

use std::{fmt, str::FromStr};

#[cfg(any(test, feature = "revm"))]
use revm_primitives::hardfork::SpecId;

use crate::{
    Rules,
    optimism::Upgrade,
    rules::{Family, OPTIMISM},
};

/// A fork of the Ethereum main chain. Ordered by activation.
///
/// It is exhaustive on purpose: where a number differs by fork the code matches on all of them, and
/// a new fork does not compile before each place has been decided. What a fork has is asked for by
/// name, [`Fork::has`]; nothing outside [`protocol`](crate::protocol) compares with a named fork.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Fork {
    Istanbul,
    Berlin,
    London,
    Paris,
    Shanghai,
    Cancun,
    Prague,
    Osaka,
}

impl Fork {
    /// All forks, oldest first.
    pub const ALL: [Self; 8] = [
        Self::Istanbul,
        Self::Berlin,
        Self::London,
        Self::Paris,
        Self::Shanghai,
        Self::Cancun,
        Self::Prague,
        Self::Osaka,
    ];

    /// The last fork that is audited.
    pub const NEWEST: Self = Self::ALL[Self::ALL.len() - 1];

    /// Lower-case name, as `--fork` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Istanbul => "istanbul",
            Self::Berlin => "berlin",
            Self::London => "london",
            Self::Paris => "paris",
            Self::Shanghai => "shanghai",
            Self::Cancun => "cancun",
            Self::Prague => "prague",
            Self::Osaka => "osaka",
        }
    }

    /// revm's name of it.
    #[cfg(any(test, feature = "revm"))]
    pub const fn spec_id(self) -> SpecId {
        match self {
            Self::Istanbul => SpecId::ISTANBUL,
            Self::Berlin => SpecId::BERLIN,
            Self::London => SpecId::LONDON,
            Self::Paris => SpecId::MERGE,
            Self::Shanghai => SpecId::SHANGHAI,
            Self::Cancun => SpecId::CANCUN,
            Self::Prague => SpecId::PRAGUE,
            Self::Osaka => SpecId::OSAKA,
        }
    }

    /// The fork whose rules revm goes by under this name; none if it is not audited.
    #[cfg(any(test, feature = "revm"))]
    pub fn of_spec(spec: SpecId) -> Option<Self> {
        let begun = Self::ALL.into_iter().rfind(|fork| fork.spec_id() <= spec);
        begun.filter(|_| spec <= Self::NEWEST.spec_id())
    }

    /// Position in [`Fork::ALL`]; the number in `witness.bin`.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A fork that is not audited, or no fork at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// Known, but before Istanbul.
    #[error("fork {0} is earlier than {first}, the first that is audited", first = audited(.0)[0])]
    TooEarly(String),
    /// Known, but after the last that is audited.
    #[error("fork {0} is later than {last}, the last that is audited", last = audited(.0)[1])]
    TooLate(String),
    /// Not a fork's name.
    #[error("unknown fork {0:?}: expected {names}", names = names(" or "))]
    Unknown(String),
    /// Neither a fork's name nor an upgrade's of the OP Stack.
    #[error(
        "unknown fork {0:?}: expected {forks}, or of the OP Stack {upgrades}",
        forks = names(", "),
        upgrades = upgrades()
    )]
    UnknownRules(String),
}

/// The first rules that are audited, and the last, of the family that a name is of.
fn audited(name: &str) -> [Rules; 2] {
    let family = if name.contains(OPTIMISM) { Family::Optimism } else { Family::Ethereum };
    [family.rules()[0], family.newest()]
}

/// The names of all forks, in words.
fn names(or: &str) -> String {
    let names = Fork::ALL.map(Fork::name);
    let (last, others) = names.split_last().expect("there are forks");
    format!("{}{or}{last}", others.join(", "))
}

/// The names of the OP Stack's first and last rules, in words.
fn upgrades() -> String {
    let [first, last] = [Upgrade::ALL[0], Upgrade::NEWEST].map(Rules::from);
    format!("{first} to {last}")
}

impl FromStr for Fork {
    type Err = ForkError;

    fn from_str(name: &str) -> Result<Self, ForkError> {
        const EARLIER: [&str; 8] = [
            "frontier",
            "homestead",
            "tangerine",
            "spuriousdragon",
            "dao",
            "byzantium",
            "constantinople",
            "petersburg",
        ];
        let lower = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|fork| fork.name() == lower).ok_or_else(|| {
            if EARLIER.contains(&lower.as_str()) {
                ForkError::TooEarly(lower)
            } else {
                ForkError::Unknown(name.to_owned())
            }
        })
    }
}
