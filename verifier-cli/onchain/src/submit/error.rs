//! Why a message is not submitted.

use alloy_primitives::{Address, B256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{Rules, Schedule};

use crate::{contracts::OtherFamily, plan::NoCase, send_error::SendError};

/// Why a message is not submitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The node gave no usable answer.
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
        /// Address that should have the code.
        address: Address,
    },
    /// An account with other code.
    #[error("{what}: the code hash at {address} should be {expected}, and is {found}")]
    OtherCode {
        /// What should be there.
        what: &'static str,
        /// Address that should have the code.
        address: Address,
        /// keccak256 of what should be there.
        expected: B256,
        /// keccak256 of what is.
        found: B256,
    },
    /// A register that knows no machine of the witness's rules.
    #[error("register {register}: {family}")]
    OtherFamily {
        /// Address of the register.
        register: Address,
        /// Rules of the witness, and of the register's chain.
        family: OtherFamily,
    },
    /// A register that knows another machine.
    #[error("register {register}: its segment machine of {fork} is {found}, not {expected}")]
    OtherMachine {
        /// Address of the register.
        register: Address,
        /// Fork whose rules apply.
        fork: Rules,
        /// Code hash of the machine at hand.
        expected: B256,
        /// Code hash of the machine that the register knows.
        found: B256,
    },
    /// A register that goes by another schedule.
    #[error("register {register}: its schedule is not that of chain {chain}")]
    OtherSchedule {
        /// Address of the register.
        register: Address,
        /// The chain whose schedule it should have.
        chain: u64,
    },
    /// A witness of another chain than the register's.
    #[error("message {index}: it is of chain {found}, and the register's guests of {expected}")]
    OtherChain {
        /// Index of the message, in pre-order.
        index: usize,
        /// Id of the schedule's chain.
        expected: u64,
        /// Id of the witness's chain.
        found: u64,
    },
    /// A witness whose fork is not that of its block.
    #[error(
        "message {index}: it ran under {fork}, and block {number} of chain {chain} is of {}",
        scheduled.map_or_else(|| "no fork that is audited".to_owned(), |rules| rules.to_string()),
        chain = schedule.chain_id()
    )]
    Unscheduled {
        /// Index of the message, in pre-order.
        index: usize,
        /// The witness's fork.
        fork: Rules,
        /// Number of the witness's block.
        number: u64,
        /// What the schedule says of that.
        scheduled: Option<Rules>,
        /// The schedule of the register.
        schedule: Box<Schedule>,
    },
    /// Something that is no register.
    #[error("register {register}: it does not answer as a register")]
    NoRegister {
        /// Address that was named as the register's.
        register: Address,
    },
    /// Nobody stands by the message.
    #[error("message {index}: {operator} has not committed to it")]
    NotCommitted {
        /// Index of the message, in pre-order.
        index: usize,
        /// Account that commits.
        operator: Address,
    },
    /// Bytes that nobody can commit to.
    #[error("message {index}: {why}")]
    NoCase {
        /// Index of the message, in pre-order.
        index: usize,
        /// What it lacks.
        why: NoCase,
    },
    /// Checkpoints that nobody should stand by.
    #[error("message {index}: it does not come to these checkpoints, and nothing was sent")]
    FalseCheckpoints {
        /// Index of the message, in pre-order.
        index: usize,
    },
    /// A segment that the commitment does not have.
    #[error("message {index}: there is no segment {segment}: the commitment has {count}")]
    NoSegment {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
        /// How many there are.
        count: u64,
    },
    /// A segment that nobody can run from where it is said to start.
    #[error(
        "message {index}: segment {segment} starts from a checkpoint that the message does not come \
         to: one before it is false"
    )]
    FalseStart {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
    },
    /// A segment that does not fit one transaction.
    #[error(
        "message {index}: segment {segment} takes {count} transactions, and one was to be sent"
    )]
    NeedsResume {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
        /// How many transactions it takes.
        count: usize,
    },
    /// A segment whose input no transaction carries.
    #[error(
        "message {index}: segment {segment} takes {bytes} bytes of calldata, more than public mempools \
         take: by a register, parts of it are archived"
    )]
    NeedsRegister {
        /// Index of the message, in pre-order.
        index: usize,
        /// Number of the segment.
        segment: u64,
        /// Bytes of its calldata.
        bytes: usize,
    },
    /// A commitment for another fork.
    #[error(
        "message {index}: {operator} committed to it as a message of {found}, not of {expected}"
    )]
    OtherFork {
        /// Index of the message, in pre-order.
        index: usize,
        /// Account that commits.
        operator: Address,
        /// The witness's fork.
        expected: Rules,
        /// The commitment's; its number, if there is no such fork.
        found: String,
    },
    /// A commitment of somebody else's cannot be made.
    #[error("only {operator} can commit as {operator}, and {sender} sends")]
    NotTheOperator {
        /// Account that commits.
        operator: Address,
        /// Account that sends.
        sender: Address,
    },
    /// Code that others must archive.
    #[error(
        "message {index}: only the registrar {registrar} can archive its code, and {sender} sends"
    )]
    NotTheRegistrar {
        /// Index of the message, in pre-order.
        index: usize,
        /// Account that may archive.
        registrar: Address,
        /// Account that sends.
        sender: Address,
    },
    /// A transaction that the chain does not take.
    #[error("message {index}: {what} takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// Index of the message, in pre-order.
        index: usize,
        /// Name of what the transaction does.
        what: &'static str,
        /// Gas that the transaction takes.
        gas: u64,
    },
    /// A transaction that failed.
    #[error("message {index}: {what}: {hash} failed")]
    Failed {
        /// Index of the message, in pre-order.
        index: usize,
        /// Name of what the transaction does.
        what: &'static str,
        /// Hash of the transaction.
        hash: B256,
    },
}
