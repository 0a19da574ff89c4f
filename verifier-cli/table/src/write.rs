//! [`TableWriter`]: writes a table beside its place, and puts it there when it is whole.
//! `specs/24-tables.md`, section Writing.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_schema::Schema;
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use tempfile::{Builder, NamedTempFile};

use crate::{Row, Table, TableError, VERSION, batch, schema};

/// Bytes of values in a row group, unless a single row has more.
pub const GROUP_BYTES: usize = 16 << 20;

/// Bytes of values in a page, unless a single row has more.
const PAGE_BYTES: usize = 1 << 20;

/// How names of files begin and end that are not whole yet: none of them is taken for a table.
const UNFINISHED: (&str, &str) = (".part-", ".tmp");

/// Whether a file was left behind by somebody who was killed.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1)
}

/// Writes a table to a file. Unless it is [finished](Self::finish), nothing is left of it.
#[derive(Debug)]
pub struct TableWriter<R> {
    writer: ArrowWriter<NamedTempFile>,
    path: PathBuf,
    rows: Vec<R>,
    /// Bytes of the rows.
    bytes: usize,
}

impl<R: Row> TableWriter<R> {
    /// Begins a table, beside the place where it goes. `options` says by what it is made, as JSON.
    ///
    /// # Errors
    ///
    /// If there can be no file.
    pub fn create(path: &Path, table: Table, options: Option<&str>) -> Result<Self, TableError> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut builder = Builder::new();
        builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for any new file: the umask takes away what the user does not want.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(parent.unwrap_or(Path::new("."))).map_err(nameless)?;
        let words = [
            (Table::NAME_KEY, Some(table.name().to_owned())),
            (Table::VERSION_KEY, Some(VERSION.to_string())),
            (Table::OPTIONS_KEY, options.map(str::to_owned)),
        ];
        let words = words.into_iter().filter(|(_, value)| value.is_some());
        let words = words.map(|(key, value)| KeyValue::new(key.to_owned(), value)).collect();
        let witness = ColumnPath::from("witness");
        let level = ZstdLevel::try_new(3).expect("zstd has a level 3");
        let properties = WriterProperties::builder()
            .set_created_by(concat!("iso-evm ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(level))
            .set_key_value_metadata(Some(words))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_data_page_size_limit(PAGE_BYTES)
            // Witnesses differ from each other, and their smallest and largest say nothing.
            .set_column_dictionary_enabled(witness.clone(), false)
            .set_column_statistics_enabled(witness, EnabledStatistics::None);
        // A page's length is looked at behind so many values: a witness can be as long as a page.
        let properties = match table {
            Table::Witnesses => properties.set_write_batch_size(1),
            Table::Transactions | Table::Messages | Table::Findings => properties,
        };
        // The columns' types are Parquet's own; Arrow's beside them would say no more.
        let options = ArrowWriterOptions::new()
            .with_properties(properties.build())
            .with_skip_arrow_metadata(true);
        let schema = Arc::new(Schema::new(schema::<R>()));
        let writer = ArrowWriter::try_new_with_options(file, schema, options)?;
        Ok(Self { writer, path: path.to_owned(), rows: Vec::new(), bytes: 0 })
    }

    /// Adds a row of about so many bytes.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn push(&mut self, row: R, bytes: usize) -> Result<(), TableError> {
        if self.bytes > 0 && self.bytes.saturating_add(bytes) > GROUP_BYTES {
            self.write_group()?;
        }
        self.bytes += bytes;
        self.rows.push(row);
        Ok(())
    }

    /// Puts the file in its place, in which another may be.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; then what was there is as it was.
    pub fn finish(mut self) -> Result<(), TableError> {
        self.write_group()?;
        let mut file = self.writer.into_inner()?;
        file.flush().map_err(nameless)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| nameless(error.error))?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), TableError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        self.writer.write(&batch(&rows))?;
        self.writer.flush()?;
        Ok(())
    }
}

/// An error of a file that is written aside, without that file's name: nobody has named it.
fn nameless(error: io::Error) -> io::Error {
    let said = error.to_string();
    match said.split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}
