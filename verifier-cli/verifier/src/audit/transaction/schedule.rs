//! The fork against the schedule of the chain. `specs/12-audits.md`, section The chain's schedule.
//!
//! In the data's way this stands with the rules, in front of the top message: what fork the rules are
//! of, the witness only claims.

use alloy_primitives::U256;
use iso_evm_wire::{Fork, Witness, schedule};

use super::{TransactionKind as Kind, claims::Findings};

/// Compares the fork with the one that the chain's schedule gives the block in the header.
pub(super) fn check(witness: &Witness, findings: &mut Findings<Kind>) {
    if let Some(scheduled) = scheduled(witness) {
        let word = |fork: Option<Fork>| fork.map_or(U256::MAX, |fork| U256::from(fork.number()));
        findings.compare(Kind::Fork, word(scheduled), word(Some(witness.fork)));
    }
}

/// Whether the fork is compared with nothing: without a header the block is no chain's, and without
/// a schedule no block has a fork.
pub fn fork_is_unanchored(witness: &Witness) -> bool {
    scheduled(witness).is_none()
}

/// The fork by the schedule of the chain, where header and schedule are known; `Some(None)` if it is
/// none that is audited.
fn scheduled(witness: &Witness) -> Option<Option<Fork>> {
    let header = witness.block.header.as_deref()?;
    let rules = schedule::rules(witness.chain_id, header.number, header.timestamp)?;
    Some(rules.ok().map(|rules| rules.fork))
}
