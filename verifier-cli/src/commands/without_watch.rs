//! What stands for `iso-verify watch` in a build without the feature `node`: it says so.

use std::ffi::OsString;

use clap::Args;

use crate::{Exit, error::CommandError};

/// Not in this build: it is without the feature `node`
#[derive(Debug, Args)]
pub(super) struct Watch {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _arguments: Vec<OsString>,
}

impl Watch {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        Err(CommandError::Absent { what: "watch", feature: "node" })
    }
}
