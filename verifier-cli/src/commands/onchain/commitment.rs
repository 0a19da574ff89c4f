//! What it takes to commit to what is claimed of a witness: the one transaction that every dispute begins
//! with.

use alloy_primitives::{B256, U64, U256};
use iso_evm_onchain::{
    contracts::{Contracts, WINDOWS},
    dispute::{DisputeError, Disputes},
    plan::Step,
};
use iso_evm_verifier::{
    audit::Subject,
    claim::claim,
    verify::{Options, UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::Opened;
use serde::Serialize;

use super::chain::SOMEBODY;
use crate::{advice, report::text::thousands};

/// What a commitment takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Commitment {
    calldata_bytes: usize,
    gas: U64,
    fits_cap: bool,
    fits_mempool: bool,
}

/// What a commitment takes to a contract for disputes without a bond; or why there can be none.
pub(super) fn commitment(contracts: Contracts, witness: &Opened<'_>) -> Result<Commitment, String> {
    let limit = guest_gas_limit(witness, &Options::default()).unwrap_or(UNANCHORED);
    let claimed = claim(&Subject::new(witness), limit)
        .ok_or_else(|| "a message has no opening record".to_owned())?
        .of_run();
    let step = || -> Result<Step, DisputeError> {
        contracts.goes_by(witness.rules)?;
        let disputes = Disputes::new(contracts, witness.rules);
        disputes.scheduled(&claimed.environment)?;
        Ok(disputes.scene(WINDOWS).commit(SOMEBODY, B256::ZERO, &claimed)?.step)
    };
    let step = step().map_err(|error| advice::dispute(&error))?;
    Ok(Commitment {
        calldata_bytes: step.data.len(),
        gas: U64::from(step.gas),
        fits_cap: step.fits_cap,
        fits_mempool: step.fits_mempool,
    })
}

/// The same in a line.
pub(super) fn in_words(commitment: &Result<Commitment, String>) -> String {
    match commitment {
        Ok(Commitment { calldata_bytes, gas, .. }) => {
            let number = |number: u64| thousands(U256::from(number));
            let (gas, bytes) = (number(gas.to()), number(*calldata_bytes as u64));
            format!("a commitment takes {gas} gas, with {bytes} bytes of calldata")
        }
        Err(why) => format!("nobody can commit to it: {why}"),
    }
}
