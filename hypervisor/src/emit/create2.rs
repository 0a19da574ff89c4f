//! Addresses of archives, computed by a contract. Normative text: `specs/08-archives.md`.

use alloy_primitives::{Address, U256, keccak256};
use revm::bytecode::opcode::*;

use crate::{
    emit::asm::Code,
    rules::{archive::archive_initcode, words::ones},
};

/// Host: `creator salt …` → `address …` (EIP-1014). Uses three words of memory at `scratch`, of
/// which the last holds the hash of the init code.
pub(crate) fn create2_address(c: &mut Code<'_>, scratch: usize) {
    c.push(U256::from(0xff) << 160).ops(&[OR]).push(scratch).ops(&[MSTORE]);
    c.push(scratch + 32).ops(&[MSTORE]);
    c.push(85).push(scratch + 11).ops(&[KECCAK256]);
    c.push(ones(160)).ops(&[AND]);
}

/// Host: `salt …` → `archive …`: the address of an archive, by its salt; `factory` is the
/// running contract if it is not given.
pub(crate) fn archive_address_of(c: &mut Code<'_>, scratch: usize, factory: Option<Address>) {
    let initcode_hash = U256::from_be_bytes(keccak256(archive_initcode()).0);
    c.push(initcode_hash).push(scratch + 64).ops(&[MSTORE]);
    match factory {
        Some(factory) => c.push(U256::from_be_slice(factory.as_slice())),
        None => c.ops(&[ADDRESS]),
    };
    create2_address(c, scratch);
}
