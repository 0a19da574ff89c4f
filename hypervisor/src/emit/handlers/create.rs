//! CREATE, CREATE2. No account is made: the record says what came of it, and the address follows
//! from the creator's nonce or the salt.

use iso_evm_wire::{layout as wire, protocol::Change};
use revm::bytecode::opcode::*;

use super::{Families, storage::refuse_static};
use crate::{
    emit::{
        asm::{Assembler, Code},
        checks::gas_left,
        create2::create2_address,
        dispatch::{
            Shared, advance_checked, charge, check_gas, dispatch, load, message_field, store,
        },
        layout::*,
        records::{expect_bits, expect_equal, field},
    },
    rules::{
        fields::create::{HEAD, NONCE_OR_SALT, OUTCOME, VALUE},
        gas::{GAS_INIT_CODE_WORD_COST, GAS_KECCAK256_WORD, MAX_INIT_CODE_SIZE},
        opcodes::Opcode,
        outcomes::{CREATE_OUTCOMES, allowed, hashed},
        verdict::MismatchKind,
        words::ones,
    },
};

/// Where the position of the record is kept.
const POSITION: usize = SCRATCH;
/// Where the hash of the initcode is kept, as [`create2_address`] wants it.
const INITCODE_HASH: usize = SCRATCH + 64;

/// Guest: `value offset length (salt) …` → `address …`. Host: `S` and these.
pub(super) fn create(c: &mut Code<'_>, shared: &Shared, row: &Opcode, families: &Families) {
    refuse_static(c, shared);
    advance_checked(c, shared, row);
    c.push(row.byte);
    store(c, OPCODE);
    if row.inputs == 3 {
        c.ops(&[PUSH0]).arrange("salt S value offset length", "S value offset length salt");
    }
    c.jump(families.create);
}

/// Host: `opcode …` → `is-it …`.
fn is_create2(c: &mut Code<'_>) {
    load(c, OPCODE);
    c.push(CREATE2).ops(&[EQ]);
}

/// Host: `S value offset length salt …` → (dispatches).
///
/// Gas: static, memory and words, all before the record; then all but 1/64 goes to the creation.
pub(super) fn emit_shared(asm: &mut Assembler, shared: &Shared, families: &Families) {
    let failed = asm.label("create.failed", 2);
    let by_salt = asm.label("create.by_salt", 2);

    let mut c = asm.routine(families.create);
    let c = c.seldom();
    if shared.fork.has(Change::InitcodeLimit) {
        c.push(MAX_INIT_CODE_SIZE).ops(&[DUP5, GT]).jumpi(shared.fault);
    }
    c.ops(&[DUP4, DUP4]).call(shared.touch); // S value offset length salt
    c.ops(&[DUP4]).push(31).ops(&[ADD]).push(5).ops(&[SHR]); // words S …
    is_create2(c);
    c.push(GAS_KECCAK256_WORD).ops(&[MUL]);
    if shared.fork.has(Change::InitcodeLimit) {
        c.push(GAS_INIT_CODE_WORD_COST).ops(&[ADD]);
    }
    c.ops(&[MUL]);
    charge(c);
    check_gas(c, shared);
    load(c, OPCODE);
    c.push(HEAD).call(shared.consume_bytes); // position S value offset length salt
    c.ops(&[DUP1]);
    store(c, POSITION);
    c.ops(&[DUP3]);
    field(c, 2, VALUE);
    expect_equal(c, shared, MismatchKind::Value);
    // The salt is the guest's; a nonce is a fact.
    c.ops(&[DUP6]);
    field(c, 2, NONCE_OR_SALT);
    is_create2(c);
    c.ops(&[MUL]);
    expect_equal(c, shared, MismatchKind::Salt);
    field(c, 1, NONCE_OR_SALT);
    is_create2(c);
    c.ops(&[ISZERO, MUL]);
    expect_bits(c, shared, 64); // position S value offset length salt
    c.ops(&[SWAP1]);
    gas_left(c, shared);
    c.ops(&[DUP1]).push(6).ops(&[SHR, SWAP1, SUB]); // given S position value offset length salt
    // A creation that is refused has no hash of an initcode that nobody needs.
    field(c, 3, OUTCOME);
    c.push(hashed()).ops(&[SWAP1, SHR]).push(1).ops(&[AND]); // needed given S position value …
    c.ops(&[DUP1, DUP8, MUL, DUP7]); // offset length needed given S …
    load(c, GUEST_MEMORY);
    c.ops(&[ADD, KECCAK256, MUL, DUP1]);
    store(c, INITCODE_HASH); // hash given S position …
    c.push(allowed(CREATE_OUTCOMES));
    c.arrange("allowed hash given S position", "position given hash allowed S");
    c.push(OUTCOME).ops(&[ADD]).call(shared.settle);
    c.arrange("used status S", "used S status");
    charge(c); // S status value offset length salt
    // A creation that succeeded returns nothing to its creator.
    c.arrange("S status value offset length salt", "value offset length status S salt");
    c.ops(&[POP, POP, POP]).push(1).ops(&[EQ]); // created S salt
    c.ops(&[PUSH0, DUP2]);
    load(c, RETURN_DATA_SIZE);
    c.ops(&[MUL]);
    expect_equal(c, shared, MismatchKind::Returndata);
    c.ops(&[ISZERO]).jumpi(failed); // S salt
    is_create2(c);
    c.jumpi(by_salt);
    address_by_nonce(c, shared);
    c.ops(&[SWAP1]);
    dispatch(c, 1);
    c.bind(by_salt); // S salt
    c.ops(&[SWAP1]);
    message_field(c, shared, wire::CONTEXT); // creator salt S
    create2_address(c, SCRATCH);
    c.ops(&[SWAP1]);
    dispatch(c, 1);
    c.bind(failed); // S salt
    c.ops(&[SWAP1, POP, PUSH0, SWAP1]);
    dispatch(c, 1);
    c.end();
}

/// The hash of `rlp([creator, nonce])`, which is shorter than a word.
///
/// Host: `S salt …` → `address S …`.
fn address_by_nonce(c: &mut Code<'_>, shared: &Shared) {
    let long = c.local("long_nonce", 0);
    let hash = c.local("hash", 1);
    c.ops(&[SWAP1, POP]);
    load(c, POSITION);
    c.push(NONCE_OR_SALT).ops(&[ADD, CALLDATALOAD]); // nonce S
    c.push(0x7f).ops(&[DUP2, GT]).jumpi(long);
    // One byte: itself, or 0x80 for zero.
    c.ops(&[DUP1, ISZERO]).push(7).ops(&[SHL, ADD]).push(1).ops(&[SWAP1]).jump(hash);
    c.bind(long); // nonce S
    c.ops(&[DUP1]).call(shared.byte_length); // length nonce S
    c.ops(&[DUP1]).push(0x80).ops(&[ADD, DUP2]).push(3).ops(&[SHL, SHL]); // prefix length nonce S
    c.arrange("prefix length nonce", "nonce prefix length").ops(&[OR, SWAP1]).push(1);
    c.ops(&[ADD, SWAP1]);
    c.bind(hash); // encoded bytes S
    // List prefix, string prefix and address come before it.
    c.ops(&[DUP2]).push(0xc0 + 21).ops(&[ADD]).push(8).ops(&[SHL]).push(0x80 + 20).ops(&[OR]);
    c.push(160).ops(&[SHL]);
    message_field(c, shared, wire::CONTEXT);
    c.ops(&[OR]); // front encoded bytes S
    c.ops(&[DUP3]).push(3).ops(&[SHL, SHL, OR]).push(SCRATCH).ops(&[MSTORE]); // bytes S
    c.ops(&[DUP1]).push(22).ops(&[ADD, SWAP1]).push(SCRATCH + 32 - 22).ops(&[SUB, KECCAK256]);
    c.push(ones(160)).ops(&[AND]);
}
