//! What is given as it is kept, to the byte: certificates and witnesses.

use std::fs::File;

use alloy_primitives::{B256, hex};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use iso_evm_watch::read::InBlock;
use tokio::task::spawn_blocking;

use super::single::{hash, not_there};
use crate::{app::App, failure::Failure, stream};

/// `/transactions/{hash}/certificate`: of the block of the chain, if there is one.
pub(super) async fn certificate(
    State(app): State<App>,
    Path(named): Path<String>,
) -> Result<Response, Failure> {
    let hash = hash(&named, "the hash of a transaction")?;
    let found = app.read(move |reader| {
        let places = reader.places(hash)?;
        let certified = places.iter().find(|place| place.certificate);
        let certificate = certified.map(|place| reader.certificate(place)).transpose()?.flatten();
        Ok((places.is_empty(), certificate))
    });
    match found.await? {
        (_, Some(certificate)) => {
            let json = HeaderValue::from_static("application/json");
            Ok(([(header::CONTENT_TYPE, json)], certificate).into_response())
        }
        (true, None) => Err(not_there()),
        (false, None) => {
            Err(Failure::Nothing("there is no report of this transaction to certify".to_owned()))
        }
    }
}

/// `/transactions/{hash}/witness`: of the block of the chain, if there is one.
pub(super) async fn witness_of(
    State(app): State<App>,
    Path(named): Path<String>,
) -> Result<Response, Failure> {
    let hash = hash(&named, "the hash of a transaction")?;
    let witness = of_transaction(&app, hash).await?;
    given(&app, witness).await
}

/// `/witnesses/{hash}`.
pub(super) async fn witness(
    State(app): State<App>,
    Path(named): Path<String>,
) -> Result<Response, Failure> {
    let hash = hash(&named, "the hash of a witness")?;
    given(&app, hash).await
}

/// The hash of a transaction's witness.
pub(crate) async fn of_transaction(app: &App, hash: B256) -> Result<B256, Failure> {
    let places: Vec<InBlock> = app.read(move |reader| reader.places(hash)).await?;
    if places.is_empty() {
        return Err(not_there());
    }
    let witness = places.iter().find_map(|place| place.witness);
    witness
        .ok_or_else(|| Failure::Nothing("no witness was recorded of this transaction".to_owned()))
}

/// The file of a witness that is kept.
pub(crate) async fn open(app: &App, hash: B256) -> Result<File, Failure> {
    let not_kept = || Failure::Nothing("this witness is not kept".to_owned());
    let path = app.read(move |reader| reader.witness(hash)).await?.ok_or_else(not_kept)?;
    let opened = spawn_blocking(move || File::open(path)).await.map_err(|_| Failure::Bug)?;
    // It may have been removed meanwhile.
    opened.map_err(|_| not_kept())
}

async fn given(app: &App, hash: B256) -> Result<Response, Failure> {
    let file = open(app, hash).await?;
    let length = file.metadata().map_err(|_| Failure::Bug)?.len();
    let name = format!("attachment; filename=\"{}.bin\"", hex::encode(hash));
    let name = HeaderValue::from_str(&name).map_err(|_| Failure::Bug)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, stream::file(file)).into_response())
}
