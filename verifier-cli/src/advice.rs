//! Which option mends an error: a library says what is wrong, the line that a user reads says behind it
//! what can be done about that here.

mod document;

use iso_evm_batch::{BatchError, FileError, ItemError, files::STANDARD};
#[cfg(feature = "node")]
use iso_evm_node::{NodeError, ReplayError};
#[cfg(feature = "onchain")]
use iso_evm_onchain::{
    deploy::DeployError, dispute::DisputeError, holds::HoldsError, send_error::SendError,
    submit::SubmitError,
};
#[cfg(feature = "node")]
use iso_evm_rpc::RpcError;
use iso_evm_table::FolderError;
#[cfg(feature = "node")]
use iso_evm_watch::{StoreError, WatchError, webhook::HookError};
use iso_evm_wire::{container::ContainerFault, schedule::ScheduleError};
use iso_evm_witness::{block_file::BlockFileError, input::InputError};

pub(crate) use self::document::{alone, other, state_tests};
use self::document::{argument, with_advice};

/// Why there is no report of a file.
pub(crate) fn item(error: &ItemError) -> String {
    match error {
        ItemError::Input { file, error } => match **error {
            InputError::WholeBlock => {
                format!("{file}: {error}: iso-witness record {} -o DIR", argument(file))
            }
            InputError::Document(ref document) => {
                with_advice(format!("{file}: {error}"), file, document)
            }
            _ => format!("{file}: {}", input(error)),
        },
        ItemError::Container { file, error } if error.fault == ContainerFault::Several => {
            format!("{file}: several witnesses: iso-verify batch {}", argument(file))
        }
        ItemError::File(error) => self::file(error),
        _ => error.to_string(),
    }
}

/// Why a file is not read or written.
pub(crate) fn file(error: &FileError) -> String {
    match error {
        FileError::Folder { file } => {
            format!("{error}: iso-verify batch {file} verifies what is in it")
        }
        _ => error.to_string(),
    }
}

/// Why a run over many files comes to no end.
pub(crate) fn batch(error: &BatchError) -> String {
    match error {
        BatchError::NoRow { .. } | BatchError::OtherOptions { .. } => {
            format!("{error} (without --resume the file is begun anew)")
        }
        BatchError::OtherTableOptions { .. } | BatchError::NoOptions { .. } => {
            format!("{error} (name another folder with --results)")
        }
        BatchError::Folder(FolderError::Taken { .. }) => {
            format!("{error}: --resume goes on with them")
        }
        _ => error.to_string(),
    }
}

/// What is said of a word that is no command.
pub(crate) fn similar(command: Option<&str>) -> String {
    match command {
        Some(command) => format!("; did you mean {command}?"),
        None => "; --help lists the commands".to_owned(),
    }
}

/// What to do about a file that is false, or open: nothing of stdin, which is gone.
pub(crate) fn next(file: &str) -> Option<String> {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "._-/+:,@%".contains(character);
    let named = match file.chars().all(is_plain) {
        true => file.to_owned(),
        false => format!("'{}'", file.replace('\'', "'\\''")),
    };
    (argument(file) != STANDARD)
        .then(|| format!("iso-verify explain {named} says what happened and where it went wrong"))
}

/// What is wrong with an input, for which a fork may have been asked.
fn input(error: &InputError) -> String {
    match error {
        InputError::ForkContradiction { .. } => format!("--{error}"),
        _ => error.to_string(),
    }
}

/// Why a block file gives no witnesses.
pub(crate) fn block_file(error: &BlockFileError) -> String {
    match error {
        BlockFileError::Contradiction { .. } => format!("--{error}"),
        BlockFileError::RulesUnknown { .. } => format!("{error}: say which by --fork"),
        _ => error.to_string(),
    }
}

/// Why there is no schedule.
pub(crate) fn schedule(error: &ScheduleError) -> String {
    match error {
        ScheduleError::UnknownChain(_) => format!("{error}: --schedule gives it"),
        _ => error.to_string(),
    }
}

/// Why a node gave no witness.
#[cfg(feature = "node")]
pub(crate) fn node(error: &NodeError) -> String {
    match error {
        NodeError::Fork(error) => input(error),
        NodeError::ForkUnknown { .. } => format!("{error}: say which by --fork"),
        NodeError::Pending(_) => {
            format!("{error}: without --strict it is recorded on the state after the newest block")
        }
        _ => error.to_string(),
    }
}

/// Why nobody is told of anything.
#[cfg(feature = "node")]
pub(crate) fn hook(error: &HookError) -> String {
    match error {
        HookError::Secret { .. } => format!("$ISO_WEBHOOK_SECRET: {error}"),
        _ => format!("--webhook: {error}"),
    }
}

/// Why a watcher ends.
#[cfg(feature = "node")]
pub(crate) fn watch(error: &WatchError) -> String {
    match error {
        WatchError::NoStart(_) => format!("{error} (--from N begins with a number)"),
        WatchError::OtherStart { .. } => format!("{error} (--db names one)"),
        WatchError::Store(StoreError::OtherChain { .. } | StoreError::OtherContract { .. }) => {
            format!("{error} (--db names another database)")
        }
        _ => error.to_string(),
    }
}

/// The option that would have worked, where there is one. `block`: a whole one was asked for.
#[cfg(feature = "node")]
pub(crate) fn hint(error: &NodeError, block: bool) -> Option<&'static str> {
    match error {
        NodeError::Rpc(
            RpcError::Unreachable { method, .. }
            | RpcError::Failing { method, .. }
            | RpcError::Answer { method, .. }
            | RpcError::Unread { method, .. }
            | RpcError::Offline { method },
        ) if *method == "eth_getProof" => Some("--no-proofs does without it"),
        NodeError::Replay {
            error: ReplayError::StateRoot { .. } | ReplayError::MessagePasser { .. },
            ..
        } if block => Some("--tx records one of its transactions"),
        NodeError::Replay { .. } | NodeError::Execute { .. } if block => {
            Some("--tx records one that comes before it")
        }
        _ => None,
    }
}

/// Why a transaction is not sent.
#[cfg(feature = "onchain")]
pub(crate) fn send(error: &SendError) -> String {
    match error {
        SendError::Tip { .. } => format!("{error} (--max-priority-fee): nothing is signed"),
        SendError::Fee { .. } => format!("{error} (--max-fee-per-gas): nothing is signed"),
        _ => error.to_string(),
    }
}

/// Why a contract is not deployed.
#[cfg(feature = "onchain")]
pub(crate) fn deploy(error: &DeployError) -> String {
    match error {
        DeployError::Send(error) => send(error),
        DeployError::NoDeployer { .. } => format!(
            "{error}: name another with --deployer, or have one deployed with --new-deployer"
        ),
        DeployError::Family(_) => {
            format!("{error} (--guest-chain, --schedule say which chain disputes are about)")
        }
        _ => error.to_string(),
    }
}

/// Why a message is not submitted.
#[cfg(feature = "onchain")]
pub(crate) fn submit(error: &SubmitError) -> String {
    match error {
        SubmitError::Send(error) => send(error),
        _ => error.to_string(),
    }
}

/// Why a dispute is not carried out.
#[cfg(feature = "onchain")]
pub(crate) fn dispute(error: &DisputeError) -> String {
    match error {
        DisputeError::Send(error) => send(error),
        DisputeError::OtherSchedule { .. } | DisputeError::Family(_) => {
            format!("{error} (--guest-chain, --schedule say which chain disputes are about)")
        }
        DisputeError::Holds(HoldsError::NoCode { what: "segment machine", .. }) => {
            format!("{error} (deploy --fork puts that of other rules there)")
        }
        DisputeError::Elsewhere { .. } => format!("{error} (--deployer says who deployed it)"),
        DisputeError::NotCommitted { .. } => {
            format!("{error} (--operator says whose commitment it is)")
        }
        _ => error.to_string(),
    }
}
