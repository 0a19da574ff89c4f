//! A [`Failure`]: why there is no answer, as JSON with the status that says so.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use iso_evm_watch::StoreError;
use serde_json::json;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What was asked cannot be read.
    #[error("{0}")]
    Question(String),
    /// There is no such thing.
    #[error("{0}")]
    Nothing(String),
    /// It is too large.
    #[error("{0}")]
    TooLarge(String),
    /// Another host is meant.
    #[error("this is a service of its own machine, and no host of that name")]
    OtherHost,
    /// Nothing but reading is offered.
    #[error("GET and HEAD are what is answered")]
    Method,
    /// Too many ask at once.
    #[error("too many requests at once: ask again later")]
    Busy,
    /// It takes too long.
    #[error("the answer takes too long")]
    Late,
    /// The database cannot be read; why is for the log.
    #[error("the database cannot be read")]
    Store(StoreError),
    /// An error of the program's own.
    #[error("this program fails on it, which is a bug of its own")]
    Bug,
}

impl Failure {
    /// The status that says so.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Question(_) => StatusCode::BAD_REQUEST,
            Self::Nothing(_) => StatusCode::NOT_FOUND,
            Self::TooLarge(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({"error": self.to_string()}))).into_response()
    }
}
