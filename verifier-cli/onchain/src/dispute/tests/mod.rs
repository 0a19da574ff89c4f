//! Disputes in memory: what each takes, and that a proof of any size fits.

mod gas;
mod large;

use alloy_primitives::{Address, B256};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, dispute::Windows};
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
};
use iso_evm_wire::{Opened, Schedule, Witness};

use super::Disputes;
use crate::contracts::{Archives, Contracts, WINDOWS};

const OPERATOR: Address = Address::repeat_byte(0xa0);
const CHALLENGER: Address = Address::repeat_byte(0xb0);
const GAS_LIMIT: u64 = 60_000_000;

/// Runs with the disputes about a witness's chain, its claim, and who is accused of it.
fn with_claim<T>(
    witness: &Witness,
    change: impl FnOnce(ClaimedBlock) -> ClaimedBlock,
    run: impl FnOnce(&Disputes, &Accused<'_, '_>) -> T,
) -> T {
    let schedule = Schedule::parse(witness.chain_id, &format!("{}=0", witness.rules)).unwrap();
    let contracts = Contracts { schedule, ..Contracts::new(Archives::CodeHash) };
    let disputes = Disputes::new(contracts, witness.rules);
    let (engine, opened) = (Engine::new(witness.rules), Opened::of(witness));
    let subject = Subject::new(&opened);
    let claimed = change(claim(&subject, GAS_LIMIT).unwrap().of_run());
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine: disputes.machine().address,
        transaction: 0,
        gas_limit: GAS_LIMIT,
    };
    run(&disputes, &accused)
}

/// No bond, from any state.
fn windows() -> Windows {
    Windows { anchor: B256::ZERO, ..WINDOWS }
}
