//! The fork against the schedule of the chain. `specs/12-audits.md`, section The chain's schedule.
//!
//! In the data's way this stands with the rules, in front of the top message: what fork the rules are
//! of, the witness only claims.

use alloy_primitives::U256;
use iso_evm_wire::{Rules, Witness, schedule};

use super::{TransactionKind as Kind, claims::Findings};

/// Compares the fork with the one that the chain's schedule gives the block in the header.
pub(super) fn check(witness: &Witness, findings: &mut Findings<Kind>) {
    if let Some(scheduled) = scheduled(witness) {
        let word =
            |rules: Option<Rules>| rules.map_or(U256::MAX, |rules| U256::from(rules.number()));
        findings.compare(Kind::Fork, word(scheduled), word(Some(witness.rules)));
    }
}

/// Whether the fork is compared with nothing: without a header the block is no chain's, and without
/// a schedule no block has a fork.
pub fn fork_is_unanchored(witness: &Witness) -> bool {
    scheduled(witness).is_none()
}

/// The rules by the schedule of the chain, where header and schedule are known; `Some(None)` if they are
/// none that are audited.
fn scheduled(witness: &Witness) -> Option<Option<Rules>> {
    let header = witness.block.header.as_deref()?;
    let found = schedule::scheduled(witness.chain_id, header.number, header.timestamp)?;
    Some(found.ok().map(|found| found.rules))
}
