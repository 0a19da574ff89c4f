//! [`TableReader`]: a Parquet file in a store, as Parquet's reader asks for it: by ranges of bytes.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use datafusion::parquet::{
    arrow::{
        ParquetRecordBatchStreamBuilder, arrow_reader::ArrowReaderOptions,
        async_reader::AsyncFileReader,
    },
    errors::{ParquetError, Result},
    file::metadata::{ParquetMetaData, ParquetMetaDataReader},
};
use futures_util::future::BoxFuture;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, path::Path};

use crate::{error::ClusterError, store::Place};

/// A file in a store.
#[derive(Debug)]
pub(crate) struct TableReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
}

impl TableReader {
    /// Opens a file, whose metadata is read.
    ///
    /// # Errors
    ///
    /// If the store does not give it, or if it is no Parquet.
    pub(crate) async fn open(
        place: &Place,
        meta: &ObjectMeta,
    ) -> Result<ParquetRecordBatchStreamBuilder<Self>, ClusterError> {
        let (store, path) = (place.store().clone(), meta.location.clone());
        let opened =
            ParquetRecordBatchStreamBuilder::new(Self { store, path, size: meta.size }).await;
        opened.map_err(|error| ClusterError::parquet(&place.url_of(&meta.location), error))
    }
}

fn failed(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

impl AsyncFileReader for TableReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move { self.store.get_range(&self.path, range).await.map_err(failed) })
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        Box::pin(async move { self.store.get_ranges(&self.path, &ranges).await.map_err(failed) })
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        Box::pin(async move {
            let size = self.size;
            let reader = ParquetMetaDataReader::new().with_arrow_reader_options(options);
            Ok(Arc::new(reader.load_and_finish(self, size).await?))
        })
    }
}
