//! Which opcodes leave a record, what they take from the stack, and when a record is consumed
//! although the opcode then runs out of gas. `specs/03-records.md`, section Consumption.
//!
//! In the data's way this is the first thing a step meets: a table look-up lets every other opcode
//! pass.

use alloy_primitives::{Address, U256};

use iso_evm_wire::{
    Fork,
    protocol::{
        GAS_CALL_STIPEND, GAS_CALL_VALUE, GAS_COPY, GAS_MEMORY, GAS_SELF_DESTRUCT,
        MEMORY_QUADRATIC_SHIFT, StateGas,
    },
    records::{OPENING, SHAPES},
};
use revm::bytecode::OpCode;

/// Most stack words that a recorded opcode takes (`CALL`).
const MOST_INPUTS: usize = 7;

/// Marks an opcode without a record in [`INPUTS`].
const NOT_RECORDED: u8 = u8::MAX;

/// Stack words that each recorded opcode takes: which ones leave a record says the table of records,
/// how many words they take says revm.
const INPUTS: [u8; 256] = {
    let mut inputs = [NOT_RECORDED; 256];
    let mut shapes = SHAPES;
    while let [shape, other_shapes @ ..] = shapes {
        let mut opcodes = shape.opcodes;
        while let [recorded, others @ ..] = opcodes {
            if recorded.byte != OPENING {
                let info = OpCode::info_by_op(recorded.byte).expect("an opcode of revm's");
                assert!(info.inputs() as usize <= MOST_INPUTS, "a step has room for the operands");
                inputs[recorded.byte as usize] = info.inputs();
            }
            opcodes = others;
        }
        shapes = other_shapes;
    }
    inputs
};

/// A recorded opcode as it stood before it ran: by the time its facts are known, its operands are
/// gone from the stack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// The byte of the opcode that runs.
    pub(super) opcode: u8,
    /// Gas left before it.
    pub(super) gas: u64,
    /// Memory size before it, in bytes.
    pub(super) memory: usize,
    /// Length of revm's journal before it.
    pub(super) journal: usize,
    /// Balance of the executing account before it (`SELFDESTRUCT` only).
    pub(super) balance: U256,
    /// Operands from the top; beyond those of the opcode, what an earlier one has left.
    inputs: [U256; MOST_INPUTS],
}

/// Whether `opcode` leaves a record.
#[inline]
pub(super) const fn is_recorded(opcode: u8) -> bool {
    INPUTS[opcode as usize] != NOT_RECORDED
}

impl Step {
    /// Notes `opcode` with its operands off `stack` (top last). `false` if the stack has too few.
    pub(super) fn note(&mut self, opcode: u8, stack: &[U256]) -> bool {
        let count = usize::from(INPUTS[usize::from(opcode)]);
        let Some(base) = stack.len().checked_sub(count) else { return false };
        for (input, word) in self.inputs.iter_mut().zip(stack[base..].iter().rev()) {
            *input = *word;
        }
        self.opcode = opcode;
        true
    }

    /// Operand `index`, counted from the top of the stack.
    pub(super) const fn input(&self, index: usize) -> U256 {
        self.inputs[index]
    }

    /// Operand `index` as an address: its low 20 bytes.
    pub(super) fn address(&self, index: usize) -> Address {
        Address::from_word(self.inputs[index].into())
    }

    /// The operands that are a log's topics.
    pub(super) fn topics(&self) -> &[U256] {
        &self.inputs[2..usize::from(INPUTS[usize::from(self.opcode)])]
    }

    /// The value that a call moves; zero for `DELEGATECALL` and `STATICCALL`, which have none.
    pub(super) const fn call_value(&self) -> U256 {
        if matches!(self.opcode, 0xf1 | 0xf2) { self.inputs[2] } else { U256::ZERO }
    }

    /// Whether the record is consumed although the opcode ran out of gas: its cost without any
    /// fact was covered, so a fact decided.
    pub(super) fn is_consumed_without_gas(&self, fork: Fork) -> bool {
        self.gas_without_facts(fork).is_some_and(|gas| gas <= u128::from(self.gas))
    }

    /// Gas that must be left for the record to be consumed. `None` if no amount would do, or if no
    /// fact can make this opcode run out of gas.
    fn gas_without_facts(&self, fork: Fork) -> Option<u128> {
        let StateGas { account, storage, .. } = StateGas::of(fork);
        let account = u128::from(account);
        match self.opcode {
            0x31 | 0x3b | 0x3f => Some(account),
            0x3c => {
                let copied = u128::from(words(self.input(3))?) * u128::from(GAS_COPY);
                Some(account + copied + self.expansion(&[(self.input(1), self.input(3))])?)
            }
            0x54 => Some(storage.into()),
            // EIP-2200: the stipend alone must not be enough to write.
            0x55 => Some(u128::from(GAS_CALL_STIPEND) + 1),
            0xf1 | 0xf2 | 0xf4 | 0xfa => {
                let ranges = if matches!(self.opcode, 0xf1 | 0xf2) { 3 } else { 2 };
                let expansion = self.expansion(&[
                    (self.input(ranges), self.input(ranges + 1)),
                    (self.input(ranges + 2), self.input(ranges + 3)),
                ])?;
                let transfer = if self.call_value().is_zero() { 0 } else { GAS_CALL_VALUE.into() };
                Some(account + transfer + expansion)
            }
            0xff => Some(GAS_SELF_DESTRUCT.into()),
            _ => None,
        }
    }

    /// Gas for memory to reach the end of each `(offset, length)`. `None` if out of any gas.
    fn expansion(&self, ranges: &[(U256, U256)]) -> Option<u128> {
        let cost = |words: u64| {
            let words = u128::from(words);
            u128::from(GAS_MEMORY) * words + ((words * words) >> MEMORY_QUADRATIC_SHIFT)
        };
        let now = self.memory.div_ceil(32) as u64;
        let mut most = now;
        for (offset, length) in ranges.iter().filter(|(_, length)| !length.is_zero()) {
            most = most.max(words(offset.checked_add(*length)?)?);
        }
        Some(cost(most) - cost(now))
    }
}

/// Words that `bytes` bytes take. `None` if no gas could pay for so many.
fn words(bytes: U256) -> Option<u64> {
    u64::try_from(bytes).ok().map(|bytes| bytes.div_ceil(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(opcode: u8, gas: u64, memory: usize, inputs_from_top: &[u64]) -> Step {
        let stack: Vec<U256> = inputs_from_top.iter().rev().map(|n| U256::from(*n)).collect();
        let mut step = Step { gas, memory, ..Step::default() };
        assert!(step.note(opcode, &stack), "enough operands");
        step
    }

    #[test]
    fn recorded_opcodes_take_the_operands_that_the_protocol_gives_them() {
        for opcode in 0..=255 {
            let expected = match opcode {
                0x41..=0x48 | 0x4a => 0,
                0x31 | 0x3b | 0x3f | 0x40 | 0x49 | 0x54 | 0x5c | 0xff => 1,
                0x55 | 0x5d => 2,
                0xa0..=0xa4 => opcode - 0xa0 + 2,
                0xf0 => 3,
                0x3c | 0xf5 => 4,
                0xf4 | 0xfa => 6,
                0xf1 | 0xf2 => 7,
                _ => NOT_RECORDED,
            };
            assert_eq!(INPUTS[usize::from(opcode)], expected, "{opcode:#04x}");
        }
    }

    #[test]
    fn operands_count_from_the_top_and_underflow_is_seen() {
        let step = step(0x55, 0, 0, &[7, 9]);
        assert_eq!((step.input(0), step.input(1)), (U256::from(7), U256::from(9)));
        assert!(!Step::default().note(0x55, &[U256::ZERO]));
    }

    #[test]
    fn thresholds_are_exact() {
        let berlin = Fork::Berlin;
        let call = |gas| step(0xf1, gas, 64, &[0, 5, 1, 0, 33, 32, 64]);
        // Two ranges, the further one ends at byte 96: one word more than the two there are.
        let needed = 100 + 9000 + 3;
        assert!(call(needed).is_consumed_without_gas(berlin));
        assert!(!call(needed - 1).is_consumed_without_gas(berlin));
        assert!(!step(0x55, 2300, 0, &[0, 0]).is_consumed_without_gas(berlin));
        assert!(step(0x55, 2301, 0, &[0, 0]).is_consumed_without_gas(berlin));
        let copy = |gas| step(0x3c, gas, 0, &[5, 0, 0, 33]);
        assert!(copy(700 + 2 * 3 + 2 * 3).is_consumed_without_gas(Fork::Istanbul));
        assert!(!copy(700 + 2 * 3 + 2 * 3 - 1).is_consumed_without_gas(Fork::Istanbul));
    }

    #[test]
    fn ranges_that_wrap_cost_more_than_any_gas() {
        let mut copy = step(0x3c, u64::MAX, 0, &[5, 0, 0, 33]);
        copy.inputs[1] = U256::MAX;
        assert!(!copy.is_consumed_without_gas(Fork::Osaka));
        copy.inputs[3] = U256::ZERO;
        assert!(copy.is_consumed_without_gas(Fork::Osaka));
    }
}
