//! Which path leads where.

use std::net::SocketAddr;

use axum::{Router, middleware::from_fn_with_state, routing::get};

use crate::{
    api,
    app::App,
    failure::Failure,
    guard::{Guard, guard},
    health, page, report,
};

/// All paths.
pub(crate) fn routes(app: App, address: SocketAddr) -> Router {
    Router::new()
        .route("/", get(page::status))
        .route("/transactions/{hash}/report.html", get(report::report))
        .route("/metrics", get(health::metrics))
        .route("/healthz", get(health::health))
        .route("/readyz", get(health::ready))
        .nest("/api/v1", api::routes())
        .fallback(|| async { Failure::Nothing("there is nothing of that name".to_owned()) })
        .method_not_allowed_fallback(|| async { Failure::Method })
        .layer(from_fn_with_state(Guard::new(address), guard))
        .with_state(app)
}
