//! How much a message may spend if nobody says. `specs/16-native-engine.md`, section Limits.
//!
//! A message's own gas is any claim, and whoever audits it pays for that with time. What can have
//! been spent is bounded by who paid: the transaction, for its gas limit, in a block that had so
//! much. Both are the witness's words too, until somebody expects the block.

use alloy_consensus::Transaction;
use iso_evm_wire::Witness;

use super::Options;
use crate::audit::precompiles::own_gas;

/// Guest gas for a message of a block that nobody expects: above what any block of a public chain
/// has had, and seconds of work.
pub const UNANCHORED: u64 = 1 << 28;

/// The most gas that the guest's own opcodes may spend in a message; none if nothing but the gas of
/// the host is to bound it.
///
/// The limit is for each message; `own_gas_limit` is what all of them may spend between them.
pub fn guest_gas_limit(witness: &Witness, options: &Options) -> Option<u64> {
    let local = options.engine.local()?;
    if options.guest_gas_limit.is_some() {
        return options.guest_gas_limit;
    }
    // Somebody has said how much work is too much.
    if local.has_host() && options.host_gas_limit.is_some() {
        return None;
    }
    let paid = witness.transaction.body().gas_limit().min(witness.block.gas_limit);
    Some(paid.min(believed(options)))
}

/// The most gas that all messages may spend between them on opcodes of their own; none if nothing but
/// the gas of the host is to bound it, or if whoever verifies wants no bound.
pub fn own_gas_limit(witness: &Witness, options: &Options) -> Option<u64> {
    let each = guest_gas_limit(witness, options).filter(|each| *each < u64::MAX)?;
    let is_said = options.guest_gas_limit.is_some();
    Some(own_gas(witness, if is_said { each.max(UNANCHORED) } else { each }))
}

/// The most gas that the transaction counts for in the audits that prove the records.
pub(super) fn proofs_gas_limit(witness: &Witness, options: &Options) -> u64 {
    let each = options.guest_gas_limit;
    let all = each.map(|each| each.saturating_mul(witness.messages.len().max(1) as u64));
    all.unwrap_or_else(|| believed(options))
}

/// The most gas that a claim of gas is believed to be.
fn believed(options: &Options) -> u64 {
    if options.expected.block.is_some() { u64::MAX } else { UNANCHORED }
}
