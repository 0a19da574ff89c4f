//! A transaction's signature as libraries write it: in an object of its own, in 65 bytes, with a parity or
//! with `v`.
//!
//! In the data's way this stands beside the transaction's fields, which have `r`, `s`, `v` and `yParity` next
//! to the others.

use alloy_primitives::{Bytes, U256};
use serde_json::{Map, Value};

use super::{
    InputError,
    given_transaction::{rename, same},
};
use iso_evm_wire::{
    json::Misread,
    quantity::{Number, quantity},
    transaction::TransactionError,
};

/// The names that libraries have for a signature.
const NAMES: [&str; 2] = ["signature", "sig"];

/// The fields of a signature.
const PARTS: [&str; 4] = ["r", "s", "v", "yParity"];

/// Puts the signature's fields next to the transaction's. What stands there already must be the same.
pub(super) fn flatten(fields: &mut Map<String, Value>) -> Result<(), InputError> {
    for name in NAMES {
        let Some(signature) = fields.remove(name) else { continue };
        let parts =
            parts(signature).map_err(|what| Misread::new(format!("transaction.{name}"), what))?;
        for (part, value) in parts {
            match fields.get(part) {
                Some(other) if !same_parity(part, other, &value) => {
                    return Err(TransactionError::Contradiction(part, name).into());
                }
                Some(_) => {}
                None => drop(fields.insert(part.to_owned(), value)),
            }
        }
    }
    for part in ["r", "s"] {
        if let Some(word) = fields.get_mut(part) {
            prefix(word);
        }
    }
    v_of_a_chain(fields);
    Ok(())
}

/// An authorisation's signature, likewise. `v` is then a parity in any notation.
pub(super) fn of_authorization(fields: &mut Map<String, Value>) -> Result<(), String> {
    for name in NAMES {
        let Some(signature) = fields.remove(name) else { continue };
        for (part, value) in parts(signature)? {
            let found = fields.entry(part).or_insert_with(|| value.clone());
            if !same_parity(part, found, &value) {
                return Err(format!("fields {part:?} and {name:?} contradict each other"));
            }
        }
    }
    for part in ["r", "s"] {
        if let Some(word) = fields.get_mut(part) {
            prefix(word);
        }
    }
    if let Some(parity) = fields.get("v").and_then(number).and_then(parity) {
        rename(fields, "v", "yParity").or_else(|error| {
            // The same parity in two notations.
            match fields.get("yParity").and_then(number) {
                Some(other) if other == parity => Ok(()),
                _ => Err(error.to_string()),
            }
        })?;
        fields.insert("yParity".to_owned(), Value::String(quantity(parity)));
    }
    Ok(())
}

/// `r`, `s` and `v` or `yParity` of a signature.
fn parts(signature: Value) -> Result<Vec<(&'static str, Value)>, String> {
    match signature {
        Value::Object(mut fields) => {
            fields.retain(|_, value| !value.is_null());
            // Of a transaction before EIP-2718: `v` with the chain in it.
            if let Some(v) = fields.remove("networkV") {
                fields.insert("v".to_owned(), v);
            }
            Ok(PARTS.into_iter().filter_map(|part| Some((part, fields.remove(part)?))).collect())
        }
        Value::String(text) => {
            let bytes: Option<Bytes> = text.parse().ok();
            let Some(bytes) = bytes.filter(|bytes| bytes.len() == 65) else {
                return Err("expected an object of r, s and v, or 65 bytes in 0x hex".to_owned());
            };
            let word =
                |from: usize| Value::String(quantity(U256::from_be_slice(&bytes[from..from + 32])));
            let v = Value::String(quantity(U256::from(bytes[64])));
            Ok(vec![("r", word(0)), ("s", word(32)), ("v", v)])
        }
        _ => Err("expected an object of r, s and v, or 65 bytes in 0x hex".to_owned()),
    }
}

/// A word in hex without its prefix, as Python prints bytes, gets it. One of digits alone is decimal.
fn prefix(word: &mut Value) {
    if let Value::String(text) = word
        && text.len() == 64
        && text.bytes().all(|digit| digit.is_ascii_hexdigit())
        && !text.bytes().all(|digit| digit.is_ascii_digit())
    {
        *text = format!("0x{text}");
    }
}

fn number(value: &Value) -> Option<U256> {
    serde_json::from_value(value.clone()).ok().map(|Number(number)| number)
}

/// The parity that is meant by 0, 1, 27 or 28.
fn parity(v: U256) -> Option<U256> {
    match u8::try_from(v) {
        Ok(v @ (0 | 1)) => Some(U256::from(v)),
        Ok(v @ (27 | 28)) => Some(U256::from(v - 27)),
        _ => None,
    }
}

/// Whether two values of a signature's part are the same; a parity can be written in two ways.
fn same_parity(part: &str, one: &Value, other: &Value) -> bool {
    let meant = |value: &Value| number(value).and_then(parity);
    same(one, other) || (part == "v" && meant(one).is_some() && meant(one) == meant(other))
}

/// A transaction of type 0 for a chain, of whose signature only the parity is told, has that in EIP-155's
/// `v`.
fn v_of_a_chain(fields: &mut Map<String, Value>) {
    let read = |name: &str| fields.get(name).and_then(number);
    let legacy = read("type").is_none_or(|number| number.is_zero())
        && ["accessList", "maxFeePerGas", "blobVersionedHashes", "authorizationList", "sourceHash"]
            .iter()
            .all(|later| !fields.contains_key(*later) || fields.contains_key("type"));
    let (None, Some(parity), Some(chain_id)) = (read("v"), read("yParity"), read("chainId")) else {
        return;
    };
    let eip155 = chain_id.checked_mul(U256::from(2)).and_then(|it| it.checked_add(parity));
    if let (true, Some(v)) =
        (legacy && !chain_id.is_zero(), eip155.and_then(|it| it.checked_add(U256::from(35))))
    {
        fields.insert("v".to_owned(), Value::String(quantity(v)));
    }
}
