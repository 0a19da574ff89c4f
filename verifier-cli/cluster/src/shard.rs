//! [`Shard`]: the part of a run that one of several has, where there is no scheduler: each of them is given its number,
//! and takes every so-many-th unit.

use std::{fmt, num::NonZeroU64, str::FromStr};

/// Which part of a run, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: u64,
    of: NonZeroU64,
}

/// A text that is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("I/N is expected, a number from 0 and how many there are, as 3/10")]
pub(crate) struct NoShard;

impl Shard {
    /// Whether a unit is of this part.
    pub(crate) const fn has(self, unit: u64) -> bool {
        unit % self.of.get() == self.index
    }

    /// Whether it is all of a run.
    pub(crate) const fn is_whole(self) -> bool {
        self.of.get() == 1
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (index, of) = text.split_once('/').ok_or(NoShard)?;
        let index = index.parse().map_err(|_| NoShard)?;
        let of: NonZeroU64 = of.parse().map_err(|_| NoShard)?;
        if index < of.get() { Ok(Self { index, of }) } else { Err(NoShard) }
    }
}

/// The form that stands in names of files.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-of-{}", self.index, self.of)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_of_one_shard() {
        let shards: Vec<Shard> =
            (0..7).map(|index| format!("{index}/7").parse().unwrap()).collect();
        let whole: Shard = "0/1".parse().unwrap();
        for unit in 0..100 {
            assert_eq!(shards.iter().filter(|shard| shard.has(unit)).count(), 1, "{unit}");
            assert!(whole.has(unit));
        }
        assert!(whole.is_whole() && !shards[0].is_whole());
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "1/", "/2", "2/2", "0/0", "-1/2", "1/2/3", "a/b"] {
            assert_eq!(text.parse::<Shard>(), Err(NoShard), "{text}");
        }
    }
}
