//! The boundaries between instructions, as the contract has them: a jump goes on behind the
//! `JUMPDEST` that it leads to.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Keccak256, U256, keccak256};
use iso_evm_wire::segment::{Checkpoint, PAGE_SIZE, checkpoint::Number};
use revm::{
    bytecode::opcode::{JUMP, JUMPI},
    interpreter::{
        InstructionExecResult, Interpreter,
        host::DummyHost,
        interpreter_types::{Jumps, LegacyBytecode},
    },
};

use crate::{
    native::{
        frame::Frame,
        ranges::operand,
        rules::GuestRules,
        step::{Eth, Table},
    },
    rules::verdict::MessageVerdict,
};

/// Hash of each page of memory that is not zero, by its index.
pub(super) type PageHashes = BTreeMap<u64, B256>;

const ZERO_PAGE: [u8; PAGE_SIZE] = [0; PAGE_SIZE];

/// The hash of a page, `bytes` of which lie in memory; none if it is zero.
pub(super) fn page_hash(bytes: &[u8]) -> Option<B256> {
    let rest = ZERO_PAGE.get(bytes.len()..)?;
    if *bytes == ZERO_PAGE[..bytes.len()] {
        return None;
    }
    let mut hasher = Keccak256::new();
    hasher.update(bytes);
    hasher.update(rest);
    Some(hasher.finalize())
}

/// A page of memory, as far as it lies in it.
pub(super) fn page(memory: &[u8], index: u64) -> &[u8] {
    let start = usize::try_from(index).unwrap_or(usize::MAX).saturating_mul(PAGE_SIZE);
    let rest = memory.get(start..).unwrap_or_default();
    &rest[..rest.len().min(PAGE_SIZE)]
}

fn memory_hash(pages: &PageHashes) -> B256 {
    let mut hasher = Keccak256::new();
    for (index, hash) in pages {
        hasher.update(U256::from(*index).to_be_bytes::<32>());
        hasher.update(hash);
    }
    hasher.finalize()
}

/// Whether an instruction begins at `pc`, as far as code and what is behind it can be run.
pub(super) fn is_instruction(interpreter: &Interpreter<Eth>, pc: usize) -> bool {
    let code = interpreter.bytecode.bytecode_slice();
    if pc >= interpreter.bytecode.bytes_ref().len() {
        return false;
    }
    let mut at = 0;
    while at < pc {
        // Behind the code, zeros stop the guest.
        let opcode = code.get(at).copied().unwrap_or_default();
        at += match opcode {
            0x60..=0x7f => usize::from(opcode - 0x5e),
            _ => 1,
        };
    }
    at == pc
}

impl Frame {
    /// Offset in the code of the next instruction.
    pub(super) fn pc(&self) -> usize {
        self.interpreter.bytecode.pc()
    }

    /// Gas that the frame has used, at a boundary.
    pub(super) fn gas_used(&self) -> u64 {
        self.interpreter.gas.limit().saturating_sub(self.interpreter.gas.remaining())
    }

    /// Runs to the next boundary; how the run ended, if it did.
    ///
    /// # Errors
    ///
    /// If the guest's own opcodes would spend more gas than they may.
    pub(super) fn advance(
        &mut self,
        table: &Table,
        rules: &GuestRules,
        host: &mut DummyHost,
    ) -> Result<InstructionExecResult, MessageVerdict> {
        let jumps = self.jumps(self.interpreter.bytecode.opcode());
        let stepped = self.interpreter.step(table, &rules.static_gas, host);
        self.count()?;
        if !jumps || stepped.is_err() {
            return Ok(stepped);
        }
        let stepped = self.interpreter.step(table, &rules.static_gas, host);
        self.count()?;
        Ok(stepped)
    }

    /// Whether the next opcode, which is this one, jumps if it does not halt.
    pub(super) fn jumps(&self, opcode: u8) -> bool {
        match opcode {
            JUMP => true,
            JUMPI => operand(self.interpreter.stack.data(), 1).is_some_and(|word| !word.is_zero()),
            _ => false,
        }
    }

    /// The guest at a boundary, with these pages.
    pub(super) fn checkpoint(&self, pages: &PageHashes) -> Checkpoint {
        let Interpreter { stack, memory, return_data, extend, .. } = &self.interpreter;
        let mut hasher = Keccak256::new();
        for word in stack.data() {
            hasher.update(word.to_be_bytes::<32>());
        }
        Checkpoint {
            pc: Number(self.pc() as u64),
            gas_used: Number(self.gas_used()),
            record: Number(extend.records.taken()),
            stack_height: Number(stack.len() as u64),
            stack_hash: hasher.finalize(),
            memory_size: Number(memory.len() as u64),
            memory_hash: memory_hash(pages),
            return_data_size: Number(return_data.0.len() as u64),
            return_data_hash: keccak256(&return_data.0),
            state_root: extend.state_root.into(),
        }
    }
}
