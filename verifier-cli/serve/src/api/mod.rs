//! The JSON API, `/api/v1/`: what is kept, in pages that have an end. What the answers are stands in
//! `specs/schemas/watch-api.schema.json`, what may be asked in `specs/23-watch.md`, section API.

pub(crate) mod files;
mod lists;
mod params;
pub(crate) mod single;
mod status;

use axum::{Router, routing::get};

use crate::app::App;

/// The most rows of a page.
const MOST: u64 = 500;

/// The rows of a page, if nobody says.
const ROWS: u64 = 50;

/// The most transactions of a block, and messages and findings of a transaction, that are shown with it.
const PARTS: u64 = 10_000;

/// All paths of the API.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/status", get(status::status))
        .route("/blocks", get(lists::blocks))
        .route("/blocks/{block}", get(single::block))
        .route("/transactions/{hash}", get(single::transaction))
        .route("/transactions/{hash}/certificate", get(files::certificate))
        .route("/transactions/{hash}/witness", get(files::witness_of))
        .route("/witnesses/{hash}", get(files::witness))
        .route("/findings", get(lists::findings))
        .route("/events", get(lists::events))
}
