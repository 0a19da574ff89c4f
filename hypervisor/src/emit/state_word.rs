//! The state word `S`: the whole state of the interpreter in one host word, on top of the guest's
//! stack, so that one addition advances pc, stack height and gas at once. Normative text:
//! `specs/05-hypervisor.md`, section State word.
//!
//! | bits | field | guard bit set when |
//! |---|---|---|
//! | 0..24 | pc: address of the opcode in host memory | |
//! | 24..37 | native height + 0x1000, less [`PADS`] while words are spilled | the height falls below 0 |
//! | 37..49 | native height + 0x7ff - limit | the height passes the limit |
//! | 49..62 | the first height field - 1 | the height falls below 1 |
//! | 62..126 | gas used + 2^64 - 1 - `gasAvailable` | |
//! | 126 | | more gas is used than there is |

use alloy_primitives::U256;

use crate::{
    emit::layout::{AFTER_CODE, CODE, CODE_LIMIT, NATIVE_LIMIT, PADS},
    rules::words::{bit, ones},
};

/// Position of the field that guards against underflow.
pub(crate) const HEIGHT: usize = 24;
/// Position of the field that guards against overflow.
pub(crate) const OVERFLOW: usize = 37;
/// Position of the field that guards opcodes which leave a result.
pub(crate) const RESULT: usize = 49;
/// Position of the gas field.
pub(crate) const GAS: usize = 62;

/// Width of the pc.
pub(crate) const PC_BITS: usize = HEIGHT;
/// What the underflow field holds at height 0.
pub(crate) const HEIGHT_BIAS: usize = 0x1000;
/// Largest value of the overflow field without its guard.
pub(crate) const OVERFLOW_MAX: usize = 0x7ff;
/// Width of the underflow field.
pub(crate) const HEIGHT_BITS: usize = OVERFLOW - HEIGHT;

const _: () = assert!(NATIVE_LIMIT <= OVERFLOW_MAX && PADS < HEIGHT_BIAS);
// An address in the code fits the pc, with what stands behind the code.
const _: () = assert!(CODE_LIMIT == (1 << PC_BITS) - CODE - AFTER_CODE - 32);

/// The pc field.
pub(crate) fn pc_mask() -> U256 {
    ones(PC_BITS)
}

/// Guard of the underflow field.
pub(crate) fn height_guard() -> U256 {
    bit(HEIGHT + 11)
}

/// Guard of the overflow field.
pub(crate) fn overflow_guard() -> U256 {
    bit(OVERFLOW + 11)
}

/// Guard of the result field.
pub(crate) fn result_guard() -> U256 {
    bit(RESULT + 11)
}

/// Guard of the gas field.
pub(crate) fn gas_guard() -> U256 {
    bit(GAS + 64)
}

/// Pc and gas, guard included: what a rebalance keeps.
pub(crate) fn kept_fields() -> U256 {
    pc_mask() | ones(66) << GAS
}

/// What is added to the state word: bytes of code, words of stack, gas. A sum below zero stands as
/// its two's complement.
pub(crate) fn delta(bytes: usize, stack: isize, gas: u64) -> U256 {
    let heights = bit(HEIGHT) + bit(OVERFLOW) + bit(RESULT);
    let step = heights * U256::from(stack.unsigned_abs());
    let base = U256::from(bytes) + (U256::from(gas) << GAS);
    if stack < 0 { base.wrapping_sub(step) } else { base + step }
}

/// The state word before the first opcode of code at `pc`, less the term of `gasAvailable`.
pub(crate) fn initial(pc: usize) -> U256 {
    U256::from(pc)
        + (U256::from(HEIGHT_BIAS) << HEIGHT)
        + (U256::from(OVERFLOW_MAX - NATIVE_LIMIT) << OVERFLOW)
        + (U256::from(HEIGHT_BIAS - 1) << RESULT)
        + (ones(64) << GAS)
}

/// [`initial`] where no gas is charged.
pub(crate) fn initial_live(pc: usize) -> U256 {
    initial(pc) - (ones(64) << GAS)
}

/// Which guards an opcode's dispatch looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// The height must not be below 0.
    Height,
    /// There must be a result: the height must not be below 1.
    Result,
    /// The height must not be below 0; there is no gas to look at.
    Live,
}

impl Guard {
    /// The guard bits.
    pub(crate) fn mask(self) -> U256 {
        match self {
            Self::Height => height_guard() | overflow_guard() | gas_guard(),
            Self::Result => result_guard() | overflow_guard() | gas_guard(),
            Self::Live => height_guard() | overflow_guard(),
        }
    }

    /// The guard of an opcode with this many results.
    pub(crate) fn of(outputs: usize) -> Self {
        if outputs == 0 { Self::Height } else { Self::Result }
    }
}
