//! [`Compact`]: Thrift's compact protocol, as far as lengths and numbers go. What a file says of its own lengths is
//! looked at here before the library takes memory for it.
//! `specs/24-tables.md`, section Reading.

use std::io::Read;

/// What a field or element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A truth value, which stands in the type itself.
    Truth,
    Byte,
    Number,
    Double,
    Binary,
    List,
    Map,
    Struct,
    Uuid,
}

impl Kind {
    const fn of(nibble: u8) -> Result<Self, Fault> {
        Ok(match nibble {
            1 | 2 => Self::Truth,
            3 => Self::Byte,
            4..=6 => Self::Number,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            13 => Self::Uuid,
            _ => return Err(Fault("a field of no known type")),
        })
    }
}

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) &'static str);

/// Structs within structs, at most.
const DEEPEST: u8 = 32;

/// Reads values one after the other, from so many bytes at most.
#[derive(Debug)]
pub(super) struct Compact<R> {
    bytes: R,
    left: u64,
    /// Bytes that were read.
    read: u64,
}

impl<R: Read> Compact<R> {
    pub(super) const fn new(bytes: R, left: u64) -> Self {
        Self { bytes, left, read: 0 }
    }

    pub(super) const fn read(&self) -> u64 {
        self.read
    }

    /// Goes through the fields of a struct. `take` is told each field's number and type, and says whether it has read
    /// the field; else it is skipped.
    pub(super) fn fields(
        &mut self,
        mut take: impl FnMut(&mut Self, i64, Kind) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        self.fields_within(DEEPEST, &mut take)
    }

    fn fields_within(&mut self, depth: u8, take: &mut Take<'_, Self>) -> Result<(), Fault> {
        let depth = depth.checked_sub(1).ok_or(Fault("structs within too many others"))?;
        let mut number = 0_i64;
        loop {
            let byte = self.byte()?;
            if byte & 0xf == 0 {
                return Ok(());
            }
            let kind = Kind::of(byte & 0xf)?;
            number = match byte >> 4 {
                0 => self.number()?,
                step => number.saturating_add(i64::from(step)),
            };
            if !take(self, number, kind)? {
                self.skip_field(kind, depth)?;
            }
        }
    }

    /// A whole number.
    pub(super) fn number(&mut self) -> Result<i64, Fault> {
        let word = self.unsigned()?;
        Ok((word >> 1) as i64 ^ -((word & 1) as i64))
    }

    /// How many elements a list has, and of what they are. There are no more than bytes.
    pub(super) fn list(&mut self) -> Result<(u64, Kind), Fault> {
        let byte = self.byte()?;
        let length = match byte >> 4 {
            15 => self.unsigned()?,
            length => u64::from(length),
        };
        // Some write no type where there is no element.
        let kind = if length == 0 { Kind::Byte } else { Kind::of(byte & 0xf)? };
        if length > self.left {
            Err(Fault("a list longer than the file"))
        } else {
            Ok((length, kind))
        }
    }

    fn skip_field(&mut self, kind: Kind, depth: u8) -> Result<(), Fault> {
        if kind == Kind::Truth { Ok(()) } else { self.skip(kind, depth) }
    }

    /// Skips an element; a truth value takes a byte here.
    fn skip(&mut self, kind: Kind, depth: u8) -> Result<(), Fault> {
        match kind {
            Kind::Truth | Kind::Byte => self.pass(1),
            Kind::Number => self.unsigned().map(|_| ()),
            Kind::Double => self.pass(8),
            Kind::Uuid => self.pass(16),
            Kind::Binary => {
                let length = self.unsigned()?;
                self.pass(length)
            }
            Kind::Struct => self.fields_within(depth, &mut |_: &mut Self, _, _| Ok(false)),
            Kind::List => {
                let (length, kind) = self.list()?;
                self.skip_elements(length, kind, depth)
            }
            Kind::Map => {
                let length = self.unsigned()?;
                if length == 0 {
                    return Ok(());
                }
                if length > self.left {
                    return Err(Fault("a map longer than the file"));
                }
                let byte = self.byte()?;
                let kinds = [Kind::of(byte >> 4)?, Kind::of(byte & 0xf)?];
                let depth = depth.checked_sub(1).ok_or(Fault("maps within too many others"))?;
                for _ in 0..length {
                    kinds.into_iter().try_for_each(|kind| self.skip(kind, depth))?;
                }
                Ok(())
            }
        }
    }

    /// Skips the elements of a list.
    pub(super) fn skip_elements(
        &mut self,
        length: u64,
        kind: Kind,
        depth: u8,
    ) -> Result<(), Fault> {
        let depth = depth.checked_sub(1).ok_or(Fault("lists within too many others"))?;
        (0..length).try_for_each(|_| self.skip(kind, depth))
    }

    /// Skips the elements of a list that stands in the outermost struct.
    pub(super) fn skip_list(&mut self, length: u64, kind: Kind) -> Result<(), Fault> {
        self.skip_elements(length, kind, DEEPEST)
    }

    fn unsigned(&mut self) -> Result<u64, Fault> {
        let mut word = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            word |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(word);
            }
        }
        Err(Fault("a number longer than a word"))
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let mut byte = [0];
        self.take(1)?;
        self.bytes.read_exact(&mut byte).map_err(|_| ENDS)?;
        Ok(byte[0])
    }

    fn pass(&mut self, length: u64) -> Result<(), Fault> {
        self.take(length)?;
        let passed = std::io::copy(&mut self.bytes.by_ref().take(length), &mut std::io::sink());
        if passed.is_ok_and(|passed| passed == length) { Ok(()) } else { Err(ENDS) }
    }

    fn take(&mut self, length: u64) -> Result<(), Fault> {
        self.left = self.left.checked_sub(length).ok_or(ENDS)?;
        self.read += length;
        Ok(())
    }
}

/// What is told of each field of a struct.
type Take<'a, C> = dyn FnMut(&mut C, i64, Kind) -> Result<bool, Fault> + 'a;

const ENDS: Fault = Fault("it ends within a value");

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Whether all of it can be gone through, and how many bytes that took.
    fn walked(bytes: &[u8]) -> Result<u64, Fault> {
        let mut compact = Compact::new(bytes, bytes.len() as u64);
        compact.fields(|_, _, _| Ok(false)).map(|()| compact.read())
    }

    #[test]
    fn fields_of_every_type_are_passed_by_and_numbers_are_read() {
        let bytes: &[u8] = &[
            0x15, 0x0d, // 1: number −7
            0x11, // 2: true
            0x18, 3, 1, 2, 3, // 3: three bytes
            0x19, 0x25, 2, 4, // 4: a list of two numbers
            0x1c, 0x15, 2, 0, // 5: a struct
            0x1b, 1, 0x85, 1, 9, 2, // 6: a map of one
            0x17, 0, 0, 0, 0, 0, 0, 0, 0, // 7: a double
            0x13, 9, // 8: a byte
            0x05, 0x28, 6, // 20: a number, with its field's number in full
            0,
        ];
        assert_eq!(walked(bytes), Ok(bytes.len() as u64));
        let mut seen = Vec::new();
        let mut compact = Compact::new(bytes, bytes.len() as u64);
        let take = |compact: &mut Compact<&[u8]>, number, kind| {
            if kind == Kind::Number {
                seen.push((number, compact.number()?));
            }
            Ok(kind == Kind::Number)
        };
        compact.fields(take).unwrap();
        assert_eq!(seen, [(1, -7), (20, 3)]);
        // Behind how many there are of a list or a map fewer bytes can be left than that.
        let ends =
            [ENDS, Fault("a list longer than the file"), Fault("a map longer than the file")];
        for length in 0..bytes.len() {
            let fault = walked(&bytes[..length]).unwrap_err();
            assert!(ends.contains(&fault), "{length}: {fault:?}");
        }
    }

    #[test]
    fn lengths_beyond_the_bytes_and_structs_without_end_are_refused() {
        let long = [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0];
        assert_eq!(walked(&long), Err(Fault("a list longer than the file")));
        assert_eq!(walked(&[0x18, 0xff, 0xff, 0x03, 0]), Err(ENDS));
        assert_eq!(
            walked(&[0x1b, 0xff, 0xff, 0x03, 0x55]),
            Err(Fault("a map longer than the file"))
        );
        assert_eq!(walked(&[0x1c; 10_000]), Err(Fault("structs within too many others")));
        assert_eq!(walked(&[0x19; 10_000]), Err(Fault("lists within too many others")));
        let endless = [[0x15].as_slice(), &[0xff; 20]].concat();
        assert_eq!(walked(&endless), Err(Fault("a number longer than a word")));
        assert_eq!(walked(&[0x1e]), Err(Fault("a field of no known type")));
    }
}
