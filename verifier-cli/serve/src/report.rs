//! The explanation of a transaction, as a page, made of its witness when somebody asks: one at a time, and of no
//! larger witness than is quickly explained.

use std::{fs::File, io::Read};

use alloy_primitives::B256;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use iso_evm_explain::page;
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{EngineKind, Options, verify_opened};
use iso_evm_wire::{Opened, Witness};
use tokio::task::spawn_blocking;

use crate::{
    api::files,
    app::App,
    failure::Failure,
    page::{POLICY_OF_REPORTS, said},
    stream,
};

/// The most bytes of a witness that is explained here.
const MOST: u64 = 32 << 20;

/// `/transactions/{hash}/report.html`.
pub(crate) async fn report(State(app): State<App>, Path(named): Path<String>) -> Response {
    match explained(&app, &named).await {
        Ok(response) => response,
        Err(failure) => said(&failure),
    }
}

async fn explained(app: &App, named: &str) -> Result<Response, Failure> {
    let transaction = crate::api::single::hash(named, "the hash of a transaction")?;
    let witness = files::of_transaction(app, transaction).await?;
    let file = files::open(app, witness).await?;
    let permit = app.explanations.clone().acquire_owned().await.map_err(|_| Failure::Bug)?;
    // Who hung up meanwhile gets the permit back when this is done, and no sooner.
    let made = spawn_blocking(move || page_of(file, witness).map(|page| (page, permit)));
    let (page, permit) = made.await.map_err(|_| Failure::Bug)??;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_OF_REPORTS)),
    ];
    Ok((headers, stream::text(page, permit)).into_response())
}

/// The page of the witness in a file.
fn page_of(file: File, hash: B256) -> Result<String, Failure> {
    let unread = |_| Failure::Nothing("this witness cannot be read".to_owned());
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > MOST {
        let reason =
            format!("the witness has more than {MOST} bytes, which is too much to explain here");
        return Err(Failure::TooLarge(format!("{reason}: get /api/v1/witnesses/{hash}")));
    }
    let no_witness = |_| Failure::Nothing("the file is no witness".to_owned());
    let witness = Witness::decode_shared(&bytes.into()).map_err(no_witness)?;
    let (engine, opened) = (Engine::new(witness.rules), Opened::of(&witness));
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let unverified = |error: iso_evm_verifier::VerifyError| Failure::Nothing(error.to_string());
    let mut report = verify_opened(&engine, &opened, &options).map_err(unverified)?;
    report.look_for_causes(&engine, &opened, &options);
    Ok(page::html(&engine, &opened, &report, None, None))
}
