//! Facts as the words that a finding holds.

use alloy_primitives::{Address, B256, U256};

/// A fact that fits in a word: big-endian, filled up on the left.
pub(super) trait AsWord {
    /// The value as a word of 32 bytes.
    fn word(self) -> B256;
}

impl AsWord for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl AsWord for U256 {
    fn word(self) -> B256 {
        self.into()
    }
}

impl AsWord for u128 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl AsWord for u64 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl AsWord for usize {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl AsWord for u8 {
    fn word(self) -> B256 {
        B256::with_last_byte(self)
    }
}

impl AsWord for bool {
    fn word(self) -> B256 {
        B256::with_last_byte(self.into())
    }
}

impl AsWord for Address {
    fn word(self) -> B256 {
        self.into_word()
    }
}
