//! The accounts that programs meet, and the block that they run in.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, hex, keccak256};
use iso_evm_wire::{Fork, block::BlockHashes};
use iso_evm_witness::prestate::{Prestate, PrestateAccount};
use revm::{
    context::BlockEnv, context_interface::block::BlobExcessGasAndPrice, primitives::eip4844,
};

use crate::program::{Program, op};

/// Account that sends the transaction.
pub const SENDER: Address = Address::repeat_byte(0x44);
/// The account whose code is made up.
pub const CONTRACT: Address = Address::repeat_byte(0x22);
/// Account that gets the fees.
pub const COINBASE: Address = Address::repeat_byte(0xc0);
/// Adds its calldata's first word to slot 0, returns the sum, with a log.
pub const COUNTER: Address = Address::repeat_byte(0x55);
/// Reverts with its calldata.
pub const REVERTER: Address = Address::repeat_byte(0x56);
/// Calls its caller back with what it was called with, if that is not empty.
pub const CALLBACK: Address = Address::repeat_byte(0x57);
/// Address of an account that does not exist.
pub const STRANGER: Address = Address::repeat_byte(0x58);
/// SHA-256.
pub const SHA256: Address = Address::with_last_byte(2);

/// The block's number.
pub const NUMBER: u64 = 20_000_000;

/// A block with every field that its fork has.
pub fn block(fork: Fork) -> BlockEnv {
    let fraction = if fork < Fork::Prague {
        eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN
    } else {
        eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE
    };
    BlockEnv {
        number: U256::from(NUMBER),
        beneficiary: COINBASE,
        timestamp: U256::from(1_700_000_000),
        gas_limit: 30_000_000,
        basefee: if fork < Fork::London { 0 } else { 7 },
        difficulty: if fork < Fork::Paris { U256::from(0x1234) } else { U256::ZERO },
        prevrandao: (fork >= Fork::Paris).then(|| keccak256("prevrandao")),
        blob_excess_gas_and_price: (fork >= Fork::Cancun)
            .then(|| BlobExcessGasAndPrice::new(0x200_0000, fraction)),
        ..Default::default()
    }
}

/// The hashes of the block's 256 ancestors.
pub fn block_hashes() -> BlockHashes {
    (NUMBER - 256..NUMBER).map(|number| (number, keccak256(number.to_be_bytes()))).collect()
}

/// An account without storage.
pub fn account(balance: u64, nonce: u64, code: impl Into<Vec<u8>>) -> PrestateAccount {
    PrestateAccount {
        nonce,
        balance: U256::from(balance),
        code: code.into().into(),
        storage: BTreeMap::new(),
    }
}

/// [`COUNTER`], [`REVERTER`] and [`CALLBACK`].
pub fn callees() -> Prestate {
    let counter = hex!("60003560005401806000556000526020600060206000a060206000f3");
    let reverter = hex!("366000600037366000fd");
    Prestate::from([
        (COUNTER, account(0, 1, counter)),
        (REVERTER, account(0, 1, reverter)),
        (CALLBACK, account(0, 1, callback())),
    ])
}

/// Calls its caller back.
fn callback() -> Vec<u8> {
    let program = Program::new().op([op::CALLDATASIZE, 0x15]).push(44).op([op::JUMPI]);
    let program = program.op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
    let program = program.push(0).push(0).push(1).op([op::CALLDATASIZE, op::SUB]).push(1).push(0);
    let program = program.op([0x33]).push(35_000).op([op::CALL]).push(0).op([op::MSTORE]);
    let program = program.push(32).push(0).op([op::RETURN]);
    let padding = 44 - program.len();
    program.repeat(padding, [op::STOP]).op([op::JUMPDEST]).build()
}
