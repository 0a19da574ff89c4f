//! `iso-witness record` of a block file: a whole block, proved from that file alone. And the folder that
//! the witnesses of a block go into, wherever the block comes from.

use std::path::Path;

use iso_evm_batch::files;
use iso_evm_witness::block_file::{BlockFile, RecordedTransaction};

use super::{
    given::Wanted,
    record::write,
    say,
    tabled::{self, WitnessFormat},
    wrote::Wrote,
};
use crate::error::CommandError;

/// Records the transactions of a block file, and writes their witnesses when all are there and the
/// block is what its header says.
pub(super) fn record(
    path: &Path,
    json: &[u8],
    output: Option<&Path>,
    wanted: Wanted,
) -> Result<(), CommandError> {
    let file = || files::name(path);
    let failed = |error| CommandError::BlockFile { file: file(), error: Box::new(error) };
    let block = BlockFile::parse(json, wanted.rules).map_err(failed)?;
    let recorded = block.record().map_err(failed)?;
    for notice in recorded.notices() {
        say(&format!("note: {}: {notice}", file()));
    }
    let header = recorded.header();
    tracing::info!(number = header.number, hash = %header.hash_slow(), "proved");
    let output = wanted.format.place(output, &format!("block-{}", header.number));
    write_block(&output, &file(), recorded.witnesses(), wanted.format)
}

/// Writes the witnesses of a block into a folder or a table, all or none; or to stdout, one behind the other.
/// `source` is where they came from.
pub(super) fn write_block(
    folder: &Path,
    source: &str,
    recorded: impl IntoIterator<Item = RecordedTransaction>,
    format: WitnessFormat,
) -> Result<(), CommandError> {
    let mut wrote = Wrote::default();
    if format == WitnessFormat::Parquet {
        tabled::write_block(folder, source, recorded, &mut wrote)?;
    } else if folder.as_os_str() == files::STANDARD {
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
