//! Facts as the words that a finding holds.

use alloy_primitives::{Address, B256, U256};

/// A fact that fits in a word: big-endian, filled up on the left.
pub(super) trait Word {
    /// The value as a word of 32 bytes.
    fn word(self) -> B256;
}

impl Word for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl Word for U256 {
    fn word(self) -> B256 {
        self.into()
    }
}

impl Word for u128 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for u64 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for usize {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Word for u8 {
    fn word(self) -> B256 {
        B256::with_last_byte(self)
    }
}

impl Word for bool {
    fn word(self) -> B256 {
        B256::with_last_byte(self.into())
    }
}

impl Word for Address {
    fn word(self) -> B256 {
        self.into_word()
    }
}
