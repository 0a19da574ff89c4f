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
            Failure::Final(RpcError::Answer { method, error: shorten(&err.to_string()) })
        }
        // Nothing where something must be.
        Transported::NullResp => Failure::Final(RpcError::Nothing { method }),
        error => Failure::Final(RpcError::Answer { method, error: shorten(&error.to_string()) }),
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
