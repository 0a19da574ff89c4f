//! Where a message is cut. Normative text: `specs/19-segments.md`, section Where it is cut.

/// What a segment holds at most, unless it is a single instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Gas of the guest's own opcodes, and of hashing what children are passed as `KECCAK256` would
    /// cost.
    pub own_gas: u64,
    /// Number of records.
    pub records: u64,
    /// Bytes of these records.
    pub record_bytes: u64,
    /// Pages of memory, not zero at its start, that it looks at.
    pub pages: u64,
    /// Pages from the first that it looks at to the last, zero or not.
    pub span: u64,
}

impl Bounds {
    /// The bounds under which a segment fits one transaction, of every fork.
    pub const HONEST: Self =
        Self { own_gas: 150_000, records: 64, record_bytes: 32_768, pages: 8, span: 256 };
}

/// How a message is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At the last boundary that keeps the bounds, and always behind at least one instruction.
    Within(Bounds),
    /// At the first boundary at which at least this much more gas is used than at the last.
    Stride(u64),
}

impl Default for Cut {
    fn default() -> Self {
        Self::Within(Bounds::HONEST)
    }
}
