//! [`PageHeader`]: what stands before a page, as far as its length and number of values go.
//! `specs/24-tables.md`, section Reading.

use std::io::Read;

use super::compact::{Compact, Fault, Kind};

/// The longest header: it repeats the smallest and the largest value of the page.
const LONGEST: u64 = 16 << 20;

/// What a page says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Length of the header.
    pub(super) length: u64,
    /// Length of what follows, as it stands in the file.
    pub(super) packed: u64,
    /// Length of what follows, once it is unpacked.
    pub(super) unpacked: u64,
    pub(super) kind: PageKind,
    /// Number of values.
    pub(super) values: u64,
}

/// What is in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Data,
    Dictionary,
}

impl PageHeader {
    /// Reads a header, from so many bytes at most.
    pub(super) fn read(bytes: impl Read, left: u64) -> Result<Self, Fault> {
        let mut compact = Compact::new(bytes, left.min(LONGEST));
        let (mut kind, mut unpacked, mut packed) = (None, None, None);
        let (mut data, mut dictionary) = (None, None);
        compact.fields(|compact, number, of| {
            match (number, of) {
                (1, Kind::Number) => kind = Some(compact.number()?),
                (2, Kind::Number) => unpacked = Some(compact.number()?),
                (3, Kind::Number) => packed = Some(compact.number()?),
                (5 | 8, Kind::Struct) => data = first_number(compact)?,
                (7, Kind::Struct) => dictionary = first_number(compact)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let (kind, values) = match kind {
            Some(0 | 3) => (PageKind::Data, data),
            Some(2) => (PageKind::Dictionary, dictionary),
            _ => return Err(Fault("a page of no known type")),
        };
        let length = |length: Option<i64>| {
            length.and_then(|length| u64::try_from(length).ok()).ok_or(Fault("a page of no length"))
        };
        let values = length(values)?;
        let header = compact.read();
        Ok(Self {
            length: header,
            packed: length(packed)?,
            unpacked: length(unpacked)?,
            kind,
            values,
        })
    }
}

/// The number in a struct's first field, and the rest of the struct passed by.
fn first_number<R: Read>(compact: &mut Compact<R>) -> Result<Option<i64>, Fault> {
    let mut first = None;
    compact.fields(|compact, number, kind| {
        let is_first = (number, kind) == (1, Kind::Number);
        if is_first {
            first = Some(compact.number()?);
        }
        Ok(is_first)
    })?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_page_is_read_and_what_is_none_is_not() {
        let data = [0x15, 0, 0x15, 200, 1, 0x15, 20, 0x2c, 0x15, 10, 0x15, 0, 0, 0, 9, 9];
        let header =
            PageHeader { length: 14, packed: 10, unpacked: 100, kind: PageKind::Data, values: 5 };
        assert_eq!(PageHeader::read(&data[..], data.len() as u64), Ok(header));
        let dictionary = [0x15, 4, 0x15, 8, 0x15, 8, 0x4c, 0x15, 2, 0x15, 0, 0, 0];
        let header = PageHeader {
            length: 13,
            packed: 4,
            unpacked: 4,
            kind: PageKind::Dictionary,
            values: 1,
        };
        assert_eq!(PageHeader::read(&dictionary[..], 100), Ok(header));
        let of_no_type = [0x15, 2, 0x15, 8, 0x15, 8, 0];
        assert_eq!(PageHeader::read(&of_no_type[..], 7), Err(Fault("a page of no known type")));
        let below_zero = [0x15, 0, 0x15, 7, 0x15, 8, 0x2c, 0x15, 10, 0, 0];
        assert_eq!(PageHeader::read(&below_zero[..], 11), Err(Fault("a page of no length")));
        assert_eq!(PageHeader::read(&data[..], 9), Err(Fault("it ends within a value")));
    }
}
