//! `AuditRegister`, the reference consumer: its bindings, its bytecode, and what its transactions
//! say. Source: `contracts/AuditRegister.sol`. Normative text: `specs/14-chain.md`, section Register.
//!
//! `calldata` is what it is sent, `said` what it answers, `slots` what it holds.

mod calldata;
mod said;
mod slots;
#[cfg(test)]
mod tests;

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::{SolValue, sol};
use iso_evm_wire::{Schedule, schedule};

sol! {
    #[allow(missing_docs, reason = "generated from the artifact; the source documents it")]
    #[derive(Debug, PartialEq, Eq)]
    AuditRegister,
    "contracts/AuditRegister.json"
}

pub use self::{
    calldata::{Advance, commit_calldata, malformed_calldata},
    said::{Said, said_of_log, said_of_returned, verdict_of_revert},
    slots::{key_of, open_slot, reached_slot, slots},
};
pub use AuditRegister::{
    Activation, Advanced, AlreadyCommitted, Canonical, Claim, Committed, Fraud, Held, NoArchive,
    NotAmong, NotBound, NotNext, NotOpen, NotProven, NotReached, NotTheMachine, Part, TooEarly,
    UnknownFork, Unordered, advanceCall, commitCall, commitmentsCall, forkAtCall, furthestCall,
    machinesCall, malformedCall, missizedCall, reachedCall, scheduleCall,
};

/// What the register has of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// There is no such commitment.
    None = 0,
    /// It is not refuted.
    Open = 1,
    /// A machine refuted it, or it refutes itself.
    Fraud = 2,
}

impl Standing {
    /// The standing with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::None, Self::Open, Self::Fraud].get(usize::from(number)).copied()
    }
}

/// Init code and runtime code of the register that knows these segment machines, by their rules'
/// position, of a chain with this schedule.
pub fn codes(machines: &[B256], schedule: &Schedule) -> (Bytes, Bytes) {
    let (bytecode, deployed) = (&AuditRegister::BYTECODE, &AuditRegister::DEPLOYED_BYTECODE);
    let chain = U256::from(schedule.chain_id());
    let arguments = (machines.to_vec(), chain, activations(schedule)).abi_encode_params();
    (([&bytecode[..], &arguments].concat()).into(), deployed.clone())
}

/// Where the forks of a schedule begin, as the register has it.
pub fn activations(schedule: &Schedule) -> Vec<Activation> {
    let activation =
        |at: &schedule::Activation| Activation { blockNumber: at.number, blockTime: at.time };
    schedule.activations().iter().map(activation).collect()
}
