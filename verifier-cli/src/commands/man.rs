//! `man`: a binary's manual, a page for each command.

use std::path::PathBuf;

use clap::{Args, Command};
use iso_evm_batch::{FileError, files};

use super::say;
use crate::{Exit, error::CommandError, report::text::counted};

/// Write the manual: a page for each command
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder that the pages go into, as share/man/man1
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self, commands: Command) -> Result<Exit, CommandError> {
        let count = 1 + commands.get_subcommands().count();
        files::write_folder(&self.folder, |folder| {
            clap_mangen::generate_to(commands, folder)
                .map_err(|error| FileError::Write { file: files::name(&self.folder), error })
        })?;
        say(&format!("{}: {}", files::name(&self.folder), counted(count, "page")));
        Ok(Exit::Valid)
    }
}
