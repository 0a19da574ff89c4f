//! `man`: a binary's manual, a page for each command.

use std::path::PathBuf;

use clap::{Args, Command};
use iso_evm_batch::{FileError, files};

use crate::{Exit, error::CommandError};

/// Write the manual: a page for each command
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder that the pages go into, as share/man/man1
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self, commands: Command) -> Result<Exit, CommandError> {
        files::write_folder(&self.folder, |folder| {
            clap_mangen::generate_to(commands, folder)
                .map_err(|error| FileError::Write { file: files::name(&self.folder), error })
        })?;
        Ok(Exit::Valid)
    }
}
