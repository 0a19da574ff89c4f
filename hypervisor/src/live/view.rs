//! Where somebody who watches the host finds the guest: which step of the host's begins an opcode of
//! the guest's, and where pc, stack and memory are then. Normative text: `specs/13-live.md`, section
//! Watching.

use crate::emit::{
    asm::STRIDE,
    layout::{GUEST_MEMORY, NEAR_CODE, SPILL, SPILLED},
    state_word::PC_BITS,
};

/// Where the guest stands in the host's frame. An opcode of the guest's begins when the host comes to
/// the `JUMPDEST` at [`stride`](View::stride) times its byte; the state word is then on top of the
/// host's stack, and the guest's stack below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct View {
    /// Distance of two opcodes' first instructions in the machine's code.
    pub stride: usize,
    /// Low bits of the state word that are the address of the guest's opcode in host memory.
    pub pc_bits: usize,
    /// Host address of the guest's code.
    pub code: usize,
    /// Host address of the word that is the host address of the guest's memory.
    pub guest_memory: usize,
    /// Host address of the word that counts the guest's lowest stack words which lie in memory.
    pub spilled: usize,
    /// Host address of the word that is the host address of these words, the lowest first.
    pub spill: usize,
}

/// Where a guest of the live machine's stands.
pub const VIEW: View = View {
    stride: STRIDE,
    pc_bits: PC_BITS,
    code: NEAR_CODE,
    guest_memory: GUEST_MEMORY,
    spilled: SPILLED,
    spill: SPILL,
};
