//! The call tree: who called whom for what, and how it ended.

use alloy_primitives::{Address, B256};
use iso_evm_verifier::Report;
use iso_evm_wire::{Opened, container::Place};
use serde::Serialize;

use crate::{
    sources::Named,
    words::form::{status, value},
};

/// A message of the call tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Index of the message.
    pub index: usize,
    /// Index of the message that called it.
    pub parent: Option<usize>,
    /// Number of messages above it.
    pub depth: usize,
    /// Kind of frame; `?` if the message does not tell.
    pub kind: &'static str,
    /// Who called.
    pub caller: Address,
    /// Whose code ran; the new account of a creation.
    pub to: Address,
    /// The account that the code ran as, if it is another.
    pub context: Option<Address>,
    /// Name of the contract, where there are artifacts.
    pub contract: Option<String>,
    /// The function that was called with its arguments, or the selector; none without calldata.
    pub function: Option<String>,
    /// Value in wei, in decimal; none if it is zero.
    pub value: Option<String>,
    /// Gas that it started with.
    pub gas: String,
    /// Gas that it used.
    pub gas_used: String,
    /// How it ended, in words.
    pub status: String,
    /// What it returned or reverted with, where that is known.
    pub returned: Option<String>,
    /// Number of its records.
    pub records: usize,
    /// Hash of the code that ran.
    pub code: Option<B256>,
    /// Whether its bytes can be read at all.
    pub readable: bool,
    /// The verdict on the message.
    pub verdict: String,
    /// Indices of the report's findings that are about it.
    pub findings: Vec<usize>,
}

/// The call tree in pre-order.
pub(super) fn calls(witness: &Opened<'_>, report: &Report, named: &Named<'_>) -> Vec<Call> {
    let places = witness.tree().into_iter().enumerate();
    places.map(|(index, place)| call(witness, report, named, index, place)).collect()
}

fn call(
    witness: &Opened<'_>,
    report: &Report,
    named: &Named<'_>,
    index: usize,
    place: Place,
) -> Call {
    let about = report.findings.iter().enumerate();
    let about = about.filter(|(_, claim)| claim.message == Some(index)).map(|(at, _)| at);
    let verdict = report.messages.get(index).map(|message| report.named(message.verdict()));
    let mut call = Call {
        index,
        parent: place.parent,
        depth: place.depth.unwrap_or_default(),
        kind: "?",
        caller: Address::ZERO,
        to: Address::ZERO,
        context: None,
        contract: None,
        function: None,
        value: None,
        gas: "?".to_owned(),
        gas_used: "?".to_owned(),
        status: "unreadable".to_owned(),
        returned: None,
        records: 0,
        code: None,
        readable: false,
        verdict: verdict.map_or_else(String::new, |verdict| verdict.to_string()),
        findings: about.collect(),
    };
    let Some(message) = witness.message(index) else { return call };
    let fields = message.fields();
    call.readable = true;
    call.kind = message.kind().map_or("?", |kind| kind.name());
    call.caller = fields.caller;
    call.to = crate::words::target(fields.to, fields.context);
    call.context = Some(fields.context).filter(|context| *context != call.to);
    call.contract = named.contract(index);
    call.function = named.function(index);
    call.value = (!fields.callvalue.is_zero()).then(|| value(fields.callvalue.into()));
    call.gas = value(fields.gasAvailable.into());
    call.gas_used = value(fields.gasUsed.into());
    call.status = status(fields.status);
    call.returned = named.returned(index);
    call.records = message.records().len();
    call.code = message.opening().map(|opening| opening.codeHash);
    call
}
