//! Witnesses as a table, where `record` would write files: where it goes, and its rows.
//! `specs/24-tables.md`, section Witnesses.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use iso_evm_batch::{
    FileError,
    files::{self, STANDARD},
};
use iso_evm_table::{Table, TableError, TableWriter, WitnessRow};
use iso_evm_verifier::audit::anchors::anchors;
use iso_evm_wire::Witness;
use iso_evm_witness::block_file::RecordedTransaction;

use super::wrote::Wrote;
use crate::error::CommandError;

/// How witnesses are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum WitnessFormat {
    /// A file each
    #[default]
    Bin,
    /// A table of a block's
    Parquet,
}

impl WitnessFormat {
    /// The format of what goes to a path: the one that is asked for, or the one of its name.
    pub(super) fn of(asked: Option<Self>, output: Option<&Path>) -> Self {
        let named = || output.is_some_and(is_named_as_table);
        asked.unwrap_or_else(|| if named() { Self::Parquet } else { Self::Bin })
    }

    /// Where the witnesses of a block go: into a folder, or the table; `name` is what either is called if nobody
    /// says it.
    pub(super) fn place(self, output: Option<&Path>, name: &str) -> PathBuf {
        let table = || format!("{name}.parquet");
        match (self, output) {
            (Self::Bin, Some(folder)) => folder.to_owned(),
            (Self::Bin, None) => PathBuf::from(name),
            (Self::Parquet, None) => PathBuf::from(table()),
            (Self::Parquet, Some(path)) if is_folder(path) => path.join(table()),
            (Self::Parquet, Some(path)) => path.to_owned(),
        }
    }

    /// Where the witnesses of one of several blocks go: each has a folder or table of its own in this one.
    pub(super) fn place_within(self, folder: Option<&Path>, name: &str) -> PathBuf {
        match (self, folder) {
            (_, None) => self.place(None, name),
            (_, Some(folder)) if folder.as_os_str() == STANDARD => folder.to_owned(),
            (Self::Bin, Some(folder)) => folder.join(name),
            (Self::Parquet, Some(folder)) => folder.join(format!("{name}.parquet")),
        }
    }
}

fn is_named_as_table(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("parquet"))
}

/// Whether a table goes into what is named, and not in its place.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || (!is_named_as_table(path) && path.as_os_str() != STANDARD)
}

/// Writes the witnesses of a block as a table, all or none.
pub(super) fn write_block(
    path: &Path,
    source: &str,
    recorded: impl IntoIterator<Item = RecordedTransaction>,
    wrote: &mut Wrote,
) -> Result<(), CommandError> {
    let rows = recorded.into_iter().map(|recorded| {
        let RecordedTransaction { index, witness, .. } = recorded;
        (format!("{}/{}/{index}", witness.chain_id, witness.block.number), witness)
    });
    write(path, source, rows, wrote)
}

/// Writes the witness of a transaction by itself as a table.
pub(super) fn write_one(
    path: &Path,
    source: &str,
    witness: Witness,
    wrote: &mut Wrote,
) -> Result<(), CommandError> {
    let transaction = anchors(&witness).transaction.word();
    let id = format!("{}/{}/{transaction}", witness.chain_id, witness.block.number);
    write(path, source, [(id, witness)], wrote)
}

fn write(
    path: &Path,
    source: &str,
    rows: impl IntoIterator<Item = (String, Witness)>,
    wrote: &mut Wrote,
) -> Result<(), CommandError> {
    let file = files::name(path);
    if path.as_os_str() == STANDARD {
        let (option, command) = ("--format parquet", "stdout: a table is a file");
        return Err(CommandError::Meaningless { option, command });
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(Err(error)) = parent.map(fs::create_dir_all) {
        return Err(FileError::Write { file, error }.into());
    }
    let written = (|| {
        let mut table = TableWriter::create(path, Table::Witnesses, None)?;
        for (id, witness) in rows {
            let bytes = witness.encode();
            wrote.add(&witness, bytes.len());
            let row = WitnessRow::of(id, source.to_owned(), &witness, bytes);
            let size = row.size();
            table.push(row, size)?;
        }
        table.finish()
    })();
    written.map_err(|error| match error {
        TableError::Io(error) => FileError::Write { file, error }.into(),
        error => CommandError::Table { file, error },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_goes_where_it_is_named_or_into_the_folder_that_is() {
        use WitnessFormat::{Bin, Parquet};
        let path = |text: &'static str| Some(Path::new(text));
        assert_eq!(WitnessFormat::of(None, path("a.parquet")), Parquet);
        assert_eq!(WitnessFormat::of(None, path("a")), Bin);
        assert_eq!(WitnessFormat::of(Some(Bin), path("a.parquet")), Bin);
        for (format, output, expected) in [
            (Bin, None, "block-7"),
            (Bin, path("a"), "a"),
            (Parquet, None, "block-7.parquet"),
            (Parquet, path("a.parquet"), "a.parquet"),
            (Parquet, path("a"), "a/block-7.parquet"),
            (Parquet, path("-"), "-"),
        ] {
            assert_eq!(format.place(output, "block-7"), Path::new(expected));
        }
        for (format, folder, expected) in [
            (Bin, None, "block-7"),
            (Bin, path("a"), "a/block-7"),
            (Bin, path("-"), "-"),
            (Parquet, None, "block-7.parquet"),
            (Parquet, path("a.parquet"), "a.parquet/block-7.parquet"),
        ] {
            assert_eq!(format.place_within(folder, "block-7"), Path::new(expected));
        }
    }
}
