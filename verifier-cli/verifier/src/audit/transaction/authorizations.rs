//! Authorisations: accounts that delegate their code (EIP-7702).
//! `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this comes after gas was bought and before the top message.

use alloy_consensus::Transaction as _;
use alloy_eips::eip7702::SignedAuthorization;
use alloy_primitives::{Address, U256};
use iso_evm_wire::{
    Witness,
    protocol::{MAX_NONCE, PER_AUTH_BASE_COST, PER_EMPTY_ACCOUNT_COST},
};

use super::{Missing, signature::recover};
use crate::{
    audit::{
        codes::{Codes, EMPTY_CODE_HASH, delegation_target, delegation_to},
        state::State,
        watch::Watch,
    },
    transaction_hash::authorization_hash,
};

/// What comes back for an authority that exists already: a new account's price less that of an
/// authorisation.
const REFUND_EXISTING: i64 = (PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST) as i64;

/// Applies all of them, in order. One that is not good is passed over.
pub(super) fn apply(
    witness: &Witness,
    (state, watch): (&mut State, &mut dyn Watch),
    codes: &mut Codes<'_>,
) -> Result<(), Missing> {
    let list = witness.transaction.body().authorization_list().unwrap_or_default();
    for authorization in list {
        if let Some(authority) = authority(authorization, witness.chain_id) {
            delegate(authority, authorization, state, codes)?;
        }
        watch.stepped(state)?;
    }
    Ok(())
}

/// Whose it is, if it is for this chain and its nonce can grow.
fn authority(authorization: &SignedAuthorization, chain_id: u64) -> Option<Address> {
    let chain = *authorization.chain_id();
    let for_this = chain.is_zero() || chain == U256::from(chain_id);
    if !for_this || authorization.nonce() > MAX_NONCE {
        return None;
    }
    let odd = match authorization.y_parity() {
        0 => false,
        1 => true,
        _ => return None,
    };
    let hash = authorization_hash(authorization.inner());
    recover(hash, odd, authorization.r(), authorization.s())
}

/// Delegates the authority's code, if it has none of its own and the nonce is its. It is warm in any
/// case.
fn delegate(
    authority: Address,
    authorization: &SignedAuthorization,
    state: &mut State,
    codes: &mut Codes<'_>,
) -> Result<(), Missing> {
    state.warm(authority);
    let account = state.account(authority)?;
    let code = codes.get(account.code_hash, authority)?;
    let own_code = !code.is_empty() && delegation_target(code).is_none();
    if own_code || authorization.nonce() != account.nonce {
        return Ok(());
    }
    if state.exists(authority)? {
        state.add_refund(REFUND_EXISTING);
    }
    let target = *authorization.address();
    let code_hash =
        if target.is_zero() { EMPTY_CODE_HASH } else { codes.insert(delegation_to(target)) };
    state.set_code_hash(authority, code_hash)?;
    // Below 2^64 - 1, as the authorisation's.
    state.set_nonce(authority, account.nonce + 1)
}
