//! What stands for the options that need the feature `node`, in a build without it: it says so.

use std::{convert::Infallible, path::Path};

use alloy_primitives::B256;
use iso_evm_witness::{
    block_file::RecordedTransaction,
    input::{Another, BareBlock, BareTransaction},
};

use super::{block_name::BlockName, given::Wanted, node::NodeArgs};
use crate::error::CommandError;

/// The chain of a node: in this build there is none.
#[derive(Debug)]
pub(super) struct Chain(Infallible);

impl NodeArgs {
    /// Whether a node is named.
    pub(super) const fn is_named(&self) -> bool {
        self.rpc_url.is_some()
    }

    /// Says what this build is without.
    pub(super) fn chain(&self, what: &'static str) -> Result<Chain, CommandError> {
        Err(CommandError::Absent { what, feature: "node" })
    }
}

impl Chain {
    pub(super) fn transaction(
        &self,
        _: B256,
        _: Wanted,
    ) -> Result<RecordedTransaction, CommandError> {
        match self.0 {}
    }

    pub(super) fn bare(
        &self,
        _: &BareTransaction,
        _: Wanted,
    ) -> Result<RecordedTransaction, CommandError> {
        match self.0 {}
    }

    pub(super) fn bare_block(
        &self,
        _: &BareBlock,
        _: Option<&Path>,
        _: Wanted,
        _: impl Fn(Another) -> CommandError,
    ) -> Result<(), CommandError> {
        match self.0 {}
    }

    pub(super) fn is_block(&self, _: B256) -> bool {
        match self.0 {}
    }

    pub(super) fn aside<T>(&self, _: impl FnOnce() -> T) -> T {
        match self.0 {}
    }

    #[cfg(feature = "onchain")]
    pub(super) fn recorded(
        &self,
        _: BlockName,
    ) -> Result<(String, Vec<RecordedTransaction>), CommandError> {
        match self.0 {}
    }

    pub(super) fn block(
        &self,
        _: BlockName,
        _: Option<&Path>,
        _: Wanted,
    ) -> Result<(), CommandError> {
        match self.0 {}
    }
}
