//! Bytes of another trace, one JSON value after the other, whatever stands between them, and the line that
//! reading has come to.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

/// A reader that counts lines.
#[derive(Debug)]
pub(super) struct Source<R> {
    reader: R,
    line: Rc<Cell<u64>>,
    /// Whether a value has been found before.
    found: bool,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: Rc::new(Cell::new(1)), found: false }
    }

    /// The line that reading has come to, from 1; it goes on as that does.
    pub(super) fn line(&self) -> Rc<Cell<u64>> {
        self.line.clone()
    }

    /// Goes on to where the next value begins; whether there is one. An object is one; an array, if it is the
    /// first. A line that begins otherwise is passed over.
    pub(super) fn at_value(&mut self) -> io::Result<bool> {
        loop {
            let Some(byte) = self.reader.fill_buf()?.first().copied() else { return Ok(false) };
            match byte {
                b'{' => break,
                b'[' if !self.found => break,
                // A byte order mark.
                0xef | 0xbb | 0xbf if !self.found => self.take(1),
                b'\n' => self.take(1),
                byte if byte.is_ascii_whitespace() => self.take(1),
                _ => self.skip_line()?,
            }
        }
        self.found = true;
        Ok(true)
    }

    fn take(&mut self, count: usize) {
        if let Ok(buffer) = self.reader.fill_buf() {
            let newlines = buffer.iter().take(count).filter(|byte| **byte == b'\n').count();
            self.line.set(self.line.get() + newlines as u64);
        }
        self.reader.consume(count);
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let newline = buffer.iter().position(|byte| *byte == b'\n');
            let count = newline.map_or(buffer.len(), |at| at + 1);
            self.take(count);
            if newline.is_some() {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Read for &mut Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let newlines = buffer[..count].iter().filter(|byte| **byte == b'\n').count();
        self.line.set(self.line.get() + newlines as u64);
        Ok(count)
    }
}
