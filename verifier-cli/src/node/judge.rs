//! What a transport's error is: one that may pass, or one for good, in words that do not repeat the URL.
//!
//! In the data's way this stands between the transport and the node's answers.

use alloy_provider::transport::{RpcError, TransportError, TransportErrorKind};

use super::NodeError;
use crate::http::Unread;

/// JSON-RPC's number for a method that is not there.
const METHOD_NOT_FOUND: i64 = -32_601;

/// The longest text of a node's that is repeated in an error, in characters.
const LONGEST_TEXT: usize = 200;

/// What an error is: one that may pass, or one for good.
pub(super) fn judge(method: &'static str, error: TransportError) -> Result<String, NodeError> {
    match error {
        RpcError::ErrorResp(payload) if payload.is_retry_err() => Ok(shorten(&payload.message)),
        RpcError::ErrorResp(payload) if payload.code == METHOD_NOT_FOUND => {
            Err(NodeError::NotOffered { method })
        }
        RpcError::ErrorResp(payload) => Err(NodeError::Refused {
            method,
            code: payload.code,
            message: shorten(&payload.message),
        }),
        RpcError::Transport(TransportErrorKind::NonRetryable(error)) => {
            Err(match error.downcast_ref::<Unread>() {
                Some(error) => NodeError::Unread { method, error: *error },
                None => NodeError::Answer { method, error: shorten(&error.to_string()) },
            })
        }
        RpcError::Transport(kind) => match kind.as_http_error() {
            Some(error) if error.body.contains("-32601") => Err(NodeError::NotOffered { method }),
            Some(error) if !(error.status == 429 || error.status >= 500) => {
                let code = i64::from(error.status);
                Err(NodeError::Refused { method, code, message: shorten(&error.body) })
            }
            Some(error) => Ok(format!("HTTP status {}", error.status)),
            None => Ok(innermost(&kind)),
        },
        RpcError::DeserError { err, .. } => {
            Err(NodeError::Answer { method, error: shorten(&err.to_string()) })
        }
        error => Err(NodeError::Answer { method, error: shorten(&error.to_string()) }),
    }
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
