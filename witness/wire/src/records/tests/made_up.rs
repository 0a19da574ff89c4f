//! One line in the table is enough: a record that no opcode has, and all that follows from its line.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "the whole table is made again, and only its last line looked at"
)]

use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::json;

use crate::{
    container::json::record::{of_table, to_table},
    records::{
        LogRecord, RecordError, RecordShape,
        codec::ByName,
        describe::{fields_table, record_schema},
        shape::{FieldClass, Prover},
    },
};

for_each_record! {
    define_records! {
        /// No opcode of any fork.
        0xb0 GUESS | DIVINE => Guess(struct GuessRecord) {
            /// Who guesses.
            guesser: address = output("account");
            /// Whether the guess was cold (EIP-2929).
            cold: bool = input(&[Access]).since(Delegation);
            /// What the guess is about.
            subject: uint8 = input(&[Tree]).bounded("outcome", "within bounds")
                .names(&["weather", "price"]);
            /// Gas of the guess.
            guessGas: uint64 = output("gas");
            /// What is pushed.
            guessed: uint256 = input(&[Access]);
            /// Why the guess is made.
            reason: bytes = other(&[Access, Tree]);
        }
    }
}

fn guess() -> GuessRecord {
    GuessRecord {
        guesser: Address::repeat_byte(7),
        cold: true,
        subject: 1,
        guessGas: 255,
        guessed: U256::from(9),
        reason: Bytes::from_static(b"because"),
    }
}

fn shape() -> &'static RecordShape {
    Record::shape(0xb0).expect("the line is there")
}

#[test]
fn a_new_row_is_encoded_and_decoded() {
    let record = Record::Guess(guess());
    assert_eq!(record.opcode(), 0xb0);
    let mut access = record.encode();
    assert_eq!(access.metadata.len(), offsets::guess::LENGTH + 64);
    assert_eq!(access.metadata[offsets::guess::GUESS_GAS + 31], 255);
    assert_eq!(offsets::guess::REASON, 160);
    assert_eq!(Record::decode(&access), Ok(record));

    let mut wide = access.metadata.to_vec();
    wide[offsets::guess::COLD + 31] = 2;
    access.metadata = wide.into();
    assert_eq!(Record::decode(&access), Err(RecordError::NotCanonical(0xb0)));
    access.opcode = 0xb1;
    assert_eq!(Record::decode(&access), Err(RecordError::UnknownOpcode(0xb1)));
}

#[test]
fn the_others_are_what_they_were() {
    assert_eq!(SHAPES.len(), crate::records::SHAPES.len() + 1);
    assert_eq!(&SHAPES[..SHAPES.len() - 1], crate::records::SHAPES);
    let log = LogRecord { data_hash: B256::ZERO, topics: vec![B256::ZERO; 3] };
    assert_eq!(Record::Log(log).opcode(), 0xa3);
}

#[test]
fn a_new_row_is_json_both_ways() {
    let access = Record::Guess(guess()).encode();
    let record = Record::decode(&access).expect("a record");
    let json = serde_json::to_value(of_table(&access, Some(&record))).expect("an object");
    let expected = json!({
        "opcode": "GUESS", "guesser": Address::repeat_byte(7), "cold": true, "subject": "price",
        "guessGas": "0xff", "guessed": "0x9", "reason": "0x62656361757365",
    });
    assert_eq!(json, expected);
    let mut other = json.clone();
    other["opcode"] = "DIVINE".into();
    for json in [json, other] {
        assert_eq!(to_table::<Record>(json), Ok(access.clone()));
    }
    // The table without the line knows only the bytes.
    let unknown = None::<&crate::records::Record>;
    let raw = serde_json::to_value(of_table(&access, unknown)).expect("an object");
    assert_eq!(raw, json!({ "opcode": "0xb0", "raw": access.metadata }));
}

#[test]
fn a_new_row_is_in_the_schema_and_on_the_page() {
    let schema = serde_json::to_value(record_schema(SHAPES)).expect("an object");
    let alternatives = schema["anyOf"].as_array().expect("alternatives");
    let guess = &alternatives[alternatives.len() - 2];
    assert_eq!(guess["properties"]["opcode"], json!({ "enum": ["GUESS"] }));
    assert_eq!(guess["properties"]["guessGas"], json!({ "$ref": "#/$defs/quantity" }));
    assert_eq!(guess["properties"]["subject"]["anyOf"][0], json!({ "enum": ["weather", "price"] }));
    assert_eq!(guess["required"].as_array().map(Vec::len), Some(7));

    let table = fields_table(&[shape()]);
    let rows: Vec<_> = table.lines().skip(2).collect();
    assert_eq!(
        rows,
        [
            "| `guesser` | address | who guesses | output | `account` |",
            "| `cold` | bool | whether the guess was cold (EIP-2929); zero before Prague | input | \
             access |",
            "| `subject` | uint8 | what the guess is about: 0 weather, 1 price | input, within \
             bounds | tree; `outcome` |",
            "| `guessGas` | uint64 | gas of the guess | output | `gas` |",
            "| `guessed` | uint256 | what is pushed | input | access |",
            "| `reason` | bytes | why the guess is made | other | access, tree |",
        ]
    );
}

/// What those go by who change one field at a time: names, widths and classes.
#[test]
fn fields_of_a_new_row_can_be_changed_one_at_a_time() {
    let fields = shape().fields_of(0xb0);
    let found: Vec<_> = fields
        .iter()
        .map(|(name, kind, field)| (name.as_str(), kind.bits(), field.rule.class))
        .collect();
    assert_eq!(
        found,
        [
            ("guesser", Some(160), FieldClass::Output),
            ("cold", Some(1), FieldClass::Input),
            ("subject", Some(8), FieldClass::Input),
            ("guessGas", Some(64), FieldClass::Output),
            ("guessed", Some(256), FieldClass::Input),
            ("reason", None, FieldClass::Other),
        ]
    );
    assert_eq!(shape().fields[2].rule.provers, [Prover::Tree]);
    assert_eq!(shape().fields[2].rule.mismatch, Some("outcome"));
}
