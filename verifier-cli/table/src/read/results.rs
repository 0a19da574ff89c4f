//! [`Results`]: a file of results that is read again, to go on where it ends. It is one's own, so it is read by many
//! rows at once. `specs/24-tables.md`, section Results.

use std::{fs::File, path::Path};

use arrow_array::StructArray;
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
        ParquetRecordBatchReaderBuilder,
    },
};

use super::{footer, guarded};
use crate::{Row, Table, TableError, row};

/// The rows of a file of results, by parts of it; of each row the columns that are asked for.
#[derive(Debug)]
pub struct Results<R> {
    rows: ParquetRecordBatchReader,
    options: Option<String>,
    read: std::marker::PhantomData<R>,
}

impl<R: Row> Results<R> {
    /// Opens a file of one of the tables.
    ///
    /// # Errors
    ///
    /// If the file is no such table, or one of another version.
    pub fn open(path: &Path, table: Table) -> Result<Self, TableError> {
        let mut file = File::open(path)?;
        let metadata = footer::read(&mut file)?;
        footer::check_table(&metadata, table)?;
        let options = footer::said(&metadata, Table::OPTIONS_KEY).map(str::to_owned);
        guarded(|| {
            let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let metadata = ArrowReaderMetadata::try_new(metadata.into(), plain)?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
            let names: Vec<_> = R::columns().iter().map(|column| column.name).collect();
            let mask = ProjectionMask::columns(builder.parquet_schema(), names);
            let rows = builder.with_projection(mask).build()?;
            Ok(Self { rows, options, read: std::marker::PhantomData })
        })
    }

    /// By what the file was made, as JSON, if it says so.
    pub fn options(&self) -> Option<&str> {
        self.options.as_deref()
    }
}

impl<R: Row> Iterator for Results<R> {
    type Item = Result<Vec<R>, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = guarded(|| {
            let batch =
                self.rows.next().transpose().map_err(parquet::errors::ParquetError::from)?;
            batch.map(|batch| row::read(&StructArray::from(batch))).transpose()
        });
        next.transpose()
    }
}
