//! The transaction of a case, signed: the format gives the sender's key.

use alloy_consensus::{
    SignableTransaction,
    crypto::secp256k1::{public_key_to_address, sign_message},
};
use alloy_primitives::{Address, B256, U256};
use revm::{context::TxEnv, context_interface::either::Either};

use iso_evm_wire::transaction::{
    Transaction, TransactionDefaults, TransactionError, TransactionFields,
};

/// What revm runs as a transaction, signed with `key` if it is the sender's. A real transaction
/// brought into the format has another's, and stays without a signature.
///
/// # Errors
///
/// If it is none that can be written down: a type 3 or 4 that creates.
pub(super) fn transaction(tx: &TxEnv, key: Option<B256>) -> Result<Transaction, TransactionError> {
    let fields = fields(tx);
    let defaults = TransactionDefaults { chain_id: 0, gas: 0, gas_price: 0 };
    let unsigned = fields.into_transaction(defaults)?;
    Ok(key.and_then(|key| sign(&unsigned, key)).unwrap_or(unsigned))
}

/// The address that a key signs for: that of whoever signed something with it.
pub(super) fn address_of(key: B256) -> Option<Address> {
    let any = B256::ZERO;
    let signature = sign_message(key, any).ok()?;
    signature.recover_from_prehash(&any).ok().map(public_key_to_address)
}

/// The transaction signed; `None` if the key is not the sender's.
fn sign(unsigned: &Transaction, key: B256) -> Option<Transaction> {
    let body = unsigned.body().ethereum()?;
    let signature = sign_message(key, body.signature_hash()).ok()?;
    let signed = Transaction::signed(body.clone(), signature).ok()?;
    (signed.from() == unsigned.from()).then_some(signed)
}

fn fields(tx: &TxEnv) -> TransactionFields {
    let (typed, dynamic) = (tx.tx_type > 0, tx.tx_type > 1);
    let authorizations = tx.authorization_list.iter().filter_map(|tuple| match tuple {
        Either::Left(signed) => Some(signed.clone()),
        Either::Right(_) => None,
    });
    TransactionFields {
        r#type: Some(U256::from(tx.tx_type)),
        chain_id: tx.chain_id,
        from: Some(tx.caller),
        to: tx.kind.to().copied(),
        nonce: Some(tx.nonce),
        gas: Some(tx.gas_limit),
        gas_price: (!dynamic).then_some(tx.gas_price),
        max_fee_per_gas: dynamic.then_some(tx.gas_price),
        max_priority_fee_per_gas: tx.gas_priority_fee.filter(|_| dynamic),
        max_fee_per_blob_gas: (tx.tx_type == 3).then_some(tx.max_fee_per_blob_gas),
        value: Some(tx.value),
        input: Some(tx.data.clone()),
        access_list: typed.then(|| tx.access_list.clone()),
        blob_versioned_hashes: (tx.tx_type == 3).then(|| tx.blob_hashes.clone()),
        authorization_list: (tx.tx_type == 4).then(|| authorizations.collect()),
        ..TransactionFields::default()
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{TxKind, bytes};

    use super::*;
    use crate::env::tx_env;

    #[test]
    fn signed_with_the_senders_key_alone() {
        let key = B256::repeat_byte(7);
        let caller = address_of(key).unwrap();
        for tx_type in 0..=4 {
            let tx = TxEnv {
                tx_type,
                caller,
                kind: TxKind::Call(Address::repeat_byte(9)),
                chain_id: Some(5),
                gas_limit: 21_000,
                gas_price: 8,
                gas_priority_fee: (tx_type > 1).then_some(3),
                max_fee_per_blob_gas: if tx_type == 3 { 4 } else { 0 },
                blob_hashes: if tx_type == 3 { vec![B256::repeat_byte(1)] } else { Vec::new() },
                data: bytes!("0102"),
                ..TxEnv::default()
            };
            let signed = transaction(&tx, Some(key)).unwrap();
            assert!(signed.signature().is_some());
            assert_eq!(tx_env(&signed), tx);
            let other = transaction(&tx, Some(B256::repeat_byte(8))).unwrap();
            assert!(other.signature().is_none());
            assert_eq!(tx_env(&other), tx);
        }
        let creation = TxEnv { tx_type: 3, kind: TxKind::Create, ..TxEnv::default() };
        assert!(transaction(&creation, None).is_err());
    }
}
