//! Transactions as the RPC has them, read by this crate and by alloy: both must find the same
//! bytes, the same hash and the same sender.

use std::{fs, path::Path};

use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::{Encodable2718, Typed2718};
use alloy_rpc_types_eth::Transaction as RpcTransaction;
use iso_evm_wire::transaction::TransactionFields;
use iso_evm_witness::Input;
use serde_json::Value;

#[test]
fn a_transaction_of_the_rpc_is_read_as_alloy_reads_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut types = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.display();
        let bytes = fs::read(&path).unwrap();
        let ours = Input::parse(&bytes, None).unwrap().transaction;
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        if ours.signature().is_none() {
            continue;
        }
        let theirs: RpcTransaction = serde_json::from_value(file["transaction"].clone()).unwrap();
        assert_eq!(theirs.inner.encoded_2718(), ours.encode(), "{name}");
        assert_eq!(Some(*theirs.inner.tx_hash()), ours.hash(), "{name}");
        assert_eq!(theirs.inner.recover_signer().unwrap(), ours.from(), "{name}");
        // And back: what this crate writes is what alloy reads.
        let written = serde_json::to_value(TransactionFields::from(&ours)).unwrap();
        let read: RpcTransaction = serde_json::from_value(written).unwrap();
        assert_eq!(read.inner.encoded_2718(), ours.encode(), "{name}");
        types.push(ours.body().ty());
    }
    types.sort_unstable();
    types.dedup();
    assert!(types.len() >= 4, "types {types:?}");
}
