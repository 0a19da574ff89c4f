//! Words of ones: masks of fields and addresses.

use alloy_primitives::U256;

/// A word with the one bit at `position`.
pub(crate) fn bit(position: usize) -> U256 {
    U256::ONE << position
}

/// `width` ones.
pub(crate) fn ones(width: usize) -> U256 {
    bit(width) - U256::ONE
}
