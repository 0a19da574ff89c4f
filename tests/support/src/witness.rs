//! The witness of an execution that no `INPUT.json` brought.

use alloy_primitives::U256;
use iso_evm_wire::{
    Fork, Witness,
    block::Block,
    transaction::{Transaction, TransactionDefaults, TransactionFields},
};
use iso_evm_witness::{Execution, Recording, input::Input};
use revm::context_interface::either::Either;

/// The witness, as its file brings it.
///
/// # Panics
///
/// If the file cannot be read back, which would be a fault of the container.
pub fn witness(execution: &Execution, recording: &Recording) -> Witness {
    let input = Input {
        transaction: transaction(execution),
        block: block(execution),
        execution: execution.clone(),
        ancestors: Vec::new(),
        receipt: None,
        inclusion: None,
    };
    let bytes = recording.witness(&input).encode();
    Witness::decode(&bytes).unwrap_or_else(|error| panic!("its own witness: {error}"))
}

/// The transaction, unsigned.
fn transaction(execution: &Execution) -> Transaction {
    let tx = &execution.tx;
    let (typed, dynamic) = (tx.tx_type > 0, tx.tx_type > 1);
    let authorizations = tx.authorization_list.iter().filter_map(|tuple| match tuple {
        Either::Left(signed) => Some(signed.clone()),
        Either::Right(_) => None,
    });
    let fields = TransactionFields {
        r#type: Some(U256::from(tx.tx_type)),
        chain_id: tx.chain_id,
        from: Some(tx.caller),
        to: tx.kind.to().copied(),
        nonce: Some(tx.nonce),
        gas: Some(tx.gas_limit),
        gas_price: (!dynamic).then_some(tx.gas_price),
        max_fee_per_gas: dynamic.then_some(tx.gas_price),
        max_priority_fee_per_gas: tx.gas_priority_fee,
        value: Some(tx.value),
        input: Some(tx.data.clone()),
        access_list: typed.then(|| tx.access_list.clone()),
        authorization_list: (tx.tx_type == 4).then(|| authorizations.collect()),
        ..TransactionFields::default()
    };
    let defaults = TransactionDefaults { chain_id: 0, gas: 0, gas_price: 0 };
    fields.into_transaction(defaults).expect("a transaction that can be written down")
}

fn block(execution: &Execution) -> Block {
    let (block, fork) = (&execution.block, execution.rules);
    let blobs = block.blob_excess_gas_and_price;
    Block {
        number: block.number.to(),
        timestamp: block.timestamp.to(),
        beneficiary: block.beneficiary,
        gas_limit: block.gas_limit,
        difficulty: (fork < Fork::Paris.into()).then_some(block.difficulty),
        prev_randao: block.prevrandao,
        base_fee_per_gas: (fork >= Fork::London.into()).then_some(block.basefee),
        excess_blob_gas: blobs.map(|blobs| blobs.excess_blob_gas),
        blob_base_fee: blobs.map(|blobs| blobs.blob_gasprice),
        header: None,
    }
}
