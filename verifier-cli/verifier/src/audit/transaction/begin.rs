//! [`begin`]: all that comes before the top message. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands in front of the walk over the records.

use alloy_consensus::Transaction as _;
use iso_evm_wire::{Witness, protocol::Change};

use super::{
    Missing, Top, TransactionKind as Kind, authorizations, claims::Findings, message, price, rules,
    top, warmth,
};
use crate::audit::{
    Subject,
    codes::{Codes, EMPTY_CODE_HASH, delegation_target},
    state::State,
};

/// All that comes before the top message: rules, signature, gas bought, nonce, authorisations, warm
/// list. The top's value has not moved yet where there is a message; where there is none, its whole
/// effect is in the state. A precompile gets no more than `gas_limit`.
///
/// # Errors
///
/// What the witness lacks: a trie node, code, or the top message itself. `findings` has what was
/// found false before.
pub fn begin(
    subject: &Subject<'_>,
    gas_limit: u64,
    state: &mut State,
    codes: &mut Codes<'_>,
    findings: &mut Findings<Kind>,
) -> Result<Top, Missing> {
    let witness = subject.hashes().witness();
    rules::check(subject.hashes(), findings);
    charge_sender(witness, state, codes, findings)?;
    warmth::warm(witness, state);
    authorizations::apply(witness, state, codes)?;
    let top = top::open(witness, gas_limit, state, codes)?;
    message::check(subject, &top, findings)?;
    Ok(top)
}

/// The sender: nonce, code (EIP-3607, EIP-7702) and funds are checked, gas and blob gas bought, the
/// nonce grows.
fn charge_sender(
    witness: &Witness,
    state: &mut State,
    codes: &Codes<'_>,
    findings: &mut Findings<Kind>,
) -> Result<(), Missing> {
    let (sender, body) = (witness.transaction.from(), witness.transaction.body());
    let account = state.account(sender)?;
    findings.compare(Kind::Nonce, account.nonce, body.nonce());
    let has_code = account.code_hash != EMPTY_CODE_HASH;
    let delegates = has_code
        && witness.rules.has(Change::Delegation)
        && delegation_target(codes.get(account.code_hash, sender)?).is_some();
    let allowed = !has_code || delegates;
    findings.require(allowed, Kind::SenderCode, EMPTY_CODE_HASH, account.code_hash);
    let needed = price::funds_needed(body);
    findings.require(account.balance >= needed, Kind::Funds, needed, account.balance);
    state.set_balance(sender, account.balance.saturating_sub(price::upfront(witness)))?;
    state.set_nonce(sender, account.nonce.saturating_add(1))
}
