//! `iso-witness inspect`: what a witness says, nothing verified; and what two of them do not both say.

mod difference;
mod messages;
mod records;
mod value;

use std::path::PathBuf;

use alloy_primitives::hex;
use clap::Args;
use iso_evm_batch::files;
use iso_evm_wire::Opened;

use super::verify::open;
use crate::{Exit, error::CommandError, report, terminal};

/// Print a witness: the call tree, its records, or all of it; or what differs between two
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 printed, or equal; 1 they differ; 2 unusable input or usage."
)]
pub(super) struct Inspect {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    #[arg(value_hint = clap::ValueHint::FilePath)]
    witness: PathBuf,
    /// Another, with --diff
    #[arg(requires = "diff", value_hint = clap::ValueHint::FilePath)]
    other: Option<PathBuf>,
    /// The whole witness as JSON, from which `assemble` makes the same bytes; with --diff what differs
    #[arg(long, conflicts_with = "abi")]
    json: bool,
    /// The hypervisor's calldata for message N, as 0x hex
    #[arg(long, value_name = "N")]
    abi: Option<usize>,
    /// Each record of each message by its name, with its fields
    #[arg(long, conflicts_with_all = ["json", "abi"])]
    records: bool,
    /// Only this message's records [with --records]
    #[arg(long, value_name = "N", requires = "records")]
    message: Option<usize>,
    /// What differs between two witnesses, item by item
    #[arg(long, requires = "other", conflicts_with_all = ["abi", "records"])]
    diff: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = open(&self.witness)?;
        if let Some(other) = &self.other {
            return self.compare(&witness, &open(other)?);
        }
        let text = if let Some(index) = self.abi {
            self.has_message(&witness, index)?;
            hex::encode_prefixed(witness.messages[index].bytes()) + "\n"
        } else if self.json {
            witness.to_json() + "\n"
        } else if self.records {
            let messages = match self.message {
                Some(index) => {
                    self.has_message(&witness, index)?;
                    index..index + 1
                }
                None => 0..witness.messages.len(),
            };
            messages.map(|index| records::records(&witness, index)).collect()
        } else {
            report::tree(&witness, terminal::width())
        };
        files::print(text.as_bytes())?;
        Ok(Exit::Valid)
    }

    /// Checks that a witness has a message.
    fn has_message(&self, witness: &Opened<'_>, index: usize) -> Result<(), CommandError> {
        let (file, count) = (files::name(&self.witness), witness.messages.len());
        if index < count { Ok(()) } else { Err(CommandError::NoMessage { file, index, count }) }
    }

    /// Says what differs.
    fn compare(&self, first: &Opened<'_>, second: &Opened<'_>) -> Result<Exit, CommandError> {
        let differences = difference::differences(first, second);
        let text = if self.json {
            let equal = differences.is_empty();
            let json = serde_json::json!({ "equal": equal, "differences": differences });
            format!("{json:#}\n")
        } else {
            difference::human(&differences)
        };
        files::print(text.as_bytes())?;
        Ok(if differences.is_empty() { Exit::Valid } else { Exit::Invalid })
    }
}
