//! A request to a receiver: the notice as JSON, with its id, the time and the signature in headers. No redirect is
//! followed, and of the answer nothing but its status is read.

use std::{error::Error as _, io, time::Duration};

use alloy_primitives::hex;
use hmac::{Hmac, KeyInit, Mac};
use iso_evm_rpc::http::is_loopback;
use reqwest::{Client, header, redirect::Policy};
use sha2::Sha256;
use tokio::runtime::Runtime;

use super::{Hook, Refused, Secret, words};
use crate::store::Pending;

/// The header with the notice's id.
const ID: &str = "x-iso-id";

/// The header with the time at which it was sent, in seconds since 1970.
const TIMESTAMP: &str = "x-iso-timestamp";

/// The header with the signature.
const SIGNATURE: &str = "x-iso-signature";

/// Who asks.
const AGENT: &str = concat!("iso-evm-watch/", env!("CARGO_PKG_VERSION"));

/// Sends notices to a receiver.
#[derive(Debug)]
pub(super) struct Sender {
    runtime: Runtime,
    client: Client,
    secret: Secret,
}

impl Sender {
    /// Who sends to a receiver, and waits so long for an answer. The error has no address in it.
    pub(super) fn new(hook: &Hook, secret: Secret, answer: Duration) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| words(&error))?;
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .user_agent(AGENT)
            .timeout(answer)
            .pool_max_idle_per_host(1);
        if is_loopback(hook.url()) {
            // What is on this machine is told on this machine, whatever a proxy says.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| error.without_url().to_string())?;
        Ok(Self { runtime, client, secret })
    }

    /// Sends a notice, at a time in seconds since 1970.
    pub(super) fn send(&self, hook: &Hook, pending: &Pending, at: u64) -> Result<(), Refused> {
        let signature = signature(self.secret.bytes(), at, &pending.body);
        let request = self
            .client
            .post(hook.url().clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(ID, &pending.id)
            .header(TIMESTAMP, at)
            .header(SIGNATURE, signature)
            .body(pending.body.clone());
        let answer = self.runtime.block_on(async { request.send().await });
        let status = answer.map_err(|error| Refused::Away(failure(&error)))?.status();
        let reason = format!("it answers with status {}", status.as_u16());
        if status.is_success() {
            Ok(())
        } else if status.is_client_error() && ![408, 425, 429].contains(&status.as_u16()) {
            Err(Refused::This(reason))
        } else {
            Err(Refused::Away(reason))
        }
    }
}

/// The signature of a body at a time: HMAC-SHA-256 of both, with a full stop between them.
fn signature(secret: &[u8], at: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of HMAC has any length");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Why there was no answer, in words that have no address in them.
fn failure(error: &reqwest::Error) -> String {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return format!("no answer: {}", words(error));
        }
        source = error.source();
    }
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "no answer that is one of HTTP".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of some length'`
    #[test]
    fn a_signature_is_the_one_that_others_compute() {
        assert_eq!(
            signature(b"a secret of some length", 1_700_000_000, r#"{"a":1}"#),
            "sha256=e09db3ce6e6e8f9b633a62851e5074a9e9148ac19b1c0e1a8f7c352380be630b"
        );
    }
}
