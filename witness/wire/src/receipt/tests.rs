//! Receipts as a node has them, and as a block's trie has them.

use alloy_consensus::{ReceiptEnvelope, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{hex, logs_bloom};
use op_alloy_consensus::{OpReceiptEnvelope, TxDeposit};

use super::*;

/// As a node writes it, with fields that are not looked at.
const RECEIPT: &str = r#"{
    "transactionHash": "0x01", "status": "0x1", "gasUsed": "0x5208", "type": "0x2",
    "logs": [{"address": "0x0202020202020202020202020202020202020202", "logIndex": "0x0",
        "topics": ["0x0303030303030303030303030303030303030303030303030303030303030303"],
        "data": "0x04"}], "logsBloom": "BLOOM"
}"#;

fn read(from: &str, to: &str) -> Result<Receipt, ReceiptError> {
    let json = RECEIPT.replace(from, to).replace("BLOOM", &Bloom::repeat_byte(5).to_string());
    serde_json::from_str::<ReceiptFields>(&json).unwrap().into_receipt()
}

#[test]
fn a_nodes_receipt_is_read() {
    let receipt = read("", "").unwrap();
    assert!(receipt.success);
    assert_eq!(receipt.gas_used, 21_000);
    let logs = receipt.logs.clone().unwrap();
    assert_eq!(logs.bloom, Bloom::repeat_byte(5));
    let topics = vec![B256::repeat_byte(3)];
    let log = Log::new(Address::repeat_byte(2), topics, Bytes::from_static(&[4])).unwrap();
    assert_eq!(logs.logs, [log]);
    let fields = ReceiptFields::from(&receipt);
    assert_eq!(fields.into_receipt(), Ok(receipt));
}

#[test]
fn a_receipt_without_a_field_names_it() {
    for (field, rest) in [("status", ""), ("gasUsed", ""), ("logs", "Bloom"), ("logsBloom", "")] {
        let (from, to) = (format!("\"{field}\""), format!("\"no{rest}\""));
        assert_eq!(read(&from, &to), Err(ReceiptError::Missing(field)));
    }
    assert_eq!(read("\"0x1\"", "2"), Err(ReceiptError::Status(2)));
    assert!(!read("\"0x1\"", "\"0x0\"").unwrap().success);
}

fn deposit(nonce: &str, version: &str) -> Result<Option<DepositReceipt>, ReceiptError> {
    let json = format!(r#"{{"status": 1, "gasUsed": 5, {nonce} {version} "type": "0x7e"}}"#);
    let receipt = serde_json::from_str::<ReceiptFields>(&json).unwrap().into_receipt()?;
    assert_eq!(ReceiptFields::from(&receipt).into_receipt().as_ref(), Ok(&receipt));
    Ok(receipt.deposit)
}

/// Before Regolith a receipt has neither, before Canyon no version.
#[test]
fn a_deposits_receipt_tells_nonce_and_version() {
    let (nonce, version) =
        ("\"depositNonce\": \"0x18fe5b8\",", "\"depositReceiptVersion\": \"0x1\",");
    let read = |version| Some(DepositReceipt { nonce: 0x18f_e5b8, version });
    assert_eq!(deposit(nonce, version), Ok(read(Some(1))));
    assert_eq!(deposit(nonce, ""), Ok(read(None)));
    assert_eq!(deposit("", ""), Ok(None));
    assert_eq!(deposit("", version), Err(ReceiptError::Missing("depositNonce")));
}

fn receipt(deposit: Option<DepositReceipt>) -> Receipt {
    let topics = vec![B256::repeat_byte(3); 2];
    let logs = vec![Log::new(Address::repeat_byte(2), topics, Bytes::from(vec![4; 70])).unwrap()];
    let logs = Some(ReceiptLogs { bloom: logs_bloom(&logs), logs });
    Receipt { success: true, gas_used: 1, logs, deposit }
}

#[test]
fn a_blocks_trie_has_what_alloy_writes() {
    let bodies: [TransactionBody; 5] = [
        TxLegacy::default().into(),
        TxEip2930::default().into(),
        TxEip1559::default().into(),
        TxEip4844::default().into(),
        TxEip7702::default().into(),
    ];
    let never = Some(DepositReceipt { nonce: 5, version: Some(1) });
    for (number, body) in bodies.iter().enumerate() {
        for receipt in [receipt(None), receipt(never)] {
            let logs = receipt.logs.clone().unwrap().logs;
            let inner = Consensus { status: true.into(), cumulative_gas_used: 46_913, logs };
            let inner = inner.with_bloom();
            let envelope = match number {
                0 => ReceiptEnvelope::Legacy(inner),
                1 => ReceiptEnvelope::Eip2930(inner),
                2 => ReceiptEnvelope::Eip1559(inner),
                3 => ReceiptEnvelope::Eip4844(inner),
                _ => ReceiptEnvelope::Eip7702(inner),
            };
            assert_eq!(receipt.encode_2718(body, 46_913), envelope.encoded_2718(), "type {number}");
        }
    }
    let body = TxDeposit::default().into();
    for (version, told) in [(None, None), (Some(1), Some(4_012_991)), (Some(0), Some(4_012_991))] {
        let receipt = receipt(Some(DepositReceipt { nonce: 4_012_991, version }));
        let bytes = receipt.encode_2718(&body, 46_913);
        let read = OpReceiptEnvelope::decode_2718_exact(&bytes).unwrap();
        assert_eq!(read.encoded_2718(), bytes);
        let read = read.as_deposit_receipt().unwrap().clone();
        assert_eq!((read.deposit_nonce, read.deposit_receipt_version), (told, version));
        assert_eq!(read.inner.logs, receipt.logs.unwrap().logs);
        assert_eq!(read.inner.cumulative_gas_used, 46_913);
    }
}

/// A deposit's of Canyon without logs, as op-geth writes it.
#[test]
fn a_deposits_receipt_of_canyon_is_op_geths() {
    let bytes = [&hex!("7ef9010d0182b741b90100")[..], &[0; 256], &hex!("c0833d3bbf01")].concat();
    let deposit = Some(DepositReceipt { nonce: 4_012_991, version: Some(1) });
    let receipt = Receipt { success: true, gas_used: 46_913, logs: None, deposit };
    assert_eq!(receipt.encode_2718(&TxDeposit::default().into(), 46_913), bytes);
}

#[test]
fn only_a_deposit_has_a_deposits_receipt() {
    let told = receipt(Some(DepositReceipt { nonce: 5, version: None }));
    assert_eq!(told.clone().of(&TxLegacy::default().into()), receipt(None));
    assert_eq!(told.clone().of(&TxDeposit::default().into()), told);
}
