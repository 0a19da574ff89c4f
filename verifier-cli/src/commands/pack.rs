//! `iso-witness pack`: witnesses into a table.

use std::path::PathBuf;

use clap::Args;
use iso_evm_batch::{PackEvent, READ_LIMIT, ReadLimit, batch, pack};

use super::{screen::Screen, wrote::Wrote};
use crate::{Exit, advice, error::CommandError};

/// Put witnesses into one table
#[derive(Debug, Args)]
pub(super) struct Pack {
    /// Witnesses or inputs, files with an input a line, folders, patterns, archives, tables; `-` for
    /// containers or inputs from stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where the table goes
    #[arg(short, long, value_name = "FILE.parquet")]
    output: PathBuf,
    /// Bytes of files that are held at once; a larger file is unusable
    #[arg(long, value_name = "BYTES", default_value_t = READ_LIMIT)]
    read_limit: u64,
}

impl Pack {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let screen = Screen::new(|| batch::size(&self.paths));
        let mut wrote = Wrote::default();
        let limit = ReadLimit { bytes: self.read_limit, name: Some("--read-limit") };
        let packed = pack(&self.paths, &self.output, limit, |event| match event {
            PackEvent::Read(bytes) => screen.read(bytes),
            PackEvent::Packed(place, witness, bytes, notes) => {
                let note = |note: &String| format!("note: {place}: {note}");
                screen.lines(&notes.iter().map(note).collect::<Vec<_>>(), true);
                wrote.add(witness, bytes);
            }
            PackEvent::Unusable(error) => {
                screen.line(&format!("error: {}", advice::item(error)), true);
            }
        });
        screen.close()?;
        let packed = packed?;
        if packed.unusable > 0 {
            let (unusable, all) = (packed.unusable, packed.unusable + packed.rows);
            return Err(CommandError::NotPacked { unusable, all });
        }
        wrote.say_all(&self.output);
        Ok(Exit::Valid)
    }
}
