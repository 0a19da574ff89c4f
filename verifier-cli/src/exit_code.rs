//! The exit codes of every command, in one table.

use std::process::ExitCode;

use iso_evm_verifier::verify::Verdict;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; what was audited is valid.
    Valid = 0,
    /// A claim is false.
    Invalid = 1,
    /// Unusable input, wrong usage, or a file that cannot be read or written.
    Unusable = 2,
    /// There is no verdict.
    Inconclusive = 3,
}

impl Exit {
    /// From the worst to the best.
    pub const WORST_FIRST: [Self; 4] =
        [Self::Unusable, Self::Invalid, Self::Inconclusive, Self::Valid];

    /// The worse of two.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let mut all = Self::WORST_FIRST.into_iter();
        all.find(|exit| *exit == self || *exit == other).unwrap_or(self)
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Invalid => Self::Invalid,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_wins_in_the_order_2_1_3_0() {
        use Exit::{Inconclusive, Invalid, Unusable, Valid};
        for (one, other, worst) in [
            (Valid, Valid, Valid),
            (Valid, Inconclusive, Inconclusive),
            (Inconclusive, Invalid, Invalid),
            (Invalid, Unusable, Unusable),
            (Unusable, Valid, Unusable),
        ] {
            assert_eq!(one.worst(other), worst);
            assert_eq!(other.worst(one), worst);
        }
    }
}
