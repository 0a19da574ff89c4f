//! The [`Policy`]: how patient a watcher is. One place for all times, counts and limits.
//!
//! In the data's way this stands beside everything.

use std::time::Duration;

/// How patient a watcher is with its nodes and its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often a node is asked where its chain is.
    pub poll: Duration,
    /// How many blocks must follow one before it is audited.
    pub confirmations: u64,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How many questions are under way at once, to each node.
    pub concurrency: usize,
    /// How often a question is asked again, before a node counts as silent.
    pub retries: u32,
    /// The pause before something that failed is tried again; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How often a block is tried that the nodes answer for, but not so that it could be audited, before this
    /// is kept as its verdict; twice as often where a node answers otherwise, and is silent or overworked when it is
    /// asked for the block. A node that is silent altogether is waited for without end.
    pub attempts: u32,
    /// After how long such a block is tried again, for the first time; each further time it is twice as long.
    pub again: Duration,
    /// How often, in all.
    pub again_at_most: u32,
    /// How many blocks a node may be behind the others, and a watcher behind its chain, before that is told.
    pub behind: u64,
    /// How many blocks are audited and wait for one before them, for each thread.
    pub ahead: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(2),
            confirmations: 0,
            timeout: Duration::from_secs(30),
            concurrency: 8,
            retries: 3,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(60),
            attempts: 4,
            again: Duration::from_secs(60),
            again_at_most: 10,
            behind: 16,
            ahead: 2,
        }
    }
}

impl Policy {
    /// The pause after a number of failures in a row.
    pub fn pause(&self, failures: u32) -> Duration {
        doubled(self.first_pause, failures).min(self.longest_pause)
    }

    /// How often a block is tried: after silence more often than after a refusal, for that passes.
    pub const fn tries(&self, after_silence: bool) -> u32 {
        if after_silence { self.attempts.saturating_mul(2) } else { self.attempts }
    }

    /// When a block that was tried so often is tried again, in milliseconds from now; never if it was often
    /// enough.
    pub fn again_in(&self, attempts: u32) -> Option<i64> {
        let pause = doubled(self.again, attempts).as_millis();
        (attempts <= self.again_at_most).then(|| i64::try_from(pause).unwrap_or(i64::MAX))
    }
}

/// A pause that is doubled with each number after the first.
fn doubled(pause: Duration, number: u32) -> Duration {
    pause.saturating_mul(1_u32.checked_shl(number.saturating_sub(1)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_trying_again_ends() {
        let policy = Policy::default();
        let seconds = |failures| policy.pause(failures).as_secs_f32();
        assert_eq!([1, 2, 3].map(seconds), [0.5, 1.0, 2.0]);
        assert_eq!([20, u32::MAX].map(seconds), [60.0, 60.0]);
        // A node that takes so many questions a minute has a minute to take more.
        let waited: f32 = (1..policy.tries(true)).map(seconds).sum();
        assert!((60.0..90.0).contains(&waited), "{waited}");
        assert!(policy.tries(false) < policy.tries(true));
        assert_eq!(policy.again_in(1), Some(60_000));
        assert_eq!(policy.again_in(2), Some(120_000));
        assert_eq!(policy.again_in(11), None);
    }
}
