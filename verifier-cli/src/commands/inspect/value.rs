//! A field's value as a person reads it: numbers in decimal, what is bytes in hex, what has a name by its
//! name. A line of it has at most 66 columns, as a word in hex has.

use alloy_primitives::U256;
use iso_evm_wire::records::shape::{FieldShape, FieldType};
use serde_json::Value;

use crate::report::text::thousands;

/// Columns of a line: a word in hex.
pub(super) const COLUMNS: usize = 66;

/// Bytes that are shown whole; of more, the first.
const MOST_BYTES: usize = 256;

/// A field of a record, as JSON has its value.
pub(super) fn of_field(field: &FieldShape, value: &Value) -> Vec<String> {
    let named = || {
        let place = usize::try_from(value.as_u64()?).ok()?;
        field.rule.names.get(place).map(|name| (*name).to_owned())
    };
    match field.kind {
        FieldType::Uint8 if field.name == "status" => vec![status(value)],
        FieldType::Uint8 => vec![named().unwrap_or_else(|| plain(value))],
        FieldType::Uint64 => vec![value.as_u64().map_or_else(|| plain(value), decimal)],
        FieldType::Uint256 => vec![number(value)],
        FieldType::Bytes32 => vec![word(value)],
        FieldType::Bytes => bytes(value),
        FieldType::Topics => {
            let topics: Vec<_> = value.as_array().into_iter().flatten().map(word).collect();
            if topics.is_empty() { vec!["none".to_owned()] } else { topics }
        }
        FieldType::Bool | FieldType::Address => vec![plain(value)],
    }
}

/// A value of any kind, by its JSON alone.
pub(super) fn of_json(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec!["none".to_owned()],
        Value::String(text) if text.len() > COLUMNS => bytes(value),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            let characters: Vec<char> = text.chars().collect();
            characters.chunks(COLUMNS).map(|piece| piece.iter().collect()).collect()
        }
        other => vec![plain(other)],
    }
}

/// How a frame ended.
pub(super) fn status(value: &Value) -> String {
    let number = match value {
        Value::String(text) => text.parse::<U256>().ok().and_then(|number| number.try_into().ok()),
        other => other.as_u64(),
    };
    match number {
        Some(0) => "halt".to_owned(),
        Some(1) => "success".to_owned(),
        Some(2) => "revert".to_owned(),
        _ => plain(value),
    }
}

/// A number in decimal; in hex where it is none that anybody counts.
pub(super) fn number(value: &Value) -> String {
    let number = value.as_str().and_then(|text| text.parse::<U256>().ok());
    match number {
        Some(number) if number.bit_len() <= 128 => thousands(number),
        _ => plain(value),
    }
}

fn decimal(number: u64) -> String {
    thousands(U256::from(number))
}

/// A word in hex, without the zeros before it where it is mostly these.
fn word(value: &Value) -> String {
    let number = value.as_str().and_then(|text| text.parse::<U256>().ok());
    match number {
        Some(number) if number.bit_len() <= 128 => format!("{number:#x}"),
        _ => plain(value),
    }
}

/// Bytes: how many, and as many of them as are shown, 32 a line.
pub(super) fn bytes(value: &Value) -> Vec<String> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x")).unwrap_or_default();
    let count = digits.len() / 2;
    let mut lines =
        vec![format!("{} byte{}", decimal(count as u64), if count == 1 { "" } else { "s" })];
    let shown = &digits[..digits.len().min(2 * MOST_BYTES)];
    let pieces = shown.as_bytes().chunks(64);
    lines.extend(pieces.map(|piece| format!("0x{}", String::from_utf8_lossy(piece))));
    if count > MOST_BYTES {
        lines.push(format!("… and {} more", decimal((count - MOST_BYTES) as u64)));
    }
    lines
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_counted_and_words_are_not() {
        assert_eq!(number(&json!("0x1e240")), "123,456");
        let large = format!("0x1{}", "0".repeat(32));
        assert_eq!(number(&json!(large)), large);
        assert_eq!(word(&json!(format!("0x{:064x}", 42))), "0x2a");
        let hash = format!("0x{}", "ab".repeat(32));
        assert_eq!(word(&json!(hash)), hash);
        let ends = ["0x0", "0x1", "0x2"].map(|end| status(&json!(end)));
        assert_eq!(ends, ["halt", "success", "revert"]);
    }

    #[test]
    fn no_line_is_wider_than_a_word_and_no_byte_is_lost_without_being_counted() {
        for count in [0, 1, 32, 33, 256, 257, 10_000] {
            let value = json!(format!("0x{}", "7f".repeat(count)));
            let lines = bytes(&value);
            assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{lines:?}");
            let shown: usize = lines[1..].iter().map(|line| line.matches("7f").count()).sum();
            assert_eq!(shown, count.min(MOST_BYTES));
            assert_eq!(lines.iter().any(|line| line.contains("more")), count > MOST_BYTES);
        }
        assert_eq!(bytes(&json!("0x7f")), ["1 byte", "0x7f"]);
    }
}
