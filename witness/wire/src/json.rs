//! JSON that people bring, and what is wrong with it in their words: the path of the field, what should
//! stand there, what does. Types of ours, and of the libraries', are named to nobody.
//!
//! In the data's way this stands in front of whatever is read of a file that somebody wrote.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The most of a text that an error repeats, in characters.
const LONGEST: usize = 70;

/// The most names of fields that an error has.
const NAMED: usize = 4;

/// Why JSON is not what it should be. Its text is one line: path, what is wrong, place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    pub(crate) path: String,
    pub(crate) what: String,
    place: Option<(usize, usize)>,
}

/// Reads JSON.
///
/// # Errors
///
/// [`Misread`], if it is none, or if a field is not what it should be.
///
/// ```
/// let error = iso_evm_wire::json::read::<Vec<u64>>(b"[1, {}]").unwrap_err();
/// assert!(error.to_string().starts_with("[1]: expected a number, found an object at line 1"));
/// ```
pub fn read<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Misread> {
    let json = without_mark(json);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(Misread::from_path)?;
    deserializer.end().map_err(|error| Misread::from(&error))?;
    Ok(value)
}

/// Text without the mark of UTF-8 that some editors put in front of it (U+FEFF).
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Reads something of JSON that is in memory already.
///
/// # Errors
///
/// As [`read`]; no place in a text is told.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Misread> {
    serde_path_to_error::deserialize(value).map_err(Misread::from_path)
}

impl Misread {
    /// An error about a field, in words.
    pub fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into(), place: None }
    }

    /// The same, of what stands in a field of something larger.
    #[must_use]
    pub fn under(mut self, field: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{field}{joint}{}", self.path);
        self
    }

    /// The same of a text that is part of another: its own lines and columns are nobody's.
    #[must_use]
    pub fn without_place(self) -> Self {
        Self { place: None, ..self }
    }

    fn from_path(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        if error.inner().is_syntax() || error.inner().is_eof() {
            // It is about the text, and no field's.
            return Self::from(error.inner());
        }
        let path = error.path().to_string();
        // The root is a point, and a key that cannot be told a question mark.
        let path = if path == "." { String::new() } else { path.replace(".?", "") };
        Self { path: path.trim_start_matches('?').to_owned(), ..Self::from(error.inner()) }
    }
}

impl From<&serde_json::Error> for Misread {
    fn from(error: &serde_json::Error) -> Self {
        let place = (error.line() > 0).then(|| (error.line(), error.column()));
        let mut text = error.to_string();
        if let Some((line, column)) = place {
            let end = format!(" at line {line} column {column}");
            text.truncate(text.strip_suffix(&*end).unwrap_or(&text).len());
        }
        Self { path: String::new(), what: in_words(&text), place }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, what, place } = self;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(what)?;
        place.map_or(Ok(()), |(line, column)| write!(f, " at line {line} column {column}"))
    }
}

impl std::error::Error for Misread {}

/// What a reader says of a text, and what that means to who wrote it.
const PLAIN: [(&str, &str); 17] = [
    ("EOF while parsing an object", "the text ends in the middle of an object"),
    ("EOF while parsing a list", "the text ends in the middle of a list"),
    ("EOF while parsing a string", "the text ends in the middle of a text in quotes"),
    ("EOF while parsing a value", "the text ends where a value is expected"),
    ("expected value", "no JSON: a value is expected"),
    ("expected ident", "no JSON: a value is expected"),
    ("key must be a string", "a key is expected, a text in quotes"),
    ("trailing characters", "something follows where the JSON has ended"),
    ("trailing comma", "nothing follows the last comma"),
    ("recursion limit exceeded", "lists and objects stand too deep inside of each other"),
    ("number out of range", "a number that is too large to be read"),
    ("invalid number", "a number that is written wrong"),
    ("invalid escape", "a text with a \\ before what cannot follow it"),
    ("invalid string length", "hex of another length than what stands here has"),
    ("odd number of digits", "hex with half a byte: the number of its digits is odd"),
    ("invalid unicode code point", "a text that is not in UTF-8"),
    ("lone leading surrogate in hex escape", "a text with half a character"),
];

/// An error of serde's in words about the text: what it calls by a name of Rust's is called by what it
/// looks like in JSON.
pub fn in_words(error: &str) -> String {
    if let Some((_, plain)) = PLAIN.iter().find(|(said, _)| *said == error) {
        return (*plain).to_owned();
    }
    if error.starts_with("control character") {
        return "a text in quotes with the end of a line, or another control character, in it"
            .to_owned();
    }
    for start in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) = error.strip_prefix(start).and_then(halves) {
            return format!("expected {}, found {}", wanted(expected), met(found));
        }
    }
    if let Some((count, expected)) = error.strip_prefix("invalid length ").and_then(halves) {
        // An object of ours can be read of a list, in its fields' order.
        return match expected.starts_with("struct ") {
            true => "expected an object, found a list".to_owned(),
            false => format!("expected {}, found {count} of them", wanted(expected)),
        };
    }
    if error.starts_with("data did not match any variant") {
        return "it is none of the forms that can stand here".to_owned();
    }
    if let Some(field) = error.strip_prefix("missing field `").and_then(|it| it.strip_suffix('`')) {
        return format!("field \"{}\" is missing", short(field));
    }
    if let Some((field, known)) = error.strip_prefix("unknown field `").and_then(unknown) {
        return format!("no field \"{}\" is known here{}", short(field), choice(known));
    }
    error.to_owned()
}

/// The name of a field that is not known, and what serde says of those that are.
fn unknown(rest: &str) -> Option<(&str, &str)> {
    rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are "))
}

/// The names among which one is expected, of many the first.
fn choice(known: &str) -> String {
    let names: Vec<_> = known.split('`').skip(1).step_by(2).collect();
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED) {
        _ if names.is_empty() => String::new(),
        Some(more @ 1..) => format!(", but {shown} and {more} more"),
        _ => format!(", but {shown}"),
    }
}

/// What was found and what was expected. A text that was found can have the same words in it.
fn halves(rest: &str) -> Option<(&str, &str)> {
    rest.rsplit_once(", expected ")
}

/// What was found, as it looks in JSON.
fn met(found: &str) -> String {
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" | "Option value" => "null".to_owned(),
        found => {
            let quoted = |start| found.strip_prefix(start).and_then(|it| it.strip_suffix('`'));
            if let Some(number) = quoted("integer `").or_else(|| quoted("floating point `")) {
                return format!("the number {number}");
            }
            if let Some(value) = quoted("boolean `") {
                return value.to_owned();
            }
            match found.strip_prefix("string ") {
                Some(text) => format!("the text {}", short(text)),
                None => short(found),
            }
        }
    }
}

/// What was expected, as it looks in JSON.
fn wanted(expected: &str) -> String {
    let numbers = ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128"];
    if numbers.contains(&expected) {
        return "a number".to_owned();
    }
    // alloy: `20 bytes, represented as a hex string of length 40, an array of u8, or raw bytes`.
    if let Some((bytes, _)) = expected.split_once(" represented as a hex string") {
        let bytes = bytes.trim_end_matches(',').replace("a variable number of bytes", "bytes");
        return format!("{bytes} in 0x hex");
    }
    if expected == "a valid hex string" {
        return "bytes in 0x hex".to_owned();
    }
    // ruint: `a 32 byte hex string`.
    if expected.ends_with(" byte hex string") {
        return "a number: 0x hex, a decimal string or an integer".to_owned();
    }
    let word = |start: &str| expected.starts_with(start);
    if word("struct ") || word("a map") || word("internally tagged enum ") {
        "an object".to_owned()
    } else if word("a sequence") || word("tuple ") || word("a tuple") || word("an array") {
        "a list".to_owned()
    } else if word("enum ") || word("variant ") || word("unit variant ") {
        "one of the names that can stand here".to_owned()
    } else if word("a string") || word("a borrowed string") || word("a character") {
        "a text".to_owned()
    } else if word("a boolean") {
        "true or false".to_owned()
    } else if word("unit") || word("option") {
        "null".to_owned()
    } else {
        expected.to_owned()
    }
}

/// The begin of a text that is long.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, Bytes, U256};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only errors are looked at")]
    struct Everything {
        account_address: Option<Address>,
        data: Option<Bytes>,
        value: Option<U256>,
        inner: Option<Inner>,
        list: Option<Vec<u64>>,
        pair: Option<(u8, u8)>,
        yes: Option<bool>,
        name: Option<String>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only errors are looked at")]
    struct Inner {
        count: u32,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        One,
    }

    #[test]
    fn an_error_has_a_path_and_no_name_of_a_type() {
        let long = format!(r#"{{"value": "{}"}}"#, "z".repeat(10_000));
        for (json, expected) in [
            ("[]", "expected an object, found a list at line 1 column 2"),
            (
                r#"{"accountAddress": {}}"#,
                "accountAddress: expected 20 bytes in 0x hex, found an object",
            ),
            (r#"{"data": 5}"#, "data: expected bytes in 0x hex, found the number 5"),
            (r#"{"data": "0xz"}"#, "data: expected bytes in 0x hex, found the text \"0xz\""),
            (
                r#"{"value": true}"#,
                "value: expected a number: 0x hex, a decimal string or an integer, found true",
            ),
            (
                &long,
                "value: expected a number: 0x hex, a decimal string or an integer, found the text \"zz",
            ),
            (r#"{"inner": "x"}"#, "inner: expected an object, found the text \"x\""),
            (r#"{"inner": {"count": -1}}"#, "inner.count: expected a number, found the number -1"),
            (r#"{"inner": {}}"#, "inner: field \"count\" is missing"),
            (r#"{"list": {}}"#, "list: expected a list, found an object"),
            (r#"{"list": [1, "a"]}"#, "list[1]: expected a number, found the text \"a\""),
            (r#"{"pair": [1]}"#, "pair: expected a list, found 1 of them"),
            (r#"{"yes": 1.5}"#, "yes: expected true or false, found the number 1.5"),
            (r#"{"name": ["a, expected b"]}"#, "name: expected a text, found a list"),
            (
                r#"{"yes": "a, expected b"}"#,
                "yes: expected true or false, found the text \"a, expected b\"",
            ),
            (r#"{"kind": "Two"}"#, "kind: unknown variant `Two`, expected `One`"),
            (
                r#"{"other": 1}"#,
                "no field \"other\" is known here, but accountAddress, data, value, inner and 5 more at line 1",
            ),
            ("{", "the text ends in the middle of an object at line 1 column 1"),
            (
                r#"{"inner": {"count": 1,"#,
                "the text ends where a value is expected at line 1 column 22",
            ),
            ("{} x", "something follows where the JSON has ended at line 1 column 4"),
            ("hello", "no JSON: a value is expected at line 1 column 1"),
            ("\"a\nb\"", "with the end of a line, or another control character, in it"),
            (
                r#"{"accountAddress": "0x12"}"#,
                "accountAddress: hex of another length than what stands here has",
            ),
        ] {
            let found = read::<Everything>(json.as_bytes()).unwrap_err().to_string();
            assert!(found.contains(expected), "{json}: {found}");
            for name in ["struct", "Everything", "Inner", "u8", "u32", "u64", "enum", "tuple"] {
                assert!(!found.contains(name), "{json}: {found}");
            }
            assert!(found.len() < 250, "{found}");
        }
    }

    #[test]
    fn an_error_inside_of_something_has_the_whole_path() {
        let value = serde_json::json!({"inner": {"count": "x"}});
        let error = read_value::<Everything>(value).unwrap_err().under("transaction");
        assert_eq!(
            error.to_string(),
            "transaction.inner.count: expected a number, found the text \"x\""
        );
        let whole = read_value::<Everything>(serde_json::json!(7)).unwrap_err().under("block");
        assert_eq!(whole.to_string(), "block: expected an object, found the number 7");
        let item = read_value::<Vec<u64>>(serde_json::json!([{}])).unwrap_err().under("list");
        assert_eq!(item.to_string(), "list[0]: expected a number, found an object");
    }
}
