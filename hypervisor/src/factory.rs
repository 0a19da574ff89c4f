//! The archive factory: deploys archives at addresses that follow from what they hold. Normative
//! text: `specs/08-archives.md`.
//!
//! `archive(bytes code)` by code hash, `archive(address account, bytes code)` by account, for the
//! registrar only; both return the address of the first part. Called without calldata, as the
//! archives' init code does, it answers with the part under way, which is in transient storage:
//! its length at slot 0, its words from slot 1 on.
//!
//! What a creation says of itself counts for nothing: whether it came to its end, ran out of gas
//! or never began, each part is looked at where it should be, and its code hash decides.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use revm::bytecode::opcode::*;

use crate::{
    emit::{
        asm::{Assembler, Code},
        contract::Contract,
        create2::archive_address_of,
        dispatch::min,
    },
    rules::archive::{ArchiveKey, DETERMINISTIC_DEPLOYER, PART_SIZE, archive_initcode, part_step},
};

/// The factory's functions.
pub mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// By code hash: archives `code`, whoever calls.
        #[derive(Debug)]
        function archive(bytes code) external returns (address);
    }

    /// Functions of a factory that archives by account.
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
/// Size of what stands at the first part's address before anything is created.
const THERE: usize = 224;
/// Code hash that the part under way must have.
const WANTED: usize = 256;
/// The `0x00` byte and the part.
const PART: usize = 288;

/// Where the factory of archives by code hash is, deployed with salt zero through
/// [`DETERMINISTIC_DEPLOYER`].
pub fn default_factory() -> Address {
    let initcode = emit_archive_factory(ArchiveKey::CodeHash, None).initcode();
    DETERMINISTIC_DEPLOYER.create2_from_code(B256::ZERO, initcode)
}

/// Emits the factory. By account, `registrar` is the only caller that it takes archives from.
pub fn emit_archive_factory(key: ArchiveKey, registrar: Option<Address>) -> Contract {
    let mut asm = Assembler::default();
    let bad = asm.terminal("bad");
    let answer = asm.label("answer", 0);
    let main = asm.label("main", 0);
    let part = asm.label("part", 1);
    let store = asm.label("part.store", 2);
    let stored = asm.label("part.stored", 2);
    let create = asm.label("part.create", 2);
    let compare = asm.label("part.compare", 1);
    let whole = asm.label("whole", 1);
    let word = asm.label("answer.word", 2);
    let answered = asm.label("answer.done", 2);

    let mut c = asm.routine(main);
    c.ops(&[CALLVALUE]).jumpi(bad);
    c.ops(&[CALLDATASIZE, ISZERO]).jumpi(answer);
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
    // An archive is made whole or not at all: the first part says whether there is one.
    get(&mut c, SALT);
    archive_address_here(&mut c);
    c.ops(&[DUP1]);
    put(&mut c, FIRST);
    c.ops(&[EXTCODESIZE]);
    put(&mut c, THERE);
    c.ops(&[PUSH0]); // offset
    c.bind(part); // offset
    c.ops(&[DUP1]);
    get(&mut c, LENGTH);
    c.ops(&[SUB]); // left offset
    c.push(PART_SIZE);
    min(&mut c);
    c.ops(&[SWAP1, POP]); // size offset
    c.ops(&[DUP1, DUP3]);
    get(&mut c, DATA);
    c.ops(&[ADD]).push(PART + 1).ops(&[CALLDATACOPY]); // size offset
    c.ops(&[DUP1]).push(1).ops(&[ADD]); // length size offset
    c.ops(&[DUP1]).push(PART).ops(&[KECCAK256]);
    put(&mut c, WANTED); // length size offset
    c.ops(&[SWAP2, ADD, SWAP1]); // length end, end = offset + size
    get(&mut c, THERE);
    c.ops(&[ISZERO]).jumpi(create);
    c.ops(&[POP]).jump(compare);
    // The part into transient storage, where the init code's question finds it.
    c.bind(create); // length end
    c.ops(&[DUP1, PUSH0, TSTORE]);
    c.push(31).ops(&[ADD]).push(5).ops(&[SHR]); // words end
    c.bind(store); // words end
    c.ops(&[DUP1, ISZERO]).jumpi(stored);
    c.ops(&[DUP1]).push(5).ops(&[SHL]).push(PART - 32).ops(&[ADD, MLOAD]); // value words end
    c.ops(&[DUP2, TSTORE]); // words end
    c.push(1).ops(&[SWAP1, SUB]).jump(store);
    c.bind(stored); // 0 end
    let initcode = archive_initcode();
    c.push(U256::from_be_slice(&initcode)).ops(&[PUSH0, MSTORE, POP]);
    get(&mut c, SALT);
    c.push(initcode.len()).push(32 - initcode.len()).ops(&[PUSH0, CREATE2, POP]); // end
    c.ops(&[PUSH0, PUSH0, TSTORE]);
    c.bind(compare); // end
    get(&mut c, SALT);
    archive_address_here(&mut c);
    c.ops(&[EXTCODEHASH]);
    get(&mut c, WANTED);
    c.ops(&[XOR]).jumpi(bad); // end
    get(&mut c, SALT);
    c.push(part_step()).ops(&[ADD]);
    put(&mut c, SALT);
    get(&mut c, LENGTH);
    c.ops(&[DUP2, LT]).jumpi(part); // end < length
    // Behind a full part a reader looks for the next: there must be none.
    c.push(PART_SIZE).ops(&[DUP2, MOD]).jumpi(whole); // end
    get(&mut c, SALT);
    archive_address_here(&mut c);
    c.ops(&[EXTCODESIZE]).jumpi(bad);
    c.bind(whole); // end
    c.ops(&[POP]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::archive::DEFAULT_FACTORY;

    #[test]
    fn hypervisors_look_for_archives_where_the_factory_is_deployed() {
        assert_eq!(default_factory(), DEFAULT_FACTORY);
    }
}
