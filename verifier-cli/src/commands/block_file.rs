//! `iso-witness record` of a block file: a whole block, proved from that file alone. And the folder that
//! the witnesses of a block go into, wherever the block comes from.

use std::path::{Path, PathBuf};

use iso_evm_batch::files;
use iso_evm_wire::Rules;
use iso_evm_witness::block_file::{BlockFile, RecordedTransaction};

use super::{record::write, say, wrote::Wrote};
use crate::error::CommandError;

/// Records the transactions of a block file, and writes their witnesses when all are there and the
/// block is what its header says.
pub(super) fn record(
    path: &Path,
    json: &[u8],
    folder: Option<PathBuf>,
    rules: Option<Rules>,
) -> Result<(), CommandError> {
    let file = || files::name(path);
    let failed = |error| CommandError::BlockFile { file: file(), error: Box::new(error) };
    let block = BlockFile::parse(json, rules).map_err(failed)?;
    let recorded = block.record().map_err(failed)?;
    for notice in recorded.notices() {
        say(&format!("note: {}: {notice}", file()));
    }
    let header = recorded.header();
    tracing::info!(number = header.number, hash = %header.hash_slow(), "proved");
    let folder = folder.unwrap_or_else(|| PathBuf::from(format!("block-{}", header.number)));
    write_block(&folder, recorded.witnesses())
}

/// Writes the witnesses of a block into a folder, all or none; or to stdout, one behind the other.
pub(super) fn write_block(
    folder: &Path,
    recorded: impl IntoIterator<Item = RecordedTransaction>,
) -> Result<(), CommandError> {
    let mut wrote = Wrote::default();
    if folder.as_os_str() == files::STANDARD {
        for RecordedTransaction { witness, .. } in recorded {
            wrote.add(&witness, write(folder, &witness)?);
        }
    } else {
        files::write_folder(folder, |folder| {
            for RecordedTransaction { index, transaction, witness } in recorded {
                let path = folder.join(format!("{index:04}-{transaction}.bin"));
                wrote.add(&witness, write(&path, &witness)?);
            }
            Ok::<_, CommandError>(())
        })?;
    }
    wrote.say_all(folder);
    Ok(())
}
