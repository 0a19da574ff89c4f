//! `completions`: what a shell completes a binary's commands and options by.

use clap::{Args, Command};
use clap_complete::Shell;
use iso_evm_batch::files;

use crate::{Exit, error::CommandError};

/// Print what a shell completes commands and options by
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut commands: Command) -> Result<Exit, CommandError> {
        let name = commands.get_name().to_owned();
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut commands, name, &mut text);
        files::print(&text)?;
        Ok(Exit::Valid)
    }
}
