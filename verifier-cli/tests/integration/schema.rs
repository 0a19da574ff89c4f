//! The part of JSON Schema that `specs/schemas` uses. A keyword that is not among these is an
//! error, so that no schema says more than is checked.

use serde_json::{Map, Value};

/// A JSON schema, as far as the project's own use it.
pub(crate) struct Schema(Value);

impl Schema {
    pub(crate) fn new(schema: Value) -> Self {
        Self(schema)
    }

    /// Says where and why a value is not what the schema says.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        self.check_at("", self.0.as_object().unwrap(), value)
    }

    fn check_at(
        &self,
        path: &str,
        schema: &Map<String, Value>,
        value: &Value,
    ) -> Result<(), String> {
        for (keyword, rule) in schema {
            let good = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.check_at(path, self.0["$defs"][name].as_object().unwrap(), value)?;
                    true
                }
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
                "maximum" => value.as_u64().is_none_or(|number| number <= rule.as_u64().unwrap()),
                "maxItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
                "minItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "pattern" => {
                    value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text))
                }
                "anyOf" | "oneOf" => {
                    let fits = |schema: &&Value| {
                        self.check_at(path, schema.as_object().unwrap(), value).is_ok()
                    };
                    let count = rule.as_array().unwrap().iter().filter(fits).count();
                    count == 1 || (keyword == "anyOf" && count > 1)
                }
                "required" => {
                    let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                    if let Some(key) = rule.as_array().unwrap().iter().find(|key| !has(key)) {
                        return Err(format!("{path}: {key} is missing"));
                    }
                    true
                }
                "properties" => {
                    for (key, schema) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(key) {
                            let path = format!("{path}/{key}");
                            self.check_at(&path, schema.as_object().unwrap(), value)?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let known = schema.get("properties").and_then(Value::as_object);
                    for (key, value) in value.as_object().into_iter().flatten() {
                        if known.is_some_and(|known| known.contains_key(key)) {
                            continue;
                        }
                        let path = format!("{path}/{key}");
                        let Value::Object(rule) = rule else {
                            return Err(format!("{path}: not allowed"));
                        };
                        self.check_at(&path, rule, value)?;
                    }
                    true
                }
                "items" => {
                    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                        let path = format!("{path}/{index}");
                        self.check_at(&path, rule.as_object().unwrap(), value)?;
                    }
                    true
                }
                other => panic!("keyword {other}"),
            };
            if !good {
                return Err(format!("{path}: {keyword} {rule} expected, found {value}"));
            }
        }
        Ok(())
    }
}

/// The patterns of the schemas, written out: there is no other.
fn matches(pattern: &str, text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let lower = |text: &str| hex(text) && !text.bytes().any(|digit| digit.is_ascii_uppercase());
    let digits = |text: &str| text.strip_prefix("0x").unwrap_or("?").to_owned();
    let sized = |size: usize| digits(text).len() == size && hex(&digits(text));
    match pattern {
        "^0x[0-9a-fA-F]{64}$" => sized(64),
        "^0x[0-9a-fA-F]{130}$" => sized(130),
        "^0x[0-9a-fA-F]{40}$" => sized(40),
        "^0x[0-9a-fA-F]{16}$" => sized(16),
        "^0x[0-9a-fA-F]{512}$" => sized(512),
        "^0x([0-9a-fA-F]{2})*$" => hex(&digits(text)) && text.len().is_multiple_of(2),
        "^(0x)?([0-9a-fA-F]{2})*$" => {
            let digits = text.strip_prefix("0x").unwrap_or(text);
            hex(digits) && digits.len().is_multiple_of(2)
        }
        "^0x(0|[1-9a-f][0-9a-f]*)$" => {
            let digits = digits(text);
            digits == "0" || (!digits.is_empty() && !digits.starts_with('0') && lower(&digits))
        }
        "^(0[xX][0-9a-fA-F]+|[0-9]+)$" => {
            match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                Some(digits) => !digits.is_empty() && hex(digits),
                None => !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()),
            }
        }
        "^[0-9]+n$" => text.strip_suffix('n').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
        }),
        "^([A-Z0-9]+|0x[0-9a-f]{2})$" => {
            let mnemonic = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            let number = digits(text);
            (!text.is_empty() && text.bytes().all(mnemonic))
                || (number.len() == 2 && lower(&number))
        }
        r"^(valid|invalid|inconclusive)( \([a-z, ]+ only\))?$" => {
            let (word, audits) = text.split_once(" (").unwrap_or((text, "any only)"));
            ["valid", "invalid", "inconclusive"].contains(&word)
                && audits.strip_suffix(" only)").is_some_and(|names| {
                    let name = |letter: u8| letter.is_ascii_lowercase() || b", ".contains(&letter);
                    !names.is_empty() && names.bytes().all(name)
                })
        }
        other => panic!("pattern {other}"),
    }
}
