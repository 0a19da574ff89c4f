//! How much a message may spend if nobody says. `specs/16-native-engine.md`, section Limits.
//!
//! A message's own gas is any claim, and whoever audits it pays for that with time. What can have
//! been spent is bounded by who paid: the transaction, for its gas limit, in a block that had so
//! much. Both are the witness's words too, until somebody expects the block.

use alloy_consensus::Transaction;
use iso_evm_witness::Witness;

use super::Options;

/// Guest gas for a message of a block that nobody expects: above what any block of a public chain
/// has had, and seconds of work.
const UNANCHORED: u64 = 1 << 28;

/// The most gas that the guest's own opcodes may spend in a message; none if nothing but the gas of
/// the host is to bound it.
pub(super) fn guest_gas_limit(witness: &Witness, options: &Options) -> Option<u64> {
    let local = options.engine.local()?;
    if options.guest_gas_limit.is_some() {
        return options.guest_gas_limit;
    }
    // Somebody has said how much work is too much.
    if local.has_host() && options.host_gas_limit.is_some() {
        return None;
    }
    let paid = witness.transaction.body().gas_limit().min(witness.block.gas_limit);
    let anchored = options.expected.block.is_some();
    Some(if anchored { paid } else { paid.min(UNANCHORED) })
}
