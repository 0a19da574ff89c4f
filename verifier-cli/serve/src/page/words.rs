//! The words of the status page: numbers, times, hashes, and what an event says.

use alloy_primitives::U256;
use iso_evm_explain::{page::escaped, thousands};
use serde_json::Value;

/// A number with its thousands apart.
pub(super) fn number(number: u64) -> String {
    thousands(U256::from(number))
}

/// A number of things.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// How long ago an instant was, both in milliseconds since 1970.
pub(super) fn ago(now: u64, at: u64) -> String {
    let seconds = now.saturating_sub(at) / 1_000;
    match seconds {
        0..90 => format!("{seconds} s ago"),
        90..5_400 => format!("{} min ago", seconds / 60),
        5_400..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// A hash by its ends, the whole of it beside it.
pub(super) fn hash(hash: impl ToString) -> String {
    let hash = hash.to_string();
    let (Some(first), Some(last)) = (hash.get(..8), hash.get(hash.len().saturating_sub(6)..))
    else {
        return escaped(&hash);
    };
    format!("<span title=\"{}\">{}…{}</span>", escaped(&hash), escaped(first), escaped(last))
}

/// A verdict, in its colour.
pub(super) fn verdict(name: &str) -> String {
    let class = match name {
        "valid" | "invalid" | "inconclusive" => name,
        _ => "not-run",
    };
    format!("<span class=\"verdict is-{class}\">{}</span>", escaped(name))
}

/// What an event says, in a line.
pub(super) fn event(kind: &str, detail: &Value) -> String {
    let Value::Object(fields) = detail else { return String::new() };
    if kind == "reorganised" {
        return reorganised(detail);
    }
    let said = fields.iter().filter(|(name, _)| *name != "event");
    let words: Vec<_> = said.filter_map(|(name, value)| field(name, value)).collect();
    words.join(", ")
}

/// Blocks that are gone, as lines for people have it.
fn reorganised(detail: &Value) -> String {
    let gone = detail["gone"].as_array().map_or(0, Vec::len) as u64;
    let are = if gone == 1 { "is" } else { "are" };
    let common = detail["common"]
        .as_u64()
        .map(|common| format!(", the chain goes on from block {}", number(common)));
    let was_final = if detail["wasFinal"] == true { "; one had been called final" } else { "" };
    format!(
        "{} {are} gone{}{was_final}",
        counted(gone, "block", "blocks"),
        common.unwrap_or_default()
    )
}

/// A field of an event, as words.
fn field(name: &str, value: &Value) -> Option<String> {
    let said = match value {
        Value::Null | Value::Object(_) => return None,
        // In lines for people, nodes are counted from 1.
        Value::Number(place) if ["node", "receiver"].contains(&name) => {
            place.as_u64().map_or_else(|| place.to_string(), |it| number(it.saturating_add(1)))
        }
        Value::Number(it) => it.as_u64().map_or_else(|| it.to_string(), number),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::String(reason) if name == "reason" => return Some(escaped(reason)),
        Value::String(text) if is_hash(text) => hash(text),
        Value::String(text) => escaped(text),
        Value::Array(items) => number(items.len() as u64),
    };
    Some(format!("{} {said}", plain(name)))
}

fn is_hash(text: &str) -> bool {
    text.len() == 66 && text.starts_with("0x")
}

/// A field's name as words: `wasFinal` is *was final*.
fn plain(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    escaped(&words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_times_and_hashes_are_readable() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(ago(100_000, 40_000), "60 s ago");
        assert_eq!(ago(100_000, 200_000), "0 s ago");
        assert_eq!(ago(10_000_000, 0), "2 h ago");
        assert_eq!(counted(1, "block", "blocks"), "1 block");
        assert!(hash(alloy_primitives::B256::repeat_byte(0xab)).contains(">0xababab…ababab<"));
    }

    #[test]
    fn what_a_node_says_is_text_in_the_page() {
        let detail =
            json!({"event": "node-wrong", "node": 0, "reason": "<script>\u{202e}", "isSo": true});
        // Fields come in one order or the other.
        let said = event("node-wrong", &detail);
        let words = ["node 1", "&lt;script&gt;\\u{202e}", "is so yes"];
        assert!(words.iter().all(|words| said.contains(words)), "{said}");
        let detail = json!({"common": 1_026, "gone": [{}, {}], "wasFinal": false});
        let said = event("reorganised", &detail);
        assert_eq!(said, "2 blocks are gone, the chain goes on from block 1,026");
        assert!(!verdict("<b>").contains("<b>"));
    }
}
