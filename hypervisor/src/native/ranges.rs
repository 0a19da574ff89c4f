//! Which memory each opcode touches, by its operands.

use alloy_primitives::U256;
use revm::bytecode::opcode::*;

/// A range of memory that an opcode touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// Depth on the stack of its offset.
    offset: usize,
    length: Length,
}

/// How many bytes a range has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// A number of bytes that no operand changes.
    Fixed(u64),
    /// What stands so deep on the stack.
    Operand(usize),
}

const fn fixed(offset: usize, bytes: u64) -> Range {
    Range { offset, length: Length::Fixed(bytes) }
}

const fn operands(offset: usize, length: usize) -> Range {
    Range { offset, length: Length::Operand(length) }
}

const WORD: &[Range] = &[fixed(0, 32)];
const BYTE: &[Range] = &[fixed(0, 1)];
const WHOLE: &[Range] = &[operands(0, 1)];
const COPIED: &[Range] = &[operands(0, 2)];
const MOVED: &[Range] = &[operands(0, 2), operands(1, 2)];
const CODE_COPIED: &[Range] = &[operands(1, 3)];
const INITCODE: &[Range] = &[operands(1, 2)];
const CALLED: &[Range] = &[operands(3, 4), operands(5, 6)];
const CALLED_WITHOUT_VALUE: &[Range] = &[operands(2, 3), operands(4, 5)];

/// The ranges of memory that an opcode touches.
pub(super) const fn ranges(opcode: u8) -> &'static [Range] {
    match opcode {
        MLOAD | MSTORE => WORD,
        MSTORE8 => BYTE,
        KECCAK256 | RETURN | REVERT | LOG0..=LOG4 => WHOLE,
        CALLDATACOPY | CODECOPY | RETURNDATACOPY => COPIED,
        MCOPY => MOVED,
        EXTCODECOPY => CODE_COPIED,
        CREATE | CREATE2 => INITCODE,
        CALL | CALLCODE => CALLED,
        DELEGATECALL | STATICCALL => CALLED_WITHOUT_VALUE,
        _ => &[],
    }
}

/// A word so deep on the stack, if there is one.
pub(super) fn operand(stack: &[U256], depth: usize) -> Option<U256> {
    stack.len().checked_sub(depth + 1).map(|index| stack[index])
}

impl Range {
    /// Offset and length, if the stack has them.
    pub(super) fn operands(self, stack: &[U256]) -> Option<(U256, U256)> {
        let length = match self.length {
            Length::Fixed(length) => U256::from(length),
            Length::Operand(depth) => operand(stack, depth)?,
        };
        Some((operand(stack, self.offset)?, length))
    }

    /// The same, where a word that the stack does not have is zero.
    pub(super) fn operands_or_zero(self, stack: &[U256]) -> (U256, U256) {
        let operand = |depth| operand(stack, depth).unwrap_or_default();
        let length = match self.length {
            Length::Fixed(length) => U256::from(length),
            Length::Operand(depth) => operand(depth),
        };
        (operand(self.offset), length)
    }
}
