//! Lists: blocks, findings, events, in pages.

use axum::{Json, extract::State};
use iso_evm_verifier::{Audit, Verdict};
use iso_evm_watch::read::{Block, Blocks, Event, Events, Finding, Findings, Page};
use serde::Serialize;

use super::params::{Pairs, Params};
use crate::{app::App, failure::Failure};

/// A page of blocks.
#[derive(Debug, Serialize)]
pub(super) struct BlockPage {
    blocks: Vec<Block>,
    next: Option<String>,
}

/// A page of findings.
#[derive(Debug, Serialize)]
pub(super) struct FindingPage {
    findings: Vec<Finding>,
    next: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize)]
pub(super) struct EventPage {
    events: Vec<Event>,
    next: Option<String>,
}

/// `/blocks`.
pub(super) async fn blocks(
    State(app): State<App>,
    pairs: Pairs,
) -> Result<Json<BlockPage>, Failure> {
    let mut params = Params::of(pairs)?;
    let verdict = params.text("verdict").map(|name| verdict(&name)).transpose()?;
    let which = Blocks {
        number: params.value("number", "a number")?,
        verdict,
        canonical: params.canonical()?,
        after: params.after(0)?,
    };
    let limit = params.limit()?;
    params.end()?;
    let Page { rows: blocks, next } = app.read(move |reader| reader.blocks(&which, limit)).await?;
    Ok(Json(BlockPage { blocks, next: next.map(|next| next.to_string()) }))
}

/// `/findings`.
pub(super) async fn findings(
    State(app): State<App>,
    pairs: Pairs,
) -> Result<Json<FindingPage>, Failure> {
    let mut params = Params::of(pairs)?;
    let audit: Option<Audit> = params.value("audit", "execution, access, tree or transaction")?;
    let which = Findings {
        audit: audit.map(|audit| audit.name().to_owned()),
        kind: params.text("kind"),
        canonical: params.canonical()?,
        after: params.after(2)?,
    };
    let limit = params.limit()?;
    params.end()?;
    let page = app.read(move |reader| reader.findings(&which, limit)).await?;
    let Page { rows: findings, next } = page;
    Ok(Json(FindingPage { findings, next: next.map(|next| next.to_string()) }))
}

/// `/events`.
pub(super) async fn events(
    State(app): State<App>,
    pairs: Pairs,
) -> Result<Json<EventPage>, Failure> {
    let mut params = Params::of(pairs)?;
    let which = Events { kind: params.text("kind"), after: params.after(0)? };
    let limit = params.limit()?;
    params.end()?;
    let Page { rows: events, next } = app.read(move |reader| reader.events(&which, limit)).await?;
    Ok(Json(EventPage { events, next: next.map(|next| next.to_string()) }))
}

fn verdict(name: &str) -> Result<Verdict, Failure> {
    let mut all = Verdict::ALL.into_iter();
    all.find(|verdict| verdict.name() == name).ok_or_else(|| {
        let expected = "valid, invalid or inconclusive is expected";
        Failure::Question(format!("verdict: {expected}, found {name:?}"))
    })
}
