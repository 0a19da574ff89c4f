//! How the words of findings and records are written for people: numbers in decimal with their unit,
//! truths by name, hashes whole.

use alloy_primitives::{Address, B256, U256};
use iso_evm_hypervisor::opcodes;
use iso_evm_verifier::{Audit, ClaimKind};
use iso_evm_wire::records::{FrameKind, Outcome};

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A number of something, named in the singular; of nothing if that is empty.
    Number(&'static str),
    /// An account.
    Account,
    /// A hash or a root.
    Hash,
    /// What a slot holds: a number if it is a small one.
    Word,
    /// What true and false are called.
    Truth(&'static str, &'static str),
    /// How a frame ended.
    Status,
    /// What became of a call or creation.
    Outcome,
    /// A kind of frame.
    Frame,
    /// An opcode.
    Opcode,
}

impl Form {
    /// What the words of a finding stand for; `moves_value`: whether its record moves wei.
    pub(crate) fn of(kind: ClaimKind, moves_value: bool) -> Self {
        match (kind.audit(), kind.name()) {
            (_, "gas" | "gas-used" | "callee-gas-used" | "precompile-gas") => Self::Number("gas"),
            (_, "gas-limit" | "intrinsic-gas") => Self::Number("gas"),
            (_, "balance" | "funds" | "fee" | "gas-price" | "blob-base-fee") => Self::Number("wei"),
            (Audit::Tree | Audit::Transaction, "value") => Self::Number("wei"),
            (Audit::Execution, "value") if moves_value => Self::Number("wei"),
            (_, "size" | "code-size" | "initcode") => Self::Number("byte"),
            (Audit::Execution, "returndata") => Self::Number("byte"),
            (_, "record-count") => Self::Number("record"),
            (_, "nonce" | "offset" | "chain-id" | "depth" | "type" | "blob" | "deposit-nonce")
            | (_, "deposit-version" | "parent-missing" | "child-missing" | "message") => {
                Self::Number("")
            }
            (_, "account" | "to" | "caller" | "context" | "origin" | "delegate" | "signature") => {
                Self::Account
            }
            (_, "cold" | "delegate-cold") => Self::Truth("cold", "warm"),
            (_, "empty") => Self::Truth("empty", "not empty"),
            (_, "is-static" | "static") => Self::Truth("static", "not static"),
            (Audit::Transaction, "status") => Self::Truth("success", "failure"),
            (_, "status" | "precompile-status") => Self::Status,
            (_, "outcome") => Self::Outcome,
            (_, "kind") => Self::Frame,
            (_, "record-opcode" | "record-missing") => Self::Opcode,
            (_, "value" | "key" | "original" | "current" | "transient" | "block" | "salt")
            | (_, "topic" | "authorization") => Self::Word,
            _ => Self::Hash,
        }
    }

    /// The word as a person reads it.
    pub(crate) fn write(self, word: B256) -> String {
        let number = U256::from_be_bytes(word.0);
        let small = u8::try_from(number).ok();
        match self {
            Self::Number("") => value(word),
            Self::Number(unit) => counted(number, unit),
            Self::Account => account(word),
            Self::Hash => word.to_string(),
            Self::Word => value(word),
            Self::Truth(yes, no) => match small {
                Some(0) => no.to_owned(),
                Some(1) => yes.to_owned(),
                _ => value(word),
            },
            Self::Status => status(number),
            Self::Outcome => match small.filter(|_| number < U256::from(Outcome::NAMES.len())) {
                Some(outcome) => Outcome::NAMES[usize::from(outcome)].to_owned(),
                // The contract tells a set of pairs there, of outcome and status.
                None => "an outcome and a status that go together".to_owned(),
            },
            Self::Frame => {
                let kind = small.and_then(FrameKind::from_number);
                kind.map_or_else(|| value(word), |kind| kind.name().to_owned())
            }
            Self::Opcode => match small {
                Some(0) => "no record".to_owned(),
                Some(opcode) => mnemonic(opcode),
                None => value(word),
            },
        }
    }
}

/// The mnemonic of an opcode; of a byte that is none its hex.
pub(crate) fn mnemonic(opcode: u8) -> String {
    let row = opcodes::opcode(opcode);
    row.map_or_else(|| format!("0x{opcode:02x}"), |row| row.mnemonic.to_owned())
}

/// How a frame ended.
pub(crate) fn status(status: U256) -> String {
    match u8::try_from(status) {
        Ok(0) => "exceptional halt".to_owned(),
        Ok(1) => "success".to_owned(),
        Ok(2) => "revert".to_owned(),
        _ => format!("{status:#x}, which is no status"),
    }
}

/// A number with its unit, which is given in the singular: `1 byte`, `2 bytes`; of gas and wei there is no plural.
pub(crate) fn counted(number: U256, unit: &str) -> String {
    let end = if number == U256::from(1) || matches!(unit, "gas" | "wei") { "" } else { "s" };
    format!("{} {unit}{end}", value(number.into()))
}

/// A number with its digits in groups of three.
pub fn thousands(number: U256) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What a slot or a word of the stack holds: a number if it is below 2^128, else all its bytes.
pub(crate) fn value(word: B256) -> String {
    let number = U256::from_be_bytes(word.0);
    if number.bit_len() <= 128 { thousands(number) } else { word.to_string() }
}

/// The account in the low 20 bytes of a word; a word that is no account as it is.
fn account(word: B256) -> String {
    let is_account = word[..12].iter().all(|byte| *byte == 0);
    if is_account { Address::from_word(word).to_string() } else { word.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_named_in_the_singular() {
        let said = |number: u64, unit| Form::Number(unit).write(U256::from(number).into());
        assert_eq!(said(1, "record"), "1 record");
        assert_eq!(said(0, "byte"), "0 bytes");
        assert_eq!(said(1_000, "byte"), "1,000 bytes");
        assert_eq!((said(1, "gas"), said(2, "wei")), ("1 gas".to_owned(), "2 wei".to_owned()));
        // What no digits can tell is told by its bytes.
        let word = B256::repeat_byte(0xff);
        assert_eq!(Form::Number("").write(word), word.to_string());
        assert_eq!(Form::Number("wei").write(word), format!("{word} wei"));
    }
}
