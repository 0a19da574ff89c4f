//! Values as Solidity would write them, for a person: numbers in groups of three, addresses with their checksum,
//! structs with their members' names, and of what is long the ends.

use std::fmt::Write as _;

use alloy_dyn_abi::DynSolValue;
use alloy_json_abi::{EventParam, InternalType, Param};
use alloy_primitives::{I256, U256, hex};

/// Bytes of which all are shown, characters of a string, and elements of an array.
const BYTES: usize = 64;
const CHARACTERS: usize = 256;
const ELEMENTS: usize = 16;

/// Bits of a number whose largest is called by that name.
const NAMED: std::ops::RangeInclusive<usize> = 64..=256;

/// A parameter's name and type, and those of its members.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    kind: &'a str,
    internal: Option<&'a InternalType>,
    components: &'a [Param],
}

impl<'a> Named<'a> {
    pub(super) fn of(param: &'a Param) -> Self {
        Self {
            name: &param.name,
            kind: &param.ty,
            internal: param.internal_type.as_ref(),
            components: &param.components,
        }
    }

    pub(super) fn of_event(param: &'a EventParam) -> Self {
        Self {
            name: &param.name,
            kind: &param.ty,
            internal: param.internal_type.as_ref(),
            components: &param.components,
        }
    }

    /// The type as the source has it, if that is known.
    pub(super) fn kind(&self) -> String {
        self.internal.map_or_else(|| self.kind.to_owned(), ToString::to_string)
    }
}

/// A value, and the names of members in it.
pub(super) fn text(value: &DynSolValue, components: &[Param]) -> String {
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Uint(value, bits) => unsigned(*value, *bits),
        DynSolValue::Int(value, bits) => signed(*value, *bits),
        DynSolValue::FixedBytes(word, size) => {
            hex::encode_prefixed(&word[..(*size).min(word.len())])
        }
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => {
            let (address, selector) = function.split_at(20);
            format!(
                "{}.{}",
                alloy_primitives::Address::from_slice(address),
                hex::encode_prefixed(selector)
            )
        }
        DynSolValue::Bytes(bytes) => self::bytes(bytes),
        DynSolValue::String(text) => string(text),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => {
            let shown = values.iter().take(ELEMENTS).map(|value| self::text(value, components));
            let mut shown: Vec<_> = shown.collect();
            if values.len() > ELEMENTS {
                shown.push(format!("… {} more", values.len() - ELEMENTS));
            }
            format!("[{}]", shown.join(", "))
        }
        DynSolValue::Tuple(values) => {
            let named = values.iter().enumerate().map(|(at, value)| match components.get(at) {
                Some(member) if !member.name.is_empty() => {
                    format!("{}: {}", member.name, self::text(value, &member.components))
                }
                Some(member) => self::text(value, &member.components),
                None => self::text(value, &[]),
            });
            format!("{{{}}}", named.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A parameter's value.
pub(super) fn named(named: Named<'_>, value: &DynSolValue) -> String {
    text(value, named.components)
}

/// A number in groups of three; the largest of its type by that name, for it is an approval without end.
pub(in crate::artifacts) fn unsigned(number: U256, bits: usize) -> String {
    if NAMED.contains(&bits) && number == U256::MAX >> (256 - bits) {
        return format!("type(uint{bits}).max");
    }
    grouped(&number.to_string())
}

/// A number that may be below zero.
pub(in crate::artifacts) fn signed(number: I256, bits: usize) -> String {
    let (sign, size) = number.into_sign_and_abs();
    if sign.is_negative() && NAMED.contains(&bits) && size == U256::from(1) << (bits - 1) {
        return format!("type(int{bits}).min");
    }
    format!("{}{}", if sign.is_negative() { "-" } else { "" }, grouped(&size.to_string()))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in hexadecimal, the ends of them if they are many.
pub(in crate::artifacts) fn bytes(bytes: &[u8]) -> String {
    if bytes.len() <= BYTES {
        return hex::encode_prefixed(bytes);
    }
    let (begin, end) = (&bytes[..BYTES / 2], &bytes[bytes.len() - 8..]);
    let length = grouped(&bytes.len().to_string());
    format!("{}…{} ({length} bytes)", hex::encode_prefixed(begin), hex::encode(end))
}

/// A string in quotation marks, with nothing in it that is not to be seen.
pub(in crate::artifacts) fn string(text: &str) -> String {
    let mut shown = String::from('"');
    for (count, character) in text.chars().enumerate() {
        if count == CHARACTERS {
            let length = grouped(&text.chars().count().to_string());
            let _ = write!(shown, "…\" ({length} characters)");
            return shown;
        }
        match character {
            '\'' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown.push('"');
    shown
}
