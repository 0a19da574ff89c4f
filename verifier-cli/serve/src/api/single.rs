//! One block, by its hash or number, and one transaction, by its hash.

use alloy_primitives::B256;
use axum::{
    Json,
    extract::{Path, State},
};
use iso_evm_watch::read::{Block, InBlock, Transaction};
use serde::Serialize;

use super::{
    PARTS,
    params::{Pairs, Params},
};
use crate::{app::App, failure::Failure};

/// A block with its transactions.
#[derive(Debug, Serialize)]
pub(super) struct OneBlock {
    block: Block,
    transactions: Vec<InBlock>,
}

/// A transaction in each block that it is in.
#[derive(Debug, Serialize)]
pub(super) struct OneTransaction {
    hash: B256,
    blocks: Vec<Transaction>,
}

/// `/blocks/{block}`.
pub(super) async fn block(
    State(app): State<App>,
    Path(named): Path<String>,
    pairs: Pairs,
) -> Result<Json<OneBlock>, Failure> {
    Params::of(pairs)?.end()?;
    let hash = match named.parse::<u64>() {
        Ok(number) if i64::try_from(number).is_ok() => {
            app.read(move |reader| reader.hash_at(number)).await?
        }
        Ok(_) => None,
        Err(_) => Some(hash(&named, "the number or the hash of a block")?),
    };
    let found = match hash {
        Some(hash) => app.read(move |reader| reader.block(hash, PARTS)).await?,
        None => None,
    };
    let (block, transactions) =
        found.ok_or_else(|| Failure::Nothing("this block was not audited".to_owned()))?;
    Ok(Json(OneBlock { block, transactions }))
}

/// `/transactions/{hash}`.
pub(super) async fn transaction(
    State(app): State<App>,
    Path(named): Path<String>,
    pairs: Pairs,
) -> Result<Json<OneTransaction>, Failure> {
    Params::of(pairs)?.end()?;
    let hash = hash(&named, "the hash of a transaction")?;
    let blocks = app.read(move |reader| reader.transaction(hash, PARTS)).await?;
    if blocks.is_empty() {
        return Err(not_there());
    }
    Ok(Json(OneTransaction { hash, blocks }))
}

/// A hash in a path.
pub(crate) fn hash(text: &str, expected: &str) -> Result<B256, Failure> {
    let hash = text.starts_with("0x").then(|| text.parse().ok()).flatten();
    hash.ok_or_else(|| Failure::Question(format!("{expected} is expected, found {text:?}")))
}

/// There is no such transaction.
pub(crate) fn not_there() -> Failure {
    Failure::Nothing("this transaction is in no block that was audited".to_owned())
}
