//! [`begin`]: all that comes before the top message. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands in front of the walk over the records.

use alloy_consensus::Transaction as _;
use alloy_primitives::U256;
use iso_evm_wire::{Witness, protocol::Change, transaction::TransactionBody};

use super::{
    Charge, Missing, Top, TransactionKind as Kind, authorizations, claims::Findings, deposit,
    fees::Fees, message, price, rules, top, warmth,
};
use crate::audit::{
    Subject,
    codes::{Codes, EMPTY_CODE_HASH, delegation_target},
    state::State,
    watch::Watch,
};

/// All that comes before the top message: rules, signature, mint or gas bought, nonce,
/// authorisations, warm list. The top's value has not moved yet where there is a message; where there is
/// none, its whole effect is in the state. A precompile gets no more than `gas_limit`.
///
/// # Errors
///
/// What the witness lacks: a trie node, code, or the top message itself. `findings` has what was
/// found false before.
pub(in crate::audit) fn begin(
    subject: &Subject<'_>,
    gas_limit: u64,
    (state, watch): (&mut State, &mut dyn Watch),
    codes: &mut Codes<'_>,
    findings: &mut Findings<Kind>,
) -> Result<(Top, Charge), Missing> {
    let witness = subject.hashes().witness();
    rules::check(subject.hashes(), findings);
    let (charge, nonce, runs) = match witness.transaction.body() {
        TransactionBody::Deposit(deposit) => {
            let nonce = state.account(deposit.from)?.nonce;
            let runs = deposit::enter(witness, deposit, state)?;
            (Charge::Nothing { nonce }, nonce, runs)
        }
        TransactionBody::Ethereum(body) => {
            let fees = charge_sender(witness, state, codes, findings)?;
            (Charge::Gas(fees), body.nonce(), true)
        }
    };
    watch.stepped(state)?;
    let top = if runs {
        warmth::warm(witness, state, watch)?;
        authorizations::apply(witness, (state, watch), codes)?;
        top::open(witness, nonce, gas_limit, state, codes)?
    } else {
        Top::Invalid
    };
    message::check(subject, &top, findings)?;
    Ok((top, charge))
}

/// The sender: nonce, code (EIP-3607, EIP-7702) and funds are checked, gas and blob gas bought and the
/// fees of the OP Stack paid, the nonce grows. Returns these fees.
fn charge_sender(
    witness: &Witness,
    state: &mut State,
    codes: &Codes<'_>,
    findings: &mut Findings<Kind>,
) -> Result<Option<Fees>, Missing> {
    let (sender, body) = (witness.transaction.from(), witness.transaction.body());
    let account = state.account(sender)?;
    findings.compare(Kind::Nonce, account.nonce, body.nonce());
    let has_code = account.code_hash != EMPTY_CODE_HASH;
    let delegates = has_code
        && witness.rules.has(Change::Delegation)
        && delegation_target(codes.get(account.code_hash, sender)?).is_some();
    let allowed = !has_code || delegates;
    findings.require(allowed, Kind::SenderCode, EMPTY_CODE_HASH, account.code_hash);
    let fees = Fees::read(witness, state)?;
    let more = fees.map_or(U256::ZERO, |fees| fees.upfront(body.gas_limit()));
    let needed = price::funds_needed(body).saturating_add(more);
    findings.require(account.balance >= needed, Kind::Funds, needed, account.balance);
    let upfront = price::upfront(witness).saturating_add(more);
    state.set_balance(sender, account.balance.saturating_sub(upfront))?;
    state.set_nonce(sender, account.nonce.saturating_add(1))?;
    Ok(fees)
}
