//! When each fork begins on a chain: what a block's fork follows from, by number and time.
//! `specs/14-chain.md`, section Schedule.
//!
//! The tables are alloy's, which the recorder goes by too. Beside the forks that are audited a
//! schedule may hold the one after them, so that no later block is taken for one of the last.

use alloy_hardforks::{EthereumHardfork, ForkCondition};
use alloy_op_hardforks::OpHardfork;

use crate::{Fork, Rules, fork::ForkError, optimism::Upgrade, rules::Family};

mod optimism;
mod rules;

pub use rules::{MAINNET, Scheduled, blob_params, own_blobs, scheduled};
use rules::{fork_of, table};

/// Where a fork begins: with the first block of at least this number and this time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activation {
    /// The block's number.
    pub number: u64,
    /// Seconds since 1970.
    pub time: u64,
}

/// Most rules of a schedule: those of a family that are audited, and the first that are not.
const FORKS: usize =
    if Upgrade::ALL.len() > Fork::ALL.len() { Upgrade::ALL.len() + 1 } else { Fork::ALL.len() + 1 };

/// How an option names the fork after the last that is audited.
const LATER: &str = "later";

/// The forks of a chain, as far as they are known, each no earlier than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    chain_id: u64,
    family: Family,
    activations: [Activation; FORKS],
    known: usize,
}

/// Why something is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// A chain that nobody here knows.
    #[error("the schedule of chain {0} is not known")]
    UnknownChain(u64),
    /// A word that says nothing.
    #[error("{0:?}: expected FORK=N, FORK=block:N or FORK=time:N")]
    Entry(String),
    /// No fork's name.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// Rules of another family than the ones before.
    #[error("{0} is of another family of chains than what stands before it")]
    Family(Rules),
    /// A fork that is named twice, or begins before one that comes before it.
    #[error("{0} must begin after what stands before it")]
    Order(String),
    /// The schedule names no fork.
    #[error("a schedule has one fork at least")]
    Empty,
}

impl Schedule {
    /// The schedule of Ethereum's main chain.
    pub fn mainnet() -> Self {
        Self::of_ethereum(MAINNET, &EthereumHardfork::mainnet())
    }

    /// The schedule of a chain that is known: mainnet, Holesky, Hoodi, Sepolia; OP Mainnet, OP
    /// Sepolia, Base, Base Sepolia.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`], if the chain is one of which no schedule is known.
    pub fn of_chain(chain_id: u64) -> Result<Self, ScheduleError> {
        if let Some(table) = optimism::table(chain_id) {
            return Ok(Self::of_optimism(chain_id, &table));
        }
        let table = table(chain_id).ok_or(ScheduleError::UnknownChain(chain_id))?;
        Ok(Self::of_ethereum(chain_id, &table))
    }

    /// A schedule given fork by fork, `FORK=N,…`: by block number up to Paris and for the OP Stack's
    /// Bedrock, by time from there on, as on the main chains, or as the number says (`block:N`,
    /// `time:N`). What comes before the first fork was never; a fork that is left out begins with the
    /// next. `later` is the fork after the last that is audited.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`], if `text` is no schedule.
    pub fn parse(chain_id: u64, text: &str) -> Result<Self, ScheduleError> {
        let mut family = None;
        let mut given: Vec<(usize, Activation)> = Vec::new();
        for entry in text.split(',').map(str::trim) {
            let wrong = || ScheduleError::Entry(entry.to_owned());
            let (name, value) = entry.split_once('=').ok_or_else(wrong)?;
            let rules = match name {
                LATER => None,
                name => Some(name.parse::<Rules>()?),
            };
            if let Some(rules) = rules
                && *family.get_or_insert(rules.family()) != rules.family()
            {
                return Err(ScheduleError::Family(rules));
            }
            let of_family = family.unwrap_or(Family::Ethereum).rules();
            let index = rules.map_or(of_family.len(), |rules| usize::from(rules.position()));
            let (by_time, digits) = match value.split_once(':') {
                Some(("block", digits)) => (false, digits),
                Some(("time", digits)) => (true, digits),
                Some(_) => return Err(wrong()),
                None => (rules.is_none_or(Rules::begin_by_time), value),
            };
            let number = digits.parse().map_err(|_| wrong())?;
            let condition = if by_time {
                ForkCondition::Timestamp(number)
            } else {
                ForkCondition::Block(number)
            };
            if !begin(&mut given, index, &condition) {
                return Err(ScheduleError::Order(name.to_owned()));
            }
        }
        let family = family.unwrap_or(Family::Ethereum);
        Self::of_given(chain_id, family, &given).ok_or(ScheduleError::Empty)
    }

    /// A schedule of one of alloy's tables. The merge, which came with a total difficulty, stands
    /// there with the number of the first block after it.
    fn of_ethereum(chain_id: u64, table: &[(EthereumHardfork, ForkCondition)]) -> Self {
        // Those of blob parameters alone change no rule of execution (EIP-7892).
        let index = |upgrade| match fork_of(upgrade) {
            Ok(fork) => Some(usize::from(fork.number())),
            Err(ForkError::TooLate(_)) => Some(Fork::ALL.len()),
            Err(_) => None,
        };
        let table = table.iter().filter_map(|(upgrade, at)| Some((index(*upgrade)?, *at)));
        Self::of_table(chain_id, Family::Ethereum, table)
    }

    /// A schedule of one of alloy's tables of the OP Stack.
    fn of_optimism(chain_id: u64, table: &[(OpHardfork, ForkCondition)]) -> Self {
        let index = |upgrade| match optimism::upgrade_of(upgrade) {
            Ok(upgrade) => usize::from(upgrade.number()),
            Err(_) => Upgrade::ALL.len(),
        };
        let table = table.iter().map(|(upgrade, at)| (index(*upgrade), *at));
        Self::of_table(chain_id, Family::Optimism, table)
    }

    fn of_table(
        chain_id: u64,
        family: Family,
        table: impl Iterator<Item = (usize, ForkCondition)>,
    ) -> Self {
        let mut given: Vec<(usize, Activation)> = Vec::new();
        for (index, condition) in table {
            if condition == ForkCondition::Never {
                break;
            }
            begin(&mut given, index, &condition);
        }
        Self::of_given(chain_id, family, &given).expect("the tables hold forks that are audited")
    }

    /// What is left out begins with what comes next.
    fn of_given(chain_id: u64, family: Family, given: &[(usize, Activation)]) -> Option<Self> {
        let mut activations = [Activation::default(); FORKS];
        let mut known = 0;
        for (index, activation) in given {
            activations[known..=*index].fill(*activation);
            known = index + 1;
        }
        (known > 0).then_some(Self { chain_id, family, activations, known })
    }

    /// Id of the chain whose schedule this is.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Whose rules the chain goes by.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Where each of the family's rules begin, by their position, as far as that is known; one entry
    /// more than there are rules that are audited, if the next ones' is.
    pub fn activations(&self) -> &[Activation] {
        &self.activations[..self.known]
    }

    /// The rules of a block; none if they are not ones that are audited.
    pub fn rules_at(&self, number: u64, time: u64) -> Option<Rules> {
        let begun = |at: &Activation| number >= at.number && time >= at.time;
        let index = self.activations().iter().rposition(begun)?;
        self.family.rules().get(index).copied()
    }
}

/// Adds where the rules at an index begin, and says whether that is behind what stands there.
fn begin(given: &mut Vec<(usize, Activation)>, index: usize, condition: &ForkCondition) -> bool {
    let last = given.last().copied();
    let mut activation = last.map(|(_, before)| before).unwrap_or_default();
    let (place, start) = match condition {
        ForkCondition::Block(number) => (&mut activation.number, *number),
        ForkCondition::TTD { activation_block_number, .. } => {
            (&mut activation.number, *activation_block_number)
        }
        ForkCondition::Timestamp(time) => (&mut activation.time, *time),
        ForkCondition::Never => return false,
    };
    if start < *place || last.is_some_and(|(before, _)| before >= index) {
        return false;
    }
    *place = start;
    given.push((index, activation));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_merge_is_a_block_number() {
        let mainnet = Schedule::mainnet();
        let at = |number, time| mainnet.rules_at(number, time);
        assert_eq!(at(15_537_393, 1_663_224_162), Some(Fork::London.into()));
        assert_eq!(at(15_537_394, 1_663_224_179), Some(Fork::Paris.into()));
        assert_eq!(at(9_068_999, 1_575_764_700), None);
        // Numbers and times that no block has together: the fork that both allow.
        assert_eq!(at(12_965_000, 1_764_798_551), Some(Fork::London.into()));
        assert_eq!(at(23_935_694, 1_575_764_709), Some(Fork::Paris.into()));
    }

    #[test]
    fn a_schedule_can_be_given() {
        let dev = Schedule::parse(31_337, "osaka=0").unwrap();
        assert_eq!(dev.activations(), [Activation::default(); 8]);
        assert_eq!((dev.chain_id(), dev.rules_at(0, 0)), (31_337, Some(Fork::Osaka.into())));
        let some = Schedule::parse(7, "london=5, shanghai=100,cancun=block:9,later=500").unwrap();
        for (number, time, expected) in [
            (4, 1_000, None),
            (5, 99, Some(Fork::London.into())),
            (5, 100, Some(Fork::Shanghai.into())),
            (9, 99, Some(Fork::London.into())),
            (9, 499, Some(Fork::Cancun.into())),
            (9, 500, None),
        ] {
            assert_eq!(some.rules_at(number, time), expected, "{number}, {time}");
        }
        for wrong in [
            "",
            "london",
            "london=",
            "london=x",
            "london=-1",
            "london=epoch:3",
            "petersburg=1",
            "london=5,berlin=6",
            "berlin=6,london=5",
            "london=5,london=5",
            "london=5,",
        ] {
            assert!(Schedule::parse(7, wrong).is_err(), "{wrong}");
        }
        assert_eq!(Schedule::of_chain(31_337), Err(ScheduleError::UnknownChain(31_337)));
    }
}
