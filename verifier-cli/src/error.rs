//! Why a command could not do its work. One line, which says what is wrong and where.

use iso_evm_batch::{BatchError, FileError, ItemError};
use iso_evm_explain::{artifacts::ArtifactsError, trace::OtherError};
#[cfg(feature = "node")]
use iso_evm_node::NodeError;
#[cfg(feature = "onchain")]
use iso_evm_onchain::{
    deploy::DeployError, dispute::DisputeError, keys::KeyError, rules::RulesError,
    send_error::SendError, submit::SubmitError,
};
#[cfg(any(feature = "node", feature = "onchain"))]
use iso_evm_rpc::RpcError;
#[cfg(feature = "node")]
use iso_evm_serve::ServeError;
use iso_evm_table::TableError;
use iso_evm_verifier::certificate::CertificateError;
#[cfg(feature = "onchain")]
use iso_evm_verifier::claim::ClaimError;
#[cfg(feature = "node")]
use iso_evm_watch::{StoreError, WatchError, webhook::HookError};
use iso_evm_wire::{container::JsonError, json::Misread, schedule::ScheduleError};
use iso_evm_witness::{block_file::BlockFileError, input::Document};

use crate::advice;

/// Why a command could not do its work: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A file that is not read or written.
    #[error("{}", advice::file(.0))]
    File(#[from] FileError),
    /// A file of which there is no report.
    #[error("{}", advice::item(.0))]
    Item(#[from] ItemError),
    /// A run that comes to no end.
    #[error("{}", advice::batch(.0))]
    Batch(#[from] BatchError),
    /// Not the JSON form of a witness.
    #[error("{file}: {error}")]
    Json {
        /// Name of the file.
        file: String,
        /// What is wrong with the JSON.
        error: JsonError,
    },
    /// Not a certificate.
    #[error("{file}: {error}")]
    Certificate {
        /// Name of the file.
        file: String,
        /// What is wrong with the certificate.
        error: CertificateError,
    },
    /// A file that is something else than what the command takes.
    #[error("{}", advice::other(.file, .document, .expected))]
    Other {
        /// Name of the file.
        file: String,
        /// What the file is.
        document: Box<Document>,
        /// What the command takes.
        expected: &'static str,
    },
    /// A witness where its certificate is expected, and the other way round.
    #[error("the two files stand the other way round: iso-verify check {certificate} {witness}")]
    Swapped {
        /// Name of the file that is the certificate.
        certificate: String,
        /// Name of the other.
        witness: String,
    },
    /// Several files, where a command takes one.
    #[error("several files, and one is expected: {advice}")]
    Several {
        /// The command that takes several.
        advice: String,
    },
    /// A file and an option, each of which names what is to be recorded.
    #[error(
        "the file {file} and {option} name two things, and one is recorded: leave one of them out"
    )]
    TwoThings {
        /// Name of the file.
        file: String,
        /// The option.
        option: &'static str,
    },
    /// A file where a command is expected.
    #[error("{}", advice::alone(.file, .document.as_deref()))]
    Alone {
        /// Name of the file.
        file: String,
        /// What the file is, where that is known.
        document: Option<Box<Document>>,
    },
    /// A block file of which there are no witnesses.
    #[error("{file}: {}", advice::block_file(.error))]
    BlockFile {
        /// Name of the file.
        file: String,
        /// Why nothing was recorded.
        error: Box<BlockFileError>,
    },
    /// A file that is named as an artifact, and is none.
    #[error(transparent)]
    Artifacts(#[from] ArtifactsError),
    /// A folder that is named as one of artifacts, and has none.
    #[error("{folder}: no artifact of a Solidity compiler in it")]
    NoArtifacts {
        /// Name of the folder.
        folder: String,
    },
    /// Lines of a stream of inputs of which no witness was recorded.
    #[error("{failed} of {lines} {} not recorded", lines_were(*.failed, *.lines))]
    Lines {
        /// Number of lines that were not recorded.
        failed: usize,
        /// Number of lines.
        lines: usize,
    },
    /// Witnesses of which there is no table, since not all would be in it.
    #[error("no table was written: {unusable} of {all} items cannot be in it")]
    NotPacked {
        /// Number of items that are no witnesses.
        unusable: u64,
        /// Number of items.
        all: u64,
    },
    /// A table that is not written.
    #[error("{file}: cannot be written: {error}")]
    Table {
        /// Name of the table.
        file: String,
        /// What is wrong.
        error: TableError,
    },
    /// A node that gives no answer.
    #[cfg(any(feature = "node", feature = "onchain"))]
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// A node that gives no witness.
    #[cfg(feature = "node")]
    #[error("{}", advice::node(.0))]
    Node(Box<NodeError>),
    /// A watcher that ends before it is told to.
    #[cfg(feature = "node")]
    #[error("{}", advice::watch(.0))]
    Watch(Box<WatchError>),
    /// What a watcher has found is not shown.
    #[cfg(feature = "node")]
    #[error("--serve: {0}")]
    Serve(#[from] ServeError),
    /// Nobody is told of what a watcher has found.
    #[cfg(feature = "node")]
    #[error("{}", advice::hook(.0))]
    Hook(#[from] HookError),
    /// Nothing says what notices are signed with.
    #[cfg(feature = "node")]
    #[error("--webhook needs a secret in ${variable}, which what is posted is signed with")]
    NoSecret {
        /// The variable.
        variable: &'static str,
    },
    /// A node did not do what it was asked, and another option does without it.
    #[cfg(feature = "node")]
    #[error("{error} ({hint})")]
    Hinted {
        /// What the node did not do.
        error: Box<NodeError>,
        /// Which option mends it.
        hint: &'static str,
    },
    /// An input of which something is to be said, where that is not wanted.
    #[error("{file}: --strict: {note}{}", others(*.more))]
    Strict {
        /// Name of the file.
        file: String,
        /// What is to be said first.
        note: String,
        /// How many other notes there are.
        more: usize,
    },
    /// A block by itself that does not say which it is.
    #[error("the block has neither hash nor number: which one it is, nobody can say")]
    Nameless,
    /// A range of blocks that ends before it begins.
    #[error("--block: block {from} comes after block {to}")]
    Backwards {
        /// Number of the block that it begins with.
        from: u64,
        /// Number of the block that it ends with.
        to: u64,
    },
    /// A block of a range that was not recorded.
    #[error("block {number} of {from} to {to}: {error}{}", recorded(*.from, *.number))]
    OfRange {
        /// Number of the block.
        number: u64,
        /// Number of the block that the range begins with.
        from: u64,
        /// Number of the block that it ends with.
        to: u64,
        /// Why the block was not recorded.
        error: Box<CommandError>,
    },
    /// A certificate whose check would take more work than was allowed.
    #[error(
        "{file}: the certificate was made with more gas than is allowed here: {option} {asked} allows it"
    )]
    AsksForMore {
        /// Name of the file.
        file: String,
        /// The option that would allow it.
        option: &'static str,
        /// The gas that the certificate asks for.
        asked: u64,
    },
    /// A witness of which a chain has nothing to say.
    #[error(
        "{file}: the transaction ran no code: there is no message to audit on a chain or to commit to"
    )]
    NoMessages {
        /// Name of the file.
        file: String,
    },
    /// A message that is not there.
    #[error("{file}: there is no message {index}: they are numbered from 0, and there are {count}")]
    NoMessage {
        /// Name of the file.
        file: String,
        /// The message asked for.
        index: usize,
        /// Number of containers in the file.
        count: usize,
    },
    /// A witness that nobody can commit to.
    #[error(
        "{file}: nobody can commit to it: a message has no opening record, or the transaction's place is behind all that \
         a block has"
    )]
    NoClaim {
        /// Name of the file.
        file: String,
    },
    /// Witnesses that are not those of a block's transactions, one behind the other.
    #[cfg(feature = "onchain")]
    #[error("{file}: nobody can commit to it as one block: {error}")]
    NotOneBlock {
        /// Name of what they are in.
        file: String,
        /// What is wrong.
        error: iso_evm_verifier::claim::NotOneBlock,
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
        /// The command that has no use for it.
        command: &'static str,
    },
    /// Not another client's trace.
    #[error("{file}: {error}")]
    Trace {
        /// Name of the file.
        file: String,
        /// Why it is no trace.
        error: OtherError,
    },
    /// State tests without a case that was asked for.
    #[error("no case: nothing in the paths is of this fork and name")]
    NoCase,
    /// The guest chain has no schedule that can be used.
    #[error("guest chain: {}", advice::schedule(.0))]
    Schedule(#[from] ScheduleError),
    /// A key that cannot be used.
    #[cfg(feature = "onchain")]
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A chain whose rules are none for the contracts.
    #[cfg(feature = "onchain")]
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A transaction that is not sent.
    #[cfg(feature = "onchain")]
    #[error("{}", advice::send(.0))]
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
    #[cfg(feature = "onchain")]
    #[error("{}", advice::deploy(.0))]
    Deploy(#[from] DeployError),
    /// A message that cannot be submitted.
    #[cfg(feature = "onchain")]
    #[error("{}", advice::submit(.0))]
    Submit(#[from] SubmitError),
    /// A dispute that is not carried out.
    #[cfg(feature = "onchain")]
    #[error("{}", advice::dispute(.0))]
    Dispute(#[from] DisputeError),
    /// A file that holds no claim.
    #[cfg(feature = "onchain")]
    #[error("{file}: {error}")]
    Claim {
        /// Name of the file.
        file: String,
        /// What is wrong with the claim.
        error: Box<ClaimError>,
    },
    /// Windows that the contract for disputes does not take.
    #[cfg(feature = "onchain")]
    #[error(
        "--window {window}, --answer-period {answer_period}: a window has room for four answers, and at most 2^32 \
         seconds"
    )]
    Windows {
        /// Seconds of the window.
        window: u64,
        /// Seconds of an answer.
        answer_period: u64,
    },
    /// A file that holds no checkpoints.
    #[error("{file}: no list of checkpoints: {}", Misread::from(.error))]
    Checkpoints {
        /// Name of the file.
        file: String,
        /// What is wrong with the JSON.
        error: serde_json::Error,
    },
    /// A false witness that somebody would stand by.
    #[cfg(feature = "onchain")]
    #[error("commit: {file}: the witness is false, and nothing was sent: {said}")]
    False {
        /// Name of the file.
        file: String,
        /// What is false first, in a line.
        said: String,
    },
    /// A witness of which not all is proved that somebody would stand by.
    #[error(
        "commit: the witness is not valid by all four audits, and nothing was sent: {why} (--unproved commits all \
         the same)"
    )]
    Unproved {
        /// What is not proved.
        why: String,
    },
    /// Nobody can be asked for the password.
    #[error("{file}: there is no terminal to ask for its password on: --password-file gives it")]
    NoTerminal {
        /// Name of the file.
        file: String,
    },
    /// A command or an option that this build is without.
    #[error("{what}: this build is without it: it needs the feature {feature}")]
    Absent {
        /// The command or option.
        what: &'static str,
        /// The feature that the binary was built without.
        feature: &'static str,
    },
    /// A word where a command or a file may stand, which is neither.
    #[error("no command or file '{word}'{}", advice::similar(.similar.as_deref()))]
    NoCommand {
        /// The word.
        word: String,
        /// A command whose name is like it.
        similar: Option<String>,
    },
    /// Signals that the system does not let be heard.
    #[cfg(feature = "node")]
    #[error("signals: {0}")]
    Signals(std::io::Error),
    /// Wrong usage, as clap puts it.
    #[error("{0}")]
    Usage(String),
}

/// Of how many lines how many were not.
fn lines_were(failed: usize, lines: usize) -> String {
    let noun = if lines == 1 { "line" } else { "lines" };
    let verb = if failed == 1 { "was" } else { "were" };
    format!("{noun} {verb}")
}

/// The end of a line that there are more like.
fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " (and 1 note more)".to_owned(),
        more => format!(" (and {more} notes more)"),
    }
}

/// The end of a line about a block of a range: what is done.
fn recorded(from: u64, number: u64) -> String {
    match number.saturating_sub(from) {
        0 => String::new(),
        1 => format!(" (block {from} is recorded)"),
        _ => format!(" (blocks {from} to {} are recorded)", number - 1),
    }
}

#[cfg(feature = "node")]
impl From<WatchError> for CommandError {
    fn from(error: WatchError) -> Self {
        Self::Watch(Box::new(error))
    }
}

#[cfg(feature = "node")]
impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        WatchError::from(error).into()
    }
}

#[cfg(feature = "node")]
impl From<NodeError> for CommandError {
    fn from(error: NodeError) -> Self {
        Self::Node(Box::new(error))
    }
}
