//! [`Pages`]: the pages of a column, none of them larger than what may be held. The values of one that is larger are
//! lost, and nothing else is. `specs/24-tables.md`, section Reading.
//!
//! In the data's way this stands between the file and the library's decoders, which see no length that was not looked
//! at here.

use std::{
    fs::File,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use parquet::{
    basic::{Compression, Encoding},
    column::page::{Page, PageIterator, PageMetadata, PageReader},
    errors::{ParquetError, Result as ParquetResult},
    file::{
        metadata::ColumnChunkMetaData, reader::ChunkReader, serialized_reader::SerializedPageReader,
    },
};

use super::{
    compact::Fault,
    header::{PageHeader, PageKind},
};
use crate::TableError;

/// What the pages of a row group's columns tell beside the library, which stands between them and whoever reads rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Aside(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    /// Rows whose values were too large to be held, each with how large what they stood in was.
    lost: Vec<(Range<u64>, u64)>,
    /// Why there are no more pages.
    error: Option<TableError>,
}

impl Aside {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How large it was in what a row's value stood, if that is lost. Rows are asked for in order.
    pub(super) fn lost(&self, row: u64) -> Option<u64> {
        let mut told = self.told();
        told.lost.retain(|(rows, _)| rows.end > row);
        told.lost.iter().find(|(rows, _)| rows.contains(&row)).map(|(_, bytes)| *bytes)
    }

    /// Why there are no more pages, if that is not the library's to say.
    pub(super) fn error(&self) -> Option<TableError> {
        self.told().error.take()
    }
}

/// The pages of one column in one row group.
pub(super) struct Pages {
    pages: SerializedPageReader<File>,
    file: Arc<File>,
    name: &'static str,
    /// Where the next header stands, and where the column ends.
    next: Range<u64>,
    /// Rows whose values are yet to come, and rows of the group in all.
    left: u64,
    rows: u64,
    /// The most that may be held of a page.
    limit: u64,
    /// Whether a row can be without a value.
    optional: bool,
    aside: Aside,
    /// How large the dictionary is, if it is too large.
    lost_dictionary: Option<u64>,
    /// Values that are lost, and of which the decoder is yet to be told.
    absent: u64,
}

impl Pages {
    /// # Errors
    ///
    /// If the column is packed in a way that is not read, or does not stand within the file.
    pub(super) fn new(
        file: Arc<File>,
        name: &'static str,
        column: &ColumnChunkMetaData,
        rows: u64,
        limit: u64,
        aside: Aside,
    ) -> Result<Self, TableError> {
        let name_of = || name.to_owned();
        match column.compression() {
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::LZ4_RAW
            | Compression::ZSTD(_) => {}
            // What it unpacks to is not bounded by what the page says.
            other => {
                let found = other.to_string();
                return Err(TableError::Unread { name: name_of(), what: "compression", found });
            }
        }
        let next = place(column, file.metadata()?.len())
            .ok_or_else(|| damaged(name, "it does not stand within the file"))?;
        let pages = SerializedPageReader::new(file.clone(), column, rows as usize, None)?;
        let optional = column.column_descr().max_def_level() > 0;
        Ok(Self {
            pages,
            file,
            name,
            next,
            left: rows,
            rows,
            limit,
            optional,
            aside,
            lost_dictionary: None,
            absent: 0,
        })
    }

    fn next_page(&mut self) -> Result<Option<Page>, TableError> {
        loop {
            if self.absent > 0 {
                return Ok(Some(self.absent_values()));
            }
            if self.next.is_empty() {
                return Ok(None);
            }
            let damaged = |what| damaged(self.name, what);
            let left = self.next.end - self.next.start;
            let header = PageHeader::read(self.file.get_read(self.next.start)?, left);
            let header = header.map_err(|Fault(what)| damaged(what))?;
            let PageHeader { length, packed, unpacked, kind, values } = header;
            let whole = length.saturating_add(packed);
            if whole > left {
                return Err(damaged("a page is longer than the column"));
            }
            self.next.start += whole;
            let size = packed.max(unpacked);
            match kind {
                PageKind::Dictionary => {
                    if size > self.limit {
                        self.lost_dictionary = Some(size);
                        self.pages.skip_next_page()?;
                        continue;
                    }
                    // Each value has its length before it.
                    if values.saturating_mul(4) > unpacked {
                        return Err(damaged("a dictionary has more values than bytes"));
                    }
                }
                PageKind::Data => {
                    let first = self.rows - self.left;
                    self.left = self
                        .left
                        .checked_sub(values)
                        .ok_or_else(|| damaged("it has more values than there are rows"))?;
                    let lost = self.lost_dictionary.or((size > self.limit).then_some(size));
                    if let Some(bytes) = lost {
                        self.aside.told().lost.push((first..first + values, bytes));
                        self.pages.skip_next_page()?;
                        self.absent = values;
                        continue;
                    }
                }
            }
            let page = self.pages.get_next_page()?;
            if let Some(page) = &page {
                self.check(page)?;
            }
            return Ok(page);
        }
    }

    /// Checks how a page has its values: what the decoder would take memory for is in bounds.
    fn check(&self, page: &Page) -> Result<(), TableError> {
        let values = u64::from(page.num_values());
        match (page.encoding(), page) {
            (Encoding::PLAIN | Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, _) => Ok(()),
            (
                Encoding::DELTA_LENGTH_BYTE_ARRAY,
                Page::DataPage { .. } | Page::DataPageV2 { .. },
            ) => {
                let count = delta_count(page, self.optional)
                    .ok_or_else(|| damaged(self.name, "a page ends before its values"))?;
                if count > values {
                    return Err(damaged(self.name, "a page has more lengths than values"));
                }
                let found = count.saturating_mul(4);
                if found > self.limit {
                    let what = format!("what says the lengths in a page of column {}", self.name);
                    return Err(TableError::Oversized { what, found, limit: self.limit });
                }
                Ok(())
            }
            (other, _) => {
                let (name, found) = (self.name.to_owned(), other.to_string());
                Err(TableError::Unread { name, what: "encoding", found })
            }
        }
    }

    /// A page in place of one that is lost: as many values, of which none is there.
    fn absent_values(&mut self) -> Page {
        /// So many at once, where each takes room.
        const MOST: u32 = 1 << 16;
        let most = if self.optional { u32::MAX >> 1 } else { MOST };
        let num_values = u32::try_from(self.absent).unwrap_or(u32::MAX).min(most);
        self.absent -= u64::from(num_values);
        let buf = if self.optional {
            // All levels are 0: one run, whose length stands before it.
            let mut run = Vec::new();
            let mut length = u64::from(num_values) << 1;
            while length > 0x7f {
                run.push(length as u8 | 0x80);
                length >>= 7;
            }
            run.extend([length as u8, 0]);
            [&(run.len() as u32).to_le_bytes()[..], &run].concat()
        } else {
            // Values of no bytes.
            vec![0; num_values as usize * 4]
        };
        Page::DataPage {
            buf: Bytes::from(buf),
            num_values,
            encoding: Encoding::PLAIN,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }
    }
}

/// Where a column stands in a file of this length.
fn place(column: &ColumnChunkMetaData, whole: u64) -> Option<Range<u64>> {
    let at = |offset: i64| u64::try_from(offset).ok();
    let data = at(column.data_page_offset())?;
    let start = match column.dictionary_page_offset() {
        Some(offset) => at(offset)?,
        None => data,
    };
    let end = start.checked_add(at(column.compressed_size())?)?;
    (start <= data && end <= whole).then_some(start..end)
}

/// How many lengths stand before a page's values.
fn delta_count(page: &Page, optional: bool) -> Option<u64> {
    let (buffer, levels) = match page {
        Page::DataPage { buf, .. } if optional => {
            let length = buf.get(..4)?.try_into().ok()?;
            (buf, 4 + u32::from_le_bytes(length) as usize)
        }
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
            (buf, *def_levels_byte_len as usize + *rep_levels_byte_len as usize)
        }
        Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => (buf, 0),
    };
    let mut bytes = buffer.get(levels..)?.iter();
    // Length of a block, parts of a block, number of values.
    let mut word = || {
        let mut word = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = bytes.next()?;
            word |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(word);
            }
        }
        None
    };
    word()?;
    word()?;
    word()
}

fn damaged(name: &str, what: &str) -> TableError {
    TableError::Damaged { name: name.to_owned(), what: what.to_owned() }
}

impl Iterator for Pages {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        self.next_page().map_err(|error| match error {
            TableError::Parquet(error) => error,
            other => {
                // The library makes text of it.
                let said = ParquetError::General(other.to_string());
                self.aside.told().error.get_or_insert(other);
                said
            }
        })
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        Err(ParquetError::NYI("every page is read".to_owned()))
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        Err(ParquetError::NYI("every page is read".to_owned()))
    }
}

/// The one chunk of a column in a row group.
pub(super) struct Chunk(pub(super) Option<Pages>);

impl Iterator for Chunk {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(|pages| Ok(Box::new(pages) as Box<dyn PageReader>))
    }
}

impl PageIterator for Chunk {}
