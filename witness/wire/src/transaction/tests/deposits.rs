//! Deposits of the OP Stack: bytes, hash and the RPC's form, there and back.

use alloy_primitives::{TxKind, keccak256};
use op_alloy_consensus::OpTxEnvelope;
use serde_json::{Value, json};

use super::*;
use crate::optimism::predeploys::DEPOSITOR;

/// The first transaction of OP Sepolia's block 26,207,960.
const SEPOLIA: &[u8] = &hex!(
    "7ef8f8a077efb5d9d697e7e37fffcb8b904e28df49667b73d9fc17515eb0e4a0c377d3db94deaddeaddeaddeaddead"
    "deaddeaddeaddead00019442000000000000000000000000000000000000158080830f424080b8a4440a5e2000001d"
    "b0000d273000000000000000000000000067f6a91000000000007b5f41000000000000000000000000000000000000"
    "0000000000000000000001d276cd000000000000000000000000000000000000000000000000000000000000000192"
    "44875342f5e0c1624d00f249b1a7996137b1eb44bdf16396f98f76a1bec6fa0000000000000000000000008f23bb38"
    "f531600e5d8fddaaec41f13fab46e98c"
);

/// A deposit with all that one can have: of a user who mints, sends and creates.
fn of_a_user() -> TxDeposit {
    TxDeposit {
        source_hash: B256::repeat_byte(0x51),
        from: Address::repeat_byte(0x52),
        to: TxKind::Create,
        mint: u128::MAX,
        value: U256::MAX,
        gas_limit: u64::MAX,
        is_system_transaction: true,
        input: bytes!("00"),
    }
}

fn fields(json: &Value) -> TransactionFields {
    serde_json::from_value(json.clone()).unwrap()
}

fn read(json: &Value) -> Result<Transaction, TransactionError> {
    fields(json).into_transaction(DEFAULTS)
}

/// The deposit of [`SEPOLIA`] as op-geth lists it.
fn listed() -> Value {
    json!({
        "type": "0x7e", "hash": keccak256(SEPOLIA), "transactionIndex": "0x0",
        "sourceHash": "0x77efb5d9d697e7e37fffcb8b904e28df49667b73d9fc17515eb0e4a0c377d3db",
        "from": DEPOSITOR, "to": "0x4200000000000000000000000000000000000015",
        "mint": null, "value": "0x0", "gas": "0xf4240", "input": hex::encode_prefixed(&SEPOLIA[87..]),
        "nonce": "0x18fe5b8", "gasPrice": "0x0", "depositReceiptVersion": "0x1",
        "v": "0x0", "r": "0x0", "s": "0x0", "yParity": "0x0",
    })
}

#[test]
fn a_deposit_is_its_bytes() {
    let deposit = Transaction::decode_whole(SEPOLIA).unwrap();
    assert_eq!(deposit.encode(), SEPOLIA);
    assert_eq!(deposit.hash(), Some(keccak256(SEPOLIA)));
    assert_eq!(deposit.from(), DEPOSITOR);
    assert_eq!(deposit.signature(), None);
    assert!(!deposit.sender_is_given());
    let body = deposit.body();
    assert!(body.is_deposit() && body.ethereum().is_none() && !body.is_create());
    assert_eq!((body.gas_limit(), body.nonce(), body.chain_id()), (1_000_000, 0, None));
    assert_eq!((body.max_fee_per_gas(), body.effective_gas_price(Some(7))), (0, 0));
    let whole = Transaction::deposit(of_a_user());
    assert_eq!(Transaction::decode_whole(&whole.encode()), Ok(whole.clone()));
    assert!(whole.body().is_create());
    // Alloy's envelope finds the same.
    for deposit in [deposit, whole] {
        let envelope = OpTxEnvelope::decode_2718_exact(&deposit.encode()).unwrap();
        assert_eq!(Some(envelope.tx_hash()), deposit.hash());
        assert_eq!(envelope.as_deposit().map(|deposit| deposit.inner()), deposit.body().deposit());
    }
}

/// Each byte changed gives another deposit or none, never the same again.
#[test]
fn a_deposit_has_one_encoding() {
    let whole = Transaction::deposit(of_a_user()).encode();
    let mut others = 0;
    for at in 0..whole.len() {
        for flip in 1..=u8::MAX {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            if let Ok(read) = Transaction::decode_whole(&bytes) {
                assert_eq!(read.encode(), bytes, "byte {at}");
                others += 1;
            }
        }
    }
    assert!(others > 10_000, "{others}");
    for bytes in [&SEPOLIA[..SEPOLIA.len() - 1], &[SEPOLIA, &[0]].concat(), &[0x7e], &[0x7e, 0xc0]]
    {
        assert_eq!(Transaction::decode_whole(bytes), Err(TransactionError::Encoding));
    }
}

#[test]
fn nobody_signs_a_deposit() {
    let sender = Transaction::decode_unsigned(DEPOSITOR, SEPOLIA);
    assert_eq!(sender, Err(TransactionError::Encoding));
}

#[test]
fn a_nodes_deposit_is_read_and_written() {
    let deposit = Transaction::decode_whole(SEPOLIA).unwrap();
    assert_eq!(read(&listed()), Ok(deposit.clone()));
    for deposit in [deposit, Transaction::deposit(of_a_user())] {
        let written = serde_json::to_value(TransactionFields::from(&deposit)).unwrap();
        assert_eq!(read(&written), Ok(deposit));
        let keys: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        for foreign in ["nonce", "gasPrice", "chainId", "v", "yParity", "r", "s", "accessList"] {
            assert!(!keys.contains(&foreign), "{foreign}");
        }
    }
    let mut untyped = listed();
    untyped.as_object_mut().unwrap().remove("type");
    assert_eq!(read(&untyped).unwrap().encode(), SEPOLIA);
}

#[test]
fn a_deposit_without_a_field_names_it() {
    for field in ["sourceHash", "from", "gas"] {
        let mut json = listed();
        json[field] = Value::Null;
        assert_eq!(read(&json), Err(TransactionError::Missing(field)));
    }
    // The hash binds what else is absent.
    let mut json = listed();
    json["to"] = Value::Null;
    assert!(matches!(read(&json), Err(TransactionError::Hash { .. })));
    json["hash"] = Value::Null;
    assert!(read(&json).unwrap().body().is_create());
    json["data"] = json!("0x01");
    assert_eq!(read(&json), Err(TransactionError::Contradiction("input", "data")));
}

#[test]
fn a_deposit_has_no_field_that_is_signed() {
    let number = DEPOSIT_TYPE;
    let address = Address::ZERO;
    for (field, value) in [
        ("r", json!("0x1")),
        ("s", json!("0x1")),
        ("accessList", json!([{"address": address, "storageKeys": []}])),
        ("blobVersionedHashes", json!([B256::ZERO])),
    ] {
        let mut json = listed();
        json[field] = value;
        let error = read(&json).unwrap_err();
        assert_eq!(error, TransactionError::Unexpected { number, field });
        assert_eq!(error.to_string(), format!("a transaction of type 0x7e has no field {field:?}"));
    }
}

#[test]
fn no_other_type_has_a_deposits_fields() {
    for number in 0..=4_u8 {
        for (field, value) in
            [("sourceHash", json!(B256::ZERO)), ("mint", json!("0x1")), ("isSystemTx", json!(true))]
        {
            let json = json!({"type": number, "from": DEPOSITOR, field: value});
            assert_eq!(read(&json), Err(TransactionError::Unexpected { number, field }));
        }
    }
    let json = json!({"from": DEPOSITOR, "sourceHash": null, "mint": "0x0", "isSystemTx": false});
    assert!(read(&json).unwrap().body().ethereum().is_some());
}
