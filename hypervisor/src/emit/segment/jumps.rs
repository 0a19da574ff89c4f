//! Jump destinations in a segment. Every segment begins to look for them anew, so the worst that it can
//! cost counts for each: code is scanned word by word, no word twice, and where instructions begin in
//! it is remembered, one bit for each byte.

use revm::bytecode::opcode::*;

use crate::emit::{
    asm::{Assembler, Code, Label},
    dispatch::{Shared, load},
    jumps::{after, memo_of},
    layout::*,
};

/// A destination before which bytes look as if they reached over it.
///
/// Host: `word address S` → (goes to `good` or halts): invalid jump.
pub(crate) fn scan(asm: &mut Assembler, shared: &Shared, scan: Label, good: Label) {
    let invalid = asm.label("jump.invalid", 3);

    let mut c = asm.routine(scan);
    c.ops(&[DUP1, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]).jumpi(invalid);
    c.ops(&[DUP2]).call(shared.boundary).jumpi(good);
    c.bind(invalid);
    c.ops(&[POP, POP]).jump(shared.fault);
    c.end();
}

/// Host: `address …` → `flags …`: where the flag of the address stands: in the bit of that byte that is
/// the address's low three, from the top.
fn flags_of(c: &mut Code<'_>) {
    c.push(3).ops(&[SHR]);
    load(c, VALID);
    c.ops(&[ADD]);
}

/// Host: `address …` → `bool …`: whether an instruction is known to begin there.
fn is_known(c: &mut Code<'_>) {
    c.ops(&[DUP1]);
    flags_of(c);
    c.ops(&[MLOAD, SWAP1]).push(7).ops(&[AND, SHL]).push(255).ops(&[SHR]);
}

/// What is known need not be scanned.
///
/// Host: `return address` → the same, or (returns) `bool`.
pub(crate) fn known(c: &mut Code<'_>, shared: &Shared) {
    let Some(_) = shared.segment else { return };
    let unknown = c.local("unknown", 0);
    c.ops(&[DUP2]);
    is_known(c);
    c.ops(&[ISZERO]).jumpi(unknown);
    c.ops(&[SWAP1, POP]).push(1).ops(&[SWAP1]).ret(shared.boundary);
    c.bind(unknown);
}

/// From a place where an instruction begins, word by word, to the end of the one that holds `address`.
///
/// Host: `place return address` → (returns) `bool`: whether an instruction begins at `address`.
pub(crate) fn forward(c: &mut Code<'_>, shared: &Shared) {
    let word = c.local("word", 0);
    let instruction = c.local("instruction", 2);
    c.bind(word); // place return address
    c.ops(&[DUP1]).push(31).ops(&[OR]).push(1).ops(&[ADD, PUSH0]); // bits end place return address
    c.arrange("bits end place", "place bits end");
    c.bind(instruction); // place bits end return address
    c.ops(&[SWAP1]).push(1).ops(&[DUP3, NOT]).push(31).ops(&[AND, SHL, OR, SWAP1]);
    after(c); // next bits end return address
    c.ops(&[DUP3, DUP2, LT]).jumpi(instruction); // next < end
    // The word's 32 flags.
    c.arrange("next bits end", "end bits next").push(32).ops(&[SWAP1, SUB]); // word bits next …
    flags_of(c);
    c.ops(&[SWAP1]).push(224).ops(&[SHL, DUP2, MLOAD, OR, SWAP1, MSTORE]); // next return address
    // Where the first instruction of another word begins.
    c.ops(&[DUP1]).push(31).ops(&[AND]).push(1).ops(&[ADD]); // entry next return address
    c.ops(&[DUP2]);
    memo_of(c, shared);
    c.ops(&[MSTORE8]); // next return address
    c.ops(&[DUP3, DUP2, GT, ISZERO]).jumpi(word); // next > address
    c.ops(&[POP, SWAP1]);
    is_known(c);
    c.ops(&[SWAP1]).ret(shared.boundary);
}
