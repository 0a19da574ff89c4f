//! The archive factory: deploys archives at addresses that follow from what they hold. Normative
//! text: `specs/08-archives.md`.
//!
//! `archive(bytes code)` by code hash, `archive(address account, bytes code)` by account, for the
//! registrar only; both return the address of the first part. Called without calldata, as the
//! archives' init code does, it answers with the part under way, which is in transient storage:
//! its length at slot 0, its words from slot 1 on.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use revm::bytecode::opcode::*;

use crate::{
    archive::{ArchiveKey, PART_SIZE, archive_address_of, archive_initcode, part_step},
    asm::{Assembler, Code},
    program::Contract,
};

/// The factory's functions.
pub mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// By code hash: archives `code`, whoever calls.
        #[derive(Debug)]
        function archive(bytes code) external returns (address);
    }

    /// By account.
    pub mod account {
        use alloy_sol_types::sol;

        sol! {
            /// Archives `code` as that of `account`; callable by the registrar.
            #[derive(Debug)]
            function archive(address account, bytes code) external returns (address);
        }
    }
}

/// Words of memory: hash input, loop state, then the part under way.
const SCRATCH: usize = 0;
const LENGTH: usize = 96;
const DATA: usize = 128;
const SALT: usize = 160;
const FIRST: usize = 192;
const TARGET: usize = 224;
/// The `0x00` byte and the part.
const PART: usize = 256;

/// Emits the factory. By account, `registrar` is the only caller that it takes archives from.
pub fn emit_archive_factory(key: ArchiveKey, registrar: Option<Address>) -> Contract {
    let mut asm = Assembler::default();
    let bad = asm.terminal("bad");
    let answer = asm.label("answer", 0);
    let main = asm.label("main", 0);
    let part = asm.label("part", 1);
    let store = asm.label("part.store", 2);
    let stored = asm.label("part.stored", 2);
    let deployed = asm.label("part.deployed", 2);
    let word = asm.label("answer.word", 2);
    let answered = asm.label("answer.done", 2);

    let mut c = asm.routine(main);
    c.ops(&[CALLDATASIZE, ISZERO]).jumpi(answer);
    c.ops(&[CALLVALUE]).jumpi(bad);
    let selector = match key {
        ArchiveKey::CodeHash => abi::archiveCall::SELECTOR,
        ArchiveKey::Account => abi::account::archiveCall::SELECTOR,
    };
    c.ops(&[PUSH0, CALLDATALOAD]).push(224).ops(&[SHR]);
    c.push(u32::from_be_bytes(selector)).ops(&[XOR]).jumpi(bad);
    // Position of the code's length, and the salt by account.
    let argument = match key {
        ArchiveKey::CodeHash => 4,
        ArchiveKey::Account => {
            let registrar = registrar.unwrap_or_default();
            c.push(U256::from_be_slice(registrar.as_slice())).ops(&[CALLER, XOR]).jumpi(bad);
            c.push(4).ops(&[CALLDATALOAD, DUP1]).push(160).ops(&[SHR]).jumpi(bad);
            put(&mut c, SALT);
            36
        }
    };
    c.push(argument).ops(&[CALLDATALOAD]); // offset
    c.ops(&[CALLDATASIZE, DUP2, LT, ISZERO]).jumpi(bad);
    c.push(4).ops(&[ADD, DUP1, CALLDATALOAD]); // length position
    c.ops(&[CALLDATASIZE, DUP2, GT]).jumpi(bad);
    c.ops(&[SWAP1]).push(32).ops(&[ADD]); // data length
    c.ops(&[CALLDATASIZE, DUP3, DUP3, ADD, GT]).jumpi(bad); // data + length > size
    c.ops(&[DUP1]);
    put(&mut c, DATA);
    c.ops(&[DUP2]);
    put(&mut c, LENGTH); // data length
    if key == ArchiveKey::CodeHash {
        c.push(PART).ops(&[CALLDATACOPY]);
        get(&mut c, LENGTH);
        c.push(PART).ops(&[KECCAK256]);
        put(&mut c, SALT);
        // The first byte of the buffer is the `0x00` of every part.
        c.ops(&[PUSH0]).push(PART).ops(&[MSTORE8]);
    } else {
        c.ops(&[POP, POP]);
    }
    c.ops(&[PUSH0]); // offset
    c.bind(part); // offset
    c.ops(&[DUP1]);
    get(&mut c, LENGTH);
    c.ops(&[SUB]); // left offset
    c.push(PART_SIZE);
    crate::dispatch::min(&mut c);
    c.ops(&[SWAP1, POP]); // size offset
    // The part into memory, and from there into transient storage.
    c.ops(&[DUP1, DUP3]);
    get(&mut c, DATA);
    c.ops(&[ADD]).push(PART + 1).ops(&[CALLDATACOPY]); // size offset
    c.ops(&[DUP1]).push(1).ops(&[ADD, PUSH0, TSTORE]);
    // Words of the part, from the last: the byte in front counts.
    c.ops(&[DUP1]).push(32).ops(&[ADD]).push(5).ops(&[SHR]); // words size offset
    c.ops(&[SWAP2, ADD, SWAP1]); // words end, end = offset + size
    c.bind(store); // words end
    c.ops(&[DUP1, ISZERO]).jumpi(stored);
    c.ops(&[DUP1]).push(5).ops(&[SHL]).push(PART - 32).ops(&[ADD, MLOAD]); // value words end
    c.ops(&[DUP2, TSTORE]); // words end
    c.push(1).ops(&[SWAP1, SUB]).jump(store);
    c.bind(stored); // 0 end
    get(&mut c, SALT);
    archive_address_here(&mut c); // archive 0 end
    c.ops(&[DUP1]);
    put(&mut c, TARGET);
    // The first part's address is what is returned.
    get(&mut c, FIRST);
    c.ops(&[DUP1, ISZERO, DUP3, MUL, OR]);
    put(&mut c, FIRST); // archive 0 end
    c.ops(&[EXTCODESIZE]).jumpi(deployed); // 0 end
    let initcode = archive_initcode();
    c.push(U256::from_be_slice(&initcode)).ops(&[PUSH0, MSTORE]);
    get(&mut c, SALT);
    c.push(initcode.len()).push(32 - initcode.len()).ops(&[PUSH0, CREATE2]); // created 0 end
    get(&mut c, TARGET);
    c.ops(&[XOR]).jumpi(bad);
    c.bind(deployed); // 0 end
    c.ops(&[POP]); // end
    get(&mut c, SALT);
    c.push(part_step()).ops(&[ADD]);
    put(&mut c, SALT);
    get(&mut c, LENGTH);
    c.ops(&[DUP2, LT]).jumpi(part); // end < length
    c.ops(&[POP, PUSH0, PUSH0, TSTORE]);
    get(&mut c, FIRST);
    c.ops(&[PUSH0, MSTORE]).push(32).ops(&[PUSH0, RETURN]);
    c.end();

    let mut c = asm.routine(answer);
    c.ops(&[PUSH0, TLOAD, DUP1]).push(31).ops(&[ADD]).push(5).ops(&[SHR]); // words length
    c.bind(word);
    c.ops(&[DUP1, ISZERO]).jumpi(answered);
    c.ops(&[DUP1, TLOAD, DUP2]).push(5).ops(&[SHL]).push(32).ops(&[SWAP1, SUB, MSTORE]);
    c.push(1).ops(&[SWAP1, SUB]).jump(word);
    c.bind(answered);
    c.ops(&[POP, PUSH0, RETURN]);
    c.end();

    let mut c = asm.routine(bad);
    c.assume(0).ops(&[PUSH0, PUSH0, REVERT]);
    c.end();
    Contract::new(asm.link_plain())
}

/// Host: `salt …` → `archive …`: of an archive that this contract deploys.
fn archive_address_here(c: &mut Code<'_>) {
    archive_address_of(c, SCRATCH, None);
}

fn get(c: &mut Code<'_>, variable: usize) {
    c.push(variable).ops(&[MLOAD]);
}

fn put(c: &mut Code<'_>, variable: usize) {
    c.push(variable).ops(&[MSTORE]);
}
