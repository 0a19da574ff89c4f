//! Witnesses from a node: the block and the state before it come by JSON-RPC, the block's system
//! calls and its earlier transactions are replayed on that state, and the transaction is recorded
//! where it stands. `specs/15-node.md`.
//!
//! In the data's way this stands where `INPUT.json` stands otherwise: what comes out is a
//! [`Witness`](iso_evm_wire::Witness). Nothing that the node says of the state is believed that
//! it does not prove against the parent's header.
//!
//! | step | where |
//! |---|---|
//! | ask a node, with retries, timeouts and a cache | [`Node`], [`NodeOptions`] |
//! | a block with its parent, transactions and receipts | [`ChainBlock`], [`Node::block`] |
//! | the block that a transaction is in | [`Node::find`] |
//! | replay the block, record in it | [`Replay`] |
//! | all of it | [`record_transaction`], [`record_given`], [`record_block`], [`record_numbered_block`], [`record_whole`] |
//!
//! ```no_run
//! use iso_evm_node::{Node, NodeOptions, Replay};
//!
//! let node = Node::connect("http://127.0.0.1:8545", NodeOptions::default())?;
//! let block = node.block(node.block_hash(1_234)?, None)?;
//! let mut replay = Replay::begin(&node, &block)?;
//! replay.prefetch(0..block.transactions.len())?;
//! for _ in &block.transactions {
//!     let recorded = replay.record()?;
//!     println!("{} bytes", recorded.witness.encode().len());
//! }
//! // The state root that the replay has come to is the block's.
//! replay.finish()?;
//! # Ok::<(), iso_evm_node::NodeError>(())
//! ```

mod answers;
mod at;
mod block;
mod calls;
mod database;
mod error;
mod fork;
mod hints;
mod listed;
mod made;
mod node;
mod options;
mod parent;
mod parts;
mod pending;
mod place;
mod receipts;
mod replay;
mod siblings;
mod withdrawals;

use alloy_primitives::B256;
use iso_evm_wire::{Rules, transaction::Transaction};

use calls::Whereabouts;

pub use block::ChainBlock;
pub use error::{NodeError, ReplayError};
pub use iso_evm_rpc::{Observer, default_folder};
pub use iso_evm_witness::block_file::RecordedTransaction;
pub use node::Node;
pub use options::{NodeEvent, NodeOptions};
pub use replay::Replay;

/// Records one transaction: replays what comes before it in its block. One that is in no block yet, and
/// that the node holds, is recorded on the state after the newest block; what is assumed then is told
/// ([`NodeEvent::Notice`]).
///
/// # Errors
///
/// [`NodeError`], which says what the node did not do, or where its block and the replay differ.
pub fn record_transaction(
    node: &Node,
    transaction: B256,
    fork: Option<Rules>,
) -> Result<RecordedTransaction, NodeError> {
    match node.whereabouts(transaction)? {
        Some(Whereabouts::Mined(block)) => record_mined(node, block, transaction, fork),
        Some(Whereabouts::Waiting(answer)) => {
            let listed = pending::waiting(node.chain_id()?, transaction, &answer)?;
            if listed.sender_is_given() {
                node.notice(format!(
                    "transaction {transaction} is not signed by its sender, {} as the node says, \
                     which nothing proves",
                    listed.transaction.from()
                ));
            }
            pending::record(node, listed.transaction, transaction, fork)
        }
        None => Err(NodeError::NoTransaction(transaction)),
    }
}

/// Records a transaction that one has: where it is in a block, as [`record_transaction`]; else, whether
/// the node holds it or not, on the state after the newest block.
///
/// # Errors
///
/// As [`record_transaction`]; [`NodeError::Unsigned`] of one without a signature, which no node knows by
/// anything.
pub fn record_given(
    node: &Node,
    transaction: &Transaction,
    fork: Option<Rules>,
) -> Result<RecordedTransaction, NodeError> {
    let hash = transaction.hash().ok_or(NodeError::Unsigned)?;
    match node.whereabouts(hash)? {
        Some(Whereabouts::Mined(block)) => record_mined(node, block, hash, fork),
        Some(Whereabouts::Waiting(_)) | None => {
            pending::record(node, transaction.clone(), hash, fork)
        }
    }
}

fn record_mined(
    node: &Node,
    block: B256,
    transaction: B256,
    fork: Option<Rules>,
) -> Result<RecordedTransaction, NodeError> {
    let block = node.block(block, fork)?;
    let index = block.position(transaction)?;
    let mut replay = Replay::begin(node, &block)?;
    replay.prefetch(0..index + 1)?;
    for _ in 0..index {
        replay.advance()?;
    }
    replay.record()
}

/// Records all transactions of a block in one replay, and checks that it ends in the block's state.
/// One that is not signed, and that no chain would have taken, is replayed only.
///
/// # Errors
///
/// As [`record_transaction`].
pub fn record_block(
    node: &Node,
    block: B256,
    fork: Option<Rules>,
) -> Result<Vec<RecordedTransaction>, NodeError> {
    record_whole(node, &node.block(block, fork)?)
}

/// Records all transactions of the block that has a number, by the hash that the node says for it
/// ([`Node::block_hash`]).
///
/// # Errors
///
/// As [`record_block`]; [`NodeError::OtherBlock`], if the header of that hash has another number.
pub fn record_numbered_block(
    node: &Node,
    number: u64,
    block: B256,
    fork: Option<Rules>,
) -> Result<Vec<RecordedTransaction>, NodeError> {
    let block = node.block(block, fork)?;
    block.check_number(number)?;
    record_whole(node, &block)
}

/// Records all transactions of a block that was read before ([`Node::block`]).
///
/// # Errors
///
/// As [`record_block`].
pub fn record_whole(
    node: &Node,
    block: &ChainBlock,
) -> Result<Vec<RecordedTransaction>, NodeError> {
    let mut replay = Replay::begin(node, block)?;
    replay.prefetch(0..block.transactions.len())?;
    let mut recorded = Vec::new();
    for index in 0..block.transactions.len() {
        match replay.record() {
            Ok(witness) => recorded.push(witness),
            // No chain would have taken it: a contract has sent it, for one. It has happened here.
            Err(error @ NodeError::Execute { .. }) if block.sender_is_given(index) => {
                node.notice(format!("{error}: it is replayed, and not recorded"));
                replay.advance()?;
            }
            Err(error) => return Err(error),
        }
    }
    replay.finish()?;
    Ok(recorded)
}
