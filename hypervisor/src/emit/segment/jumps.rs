//! Jump destinations in a segment. Every segment begins to look for them anew, so that the worst that
//! one jump can cost counts for each: whatever is scanned is scanned once, and every destination on
//! the way is remembered.

use revm::bytecode::opcode::*;

use crate::emit::{
    asm::{Assembler, Code, Label},
    dispatch::{Shared, load},
    jumps::{after, memo_of},
    layout::*,
};

/// A destination before which bytes look as if they reached over it: is it remembered, or does the
/// scan that `boundary` makes come to it?
///
/// Host: `address S` → (goes to `good` or halts): invalid jump.
pub(crate) fn scan(asm: &mut Assembler, shared: &Shared, scan: Label, good: Label) {
    let invalid = asm.label("jump.invalid", 2);

    let mut c = asm.routine(scan);
    c.ops(&[DUP1]);
    flags_of(&mut c); // flags address S
    c.ops(&[MLOAD, DUP2]).push(7).ops(&[AND, SHL]).push(255).ops(&[SHR]).jumpi(good);
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]).jumpi(invalid);
    c.ops(&[DUP1]).call(shared.boundary).jumpi(good);
    c.bind(invalid);
    c.ops(&[POP]).jump(shared.fault);
    c.end();
}

/// Host: `address …` → `flags …`: where the flag of the address stands, in the byte's bit that is the
/// address's low three, from the top.
fn flags_of(c: &mut Code<'_>) {
    c.push(3).ops(&[SHR]);
    load(c, VALID);
    c.ops(&[ADD]);
}

/// From a place where an instruction begins to the end of the word that holds `address`, instruction
/// by instruction.
///
/// Host: `place return address` → (returns) `bool`: whether an instruction begins at `address`.
pub(crate) fn forward(c: &mut Code<'_>, shared: &Shared) {
    let scan = c.local("scan", 1);
    let scanned = c.local("scanned", 1);
    let flag = c.local("flag", 1);
    let next = c.local("next", 1);
    let same_word = c.local("same_word", 2);
    c.ops(&[PUSH0]);
    c.bind(scan); // found place return address
    c.ops(&[DUP4]).push(31).ops(&[OR, DUP3, GT]).jumpi(scanned); // place > last
    c.ops(&[DUP4, DUP3, EQ, OR, SWAP1]); // place found return address
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[EQ]).jumpi(flag);
    c.bind(next);
    c.ops(&[DUP1]);
    after(c); // next place found return address
    // Another word? Then this boundary is its memo.
    c.ops(&[DUP1]).push(5).ops(&[SHR, SWAP2]).push(5).ops(&[SHR, DUP3, EQ]).jumpi(same_word);
    c.ops(&[DUP1]).push(31).ops(&[AND]).push(1).ops(&[ADD]); // entry next word found …
    c.ops(&[DUP2]);
    memo_of(c); // memo entry next word found …
    c.ops(&[MSTORE8]);
    c.bind(same_word); // next word found return address
    c.ops(&[SWAP1, POP, SWAP1]).jump(scan);
    c.bind(flag); // place found return address
    c.ops(&[DUP1]);
    flags_of(c); // flags place found …
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // byte flags place …
    c.push(0x80).ops(&[DUP4]).push(7).ops(&[AND, SHR, OR, SWAP1, MSTORE8]).jump(next);
    c.bind(scanned); // found place return address
    c.ops(&[SWAP1, POP, SWAP2, POP]).ret(shared.boundary);
}
