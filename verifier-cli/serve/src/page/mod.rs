//! The status page, `/`: what is watched, how far it is, the last blocks, findings with a link to the explanation of
//! each, nodes and events. Made by the server, without a program in it; it asks for nothing but itself, again.
//! `specs/23-watch.md`, section Status page.

mod frame;
mod parts;
mod words;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use iso_evm_watch::read::{Blocks, Events, Findings};

pub(crate) use self::frame::POLICY_OF_REPORTS;
use self::{frame::Frame, parts::Shown};
use crate::{app::App, failure::Failure};

/// How many rows each list has.
const ROWS: u64 = 20;

/// `/`.
pub(crate) async fn status(State(app): State<App>) -> Response {
    match shown(&app).await {
        Ok(shown) => html(StatusCode::OK, Frame::of(&shown).page()),
        Err(failure) => said(&failure),
    }
}

/// A page that says why there is no other.
pub(crate) fn said(failure: &Failure) -> Response {
    html(failure.status(), frame::said(failure))
}

/// A page, held to its policy.
fn html(status: StatusCode, page: String) -> Response {
    let mut response = (status, Html(page)).into_response();
    let policy = HeaderValue::from_str(frame::policy());
    let policy = policy.expect("a policy has letters and signs that a header may have");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// What the page shows.
async fn shown(app: &App) -> Result<Shown, Failure> {
    let read = app.read(|reader| {
        Ok((
            reader.course()?,
            reader.blocks(&Blocks::default(), ROWS)?.rows,
            reader.findings(&Findings::default(), ROWS)?.rows,
            reader.events(&Events::default(), ROWS)?.rows,
        ))
    });
    let (course, blocks, findings, events) = read.await?;
    let (pulse, totals) = (app.vitals.pulse(), app.metrics.totals());
    Ok(Shown { course, pulse, totals, blocks, findings, events })
}
