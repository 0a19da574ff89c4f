//! What a transport's error is: one that may pass, or one for good, in words that do not repeat the URL.
//!
//! In the data's way this stands between the transport and the node's answers.

use alloy_json_rpc::ErrorPayload;
use alloy_provider::transport::{RpcError as Transported, TransportError, TransportErrorKind};

use crate::{RpcError, http::Unread};

/// Errors that say that a method is not there: JSON-RPC's, and EIP-1474's.
const NOT_OFFERED: [i64; 2] = [-32_601, -32_004];

/// The longest text of a node's that is repeated in an error, in characters.
const LONGEST_TEXT: usize = 200;

/// What an error is.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer came. Another time one may.
    Silence(String),
    /// An error was answered that may pass. If it does not, it is `last`, where that says more than
    /// its text.
    Passing {
        /// What was answered.
        error: String,
        /// What it is if it does not pass.
        last: Option<RpcError>,
    },
    /// An error for good.
    Final(RpcError),
}

/// What an error is: no answer, one that may pass, or one for good.
pub(super) fn judge(method: &'static str, error: TransportError) -> Failure {
    match error {
        Transported::ErrorResp(payload) => answered(method, &payload),
        Transported::Transport(TransportErrorKind::NonRetryable(error)) => {
            Failure::Final(match error.downcast_ref::<Unread>() {
                Some(error) => RpcError::Unread { method, error: *error },
                None => RpcError::Answer { method, error: shorten(&error.to_string()) },
            })
        }
        Transported::Transport(kind) => match kind.as_http_error() {
            Some(error) if error.body.contains("-32601") => {
                Failure::Final(RpcError::NotOffered { method })
            }
            Some(error) if error.status == 429 || error.status >= 500 => {
                let text = shorten(&error.body);
                let text = if text.is_empty() { text } else { format!(": {text}") };
                let error = format!("HTTP status {}{text}", error.status);
                Failure::Passing { error, last: None }
            }
            Some(error) => {
                let code = i64::from(error.status);
                let message = shorten(&error.body);
                Failure::Final(RpcError::Refused { method, code, message })
            }
            None => Failure::Silence(innermost(&kind)),
        },
        Transported::DeserError { err, .. } => {
            Failure::Final(RpcError::Answer { method, error: shorten(&in_words(&err)) })
        }
        // Nothing where something must be.
        Transported::NullResp => Failure::Final(RpcError::Nothing { method }),
        error => Failure::Final(RpcError::Answer { method, error: shorten(&error.to_string()) }),
    }
}

/// What is wrong with an answer, by what stands there: what it is read as is a name of this program's.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let (text, place) = match text.strip_suffix(&*place) {
        Some(text) => (text, &*place),
        None => (&*text, ""),
    };
    // serde's `invalid type: string "0x1", expected struct Named`.
    let found = ["invalid type: ", "invalid value: "].iter().find_map(|it| text.strip_prefix(it));
    if let Some((found, _)) = found.and_then(|rest| rest.rsplit_once(", expected ")) {
        return format!("{} cannot stand there{place}", met(found));
    }
    if text.starts_with("invalid length ") {
        return format!("a list or bytes of such a length cannot stand there{place}");
    }
    if text.starts_with("data did not match any variant") {
        return format!("it is none of the forms that can stand there{place}");
    }
    format!("{text}{place}")
}

/// What was found, as it looks in JSON.
fn met(found: &str) -> String {
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    match kind {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit" | "Option" => "null".to_owned(),
        "string" => format!("the text {value}"),
        "integer" => format!("the number {}", value.trim_matches('`')),
        "floating" => {
            format!("the number {}", value.trim_start_matches("point ").trim_matches('`'))
        }
        "boolean" => value.trim_matches('`').to_owned(),
        _ => "what was found".to_owned(),
    }
}

/// What an error of JSON-RPC's is.
fn answered(method: &'static str, payload: &ErrorPayload) -> Failure {
    if NOT_OFFERED.contains(&payload.code) {
        return Failure::Final(RpcError::NotOffered { method });
    }
    let (code, message) = (payload.code, shorten(&payload.message));
    let refused = RpcError::Refused { method, code, message: message.clone() };
    if !payload.is_retry_err() {
        return Failure::Final(refused);
    }
    // A limit passes; a block that this node of several does not have yet may come, or never.
    let unknown = payload.message.contains("header not found");
    Failure::Passing { error: format!("{message} ({code})"), last: unknown.then_some(refused) }
}

/// The innermost reason. Those around it repeat the URL, which may hold a key.
fn innermost(kind: &TransportErrorKind) -> String {
    let mut error: &dyn std::error::Error = kind;
    while let Some(source) = error.source() {
        error = source;
    }
    let text = error.to_string();
    if text.contains("://") { "the request cannot be sent".to_owned() } else { shorten(&text) }
}

/// The beginning of a text, on one line.
fn shorten(text: &str) -> String {
    let mut line = String::new();
    for (index, character) in text.trim().chars().enumerate() {
        if index == LONGEST_TEXT {
            line.push('…');
            break;
        }
        line.push(if character.is_control() { ' ' } else { character });
    }
    line
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::DeserializeOwned};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only errors are looked at")]
    struct Block {
        number: Option<u64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only errors are looked at")]
    enum Frame {
        Accounts(BTreeMap<u8, u8>),
        Sides { pre: u8 },
    }

    /// What is said of an answer that cannot be read as something.
    fn said<T: DeserializeOwned + std::fmt::Debug>(answer: &str) -> String {
        let err = serde_json::from_str::<T>(answer).unwrap_err();
        let error = Transported::DeserError { err, text: answer.to_owned() };
        let Failure::Final(error) = judge("eth_getBlockByNumber", error) else {
            panic!("it does not pass")
        };
        error.to_string()
    }

    #[test]
    fn an_answer_of_another_kind_is_told_without_the_name_of_a_type() {
        const START: &str = "the node's answer to eth_getBlockByNumber makes no sense: ";
        for (found, expected) in [
            (
                said::<Option<Block>>("\"0x1\""),
                "the text \"0x1\" cannot stand there at line 1 column 5",
            ),
            (said::<Block>("7"), "the number 7 cannot stand there at line 1 column 1"),
            (said::<Block>("{\"number\": {}}"), "an object cannot stand there at line 1 column 11"),
            (said::<Vec<Block>>("{}"), "an object cannot stand there at line 1 column 0"),
            (said::<Frame>("5"), "it is none of the forms that can stand there"),
        ] {
            assert_eq!(found, format!("{START}{expected}"));
        }
    }
}
