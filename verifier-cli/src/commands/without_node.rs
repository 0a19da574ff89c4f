//! What stands for the options that need the feature `node`, in a build without it: it says so.

use std::path::PathBuf;

use alloy_primitives::B256;
use iso_evm_wire::{Rules, Witness};

use super::{node::NodeArgs, record::BlockName};
use crate::error::CommandError;

/// `iso-witness record --tx`.
pub(super) fn transaction(
    _: NodeArgs,
    what: &'static str,
    _: B256,
    _: Option<u64>,
    _: Option<Rules>,
) -> Result<Witness, CommandError> {
    Err(CommandError::Absent { what, feature: "node" })
}

/// `iso-witness record --block`.
pub(super) fn block(
    _: NodeArgs,
    _: BlockName,
    _: Option<PathBuf>,
    _: Option<Rules>,
) -> Result<(), CommandError> {
    Err(CommandError::Absent { what: "--block", feature: "node" })
}
