//! What is said of a dispute: to a person in lines, to a program as one document.

use std::fmt::Write;

use alloy_primitives::{Address, B256, U64, U256};
use iso_evm_batch::files;
use iso_evm_onchain::dispute::{Asked, Conviction, Standing, Told};
use serde::Serialize;

use super::desk::{Mined, Place};
use crate::{
    commands::onchain::chain::JsonTransaction,
    error::CommandError,
    report::{layout::filled, text::thousands},
    terminal,
};

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) chain_id: Option<u64>,
    pub(super) sender: Address,
    pub(super) dispute: Address,
    pub(super) operator: Address,
    pub(super) root: Option<B256>,
    pub(super) id: B256,
    pub(super) standing: Standing,
    pub(super) dry_run: bool,
    pub(super) conviction: Option<JsonConviction>,
    pub(super) asked: Vec<JsonAsked>,
    pub(super) gas_used: U64,
    pub(super) transactions: Vec<JsonTransaction>,
    /// What a person is told.
    pub(super) said: String,
}

/// What convicts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonConviction {
    prover: &'static str,
    family: &'static str,
    kind: &'static str,
    transaction: Option<usize>,
    message: Option<u64>,
    record: Option<u64>,
    expected: B256,
    found: B256,
    proof_bytes: usize,
    predicted_gas: U64,
}

/// What was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonAsked {
    place: B256,
    item: Option<&'static str>,
    transaction: Option<u64>,
    message: Option<u64>,
    index: Option<u64>,
    asker: Address,
    until: u64,
    closed: bool,
}

impl JsonConviction {
    pub(super) fn of(conviction: &Conviction) -> Self {
        let Told { kind, message, record, expected, found } = conviction.told;
        Self {
            prover: conviction.prover.name(),
            family: kind.family(),
            kind: kind.name(),
            transaction: conviction.transaction,
            message,
            record,
            expected,
            found,
            proof_bytes: conviction.proof.len(),
            predicted_gas: U64::from(conviction.acts.iter().map(|act| act.step.gas).sum::<u64>()),
        }
    }
}

impl JsonAsked {
    pub(super) fn of(asked: &Asked) -> Self {
        let Asked { item, place, asker, until, closed } = *asked;
        Self {
            place,
            item: item.map(|item| item.level.name()),
            transaction: item.map(|item| item.transaction),
            message: item.map(|item| item.message),
            index: item.map(|item| item.index),
            asker,
            until,
            closed,
        }
    }
}

/// What became of a dispute.
pub(super) struct Outcome<'a> {
    pub(super) at: Place,
    pub(super) operator: Address,
    pub(super) root: Option<B256>,
    pub(super) id: B256,
    pub(super) standing: Standing,
    pub(super) dry_run: bool,
    pub(super) conviction: Option<&'a Conviction>,
    pub(super) asked: &'a [Asked],
    pub(super) mined: &'a [Mined],
    /// What a person is told of it, in a line or more.
    pub(super) said: String,
}

impl Outcome<'_> {
    /// Prints it.
    pub(super) fn print(self, json: bool) -> Result<(), CommandError> {
        let gas_used: u64 = self.mined.iter().map(|mined| mined.transaction.gas_used).sum();
        let text = if json {
            let sent = self.mined.iter();
            let document = Document {
                chain_id: self.at.chain_id,
                sender: self.at.sender,
                dispute: self.at.dispute,
                operator: self.operator,
                root: self.root,
                id: self.id,
                standing: self.standing,
                dry_run: self.dry_run,
                conviction: self.conviction.map(JsonConviction::of),
                asked: self.asked.iter().map(JsonAsked::of).collect(),
                gas_used: U64::from(gas_used),
                transactions: sent
                    .map(|mined| JsonTransaction::new(mined.what, &mined.transaction))
                    .collect(),
                said: self.said,
            };
            let json = serde_json::to_string_pretty(&document)
                .expect("only numbers and strings, and strings as keys");
            format!("{json}\n")
        } else {
            let mut text = String::new();
            for Mined { what, transaction, .. } in self.mined {
                let gas = thousands(U256::from(transaction.gas_used));
                let _ = writeln!(text, "{what}: {}, {gas} gas", transaction.hash);
            }
            for line in self.said.lines() {
                text += &filled(line, terminal::width(), "", "  ");
            }
            if let Some(chain_id) = self.at.chain_id.filter(|_| !self.mined.is_empty()) {
                let gas = thousands(U256::from(gas_used));
                let _ = writeln!(text, "{gas} gas on chain {chain_id}");
            }
            text
        };
        files::print(text.as_bytes())?;
        Ok(())
    }
}

/// What a contract says is false, in a line; of a block of several transactions also in which.
pub(super) fn of_told(told: &Told, transaction: Option<usize>) -> String {
    let place = transaction.map(|transaction| format!("transaction {transaction}: "));
    let mut text = place.unwrap_or_default() + told.kind.family();
    if let Some(message) = told.message {
        let _ = write!(text, ": message {message}");
    }
    if let Some(record) = told.record {
        let _ = write!(text, ", record {record}");
    }
    let (kind, expected, found) = (told.kind, told.expected, told.found);
    let _ = write!(text, ": {kind}: expected {expected}, found {found}");
    text
}
