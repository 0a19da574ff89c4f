//! A transaction as somebody has it: its fields as a node, ethers, viem, web3.py or Hardhat prints them, or
//! its bytes as it was sent.
//!
//! In the data's way this stands in front of [`TransactionFields`], which know a node's names alone.
//! Whatever is said twice must be said the same.

use std::fmt;

use alloy_consensus::Transaction as _;
use alloy_primitives::{B256, Bytes, U256};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::{Map, Value};

use super::{InputError, keyed::Keyed, note::Note, object::Object, said::Said, sidecar, signature};
use iso_evm_wire::{
    json::{self, Misread},
    quantity::{Number, quantity},
    transaction::{Transaction, TransactionDefaults, TransactionError, TransactionFields},
};

/// The fields that a node and libraries add: where the transaction stands, and what follows from it.
const ADDED: [&str; 30] = [
    "_type",
    "accounts",
    "blockHash",
    "blockNumber",
    "blockTimestamp",
    "chain",
    "condition",
    "confirmations",
    "contractAddress",
    "creates",
    "depositReceiptVersion",
    "ethTransaction",
    "gasUsed",
    "index",
    "isL1Origin",
    "l1BlockNumber",
    "l1Timestamp",
    "l1TxOrigin",
    "provider",
    "publicKey",
    "queueIndex",
    "queueOrigin",
    "raw",
    "rawTransaction",
    "requestId",
    "standardV",
    "timestamp",
    "transactionIndex",
    "transactionType",
    "wait",
];

/// A transaction's fields, or its bytes in hex.
#[derive(Clone, Debug)]
pub(super) enum GivenTransaction {
    Encoded(String),
    Fields(Object),
}

/// The same, read.
#[derive(Clone, Debug)]
pub(super) enum ReadTransaction {
    Whole(Box<Transaction>),
    Fields(Box<TransactionFields>, Box<Said>),
}

impl<'de> Deserialize<'de> for GivenTransaction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = GivenTransaction;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transaction: its fields, or its signed bytes in 0x hex")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<GivenTransaction, E> {
                Ok(GivenTransaction::Encoded(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenTransaction, A::Error> {
                Object::of_map(map).map(GivenTransaction::Fields)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl GivenTransaction {
    /// The transaction, as far as it is said, and the fields that are not known.
    pub(super) fn read(self, notes: &mut Vec<Note>) -> Result<ReadTransaction, InputError> {
        match self {
            Self::Encoded(text) => {
                let bytes: Bytes = text.trim().parse().map_err(|_| {
                    let what = "expected a transaction: its fields, or its signed bytes in 0x hex";
                    Misread::new("transaction", what)
                })?;
                if bytes.len() == B256::len_bytes() {
                    let what = "a hash does not say what the transaction is: expected its fields, \
                                or its signed bytes";
                    return Err(Misread::new("transaction", what).into());
                }
                Ok(ReadTransaction::Whole(Box::new(Transaction::decode_whole(&bytes)?)))
            }
            Self::Fields(object) => {
                let (fields, said) = read_fields(object, notes)?;
                Ok(ReadTransaction::Fields(Box::new(fields), Box::new(said)))
            }
        }
    }
}

impl ReadTransaction {
    /// The chain that it says it is for.
    pub(super) fn chain(&self) -> Option<u64> {
        match self {
            Self::Whole(transaction) => transaction.body().chain_id(),
            Self::Fields(fields, _) => fields.chain(),
        }
    }

    /// The hash that is given with it, which proves nothing without a signature.
    pub(super) fn hash_given(&self) -> Option<B256> {
        match self {
            Self::Whole(_) => None,
            Self::Fields(fields, _) => fields.hash,
        }
    }

    /// Its fields, where it is not given whole.
    pub(super) fn fields(&self) -> Option<&TransactionFields> {
        match self {
            Self::Whole(_) => None,
            Self::Fields(fields, _) => Some(fields),
        }
    }

    /// What it says beside what it is.
    pub(super) fn said(&self) -> Said {
        match self {
            Self::Whole(_) => Said::default(),
            Self::Fields(_, said) => (**said).clone(),
        }
    }

    /// The transaction, and a note of each default that it takes.
    pub(super) fn into_transaction(
        self,
        defaults: TransactionDefaults,
        notes: &mut Vec<Note>,
    ) -> Result<Transaction, TransactionError> {
        let fields = match self {
            Self::Whole(transaction) => return Ok(*transaction),
            Self::Fields(fields, _) => fields,
        };
        let number = fields.type_number()?;
        let unused = unused(&fields, number);
        let absent = absent(&fields, number, defaults);
        let hash = fields.hash.is_some();
        let transaction = fields.into_transaction(defaults)?;
        notes.extend(unused);
        if transaction.sender_is_given() {
            notes.extend(absent);
            if hash {
                let why = "there is no signature, so nothing says that it is this transaction's";
                notes.push(Note::unused("transaction.hash", why));
            }
        }
        Ok(transaction)
    }
}

/// Fields that are there and that a transaction of this type does not have.
fn unused(fields: &TransactionFields, number: u8) -> Vec<Note> {
    let given = [
        ("maxFeePerGas", number < 2 && fields.max_fee_per_gas.is_some()),
        ("maxPriorityFeePerGas", number < 2 && fields.max_priority_fee_per_gas.is_some()),
        ("maxFeePerBlobGas", number != 3 && fields.max_fee_per_blob_gas.is_some()),
    ];
    let given = given.into_iter().filter(|(_, there)| *there && number <= 4);
    let why = || format!("a transaction of type {number} has none");
    given.map(|(field, _)| Note::unused(format!("transaction.{field}"), why())).collect()
}

/// The defaults of an unsigned transaction. What a call can do without (`to`, `value`, `input`,
/// `accessList`) is not among them: it has none then.
fn absent(fields: &TransactionFields, number: u8, defaults: TransactionDefaults) -> Vec<Note> {
    let price = if number < 2 {
        ("gasPrice", fields.gas_price)
    } else {
        ("maxFeePerGas", fields.max_fee_per_gas)
    };
    let TransactionDefaults { gas, gas_price, .. } = defaults;
    let defaulted = [
        ("nonce", fields.nonce.is_none(), "0".to_owned()),
        ("gas", fields.gas.is_none(), format!("{gas}, the most that the block allows,")),
        (price.0, price.1.is_none(), format!("the block's base fee, {gas_price},")),
        (
            "maxPriorityFeePerGas",
            number >= 2 && fields.max_priority_fee_per_gas.is_none(),
            "0".to_owned(),
        ),
    ];
    let defaulted = defaulted.into_iter().filter(|(_, missing, _)| *missing);
    defaulted.map(|(field, _, used)| Note::absent(format!("transaction.{field}"), used)).collect()
}

/// The fields under a node's names.
fn read_fields(
    object: Object,
    notes: &mut Vec<Note>,
) -> Result<(TransactionFields, Said), InputError> {
    const PART: &str = "transaction";
    let fields = object.into_fields().map_err(|error| error.under(PART))?;
    let of_sidecar = sidecar::first_name(&fields);
    let NamedFields { fields, said, others, known } = named_fields(PART, fields)?;
    let unknown = others.iter().map(|other| (PART.to_owned(), other.as_str(), known));
    notes.extend(Note::unknown(PART, unknown));
    if let Some(name) = of_sidecar.filter(|_| fields.type_number() == Ok(sidecar::BLOB_TYPE)) {
        let why = "it is of the sidecar of the transaction's blobs, which is part of no block";
        notes.push(Note::unused(format!("{PART}.{name}"), why));
    }
    Ok((fields, said))
}

/// The fields of a transaction under a node's names.
pub(super) struct NamedFields {
    /// What the transaction is.
    pub(super) fields: TransactionFields,
    /// What it says beside.
    pub(super) said: Said,
    /// Names of fields that are known to nobody.
    pub(super) others: Vec<String>,
    /// Names of those that it has.
    pub(super) known: &'static [&'static str],
}

/// The fields under a node's names, where their numbers have been read; `path` is where they stand.
pub(super) fn named_fields(
    path: &str,
    mut fields: Map<String, Value>,
) -> Result<NamedFields, InputError> {
    fields.retain(|_, value| !value.is_null());
    let said = Said::of_transaction(&mut fields)?;
    rename(&mut fields, "gasLimit", "gas")?;
    for field in ["type", "typeHex"] {
        if let Some(found) = fields.get_mut(field) {
            *found = type_of(found)?;
        }
    }
    rename(&mut fields, "typeHex", "type")?;
    signature::flatten(&mut fields)?;
    if let Some(Value::Array(list)) = fields.get_mut("authorizationList") {
        for (index, authorization) in list.iter_mut().enumerate() {
            let path = || format!("transaction.authorizationList[{index}]");
            let Some(authorization) = authorization.as_object_mut() else { continue };
            signature::of_authorization(authorization)
                .map_err(|what| Misread::new(path(), what))?;
        }
    }
    let read = json::read_value::<Keyed<TransactionFields>>(Value::Object(fields));
    let Keyed { value: mut fields, mut others, fields: known } =
        read.map_err(|error| error.under(path))?;
    let number = fields.type_number()?;
    let of_sidecar = |other: &str| number == sidecar::BLOB_TYPE && sidecar::NAMES.contains(&other);
    others.retain(|other| !ADDED.contains(&other.as_str()) && !of_sidecar(other.as_str()));
    // Libraries write a parity as 27 and 28, whatever the type.
    if (1..=4).contains(&number) {
        let old = [27, 28].map(U256::from);
        fields.v = fields.v.map(|v| if old.contains(&v) { v - old[0] } else { v });
    }
    Ok(NamedFields { fields, said, others, known })
}

/// Puts a field under the name that a node has for it. Under both it must say the same.
pub(super) fn rename(
    fields: &mut Map<String, Value>,
    from: &'static str,
    to: &'static str,
) -> Result<(), TransactionError> {
    let Some(value) = fields.remove(from) else { return Ok(()) };
    match fields.get(to) {
        Some(other) if !same(other, &value) => Err(TransactionError::Contradiction(to, from)),
        Some(_) => Ok(()),
        None => {
            fields.insert(to.to_owned(), value);
            Ok(())
        }
    }
}

/// Whether two values are the same, or the same number.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| serde_json::from_value::<Number>(value.clone()).ok();
    one == other || number(one).is_some_and(|it| number(other) == Some(it))
}

/// A type's number, where it is given by a name of viem's.
fn type_of(found: &Value) -> Result<Value, Misread> {
    let Some(name) = found.as_str() else { return Ok(found.clone()) };
    if Number::parse(name).is_some() {
        return Ok(found.clone());
    }
    let number: u8 = match name {
        "legacy" => 0,
        "eip2930" => 1,
        "eip1559" => 2,
        "eip4844" => 3,
        "eip7702" => 4,
        "deposit" => iso_evm_wire::transaction::DEPOSIT_TYPE,
        // Of chains that are told by the number.
        "cip64" => 0x7b,
        "cip42" => 0x7c,
        "eip712" => 0x71,
        "priority" => 0xff,
        _ => {
            let short: String = name.chars().take(40).collect();
            let what = format!("expected a transaction's type, by number or name, found {short:?}");
            return Err(Misread::new("transaction.type", what));
        }
    };
    Ok(Value::String(quantity(U256::from(number))))
}
