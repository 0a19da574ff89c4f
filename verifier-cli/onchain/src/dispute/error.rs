//! Why nothing is disputed.

use alloy_primitives::{Address, B256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{Rules, Schedule};

use crate::{contracts::OtherFamily, holds::HoldsError, send_error::SendError};

/// Why nothing is disputed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DisputeError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// A transaction that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A contract that is not there, or another.
    #[error(transparent)]
    Holds(#[from] HoldsError),
    /// Rules that the guest's chain never goes by.
    #[error(transparent)]
    Family(#[from] OtherFamily),
    /// Something that is no contract for disputes.
    #[error("{at}: it does not answer as a contract for disputes does")]
    NoDispute {
        /// Address that was named.
        at: Address,
    },
    /// A contract that convicts by another prover.
    #[error("{at}: its {prover} prover has the code hash {found}, not {expected}")]
    OtherProver {
        /// Address of the contract.
        at: Address,
        /// The prover, in a word.
        prover: &'static str,
        /// Code hash of the prover at hand.
        expected: B256,
        /// Code hash of the prover that the contract knows.
        found: B256,
    },
    /// A contract that was not put there as `deploy` does: what it has stored by now is whoever's who did.
    #[error(
        "{at}: by its terms it should be at {expected}, and what it has stored may be anybody's"
    )]
    Elsewhere {
        /// Address of the contract.
        at: Address,
        /// Where the deployer would have put it.
        expected: Address,
    },
    /// A contract that goes by another schedule.
    #[error("{at}: its schedule is not that of chain {chain}")]
    OtherSchedule {
        /// Address of the contract.
        at: Address,
        /// The chain whose schedule it should have.
        chain: u64,
    },
    /// A block of another chain.
    #[error("the block is of chain {found}, and the disputes are about chain {expected}")]
    OtherChain {
        /// The chain of the disputes.
        expected: u64,
        /// The chain of the block.
        found: u64,
    },
    /// A block whose rules are not those of its number and time.
    #[error(
        "it ran under {rules}, and block {number} of chain {chain} is of {}",
        scheduled.map_or_else(|| "no fork that is audited".to_owned(), |rules| rules.to_string()),
        chain = schedule.chain_id()
    )]
    Unscheduled {
        /// The rules that it ran under.
        rules: Rules,
        /// Number of the block.
        number: u64,
        /// What the schedule says of that.
        scheduled: Option<Rules>,
        /// The schedule of the disputes.
        schedule: Box<Schedule>,
    },
    /// Nobody stands by it.
    #[error("{operator} has not committed to {root}")]
    NotCommitted {
        /// Account that should have.
        operator: Address,
        /// The root.
        root: B256,
    },
    /// A commitment that the contract would not take.
    #[error("the contract does not take the commitment: {why}")]
    Refused {
        /// Why.
        why: String,
    },
    /// A commitment that nobody can convict any more.
    #[error("the commitment {id} is final: it can no longer be convicted")]
    Final {
        /// The commitment.
        id: B256,
    },
    /// A commitment that is decided.
    #[error("the commitment {id} is {standing}: nothing is asked about it any more")]
    Decided {
        /// The commitment.
        id: B256,
        /// What has become of it, in a word.
        standing: &'static str,
    },
    /// A question that was asked already.
    #[error("{asker} has asked for it already: it must be shown until {until}")]
    AskedAlready {
        /// Who asked.
        asker: Address,
        /// Until when it must be shown.
        until: u64,
    },
    /// A question for which the time is over.
    #[error("questions could be asked until {until}, and it is {time}")]
    TooLate {
        /// From when on nothing is asked.
        until: u64,
        /// The time of the chain.
        time: u64,
    },
    /// Questions that the operator did not answer in time.
    #[error("the time to show {count} of what was asked for is over, for the first since {until}")]
    Silent {
        /// How many they are.
        count: usize,
        /// Until when the first of them could be answered.
        until: u64,
    },
    /// Questions of which the node told nothing.
    #[error(
        "the contract has {expected} questions that are open, and the node told of {found}: it keeps logs back, or \
             they begin before the block that was named"
    )]
    Hidden {
        /// Questions that are open by the contract.
        expected: u64,
        /// Those that the node told of.
        found: usize,
    },
    /// An item that the claim at hand does not have.
    #[error("the claim has no such item")]
    NoItem,
    /// An item that the file at hand does not hold.
    #[error("the file does not hold what was asked for: {what}")]
    NotHeld {
        /// What was asked for.
        what: String,
    },
    /// A proof that no transaction holds.
    #[error("{what} takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// Name of what the transaction does.
        what: &'static str,
        /// Gas that it takes.
        gas: u64,
    },
    /// A proof that no public mempool takes, and nobody but the registrar archives.
    #[error(
        "the proof has {bytes} bytes, more than public mempools take, and with archives by account it cannot be \
         archived in parts"
    )]
    TooManyBytes {
        /// Bytes of its calldata.
        bytes: usize,
    },
    /// A transaction that failed.
    #[error("{what}: {hash} failed")]
    Failed {
        /// Name of what the transaction does.
        what: &'static str,
        /// Hash of the transaction.
        hash: B256,
    },
}
