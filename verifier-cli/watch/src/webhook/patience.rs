//! The [`Patience`] with receivers: one place for all times.

use std::time::Duration;

/// How patient the delivery of notices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long an answer may take.
    pub answer: Duration,
    /// How often it is looked whether anything is due.
    pub look: Duration,
    /// The pause before something is tried again; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// For how long something is tried again.
    pub at_most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            look: Duration::from_millis(500),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(300),
            at_most: Duration::from_secs(7 * 86_400),
        }
    }
}

impl Patience {
    /// The pause after a number of failures in a row.
    pub(super) fn pause(&self, failures: u64) -> Duration {
        let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let times = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first_pause.saturating_mul(times).min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = |failures| Patience::default().pause(failures).as_secs();
        assert_eq!(
            [0, 1, 2, 3, 9, 10, 31, 32, 33, u64::MAX].map(pauses),
            [1, 1, 2, 4, 256, 300, 300, 300, 300, 300]
        );
    }
}
