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

/// Why the fork of a witness is compared with nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unanchored {
    /// Without a header the block is no chain's.
    #[error("no header says which block it is")]
    NoHeader,
    /// Without a schedule no block has a fork.
    #[error("the schedule of chain {chain_id} is not known")]
    NoSchedule {
        /// Id of the chain.
        chain_id: u64,
    },
}

/// Why the fork is compared with nothing, if it is.
pub fn unanchored(witness: &Witness) -> Option<Unanchored> {
    if witness.block.header.is_none() {
        return Some(Unanchored::NoHeader);
    }
    let chain_id = witness.chain_id;
    scheduled(witness).is_none().then_some(Unanchored::NoSchedule { chain_id })
}

/// The rules by the schedule of the chain, where header and schedule are known; `Some(None)` if they are
/// none that are audited.
fn scheduled(witness: &Witness) -> Option<Option<Rules>> {
    let header = witness.block.header.as_deref()?;
    let found = schedule::scheduled(witness.chain_id, header.number, header.timestamp)?;
    Some(found.ok().map(|found| found.rules))
}
