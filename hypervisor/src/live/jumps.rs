//! Jumps of a live guest: the audit's test of a destination, without its memo. Normative text:
//! `specs/05-hypervisor.md`, section Jumps.
//!
//! The audit bounds what all scans of a run cost together, since it runs on somebody's claim. Here
//! the guest pays for its own code, and the way back to a certain place may be as long as it is.

use revm::bytecode::opcode::*;

use crate::emit::{
    asm::{Assembler, Label},
    dispatch::{Shared, dispatch_any, load},
    jumps::{after, covered, nearest},
    layout::*,
    state_word::{Guard, pc_mask},
};

/// A jump of the guest, to a destination within the code, and the `JUMPDEST` there.
///
/// Guest: `destination …` → `…`. Host: `destination S …` → (dispatches). Halts: invalid jump.
pub(crate) fn emit(asm: &mut Assembler, shared: &Shared, jumpi_taken: Label) {
    let scan = asm.label("jump.scan", 2);
    let good = asm.label("jump.good", 2);

    let mut c = asm.routine(shared.jump);
    c.push(shared.code()).ops(&[ADD]); // address S
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]); // wrong address S
    c.ops(&[DUP2]);
    covered(&mut c);
    c.ops(&[OR]).jumpi(scan);
    c.bind(good); // address S
    c.ops(&[SWAP1]).push(!pc_mask()).ops(&[AND, OR]); // S
    c.push(shared.delta(1, -1, 0)).ops(&[ADD]);
    dispatch_any(&mut c, Guard::Live);
    c.end();

    // A JUMPI that is taken: what it takes from the stack more than JUMP, and on as one.
    let mut c = asm.routine(jumpi_taken);
    c.ops(&[SWAP1]).push(shared.delta(0, -1, 0)).ops(&[ADD, SWAP1]); // destination S
    load(&mut c, CODE_SIZE);
    c.ops(&[DUP2, LT]).jumpi(shared.jump).jump(shared.fault);
    c.end();

    scan_back(asm, shared, scan, good);
}

/// A destination before which bytes look as if they reached over it. From the nearest of these the
/// way goes back, each time to the nearest byte that looks as if it reached over the last, until
/// there is none: an instruction begins there. From it forward, the first instruction behind that
/// nearest byte tells; a destination that is good is remembered.
///
/// Host: `address S` → (goes to `good` or halts): invalid jump.
fn scan_back(asm: &mut Assembler, shared: &Shared, scan: Label, good: Label) {
    let known = asm.label("jump.known", 3);
    let back = asm.label("jump.back", 6);
    let forward = asm.label("jump.forward", 5);

    let mut c = asm.routine(scan);
    c.ops(&[DUP1]).push(3).ops(&[SHR]);
    load(&mut c, VALID);
    c.ops(&[ADD]); // flags address S
    c.ops(&[DUP1, MLOAD, DUP3]).push(7).ops(&[AND, SHL]).push(255).ops(&[SHR]).jumpi(known);
    c.ops(&[DUP2, MLOAD, PUSH0, BYTE]).push(JUMPDEST).ops(&[XOR]).jumpi(shared.fault);
    c.ops(&[DUP2, DUP1]);
    covered(&mut c);
    nearest(&mut c); // near flags address S
    c.ops(&[DUP1, DUP1]);
    covered(&mut c);
    c.ops(&[DUP1]).jumpi(back);
    c.ops(&[POP]);
    c.bind(forward); // place near flags address S
    after(&mut c);
    c.ops(&[DUP2, DUP2, GT, ISZERO]).jumpi(forward); // place > near
    c.ops(&[SWAP1, POP, DUP3, SWAP1, GT]).jumpi(shared.fault); // place > address
    c.ops(&[DUP1, MLOAD, PUSH0, BYTE]); // byte flags address S
    c.push(0x80).ops(&[DUP4]).push(7).ops(&[AND, SHR, OR, SWAP1, MSTORE8]); // address S
    c.jump(good);
    c.bind(back); // suspects place near flags address S
    nearest(&mut c);
    c.ops(&[DUP1]);
    covered(&mut c);
    c.ops(&[DUP1]).jumpi(back);
    c.ops(&[POP]).jump(forward);
    c.bind(known); // flags address S
    c.ops(&[POP]).jump(good);
    c.end();
}
