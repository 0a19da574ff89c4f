//! Why a command could not do its work. One line, which says what is wrong and where.

use std::io;

use iso_evm_witness::{
    container::{ContainerError, JsonError},
    execute::ExecuteError,
    input::InputError,
    schedule::ScheduleError,
    transaction::TransactionError,
};

use crate::{
    certificate::CertificateError,
    mutate::MutateError,
    node::NodeError,
    onchain::{
        deploy::DeployError, keys::KeyError, outbox::SendError, rules::RulesError,
        submit::SubmitError,
    },
    verify::VerifyError,
};

/// Why a command could not do its work: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A file that cannot be read.
    #[error("{file}: cannot be read: {error}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file that cannot be written.
    #[error("{file}: cannot be written: {error}")]
    Write {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file above [`crate::files::MAX_SIZE`].
    #[error("{file}: larger than {limit} bytes")]
    Oversized {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// A file with nothing in it.
    #[error("{file}: empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// Not an `INPUT.json`.
    #[error("{file}: {error}")]
    Input {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: InputError,
    },
    /// A transaction that does not run.
    #[error("{file}: {error}")]
    Execute {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: Box<ExecuteError>,
    },
    /// Not a `witness.bin`.
    #[error("{file}: {error}")]
    Container {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: ContainerError,
    },
    /// Not the JSON form of a witness.
    #[error("{file}: {error}")]
    Json {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: JsonError,
    },
    /// A witness that cannot be verified.
    #[error("{file}: {error}")]
    Verify {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: VerifyError,
    },
    /// The two engines do not say the same of a message.
    #[error("{file}: {error}; saved as {reproducer}")]
    EnginesDiffer {
        /// The file.
        file: String,
        /// Which message, and what they say.
        error: Box<VerifyError>,
        /// Where the witness is, for a second look.
        reproducer: String,
    },
    /// Not a certificate.
    #[error("{file}: {error}")]
    Certificate {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// Lines of a stream of inputs of which no witness was recorded.
    #[error("{failed} of {lines} lines were not recorded")]
    Lines {
        /// How many were not.
        failed: usize,
        /// How many there were.
        lines: usize,
    },
    /// A witness that cannot be mutated.
    #[error("{file}: {error}")]
    Mutate {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: MutateError,
    },
    /// A node that gives no witness.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// A node did not do what it was asked, and another option does without it.
    #[error("{error} ({hint})")]
    Hinted {
        /// What it did not do.
        error: NodeError,
        /// Which option.
        hint: &'static str,
    },
    /// A transaction in a file that is none.
    #[error("{file}: transaction: {error}")]
    Transaction {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: TransactionError,
    },
    /// A certificate whose check would take more work than was allowed.
    #[error(
        "{file}: the certificate was made with more gas than is allowed here: {option} {asked} allows it"
    )]
    AsksForMore {
        /// The file.
        file: String,
        /// The option that would allow it.
        option: &'static str,
        /// What it asks for.
        asked: u64,
    },
    /// A witness of which a chain has nothing to say.
    #[error(
        "{file}: the transaction ran no code: there is no message to audit on a chain or to commit to"
    )]
    NoMessages {
        /// The file.
        file: String,
    },
    /// A message that is not there.
    #[error("{file}: there is no message {index}: they are numbered from 0, and there are {count}")]
    NoMessage {
        /// The file.
        file: String,
        /// The message asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// An option without which another makes no sense.
    #[error("{option} needs {needed}")]
    Needs {
        /// The option given.
        option: &'static str,
        /// The option missing.
        needed: &'static str,
    },
    /// An option that the command has no use for.
    #[error("{option} has no meaning for {command}")]
    Meaningless {
        /// The option given.
        option: &'static str,
        /// The command.
        command: &'static str,
    },
    /// State tests without a case that was asked for.
    #[error("no case: nothing in the paths is of this fork and name")]
    NoCase,
    /// Threads that the system does not give.
    #[error("no threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// No schedule.
    #[error("guest chain: {0}")]
    Schedule(#[from] ScheduleError),
    /// A key that cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A chain whose rules are none for the contracts.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A transaction that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Nobody was there to agree.
    #[error(
        "nothing was sent: there is no terminal to ask on (--yes sends what is said above without \
         asking)"
    )]
    NotAsked,
    /// Somebody was, and did not.
    #[error("nothing was sent: not agreed to")]
    NotAgreed,
    /// A contract that cannot be deployed.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// A message that cannot be submitted.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// Wrong usage, as clap puts it.
    #[error("{0}")]
    Usage(String),
}
