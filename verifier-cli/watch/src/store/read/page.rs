//! A [`Page`]: some of what there is, and the [`Cursor`] that the next page begins behind. Rows that come meanwhile
//! move nothing.

use std::{fmt, str::FromStr};

use serde::Serialize;

use super::super::{StoreError, cell::Cell};

/// Some of what there is, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; none if there is no more.
    pub next: Option<Cursor>,
}

/// Where a page begins: behind the row of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Number(u64),
    Hash(String),
}

/// Not where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place in the list: one is expected as an answer gives it in \"next\"")]
pub struct NoCursor;

impl Cursor {
    /// The place behind a row that is ordered by a number, a hash, and more numbers.
    pub(super) fn behind(number: u64, hash: impl ToString, more: &[u64]) -> Self {
        let first = [Part::Number(number), Part::Hash(hash.to_string())];
        Self(first.into_iter().chain(more.iter().copied().map(Part::Number)).collect())
    }

    /// How many numbers there are behind number and hash: of blocks and events none, of findings two.
    pub const fn more(&self) -> usize {
        self.0.len().saturating_sub(2)
    }

    /// The values, if they are as many numbers behind number and hash as there must be.
    pub(super) fn cells(&self, more: usize) -> Option<Vec<Cell>> {
        let cell = |part: &Part| match part {
            Part::Number(number) => Cell::from(*number),
            Part::Hash(hash) => Cell::from(hash.as_str()),
        };
        (self.0.len() == 2 + more).then(|| self.0.iter().map(cell).collect())
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            let dash = if index == 0 { "" } else { "-" };
            match part {
                Part::Number(number) => write!(f, "{dash}{number}")?,
                Part::Hash(hash) => write!(f, "{dash}{hash}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let is_hash = |text: &str| {
            let digits = text.strip_prefix("0x").unwrap_or_default();
            digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        };
        let part = |(index, text): (usize, &str)| match index {
            1 => is_hash(text).then(|| Part::Hash(text.to_ascii_lowercase())),
            _ => text.parse().ok().filter(|it| i64::try_from(*it).is_ok()).map(Part::Number),
        };
        let parts: Option<Vec<_>> = text.split('-').enumerate().map(part).collect();
        parts.filter(|parts| (2..=4).contains(&parts.len())).map(Self).ok_or(NoCursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The first of the rows, which are one more than were asked for if there is a next page.
pub(super) fn page<R, T>(
    rows: &[R],
    most: u64,
    read: impl Fn(&R) -> Result<T, StoreError>,
    place: impl Fn(&T) -> Cursor,
) -> Result<Page<T>, StoreError> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let there = rows.iter().take(most).map(read).collect::<Result<Vec<_>, _>>()?;
    let next = (rows.len() > most).then(|| there.last().map(place)).flatten();
    Ok(Page { rows: there, next })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use alloy_primitives::B256;

    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is() {
        let hash = B256::repeat_byte(0xab);
        for place in [Cursor::behind(7, hash, &[]), Cursor::behind(7, hash, &[1, 2])] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        let long = format!("18446744073709551615-{hash}");
        for text in ["", "7", "7-0x12", "x-y", "-", &*long, "7-' OR 1=1 --"] {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
        let place = Cursor::behind(7, hash, &[1, 2]);
        assert!(place.cells(0).is_none() && place.cells(2).unwrap().len() == 4);
    }
}
