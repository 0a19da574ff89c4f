//! What is watched, where it is, and what the watcher is at.

use axum::{Json, extract::State};
use iso_evm_watch::{
    NodeVitals, Pulse,
    read::{Course, Reader},
};
use serde::Serialize;

use super::params::{Pairs, Params};
use crate::{app::App, failure::Failure, health::Progress};

/// What is watched, where it is, and what the watcher is at.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    version: &'static str,
    state: Progress,
    /// Blocks that are to be audited and are not.
    behind: Option<u64>,
    #[serde(flatten)]
    course: Course,
    queue: Queue,
    nodes: Vec<NodeStatus>,
}

/// Blocks that are audited ahead.
#[derive(Debug, Serialize)]
struct Queue {
    planned: usize,
    ready: usize,
    waiting: usize,
}

/// What is thought of a node.
#[derive(Debug, Serialize)]
struct NodeStatus {
    node: usize,
    asked: bool,
    answers: Option<bool>,
    disagrees: bool,
    lags: bool,
    distrusted: bool,
    foreign: bool,
    latest: Option<u64>,
    errors: u64,
}

impl NodeStatus {
    fn of((node, vitals): (usize, &NodeVitals), asked: usize) -> Self {
        Self {
            node,
            asked: node == asked,
            answers: vitals.answers,
            disagrees: vitals.disagrees,
            lags: vitals.lags,
            distrusted: vitals.is_distrusted,
            foreign: vitals.is_foreign,
            latest: vitals.latest,
            errors: vitals.errors,
        }
    }
}

/// `/status`.
pub(super) async fn status(State(app): State<App>, pairs: Pairs) -> Result<Json<Status>, Failure> {
    Params::of(pairs)?.end()?;
    let course = app.read(Reader::course).await?;
    let pulse = app.vitals.pulse();
    let Pulse { planned, ready, waiting, asked, .. } = pulse;
    let nodes = pulse.nodes.iter().enumerate().map(|node| NodeStatus::of(node, asked));
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        state: Progress::of(&pulse),
        behind: pulse.behind(),
        course,
        queue: Queue { planned, ready, waiting },
        nodes: nodes.collect(),
    }))
}
