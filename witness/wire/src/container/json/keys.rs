//! Compares the keys of a JSON file with those of what was read from it.

use serde_json::{Map, Value};

use super::JsonError;

/// Makes sure that a file says what was read from it: no key that was passed over, none that was
/// filled in.
pub(super) fn same_keys(path: &str, given: &Value, read: &Value) -> Result<(), JsonError> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => {
            let at = |key: &String| {
                if path.is_empty() { key.clone() } else { format!("{path}.{key}") }
            };
            let find = |map: &Map<String, Value>, key: &String| {
                map.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).is_some()
            };
            let set = |(_, value): &(&String, &Value)| !value.is_null();
            let mut set_keys = given.iter().filter(set).map(|(key, _)| key);
            if let Some(key) = set_keys.find(|key| !find(read, key)) {
                return Err(JsonError::UnknownKey { path: at(key) });
            }
            if let Some(key) = read.keys().find(|key| !find(given, key)) {
                return Err(JsonError::Missing { path: at(key) });
            }
            let both = given.iter().filter_map(|(key, value)| Some((key, value, read.get(key)?)));
            both.into_iter().try_for_each(|(key, given, read)| same_keys(&at(key), given, read))
        }
        (Value::Array(given), Value::Array(read)) => {
            let both = given.iter().zip(read).enumerate();
            both.into_iter().try_for_each(|(index, (given, read))| {
                same_keys(&format!("{path}[{index}]"), given, read)
            })
        }
        _ => Ok(()),
    }
}
