//! When each fork begins on a chain: what a block's fork follows from, by number and time.
//! `specs/14-chain.md`, section Schedule.
//!
//! The tables are alloy's, which the recorder goes by too. Beside the forks that are audited a
//! schedule may hold the one after them, so that no later block is taken for one of the last.

use alloy_hardforks::{EthereumHardfork, ForkCondition};

use crate::{Fork, fork::ForkError};

mod rules;

pub use rules::{MAINNET, Rules, blob_params, own_blobs, rules};
use rules::{fork_of, table};

/// Where a fork begins: with the first block of at least this number and this time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activation {
    /// The block's number.
    pub number: u64,
    /// Seconds since 1970.
    pub time: u64,
}

/// Forks of a schedule: those that are audited, and the first that is not.
const FORKS: usize = Fork::ALL.len() + 1;

/// How an option names the fork after the last that is audited.
const LATER: &str = "later";

/// The forks of a chain, as far as they are known, each no earlier than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    chain_id: u64,
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
        Self::of_table(MAINNET, &EthereumHardfork::mainnet())
    }

    /// The schedule of a chain that is known: mainnet, Holesky, Hoodi, Sepolia.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`], if the chain is one of which no schedule is known.
    pub fn of_chain(chain_id: u64) -> Result<Self, ScheduleError> {
        let table = table(chain_id).ok_or(ScheduleError::UnknownChain(chain_id))?;
        Ok(Self::of_table(chain_id, &table))
    }

    /// A schedule given fork by fork, `FORK=N,…`: by block number up to Paris and by time from
    /// Shanghai on, as on the main chain, or as the number says (`block:N`, `time:N`). What comes
    /// before the first fork was never; a fork that is left out begins with the next. `later` is the
    /// fork after the last that is audited.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`], if `text` is no schedule.
    pub fn parse(chain_id: u64, text: &str) -> Result<Self, ScheduleError> {
        let mut given: Vec<(usize, Activation)> = Vec::new();
        for entry in text.split(',').map(str::trim) {
            let wrong = || ScheduleError::Entry(entry.to_owned());
            let (name, value) = entry.split_once('=').ok_or_else(wrong)?;
            let index = match name {
                LATER => Fork::ALL.len(),
                name => usize::from(name.parse::<Fork>()?.number()),
            };
            let (by_time, digits) = match value.split_once(':') {
                Some(("block", digits)) => (false, digits),
                Some(("time", digits)) => (true, digits),
                Some(_) => return Err(wrong()),
                None => (Fork::ALL.get(index).is_none_or(|fork| fork.begins_by_time()), value),
            };
            let number = digits.parse().map_err(|_| wrong())?;
            let mut activation = given.last().map(|(_, before)| *before).unwrap_or_default();
            let place = if by_time { &mut activation.time } else { &mut activation.number };
            let late = number < *place || given.last().is_some_and(|(before, _)| *before >= index);
            if late {
                return Err(ScheduleError::Order(name.to_owned()));
            }
            *place = number;
            given.push((index, activation));
        }
        Self::of_given(chain_id, &given).ok_or(ScheduleError::Empty)
    }

    /// A schedule of one of alloy's tables. The merge, which came with a total difficulty, stands
    /// there with the number of the first block after it.
    fn of_table(chain_id: u64, table: &[(EthereumHardfork, ForkCondition)]) -> Self {
        let mut given: Vec<(usize, Activation)> = Vec::new();
        for (upgrade, condition) in table {
            // Those of blob parameters alone change no rule of execution (EIP-7892).
            let index = match fork_of(*upgrade) {
                Ok(fork) => usize::from(fork.number()),
                Err(ForkError::TooLate(_)) => Fork::ALL.len(),
                Err(_) => continue,
            };
            let mut activation = given.last().map(|(_, before)| *before).unwrap_or_default();
            match condition {
                ForkCondition::Block(number) => activation.number = *number,
                ForkCondition::TTD { activation_block_number, .. } => {
                    activation.number = *activation_block_number;
                }
                ForkCondition::Timestamp(time) => activation.time = *time,
                ForkCondition::Never => break,
            }
            if given.last().is_none_or(|(before, _)| *before < index) {
                given.push((index, activation));
            }
        }
        Self::of_given(chain_id, &given).expect("the tables hold forks that are audited")
    }

    /// What is left out begins with what comes next.
    fn of_given(chain_id: u64, given: &[(usize, Activation)]) -> Option<Self> {
        let mut activations = [Activation::default(); FORKS];
        let mut known = 0;
        for (index, activation) in given {
            activations[known..=*index].fill(*activation);
            known = index + 1;
        }
        (known > 0).then_some(Self { chain_id, activations, known })
    }

    /// Id of the chain whose schedule this is.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Where each fork begins, by the fork's number, as far as that is known; one entry more than
    /// there are forks that are audited, if the next one's is.
    pub fn activations(&self) -> &[Activation] {
        &self.activations[..self.known]
    }

    /// The fork of a block; none if it is not one of those that are audited.
    pub fn fork_at(&self, number: u64, time: u64) -> Option<Fork> {
        let begun = |at: &Activation| number >= at.number && time >= at.time;
        let index = self.activations().iter().rposition(begun)?;
        Fork::ALL.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_merge_is_a_block_number() {
        let mainnet = Schedule::mainnet();
        let at = |number, time| mainnet.fork_at(number, time);
        assert_eq!(at(15_537_393, 1_663_224_162), Some(Fork::London));
        assert_eq!(at(15_537_394, 1_663_224_179), Some(Fork::Paris));
        assert_eq!(at(9_068_999, 1_575_764_700), None);
        // Numbers and times that no block has together: the fork that both allow.
        assert_eq!(at(12_965_000, 1_764_798_551), Some(Fork::London));
        assert_eq!(at(23_935_694, 1_575_764_709), Some(Fork::Paris));
    }

    #[test]
    fn a_schedule_can_be_given() {
        let dev = Schedule::parse(31_337, "osaka=0").unwrap();
        assert_eq!(dev.activations(), [Activation::default(); 8]);
        assert_eq!((dev.chain_id(), dev.fork_at(0, 0)), (31_337, Some(Fork::Osaka)));
        let some = Schedule::parse(7, "london=5, shanghai=100,cancun=block:9,later=500").unwrap();
        for (number, time, expected) in [
            (4, 1_000, None),
            (5, 99, Some(Fork::London)),
            (5, 100, Some(Fork::Shanghai)),
            (9, 99, Some(Fork::London)),
            (9, 499, Some(Fork::Cancun)),
            (9, 500, None),
        ] {
            assert_eq!(some.fork_at(number, time), expected, "{number}, {time}");
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
