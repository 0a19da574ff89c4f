//! Why a message is not submitted.

use alloy_primitives::{Address, B256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{Fork, Schedule};

use crate::outbox::SendError;

/// Why a message is not submitted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The node.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// A transaction that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// An account without code.
    #[error("{what}: there is no code at {address}")]
    NoCode {
        /// What should be there.
        what: &'static str,
        /// Where.
        address: Address,
    },
    /// An account with other code.
    #[error("{what}: the code hash at {address} should be {expected}, and is {found}")]
    OtherCode {
        /// What should be there.
        what: &'static str,
        /// Where.
        address: Address,
        /// keccak256 of what should be there.
        expected: B256,
        /// keccak256 of what is.
        found: B256,
    },
    /// A register that knows another hypervisor.
    #[error("register {register}: its hypervisor of {fork} is {found}, not {expected}")]
    OtherHypervisor {
        /// The register.
        register: Address,
        /// The fork.
        fork: Fork,
        /// Code hash of the hypervisor at hand.
        expected: B256,
        /// What the register has.
        found: B256,
    },
    /// A register that goes by another schedule.
    #[error("register {register}: its schedule is not that of chain {chain}")]
    OtherSchedule {
        /// The register.
        register: Address,
        /// The chain whose schedule it should have.
        chain: u64,
    },
    /// A witness of another chain than the register's.
    #[error("message {index}: it is of chain {found}, and the register's guests of {expected}")]
    OtherChain {
        /// The message.
        index: usize,
        /// The schedule's chain.
        expected: u64,
        /// The witness's.
        found: u64,
    },
    /// A witness whose fork is not that of its block.
    #[error(
        "message {index}: it ran under {fork}, and block {number} of chain {chain} is of {}",
        scheduled.map_or("no fork that is audited", Fork::name),
        chain = schedule.chain_id()
    )]
    Unscheduled {
        /// The message.
        index: usize,
        /// The witness's fork.
        fork: Fork,
        /// Its block.
        number: u64,
        /// What the schedule says of that.
        scheduled: Option<Fork>,
        /// The schedule.
        schedule: Box<Schedule>,
    },
    /// Something that is no register.
    #[error("register {register}: it does not answer as a register")]
    NoRegister {
        /// The address.
        register: Address,
    },
    /// Nobody stands by the message.
    #[error("message {index}: {operator} has not committed to it")]
    NotCommitted {
        /// The message.
        index: usize,
        /// The operator.
        operator: Address,
    },
    /// A commitment for another fork.
    #[error(
        "message {index}: {operator} committed to it as a message of {found}, not of {expected}"
    )]
    OtherFork {
        /// The message.
        index: usize,
        /// The operator.
        operator: Address,
        /// The witness's fork.
        expected: Fork,
        /// The commitment's; its number, if there is no such fork.
        found: String,
    },
    /// A commitment of somebody else's cannot be made.
    #[error("only {operator} can commit as {operator}, and {sender} sends")]
    NotTheOperator {
        /// The operator.
        operator: Address,
        /// The sender.
        sender: Address,
    },
    /// Code that others must archive.
    #[error(
        "message {index}: only the registrar {registrar} can archive its code, and {sender} sends"
    )]
    NotTheRegistrar {
        /// The message.
        index: usize,
        /// The registrar.
        registrar: Address,
        /// The sender.
        sender: Address,
    },
    /// A transaction that the chain does not take.
    #[error("message {index}: {what} takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// The message.
        index: usize,
        /// Which transaction.
        what: &'static str,
        /// Its gas.
        gas: u64,
    },
    /// A transaction that failed.
    #[error("message {index}: {what}: {hash} failed")]
    Failed {
        /// The message.
        index: usize,
        /// Which transaction.
        what: &'static str,
        /// Its hash.
        hash: B256,
    },
}
