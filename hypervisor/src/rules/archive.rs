//! Where guest code lives on the host chain, and the factory that puts it there. Normative text:
//! `specs/08-archives.md`.
//!
//! An archive is a contract of a `0x00` byte and a part of the code. All archives of a factory
//! have one init code, which asks the factory for the bytes; the address follows from the salt.

use std::sync::OnceLock;

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use revm::bytecode::opcode::*;

/// Bytes of code in a full part: EIP-170's limit less the `0x00` byte.
pub const PART_SIZE: usize = crate::rules::gas::MAX_CODE_SIZE as usize - 1;

/// What the number of a part is multiplied by before it is added to the salt: it leaves room for
/// an address below.
pub fn part_step() -> U256 {
    U256::ONE << 160
}

/// The deterministic deployer that most chains have (CREATE2 with the first word as salt).
pub const DETERMINISTIC_DEPLOYER: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");

/// What an archive's salt is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArchiveKey {
    /// The code's hash, computed by the factory: anyone may archive.
    #[default]
    CodeHash,
    /// The account (`to`): the factory takes archives from its registrar only.
    Account,
}

/// Where the factory of archives by code hash is, deployed with salt zero through
/// [`DETERMINISTIC_DEPLOYER`]: what [`factory::default_factory`](crate::factory::default_factory)
/// computes.
pub const DEFAULT_FACTORY: Address = address!("8ac94942b7f9825fbec5111b383dace98c12786c");

/// The init code of every archive: asks its creator, deploys what that answers; reverts if the
/// creator did not come to its answer, or answers with nothing.
///
/// It must not be taken for granted that the call succeeds: whoever pays for the creation chooses
/// how much gas the callee gets, and one sixty-fourth of it stays here to go on with (EIP-150).
pub fn archive_initcode() -> Bytes {
    const TAKE: u8 = 15;
    #[rustfmt::skip]
    let code = [
        PUSH0, PUSH0, PUSH0, PUSH0, CALLER, GAS, STATICCALL,
        RETURNDATASIZE, MUL, PUSH1, TAKE, JUMPI, PUSH0, PUSH0, REVERT,
        JUMPDEST, RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY, RETURNDATASIZE, PUSH0, RETURN,
    ];
    debug_assert_eq!(code[usize::from(TAKE)], JUMPDEST);
    Bytes::copy_from_slice(&code)
}

/// keccak256 of [`archive_initcode`].
fn archive_initcode_hash() -> B256 {
    static HASH: OnceLock<B256> = OnceLock::new();
    *HASH.get_or_init(|| keccak256(archive_initcode()))
}

/// The address of part `part` of an archive.
///
/// `salt` is the code's hash or, as a word, the account.
pub fn archive_address(factory: Address, salt: B256, part: u64) -> Address {
    let salt = U256::from_be_bytes(salt.0).wrapping_add(part_step() * U256::from(part));
    factory.create2(B256::from(salt), archive_initcode_hash())
}

/// Salt of the archives of `code` at `account`, by the mode.
pub fn archive_salt(key: ArchiveKey, code_hash: B256, account: Address) -> B256 {
    match key {
        ArchiveKey::CodeHash => code_hash,
        ArchiveKey::Account => account.into_word(),
    }
}

/// The contracts that hold `code`, part by part: each a `0x00` byte and a part.
pub fn archive_parts(code: &[u8]) -> Vec<Bytes> {
    let part = |bytes: &[u8]| Bytes::from([&[0][..], bytes].concat());
    if code.is_empty() { vec![part(&[])] } else { code.chunks(PART_SIZE).map(part).collect() }
}
