//! What stands before every answer: the host that is meant, the number of requests at once, the time that one may
//! take, and the headers that keep a browser from doing more with an answer than to show it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{sync::Semaphore, time::timeout};

use crate::{address::is_local, failure::Failure};

/// The most requests at once.
const REQUESTS: usize = 32;

/// How long an answer may take until it begins.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every answer says to a browser.
const HEADERS: [(header::HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// What is let through.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// Whether nobody but this machine can come here: then no other host can be meant.
    is_local: bool,
    requests: Arc<Semaphore>,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let is_local = address.ip().to_canonical().is_loopback();
        Self { is_local, requests: Arc::new(Semaphore::new(REQUESTS)) }
    }

    /// Whether a request is meant for this machine. A page elsewhere can have a browser send requests here under a
    /// name of its own.
    fn is_meant(&self, request: &Request) -> bool {
        let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = named.map(|named| match named.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            _ => named,
        });
        let target = request.uri().host();
        !self.is_local || (host.is_some_and(is_local) && target.is_none_or(is_local))
    }
}

/// Lets a request through, if it is one.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let answer = async {
        if !guard.is_meant(&request) {
            return Err(Failure::OtherHost);
        }
        let _permit = guard.requests.try_acquire().map_err(|_| Failure::Busy)?;
        timeout(PATIENCE, next.run(request)).await.map_err(|_| Failure::Late)
    };
    let mut answer = answer.await.unwrap_or_else(IntoResponse::into_response);
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
