//! Deposits: transactions of the OP Stack that nobody signed and that pay for no gas.
//! `specs/12-audits.md`, section Deposits.
//!
//! In the data's way this stands beside the rules of all other transactions, in front of the top
//! message; and behind it, where gas used and receipt are told.

use alloy_primitives::U256;
use iso_evm_wire::{
    Witness,
    optimism::Change,
    protocol::{self, MAX_INIT_CODE_SIZE},
    transaction::TxDeposit,
};

use super::{Missing, TransactionKind as Kind, claims::Findings, end::add, gas::intrinsic};
use crate::audit::state::State;

/// The word for what a receipt does not tell.
const NONE: U256 = U256::MAX;

/// The version of a deposit's receipt, from Canyon on.
const VERSION: u64 = 1;

/// Whether it takes nothing of the block's gas: a system transaction, which there was before Regolith.
pub(super) fn takes_no_gas(witness: &Witness, deposit: &TxDeposit) -> bool {
    deposit.is_system_transaction && !is_metered(witness)
}

/// Mints, before all else, and counts the sender's nonce. `false`: the deposit is invalid, and nothing
/// else comes of it.
///
/// # Errors
///
/// A trie node that the witness lacks.
pub(super) fn enter(
    witness: &Witness,
    deposit: &TxDeposit,
    state: &mut State,
) -> Result<bool, Missing> {
    add(state, deposit.from, U256::from(deposit.mint))?;
    let sender = state.account(deposit.from)?;
    state.set_nonce(deposit.from, sender.nonce.saturating_add(1))?;
    Ok(is_valid(witness, deposit, sender.balance))
}

/// Whether the deposit runs at all. The chain takes it all the same.
fn is_valid(witness: &Witness, deposit: &TxDeposit, balance: U256) -> bool {
    let intrinsic = intrinsic(witness.transaction.body(), witness.rules.fork());
    let bounded = witness.rules.has(protocol::Change::InitcodeLimit) && deposit.to.is_create();
    let system = deposit.is_system_transaction && is_metered(witness);
    let fits = !bounded || deposit.input.len() as u64 <= MAX_INIT_CODE_SIZE;
    !system && fits && deposit.gas_limit >= intrinsic.least() && balance >= deposit.value
}

/// Gas that an invalid deposit uses, and before Regolith each: its limit, and nothing if it takes none.
/// `None` if it uses what it spends.
pub(super) fn flat_gas(witness: &Witness, deposit: &TxDeposit, is_valid: bool) -> Option<u64> {
    if takes_no_gas(witness, deposit) {
        return Some(0);
    }
    (!is_valid || !is_metered(witness)).then_some(deposit.gas_limit)
}

fn is_metered(witness: &Witness) -> bool {
    witness.rules.has_optimism(Change::MeteredDeposits)
}

/// Compares what only a deposit's receipt tells: from Regolith on the sender's nonce before it, from
/// Canyon on the receipt's version. There is no `nonce` of any other transaction.
pub(super) fn check_receipt(witness: &Witness, nonce: Option<u64>, findings: &mut Findings<Kind>) {
    let claimed = witness.receipt.deposit;
    let nonce = nonce.filter(|_| is_metered(witness));
    let has_version = witness.rules.has_optimism(Change::DepositReceipts);
    let version = nonce.filter(|_| has_version).map(|_| VERSION);
    let word = |told: Option<u64>| told.map_or(NONE, U256::from);
    let found = claimed.map(|deposit| deposit.nonce);
    findings.compare(Kind::DepositNonce, word(nonce), word(found));
    let found = claimed.and_then(|deposit| deposit.version);
    findings.compare(Kind::DepositVersion, word(version), word(found));
}
