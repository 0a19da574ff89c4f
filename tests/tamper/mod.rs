//! One lie at a time: every field of every record and of the message is changed (a bit, zero, the
//! maximum, past its type, the neighbour's value), every record dropped, doubled, moved and added.
//!
//! What must follow is a field's class: a changed *output* of the execution audit is refused with
//! the mismatch that names it; a changed *input* is refused or has no effect on this path; a field
//! that is *another audit's* is that audit's to refuse.

pub(crate) mod changes;
mod classes;
mod specs;

use iso_evm_hypervisor::{Audited, Inconclusive, MessageVerdict, Mismatch};
use iso_evm_wire::{Fork, encoding::encode};
use iso_evm_witness::RecordedMessage;

use crate::{
    harness::{audit, parallel},
    replay,
};
use changes::{Change, Expected};

/// Host gas that a lie may cost, in multiples of the truth's: an input such as `gasAvailable` can
/// make a guest run on for ever.
const PATIENCE: u64 = 3;

#[test]
fn every_lie_in_an_erc20_transfer_gets_its_own_verdict() {
    every_lie("erc20-transfer");
}

#[test]
fn every_lie_in_a_deep_call_tree_gets_its_own_verdict() {
    every_lie("deep-calls");
}

#[test]
fn every_lie_in_every_kind_of_record_gets_its_own_verdict() {
    for name in replay::NAMES {
        // its messages are few and dear
        if !matches!(name, "erc20-transfer" | "deep-calls" | "code-24576" | "plain-transfer") {
            every_lie(name);
        }
    }
}

struct Case<'a> {
    name: String,
    fork: Fork,
    message: &'a RecordedMessage,
    host_gas_limit: u64,
    change: Change,
}

fn every_lie(name: &str) {
    let (fork, recording) = replay::recorded(name);
    let mut cases = Vec::new();
    for (index, message) in recording.messages.iter().enumerate() {
        let truth = audit::audit_as(fork, &message.witness, message);
        assert_eq!(truth.verdict, MessageVerdict::Valid, "{name}: message {index}");
        let changes = changes::all(&message.witness);
        cases.extend(changes.into_iter().map(|change| Case {
            name: format!("{name}: message {index}: {}", change.name),
            fork,
            message,
            host_gas_limit: truth.host_gas * PATIENCE + 1_000_000,
            change,
        }));
    }
    parallel::check_all(&cases, check);
}

fn check(case: &Case<'_>) -> Result<(), String> {
    assert!(case.change.calldata[..] != encode(&case.message.witness), "{}: no change", case.name);
    let Audited { verdict, .. } = audit::engine(case.fork).audit(
        &case.change.calldata,
        &case.message.code,
        Some(case.host_gas_limit),
    );
    let as_expected = match (&case.change.expected, &verdict) {
        (
            Expected::Mismatch(kinds, record),
            MessageVerdict::Mismatch(Mismatch { kind, record: at, .. }),
        ) => kinds.contains(kind) && record == at,
        (Expected::Refused, MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. }) => true,
        (
            Expected::NeverValid,
            MessageVerdict::Mismatch(_)
            | MessageVerdict::Malformed { .. }
            | MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas },
        ) => true,
        (Expected::Malformed, MessageVerdict::Malformed { .. }) => true,
        // another code hash: there is no such archive
        (Expected::Unproved { code: true }, MessageVerdict::Unavailable { .. }) => true,
        (Expected::Unproved { .. }, MessageVerdict::Unavailable { .. }) => false,
        (Expected::Unproved { .. }, _) => true,
        _ => false,
    };
    if as_expected {
        return Ok(());
    }
    Err(format!("{}: {:?} expected, {verdict:x?}", case.name, case.change.expected))
}
