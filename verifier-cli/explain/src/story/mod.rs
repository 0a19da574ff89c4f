//! [`Story`]: what a witness holds, told for a person. The cause in the first line, the call tree, and one message
//! from within.
//!
//! In the data's way this stands between a report and whoever prints it, draws it or writes a page of it.

mod calls;
mod code;
mod headline;
mod message;
mod roots;
mod trie;
mod under_way;

use alloy_primitives::{Address, B256, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::Report;
use iso_evm_wire::Opened;
use serde::Serialize;

pub use calls::Call;
pub use code::CodeLine;
pub use message::{Instant, MessageStory, RecordLine};
pub use roots::RootEvent;
pub use trie::{AccountFields, Node, Way, Write};

use crate::{
    artifacts::Artifacts,
    runs::Runs,
    sources::Named,
    trace::Bounds,
    words::{Told, form::thousands, open::open, told},
};
use message::Teller;

/// What a witness holds, for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// The verdict, and the cause if it is not *valid*; how the transaction ended if it is.
    pub headline: String,
    /// The verdict by its name.
    pub verdict: String,
    /// The transaction.
    pub transaction: TransactionStory,
    /// The findings in words, causes first.
    pub findings: Vec<Told>,
    /// What is open, or did not run, a sentence each.
    pub open: Vec<String>,
    /// The call tree, in pre-order.
    pub calls: Vec<Call>,
    /// Index of the message at hand; none if there is no message.
    pub at_hand: Option<usize>,
    /// The messages that are told from within, the one at hand first.
    pub messages: Vec<MessageStory>,
}

/// The transaction of a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionStory {
    /// Hash of the transaction; none if it is not signed.
    pub hash: Option<B256>,
    /// Who sent it.
    pub from: Address,
    /// Whom it calls; none if it creates.
    pub to: Option<Address>,
    /// Value in wei.
    pub value: String,
    /// Whether it succeeded, by its receipt.
    pub success: bool,
    /// Gas used, by its receipt.
    pub gas_used: String,
    /// The rules that it ran under.
    pub fork: String,
    /// Id of the chain.
    pub chain_id: u64,
    /// Number of the block.
    pub block: String,
    /// The state root before it.
    pub root_enter: B256,
    /// The state root after it.
    pub root_leave: B256,
}

/// Which messages are told from within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// The one where it went wrong; if nothing did, the first.
    #[default]
    AtHand,
    /// This one.
    Message(usize),
    /// All of them, the one at hand first.
    All,
}

/// Tells what a witness holds. The report is of this witness, by this engine's rules.
///
/// Each message is run once more, on no more gas than verifying it may take; one that is told from within a second
/// time, up to what is shown, if that is not where it takes a record or ends by itself.
pub fn story(
    engine: &Engine,
    witness: &Opened<'_>,
    report: &Report,
    artifacts: Option<&Artifacts>,
    within: Within,
) -> Story {
    let bounds = Bounds::of(witness, report.guest_gas_limit);
    let mut findings = told(witness, report);
    let runs = Runs::of(witness, engine.native(), bounds, &findings);
    let named = Named::new(witness, &runs, artifacts);
    message::name(&mut findings, witness, &named, &runs);
    let at_hand = match within {
        Within::Message(index) => Some(index).filter(|index| *index < witness.messages.len()),
        Within::AtHand | Within::All => headline::at_hand(witness, report, &findings, &runs),
    };
    let teller = Teller {
        witness,
        engine: engine.native(),
        gas_limit: report.guest_gas_limit,
        runs: &runs,
        named: &named,
        told: &findings,
    };
    let others = (0..witness.messages.len())
        .filter(|index| within == Within::All && Some(*index) != at_hand);
    let messages = at_hand.into_iter().chain(others);
    let messages = messages.filter_map(|index| teller.message(index)).collect();
    let calls = calls::calls(witness, report, &named);
    Story {
        headline: headline::headline(witness, report, &findings, &calls, &runs),
        verdict: report.named(report.verdict()).to_string(),
        transaction: transaction(witness, report),
        open: open(report),
        findings,
        calls,
        at_hand,
        messages,
    }
}

fn transaction(witness: &Opened<'_>, report: &Report) -> TransactionStory {
    let body = witness.transaction.body();
    TransactionStory {
        hash: report.transaction_hash,
        from: witness.transaction.from(),
        to: alloy_consensus::Transaction::to(body),
        value: thousands(alloy_consensus::Transaction::value(body)),
        success: witness.receipt.success,
        gas_used: thousands(U256::from(witness.receipt.gas_used)),
        fork: witness.rules.to_string(),
        chain_id: witness.chain_id,
        block: thousands(U256::from(witness.block.number)),
        root_enter: witness.roots.enter,
        root_leave: witness.roots.leave,
    }
}
