//! The lint at emission: the verdict depends on calldata and archives alone, so the audit contract
//! holds no opcode whose result depends on anything else. Normative text:
//! `specs/10-security-model.md`.

use revm::bytecode::opcode::*;

use crate::emit::asm::Linked;

/// Whether the audit contract may hold `op`.
pub fn may_emit(op: u8) -> bool {
    match op {
        STOP => false,
        ADD..=SIGNEXTEND | LT..=SAR | KECCAK256 => true,
        CALLDATALOAD | CALLDATASIZE | CALLDATACOPY => true,
        // Of archives only.
        EXTCODESIZE | EXTCODECOPY => true,
        POP | MLOAD | MSTORE | MSTORE8 | JUMP | JUMPI | MSIZE | JUMPDEST | MCOPY => true,
        PUSH0..=PUSH32 | DUP1..=DUP16 | SWAP1..=SWAP16 => true,
        RETURN | REVERT | INVALID => true,
        _ => false,
    }
}

/// # Panics
///
/// If the contract holds an opcode that it may not: a defect of the emitter.
pub(crate) fn check(linked: &Linked) {
    for op in linked.opcodes() {
        assert!(may_emit(op), "opcode {op:#04x} may not stand in an audit contract");
    }
}
