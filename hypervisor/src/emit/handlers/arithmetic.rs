//! Arithmetic, comparison and bitwise opcodes: the host's own, but for the gas of `EXP` and for
//! `CLZ`, which a Cancun host lacks.

use alloy_primitives::U256;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        dispatch::{Shared, advance, charge_each, finish},
    },
    rules::{gas::GAS_EXPONENTIATION_PER_BYTE, opcodes::Opcode, words::ones},
};

/// The opcode that does with `b a` what `byte` does with `a b`.
fn mirrored(byte: u8) -> Option<u8> {
    match byte {
        ADD | MUL | AND | OR | XOR | EQ => Some(byte),
        LT => Some(GT),
        GT => Some(LT),
        SLT => Some(SGT),
        SGT => Some(SLT),
        _ => None,
    }
}

/// Guest: `a b …` → `f(a, b) …`. Host: `S a b …`.
pub(super) fn binary(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[SWAP2]); // b a S
    match mirrored(row.byte) {
        Some(mirrored) => c.ops(&[mirrored]),
        None => c.ops(&[SWAP1, row.byte]), // a b S
    };
    c.ops(&[SWAP1]); // S result
    finish(c, shared, row);
}

/// Guest: `a b n …` → `f(a, b, n) …`. Host: `S a b n …`.
pub(super) fn ternary(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[SWAP3, SWAP2, SWAP1]); // a b n S, from n a b S
    c.ops(&[row.byte, SWAP1]);
    finish(c, shared, row);
}

/// Guest: `a …` → `f(a) …`. Host: `S a …`.
pub(super) fn unary(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[SWAP1, row.byte, SWAP1]);
    finish(c, shared, row);
}

/// Guest: `base exponent …` → `power …`. Host: `S base exponent …`.
/// Gas: static + 50 for each byte of the exponent (EIP-160).
pub(super) fn exp(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    if !shared.is_live() {
        charge_exponent(c, shared);
    }
    c.ops(&[SWAP2, SWAP1, EXP, SWAP1]);
    finish(c, shared, row);
}

/// Host: `S base exponent …` → `S' base exponent …`.
fn charge_exponent(c: &mut Code<'_>, shared: &Shared) {
    let long = c.local("long", 0);
    let charged = c.local("charged", 1);
    c.push(0xff).ops(&[DUP4, GT]).jumpi(long); // S base exponent
    c.ops(&[DUP3, ISZERO, ISZERO]).jump(charged);
    c.bind(long);
    c.ops(&[DUP3]).call(shared.byte_length);
    c.bind(charged); // bytes S base exponent
    charge_each(c, GAS_EXPONENTIATION_PER_BYTE); // S base exponent
}

/// Halves the question five or eight times: is anything left above the lower half?
///
/// Host: `value …` → `count …`, in units of `2^smallest` bits, of value without leading zeros.
fn significant(c: &mut Code<'_>, smallest: usize) {
    c.ops(&[PUSH0]); // count value
    for bits in (smallest..8).rev() {
        let width = 1_usize << bits;
        // If the value has more than `width` bits, they count, and what is above is looked at.
        c.ops(&[DUP2]).push(width).ops(&[SHR, ISZERO, ISZERO]).push(bits).ops(&[SHL]); // more count value
        c.ops(&[DUP1, SWAP3, SWAP1, SHR]); // value' count more, from more value count
        c.ops(&[SWAP2, ADD]); // count' value'
    }
    c.push(smallest).ops(&[SHR, SWAP1, ISZERO, ISZERO, ADD]);
}

/// Guest: `value …` → `leading zeros …` (EIP-7939). Host: `S value …`.
pub(super) fn clz(c: &mut Code<'_>, shared: &Shared, row: &Opcode) {
    advance(c, shared, row);
    c.ops(&[SWAP1]);
    if shared.segment.is_some() {
        leading_zeros(c);
    } else {
        significant(c, 0);
        c.push(256).ops(&[SUB]);
    }
    c.ops(&[SWAP1]);
    finish(c, shared, row);
}

/// The same in fewer steps, of more bytes: what the dearest opcode costs a host decides how long a
/// segment can be. The last four bits are looked up.
///
/// Host: `value …` → `count …`.
fn leading_zeros(c: &mut Code<'_>) {
    /// Byte `i` is 255 less the number of significant bits of `i`.
    const LEFT: u128 = 0xff_fe_fd_fd_fc_fc_fc_fc_fb_fb_fb_fb_fb_fb_fb_fb;
    c.ops(&[PUSH0]); // bits value
    for bits in (2..8).rev() {
        c.ops(&[DUP2, DUP2, SHR]).push(ones(1 << bits)).ops(&[LT]).push(bits).ops(&[SHL, OR]);
    }
    // bits value: the value's highest bit is among the four from `bits` on.
    c.ops(&[SWAP1, DUP2, SHR]).push(16).ops(&[ADD]).push(U256::from(LEFT)).ops(&[SWAP1, BYTE]);
    c.ops(&[SUB]).push(1).ops(&[ADD]);
}

/// The subroutine `byte_length`.
pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared) {
    let mut c = asm.routine(shared.byte_length.label);
    c.ops(&[SWAP1]); // value return
    significant(&mut c, 3);
    c.ops(&[SWAP1]).ret(shared.byte_length);
    c.end();
}
