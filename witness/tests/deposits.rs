//! The container of a deposit of the OP Stack, in both its forms: its bytes tell its sender, and its
//! receipt has what no other has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloy_primitives::{Address, B256, Bloom, TxKind, U256};
use alloy_rlp::{Encodable, Header};
use iso_evm_wire::{
    Witness,
    container::{ContainerFault, DepositReceipt, Receipt, ReceiptLogs},
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

/// The container of a transfer.
fn transfer() -> Witness {
    let json = r#"{"fork": "cancun", "block": {"number": "0x100"},
        "transaction": {"from": "0x0101010101010101010101010101010101010101", "gas": "0x5208",
            "to": "0x0202020202020202020202020202020202020202"},
        "prestate": {"0x0101010101010101010101010101010101010101": {"balance": "0xffffff"}}}"#;
    let input = Input::parse(json.as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// A container with a deposit in the transfer's place, and what its receipt tells.
fn deposit(told: Option<DepositReceipt>, logs: bool) -> Witness {
    let transaction = Transaction::deposit(TxDeposit {
        source_hash: B256::repeat_byte(0x51),
        from: Address::repeat_byte(1),
        to: TxKind::Call(Address::repeat_byte(2)),
        mint: 7,
        value: U256::from(5),
        gas_limit: 21_000,
        is_system_transaction: false,
        input: Default::default(),
    });
    let logs = logs.then(|| ReceiptLogs { bloom: Bloom::ZERO, logs: Vec::new() });
    let receipt = Receipt { success: true, gas_used: 21_000, logs, deposit: told };
    Witness { transaction, receipt, ..transfer() }
}

/// What receipts tell before Regolith, before Canyon, and from then on.
fn all() -> Vec<Witness> {
    let told = |version| Some(DepositReceipt { nonce: 0, version });
    let receipts = [None, told(None), told(Some(0)), told(Some(1))];
    let both = receipts.into_iter().flat_map(|told| [(told, false), (told, true)]);
    both.map(|(told, logs)| deposit(told, logs)).collect()
}

#[test]
fn both_forms_of_a_deposit_are_lossless() {
    for witness in all() {
        let bytes = witness.encode();
        let read = Witness::decode(&bytes).unwrap();
        assert_eq!(read, witness);
        assert_eq!(read.encode(), bytes);
        assert!(!read.transaction.sender_is_given());
        assert_eq!(Witness::from_json(witness.to_json().as_bytes()).unwrap(), witness);
    }
}

/// Each byte changed gives a container that is written so, or none.
#[test]
fn bytes_of_a_deposit_are_canonical() {
    let mut others = 0;
    for witness in all() {
        let bytes = witness.encode();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x02, 0x40, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                if let Ok(read) = Witness::decode(&changed) {
                    assert_eq!(read.encode(), changed, "byte {at}");
                    others += 1;
                }
            }
        }
    }
    assert!(others > 1_000, "{others}");
}

/// The container of a witness whose receipt is another list of items.
fn with_receipt(witness: &Witness, items: &[u8]) -> Vec<u8> {
    let list = |payload: &[u8]| {
        let mut out = Vec::new();
        Header { list: true, payload_length: payload.len() }.encode(&mut out);
        [&out, payload].concat()
    };
    let file = witness.encode();
    let Receipt { success, gas_used, .. } = witness.receipt;
    let mut own = Vec::new();
    success.encode(&mut own);
    gas_used.encode(&mut own);
    let mut payload = &file[5..];
    let payload = Header::decode_bytes(&mut payload, true).unwrap();
    let told = if witness.transaction.body().is_deposit() { vec![0xc0] } else { Vec::new() };
    let old = list(&[&own[..], &told].concat());
    let at = payload.windows(old.len()).position(|window| window == old).unwrap();
    let new = list(&[&own[..], items].concat());
    let payload = [&payload[..at], &new, &payload[at + old.len()..]].concat();
    [&file[..5], &list(&payload)].concat()
}

#[test]
fn only_a_deposits_container_has_a_deposits_receipt() {
    let bare = deposit(None, false);
    assert_eq!(Witness::decode(&with_receipt(&bare, &[0xc0])).unwrap(), bare);
    let fault = |witness: &Witness, items: &[u8]| {
        let error = Witness::decode(&with_receipt(witness, items)).unwrap_err();
        (error.field, error.fault)
    };
    // Nothing where the list must be, a third item in it, a zero that is no number.
    assert_eq!(fault(&bare, &[]), ("receipt of a deposit", ContainerFault::Truncated));
    assert_eq!(
        fault(&bare, &[0xc3, 1, 1, 1]),
        ("receipt of a deposit", ContainerFault::Trailing(1))
    );
    assert!(matches!(fault(&bare, &[0xc1, 0]), ("receipt deposit nonce", ContainerFault::Rlp(_))));
    assert!(matches!(fault(&transfer(), &[0xc0]), ("receipt bloom", ContainerFault::Rlp(_))));
    // The writer leaves out what a reader refuses.
    let mut witness = transfer();
    let (bytes, json) = (witness.encode(), witness.to_json());
    witness.receipt.deposit = Some(DepositReceipt { nonce: 1, version: Some(1) });
    assert_eq!(witness.encode(), bytes);
    assert_eq!(witness.only_needed().to_json(), json);
}

#[test]
fn a_deposit_has_no_sender_beside_it() {
    let witness = deposit(None, false);
    let payload = alloy_primitives::Bytes::from(witness.transaction.encode());
    let items = |items: &[&dyn Encodable]| {
        let mut out = Vec::new();
        alloy_rlp::encode_list::<&dyn Encodable, dyn Encodable>(items, &mut out);
        out
    };
    let (own, other) = (items(&[&payload]), items(&[&payload, &witness.transaction.from()]));
    let file = witness.encode();
    let mut rest = &file[5..];
    let rest = Header::decode_bytes(&mut rest, true).unwrap();
    let at = rest.windows(own.len()).position(|window| window == own).unwrap();
    let rest = [&rest[..at], &other, &rest[at + own.len()..]].concat();
    let mut file = file[..5].to_vec();
    Header { list: true, payload_length: rest.len() }.encode(&mut file);
    let error = Witness::decode(&[file, rest].concat()).unwrap_err();
    assert_eq!(error.field, "transaction");
    assert!(error.to_string().contains("not the canonical encoding of a transaction"), "{error}");
}

#[test]
fn json_of_a_deposit_has_its_keys_and_no_other() {
    let witness = deposit(Some(DepositReceipt { nonce: 9, version: Some(1) }), false);
    let written: Value = serde_json::from_str(&witness.to_json()).unwrap();
    assert_eq!(written["receipt"]["depositNonce"], "0x9");
    assert_eq!(written["transaction"]["isSystemTx"], false);
    let refused = |part: &str, key: &str, value: Value| {
        let mut json = written.clone();
        let fields = json[part].as_object_mut().unwrap();
        match value {
            Value::Null => drop(fields.remove(key)),
            value => drop(fields.insert(key.to_owned(), value)),
        }
        Witness::from_json(json.to_string().as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(refused("transaction", "nonce", json!("0x0")), "transaction.nonce: unknown key");
    assert_eq!(
        refused("transaction", "gasPrice", json!("0x0")),
        "transaction.gasPrice: unknown key"
    );
    assert_eq!(
        refused("transaction", "isSystemTx", Value::Null),
        "transaction.isSystemTx: missing"
    );
    assert_eq!(
        refused("receipt", "depositNonce", Value::Null),
        "receipt: field \"depositNonce\" is missing"
    );
    let mut transfer: Value = serde_json::from_str(&transfer().to_json()).unwrap();
    transfer["receipt"]["depositNonce"] = json!("0x9");
    let error = Witness::from_json(transfer.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "receipt.depositNonce: unknown key");
}
