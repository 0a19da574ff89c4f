//! A claim in JSON, with all its items: what an operator publishes beside the root. Normative text:
//! `specs/20-claims.md`, section In JSON. `parse` reads it.

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{
    claim::{BlockClaim, Environment, MessageClaim, ToldInstant, TransactionClaim},
    segment::Leaf,
};
use serde::Serialize;

use super::items::{ClaimedBlock, ClaimedMessage, ClaimedTransaction};

/// A block's claim as it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    root: B256,
    environment: &'a Environment,
    block: &'a BlockClaim,
    ancestors: &'a [B256],
    first: usize,
    transactions: Vec<Transaction<'a>>,
}

/// A transaction's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction<'a> {
    transaction: &'a TransactionClaim,
    steps: Vec<ToldInstant>,
    messages: Vec<Message<'a>>,
}

/// A message's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    message: &'a MessageClaim,
    head: Bytes,
    records: &'a [Bytes],
    entry: ToldInstant,
    instants: Vec<ToldInstant>,
    checkpoints: &'a [Leaf],
}

impl Serialize for ClaimedBlock {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Block {
            root: self.root(),
            environment: &self.environment,
            block: &self.claim,
            ancestors: &self.ancestors,
            first: self.first,
            transactions: self.transactions.iter().map(Transaction::of).collect(),
        }
        .serialize(serializer)
    }
}

impl<'a> Transaction<'a> {
    fn of(told: &'a ClaimedTransaction) -> Self {
        let messages = told.messages.iter().map(Message::of).collect();
        Self { transaction: &told.claim, steps: told.steps.all().collect(), messages }
    }
}

impl<'a> Message<'a> {
    fn of(told: &'a ClaimedMessage) -> Self {
        Self {
            message: &told.claim,
            head: told.head.to_bytes().into(),
            records: &told.records,
            entry: told.told_entry(),
            instants: told.instants.all().collect(),
            checkpoints: &told.checkpoints,
        }
    }
}
