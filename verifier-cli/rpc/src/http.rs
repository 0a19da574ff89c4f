//! The HTTP that nodes are asked by: one client for all of them. It follows no redirect, sends no
//! `Referer`, reads no more of an answer than its method may have, and logs no URL and no body.
//! `specs/14-chain.md`, section What holds against a node.
//!
//! In the data's way this stands below the node: what it gives is what a node said.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
    time::Duration,
};

use alloy_json_rpc::{RequestPacket, ResponsePacket};
use alloy_network::AnyNetwork;
use alloy_provider::{
    DynProvider, Provider, ProviderBuilder,
    transport::{TransportError, TransportErrorKind, TransportFut},
};
use alloy_rpc_client::RpcClient;
use alloy_transport_http::reqwest::{self, Client, Response, header, redirect::Policy};
use tower_service::Service;
use url::{Host, Url};

/// The name that stands for this machine (RFC 6761).
const LOCALHOST: &str = "localhost";

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// What is asked often or by its nature answered in a few words, and the most that is read of an
/// answer; the same for what is large by its nature. All else may have [`ANSWER_LIMIT`].
const LIMITS: [(&str, u64); 18] = [
    ("eth_chainId", 4 * KIB),
    ("eth_getBalance", 4 * KIB),
    ("eth_getTransactionCount", 4 * KIB),
    ("eth_getStorageAt", 4 * KIB),
    ("eth_sendRawTransaction", 4 * KIB),
    ("eth_sendTransaction", 4 * KIB),
    ("eth_config", 64 * KIB),
    ("eth_feeHistory", 64 * KIB),
    // EIP-170's code in hex is 48 KiB; other chains allow more.
    ("eth_getCode", 4 * MIB),
    // 16 million gas return no more than this.
    ("eth_call", 4 * MIB),
    ("eth_getTransactionByHash", 4 * MIB),
    ("eth_getTransactionReceipt", 64 * MIB),
    ("eth_getProof", 64 * MIB),
    ("eth_getBlockByHash", 256 * MIB),
    ("eth_getBlockByNumber", 256 * MIB),
    ("eth_getBlockReceipts", 512 * MIB),
    // Every code that a transaction touched, and more.
    ("debug_traceTransaction", 512 * MIB),
    ("debug_traceBlockByHash", 512 * MIB),
];

/// The most that is read of an answer to any other method.
const ANSWER_LIMIT: u64 = 16 * MIB;

/// The most that is read of an answer, in bytes.
pub fn answer_limit(method: &str) -> u64 {
    let known = LIMITS.iter().find(|(name, _)| *name == method);
    known.map_or(ANSWER_LIMIT, |(_, limit)| *limit)
}

/// An answer that is not read. No second attempt mends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unread {
    /// A redirect: what was asked may hold a key, and is for the node that the user named.
    #[error(
        "the node redirects (HTTP status {status}), which is not followed: name the URL itself"
    )]
    Redirect {
        /// The status of the answer.
        status: u16,
    },
    /// The answer is too long.
    #[error("the node's answer is longer than {limit} bytes, the most that it may have")]
    TooLong {
        /// The most bytes that an answer of this method may have.
        limit: u64,
    },
}

/// A provider for the node at a URL, which reads at most `limit` bytes of the answer to a method,
/// [`answer_limit`] as a rule. Must be called within a runtime.
///
/// # Errors
///
/// If the system gives no client: no certificates, for one.
pub fn provider(
    url: Url,
    limit: fn(&str) -> u64,
) -> Result<DynProvider<AnyNetwork>, reqwest::Error> {
    let local = is_loopback(&url);
    let transport = Transport { client: client(local)?, url, limit };
    let builder = ProviderBuilder::new().disable_recommended_fillers().network::<AnyNetwork>();
    Ok(builder.connect_client(RpcClient::new(transport, local)).erased())
}

/// Whether a URL names this machine: 127.0.0.0/8, `::1` (also as an IPv4 address in IPv6) or
/// `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case(LOCALHOST),
        None => false,
    }
}

/// The client. What is on this machine is asked on this machine, whatever a proxy or a name server
/// says.
fn client(local: bool) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder().redirect(Policy::none()).referer(false);
    if local {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let loopback = loopback.map(|address| SocketAddr::new(address, 0));
        builder = builder.no_proxy().resolve_to_addrs(LOCALHOST, &loopback);
    }
    builder.build()
}

/// JSON-RPC over HTTP.
#[derive(Clone)]
struct Transport {
    client: Client,
    url: Url,
    limit: fn(&str) -> u64,
}

impl Service<RequestPacket> for Transport {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        Box::pin(self.clone().ask(request))
    }
}

impl Transport {
    async fn ask(self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let limit = request.method_names().map(self.limit).fold(0, u64::saturating_add);
        let body = serde_json::to_vec(&request).map_err(TransportError::ser_err)?;
        let response = (self.client.post(self.url))
            .header(header::CONTENT_TYPE, "application/json")
            .headers(request.headers())
            .body(body)
            .send()
            .await
            .map_err(TransportErrorKind::custom)?;
        let status = response.status();
        if status.is_redirection() {
            let status = status.as_u16();
            return Err(TransportErrorKind::non_retryable(Unread::Redirect { status }));
        }
        let retry_after = retry_after(&response);
        let body = read(response, limit).await?;
        tracing::trace!(status = status.as_u16(), bytes = body.len(), "answer");
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|error| TransportError::deser_err(error, String::from_utf8_lossy(&body)));
        }
        // Some say an error of JSON-RPC's with a status of HTTP's.
        match serde_json::from_slice::<ResponsePacket>(&body) {
            Ok(response) if response.is_error() => Ok(response),
            _ => Err(TransportErrorKind::http_error_with_retry_after(
                status.as_u16(),
                String::from_utf8_lossy(&body).into_owned(),
                retry_after,
            )),
        }
    }
}

/// How long the node asks to be left alone, in whole seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Reads a body; of one that is too long, no more than shows that it is.
async fn read(mut response: Response, limit: u64) -> Result<Vec<u8>, TransportError> {
    let too_long = || TransportErrorKind::non_retryable(Unread::TooLong { limit });
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(TransportErrorKind::custom)? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("http://127.0.0.1:8545", true),
            ("http://127.9.9.9/path", true),
            ("http://2130706433", true), // 127.0.0.1, as browsers read it
            ("http://[::1]:8545", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("https://LocalHost:1", true),
            ("http://user:key@localhost/", true),
            ("http://0.0.0.0:8545", false),
            ("http://10.0.0.1", false),
            ("http://[::]", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://127.0.0.1@example.com", false),
            ("http://localhost:80@example.com", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn each_method_has_its_limit() {
        assert_eq!(answer_limit("eth_chainId"), 4096);
        assert_eq!(answer_limit("eth_getBlockReceipts"), 512 << 20);
        assert_eq!(answer_limit("eth_unheardOf"), ANSWER_LIMIT);
    }
}
