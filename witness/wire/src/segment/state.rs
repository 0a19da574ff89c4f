//! The guest between two instructions, with all that a [`Checkpoint`] has the hashes of.

use alloy_primitives::{B256, Bytes, Keccak256, U256, keccak256};

use super::{Checkpoint, Head, Pages, checkpoint::Number};
use crate::layout::STATE_ROOT_ENTER;

/// The guest between two instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Offset in the code of the next instruction.
    pub pc: u64,
    /// Gas that the frame has used.
    pub gas_used: u64,
    /// Index of the next record.
    pub record: u64,
    /// The words on the stack, the lowest first.
    pub stack: Vec<U256>,
    /// Memory.
    pub memory: Vec<u8>,
    /// The return data.
    pub return_data: Bytes,
    /// State root that the records have led to.
    pub state_root: B256,
}

impl State {
    /// The guest before a message's first instruction.
    pub fn initial(head: &Head) -> Self {
        Self {
            pc: 0,
            gas_used: 0,
            record: 1,
            stack: Vec::new(),
            memory: Vec::new(),
            return_data: Bytes::new(),
            state_root: head.word(STATE_ROOT_ENTER).into(),
        }
    }

    /// The checkpoint that stands for it.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut stack = Keccak256::new();
        for word in &self.stack {
            stack.update(word.to_be_bytes::<32>());
        }
        Checkpoint {
            pc: Number(self.pc),
            gas_used: Number(self.gas_used),
            record: Number(self.record),
            stack_height: Number(self.stack.len() as u64),
            stack_hash: stack.finalize(),
            memory_size: Number(self.memory.len() as u64),
            memory_hash: Pages::of(&self.memory).hash(),
            return_data_size: Number(self.return_data.len() as u64),
            return_data_hash: keccak256(&self.return_data),
            state_root: self.state_root,
        }
    }
}
