//! What a record is about, in a few words: `SLOAD of slot 0`, `CALL of 0x…, 1,000 wei`.

use alloy_primitives::{B256, U256};
use iso_evm_wire::records::{FrameKind, Record, shape::FieldType, shape_of};

use super::{
    event,
    form::{counted, mnemonic, status, thousands, value},
};

/// What a record is about, its opcode first.
pub fn title(record: &Record) -> String {
    let opcode = mnemonic(record.opcode());
    let wei = |amount: U256| match amount {
        U256::ZERO => String::new(),
        amount => format!(", {} wei", value(amount.into())),
    };
    match record {
        Record::Opening(opening) => match FrameKind::from_number(opening.kind) {
            Some(kind) => format!("the opening record of a {}", kind.name()),
            None => format!("an opening record of the unknown kind {}", opening.kind),
        },
        Record::Balance(record) => format!("{opcode} of {}", record.account),
        Record::Extcodesize(record) => format!("{opcode} of {}", record.account),
        Record::Extcodehash(record) => format!("{opcode} of {}", record.account),
        Record::Extcodecopy(record) => format!(
            "{opcode} of {} from {} of {}",
            counted(record.size, "byte"),
            value(record.offset.into()),
            record.account
        ),
        Record::Blockhash(record) => format!("{opcode} of block {}", value(record.number.into())),
        Record::Value(..) => opcode,
        Record::Blobhash(record) => format!("{opcode} of blob {}", value(record.index.into())),
        Record::Sload(record) => format!("{opcode} of slot {}", value(record.key)),
        Record::Sstore(record) => format!("{opcode} to slot {}", value(record.key)),
        Record::Tload(record) => format!("{opcode} of transient slot {}", value(record.key)),
        Record::Tstore(record) => format!("{opcode} to transient slot {}", value(record.key)),
        Record::Log(_) => opcode,
        Record::Call(_, record) => format!("{opcode} of {}{}", record.account, wei(record.value)),
        Record::Create(record) => format!("{opcode}{}", wei(record.value)),
        Record::Create2(record) => format!("{opcode}{}", wei(record.value)),
        Record::Selfdestruct(record) => format!("{opcode} to {}", record.beneficiary),
    }
}

/// A field of a record, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// The field's name on the wire.
    pub name: String,
    /// What it holds.
    pub value: String,
    /// What the field means, in a sentence.
    pub meaning: &'static str,
}

/// The fields of a record, in wire order.
pub fn fields(record: &Record) -> Vec<Field> {
    let access = record.encode();
    let shape = shape_of(access.opcode);
    let fields = shape.into_iter().flat_map(|shape| shape.fields_of(access.opcode));
    let written = fields.enumerate().map(|(index, (name, kind, shape))| {
        let word = access.metadata.get(index * 32..index * 32 + 32).map(B256::from_slice);
        let word = word.unwrap_or_default();
        let number = U256::from_be_bytes(word.0);
        let names = shape.rule.names;
        let named = usize::try_from(number).ok().and_then(|number| names.get(number));
        let value = match (kind, named) {
            (_, Some(name)) => (*name).to_owned(),
            (FieldType::Uint8, _) if shape.name == "status" => status(number),
            (FieldType::Bool, _) => if number.is_zero() { "no" } else { "yes" }.to_owned(),
            (FieldType::Address, _) => alloy_primitives::Address::from_word(word).to_string(),
            (FieldType::Uint8 | FieldType::Uint64 | FieldType::Uint256, _) => value(word),
            (FieldType::Bytes32 | FieldType::Topics, _) if shape.kind == FieldType::Topics => {
                event::topic(word, name.ends_with(".0"))
            }
            (FieldType::Bytes32 | FieldType::Topics, _) => value(word),
            (FieldType::Bytes, _) => bytes(&access.metadata, index),
        };
        Field { name, value, meaning: shape.doc }
    });
    written.collect()
}

/// The byte string that is a record's last field: its first bytes, and how many there are.
fn bytes(metadata: &[u8], index: usize) -> String {
    const SHOWN: usize = 32;
    // The head's words, the length, then the bytes.
    let at = (index + 1) * 32;
    let length = metadata.get(at..at + 32).map(U256::from_be_slice).unwrap_or_default();
    let length = length.saturating_to::<usize>();
    let data = metadata.get(at + 32..).unwrap_or_default();
    let data = &data[..length.min(data.len())];
    match data.len() {
        0 => "empty".to_owned(),
        1..=SHOWN => alloy_primitives::hex::encode_prefixed(data),
        _ => format!(
            "{}… ({} bytes)",
            alloy_primitives::hex::encode_prefixed(&data[..SHOWN]),
            thousands(U256::from(data.len()))
        ),
    }
}
