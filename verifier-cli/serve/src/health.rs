//! Whether the process lives, whether it does what it is for, and what it counts.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use iso_evm_watch::{Pulse, read::Reader};
use serde::Serialize;

use crate::app::App;

/// How long a watcher may be at one thing. Nodes that do not answer are waited for, and a database that is away.
const STUCK: Duration = Duration::from_secs(300);

/// The format of metrics, as Prometheus names it.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether the process lives.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    alive: bool,
    /// Seconds since the watcher came round.
    turned_ago: Option<f64>,
}

/// Whether it does what it is for.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    state: Progress,
    /// Why not, in words.
    reasons: Vec<String>,
}

/// How far a watcher is with its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Progress {
    /// No node has said where its chain is.
    Waiting,
    /// Blocks that are there are audited.
    CatchingUp,
    /// All that there is is audited, but for what is new.
    InStep,
}

impl Progress {
    pub(crate) const fn of(pulse: &Pulse) -> Self {
        match pulse.latest {
            None => Self::Waiting,
            Some(_) if pulse.is_in_step => Self::InStep,
            Some(_) => Self::CatchingUp,
        }
    }
}

/// `/healthz`.
pub(crate) async fn health(State(app): State<App>) -> Response {
    let turned = app.vitals.pulse().turned.map(|at| at.elapsed());
    let alive = turned.is_none_or(|ago| ago < STUCK);
    let health = Health { alive, turned_ago: turned.map(|ago| ago.as_secs_f64()) };
    (status(alive), Json(health)).into_response()
}

/// `/readyz`.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let pulse = app.vitals.pulse();
    let mut reasons = Vec::new();
    if app.read(Reader::course).await.is_err() {
        reasons.push("the database cannot be read".to_owned());
    }
    if !pulse.has_node() {
        reasons.push("no node answers".to_owned());
    }
    let state = Progress::of(&pulse);
    if state == Progress::Waiting {
        reasons.push("where the chain is, no node has said yet".to_owned());
    }
    if pulse.turned.is_some_and(|at| at.elapsed() >= STUCK) {
        reasons.push(format!("the watcher is at one thing for over {} s", STUCK.as_secs()));
    }
    let ready = reasons.is_empty();
    (status(ready), Json(Readiness { ready, state, reasons })).into_response()
}

/// `/metrics`.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let course = app.read(Reader::course).await.ok();
    let text = app.metrics.render(&app.vitals.pulse(), course.as_ref());
    ([(header::CONTENT_TYPE, HeaderValue::from_static(METRICS))], text).into_response()
}

const fn status(is_good: bool) -> StatusCode {
    if is_good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
