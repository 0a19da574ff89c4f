//! What is given to be recorded: a file, a line or the argument itself; read, told what it is, and
//! recorded by itself or from a node.
//!
//! Notes of what an input gives in vain, or does not give, are said here; who wants no such input has it
//! refused.

use std::path::{Path, PathBuf};

use iso_evm_batch::{ItemError, files};
use iso_evm_wire::{Rules, Witness};
use iso_evm_witness::{
    Input,
    input::{BareBlock, BareTransaction, Document, InputError, Note, document::recognise},
};

use super::{chain::Chain, say, tabled::WitnessFormat};
use crate::error::CommandError;

/// How many characters of an argument that is no file's name are repeated.
const SHOWN: usize = 18;

/// How something is recorded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    /// The rules asked for, if any.
    pub(super) rules: Option<Rules>,
    /// Whether an input is refused of which there are notes.
    pub(super) strict: bool,
    /// Whether the witnesses of a block go into a table.
    pub(super) format: WitnessFormat,
}

/// Something that was read, and how it is called.
#[derive(Debug)]
pub(super) struct Given {
    /// Name of the file or line; of an argument its begin.
    pub(super) name: PathBuf,
    /// All of its bytes.
    pub(super) bytes: Vec<u8>,
}

impl Given {
    /// What an argument names: a file, or, in hex, a hash or a transaction itself.
    pub(super) fn of_argument(argument: &Path) -> Result<Self, CommandError> {
        let text = argument.to_str().filter(|text| is_hex(text) && !argument.exists());
        let Some(text) = text else {
            let bytes = files::read_unpacked(argument)?;
            return Ok(Self { name: argument.to_owned(), bytes });
        };
        let name = text.get(..SHOWN).map_or_else(|| text.to_owned(), |begin| format!("{begin}…"));
        Ok(Self { name: PathBuf::from(name), bytes: text.as_bytes().to_vec() })
    }

    /// What it is.
    pub(super) fn document(&self) -> Result<Document, CommandError> {
        recognise(&self.bytes)
            .map(|(document, _)| document)
            .map_err(|error| self.refused(error.into()))
    }

    /// The witness of what has one transaction: an input, or with a node what names one of its chain.
    pub(super) fn witness(
        &self,
        chain: Option<&Chain>,
        wanted: Wanted,
    ) -> Result<Witness, CommandError> {
        match (self.document()?, chain) {
            (Document::Transaction | Document::RawTransaction(_), Some(chain)) => {
                let bare = BareTransaction::parse(&self.bytes).map_err(|it| self.refused(it))?;
                self.tell(&bare.notes, wanted)?;
                let recorded = chain.bare(&bare, wanted)?;
                let notes = bare.held_against(&recorded).map_err(|it| self.refused(it.into()))?;
                chain.aside(|| self.tell(&notes, wanted))?;
                Ok(recorded.witness)
            }
            (Document::Hash(hash), Some(chain)) => Ok(chain.transaction(hash, wanted)?.witness),
            _ => record(&self.name, &self.bytes, wanted),
        }
    }

    /// Writes the witnesses of the block that it is, as a node has it.
    pub(super) fn block(
        &self,
        chain: &Chain,
        folder: Option<&Path>,
        wanted: Wanted,
    ) -> Result<(), CommandError> {
        let bare = BareBlock::parse(&self.bytes).map_err(|error| self.refused(error))?;
        chain.aside(|| self.tell(&bare.notes, wanted))?;
        chain.bare_block(&bare, folder, wanted, |another| self.refused(another.into()))
    }

    fn refused(&self, error: InputError) -> CommandError {
        refused(&self.name, error)
    }

    fn tell(&self, notes: &[Note], wanted: Wanted) -> Result<(), CommandError> {
        tell(&self.name, notes, wanted)
    }
}

/// Whether an argument is bytes in hex, and more than a file would be called by.
fn is_hex(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    digits.len() >= 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether bytes are not those of a witness, but what may be recorded, or is told by its name.
pub(super) fn is_given(bytes: &[u8]) -> bool {
    let other = |document| !matches!(document, Document::Witness | Document::Unknown);
    files::is_json(bytes) || recognise(bytes).is_ok_and(|(document, _)| other(document))
}

/// The witness of an `INPUT.json`.
pub(super) fn record(path: &Path, json: &[u8], wanted: Wanted) -> Result<Witness, CommandError> {
    let (input, notes) = Input::read(json, wanted.rules).map_err(|error| refused(path, error))?;
    tell(path, &notes, wanted)?;
    let recording = iso_evm_witness::record(&input.execution)
        .map_err(|error| ItemError::Execute { file: files::name(path), error: Box::new(error) })?;
    Ok(recording.witness(&input))
}

/// Why a file is not what a command takes: it is something else, if that is known and none of those that it may
/// be; else the error.
pub(super) fn instead(
    path: &Path,
    bytes: &[u8],
    taken: &[Document],
    expected: &'static str,
    error: CommandError,
) -> CommandError {
    match recognise(bytes) {
        Ok((document, _)) if document != Document::Unknown && !taken.contains(&document) => {
            CommandError::Other { file: files::name(path), document: Box::new(document), expected }
        }
        _ => error,
    }
}

fn refused(path: &Path, error: InputError) -> CommandError {
    ItemError::Input { file: files::name(path), error: Box::new(error) }.into()
}

/// Says what is to be said of an input, a line each; or refuses it for that.
fn tell(path: &Path, notes: &[Note], wanted: Wanted) -> Result<(), CommandError> {
    let file = files::name(path);
    if let Some(first) = notes.first().filter(|_| wanted.strict) {
        let (note, more) = (first.to_string(), notes.len() - 1);
        return Err(CommandError::Strict { file, note, more });
    }
    for note in notes {
        say(&format!("note: {file}: {note}"));
    }
    Ok(())
}
