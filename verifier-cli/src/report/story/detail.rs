//! [`Detail`]: how much of a story is shown. What matters is in the brief one: the cause, who called whom on the way
//! there, the place in the code, what the finding's record says.

/// How much of a story is shown, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    /// Findings.
    pub(super) findings: usize,
    /// Calls: the first. Those that lead to the message at hand, and those that are false, are shown always.
    pub(super) calls: usize,
    /// Words of the stack, from the top.
    pub(super) words: usize,
    /// Rows of memory that are not all zeros.
    pub(super) rows: usize,
    /// Records, where none is false.
    pub(super) records: usize,
    /// Records on either side of one that is false.
    pub(super) near: usize,
    /// Roots that a record has led to.
    pub(super) roots: usize,
}

impl Detail {
    /// What one needs to see.
    pub(crate) const BRIEF: Self =
        Self { findings: 4, calls: 12, words: 6, rows: 6, records: 8, near: 2, roots: 4 };

    /// All that there is.
    pub(crate) const FULL: Self = Self {
        findings: usize::MAX,
        calls: usize::MAX,
        words: usize::MAX,
        rows: usize::MAX,
        records: usize::MAX,
        near: usize::MAX,
        roots: usize::MAX,
    };

    /// The option that shows more, if there is more to show.
    pub(super) fn all(&self) -> Option<&'static str> {
        (*self != Self::FULL).then_some("--full")
    }
}
