//! [`Step`]: one opcode of one message, with all that there was before it and what it cost.

use alloy_primitives::U256;
use iso_evm_hypervisor::{Callee, Halt, Run};

/// One opcode of one message: the guest before it, and what it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Index of the message.
    pub message: usize,
    /// Number of frames that are open, this one counted: 1 for a transaction's top message.
    pub depth: usize,
    /// Offset of the opcode in the code.
    pub pc: usize,
    /// The opcode.
    pub opcode: u8,
    /// Gas that is left before it.
    pub gas: u64,
    /// Gas that it cost itself, what it handed to a callee not counted.
    pub cost: u64,
    /// What it handed to a callee, if it called or created.
    pub callee: Option<Callee>,
    /// The stack before it, its top last.
    pub stack: Vec<U256>,
    /// Number of bytes of memory before it.
    pub memory_size: usize,
    /// Number of bytes of memory behind it; `None` if the run ended at it.
    pub memory_size_behind: Option<usize>,
    /// Memory before it, if somebody wants it.
    pub memory: Option<Vec<u8>>,
    /// Refunds before it.
    pub refund: Refund,
    /// Index of the record that it took.
    pub record: Option<u64>,
    /// Why the guest halted at it.
    pub halt: Option<Halt>,
    /// Whether a record or a limit ended the run at it: what it does and costs is not all known.
    pub is_cut: bool,
}

/// What is to be refunded, before an opcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refund {
    /// All of it, since what is traced has begun.
    pub all: i64,
    /// As much as this frame has brought, and those below it that succeeded.
    pub frame: i64,
    /// What the opcode adds.
    pub added: i64,
}

impl Step {
    /// Gas cost as EIP-3155 lines have it: of a call with what it hands over, of a creation without.
    pub fn shown_cost(&self) -> u64 {
        let given = self.callee.filter(|_| is_call(self.opcode)).map_or(0, |callee| callee.given);
        self.cost.saturating_add(given)
    }

    /// Runs the next opcode of a message, if there is one, and notes it here. Message, depth and what was
    /// refunded before are for the caller to know. Nothing is allocated that is there already.
    pub fn take(&mut self, run: &mut Run, memory: bool) -> bool {
        let Some(state) = run.state() else { return false };
        self.pc = state.pc();
        self.opcode = state.opcode();
        self.gas = state.gas();
        self.stack.clear();
        self.stack.extend_from_slice(state.stack());
        self.memory_size = state.memory_size();
        match &mut self.memory {
            Some(bytes) if memory => {
                bytes.clear();
                bytes.extend_from_slice(&state.memory());
            }
            kept => *kept = memory.then(|| state.memory().to_vec()),
        }
        let Some(stepped) = run.step() else { return false };
        self.cost = stepped.cost;
        self.callee = stepped.callee;
        self.refund.added = stepped.refund;
        self.record = stepped.record;
        self.halt = stepped.halt;
        self.memory_size_behind = run.state().map(|state| state.memory_size());
        self.is_cut = run.verdict().is_some() && run.ended().is_none();
        true
    }
}

/// `CALL`, `CALLCODE`, `DELEGATECALL` or `STATICCALL`.
const fn is_call(opcode: u8) -> bool {
    matches!(opcode, 0xf1 | 0xf2 | 0xf4 | 0xfa)
}
