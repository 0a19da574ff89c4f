//! Block and transaction as revm takes them.
//!
//! In the data's way this stands between the input, whose types are the wire's, and the run.

use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::U256;
use iso_evm_wire::{block::Block, transaction::Transaction};
use revm::{
    context::{BlockEnv, TxEnv},
    context_interface::{block::BlobExcessGasAndPrice, either::Either},
};

/// The block as revm takes it.
pub fn block_env(block: &Block) -> BlockEnv {
    let blobs = block.excess_blob_gas.zip(block.blob_base_fee);
    BlockEnv {
        number: U256::from(block.number),
        beneficiary: block.beneficiary,
        timestamp: U256::from(block.timestamp),
        gas_limit: block.gas_limit,
        basefee: block.base_fee_per_gas.unwrap_or_default(),
        difficulty: block.difficulty.unwrap_or_default(),
        prevrandao: block.prev_randao,
        blob_excess_gas_and_price: blobs.map(|(excess_blob_gas, blob_gasprice)| {
            BlobExcessGasAndPrice { excess_blob_gas, blob_gasprice }
        }),
        slot_num: 0,
    }
}

/// The transaction as revm takes it.
pub fn tx_env(transaction: &Transaction) -> TxEnv {
    let body = transaction.body();
    let authorizations = body.authorization_list().unwrap_or_default();
    TxEnv {
        // revm does not know a deposit's type, and what it does by a type is done elsewhere for it.
        tx_type: body.ethereum().map_or(0, Typed2718::ty),
        caller: transaction.from(),
        gas_limit: body.gas_limit(),
        gas_price: body.max_fee_per_gas(),
        kind: body.kind(),
        value: body.value(),
        data: body.input().clone(),
        nonce: body.nonce(),
        chain_id: body.chain_id(),
        access_list: body.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: body.max_priority_fee_per_gas(),
        blob_hashes: body.blob_versioned_hashes().unwrap_or_default().to_vec(),
        max_fee_per_blob_gas: body.max_fee_per_blob_gas().unwrap_or_default(),
        authorization_list: authorizations.iter().cloned().map(Either::Left).collect(),
    }
}
