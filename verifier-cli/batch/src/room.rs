//! How much of what files hold is in memory at once, over all threads: a small archive can unpack
//! to anything, and so can many at a time. `specs/17-batch.md`, section Memory.
//!
//! One thread reads, and waits until the others have let go of enough; what would not fit by itself
//! is an error that names the limit.

use std::{
    io::{self, BufRead, Read},
    sync::{Arc, Condvar, Mutex, PoisonError},
};

use crate::workers::locked;

/// Bytes of files that are held at once, unless it is said.
pub const READ_LIMIT: u64 = 256 << 20;

/// How many bytes of files are held at once, over all threads. What would not fit by itself is not
/// read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// How many bytes are held at most.
    pub bytes: u64,
    /// By what name whoever runs it can change that, for messages.
    pub name: Option<&'static str>,
}

impl Default for ReadLimit {
    fn default() -> Self {
        Self { bytes: READ_LIMIT, name: None }
    }
}

/// Room that all share.
#[derive(Debug)]
pub(crate) struct Room {
    limit: ReadLimit,
    used: Mutex<u64>,
    freed: Condvar,
}

/// A part of the room, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    room: Arc<Room>,
    bytes: u64,
}

impl Room {
    pub(crate) fn new(limit: ReadLimit) -> Arc<Self> {
        let (used, freed) = (Mutex::default(), Condvar::new());
        Arc::new(Self { limit, used, freed })
    }

    pub(crate) const fn limit(&self) -> u64 {
        self.limit.bytes
    }

    /// A holder of no room yet.
    pub(crate) fn hold(self: &Arc<Self>) -> Held {
        Held { room: self.clone(), bytes: 0 }
    }

    /// The error of a file that does not fit.
    pub(crate) fn too_large(&self) -> io::Error {
        let ReadLimit { bytes, name } = self.limit;
        let name = name.map_or_else(String::new, |name| format!(" ({name})"));
        let error = format!("larger than {bytes} bytes, the most that is read{name}");
        io::Error::new(io::ErrorKind::FileTooLarge, error)
    }
}

impl Held {
    /// Takes more room, as soon as there is so much. One thread alone may ask: two that hold some
    /// and wait for the rest would wait for each other.
    ///
    /// # Errors
    ///
    /// The error of [`Room::too_large`], if `bytes` are more than there is room for in all.
    pub(crate) fn grow(&mut self, bytes: u64) -> io::Result<()> {
        let all = self.bytes.saturating_add(bytes);
        if all > self.room.limit() {
            return Err(self.room.too_large());
        }
        let mut used = locked(&self.room.used);
        while used.saturating_add(bytes) > self.room.limit() {
            used = self.room.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        self.bytes = all;
        Ok(())
    }

    /// What is held so far; from here on, nothing.
    pub(crate) fn take(&mut self) -> Self {
        let bytes = std::mem::take(&mut self.bytes);
        Self { room: self.room.clone(), bytes }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *locked(&self.room.used) -= self.bytes;
        self.room.freed.notify_all();
    }
}

/// Whatever is read through it takes room.
#[derive(Debug)]
pub(crate) struct Counted<'a, R> {
    source: R,
    held: &'a Mutex<Held>,
}

impl<'a, R> Counted<'a, R> {
    pub(crate) const fn new(source: R, held: &'a Mutex<Held>) -> Self {
        Self { source, held }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        locked(self.held).grow(read as u64)?;
        Ok(read)
    }
}

/// All of a source, with little more memory than it is long.
///
/// # Errors
///
/// As the source; [`io::ErrorKind::FileTooLarge`] if there is more than `limit`.
pub(crate) fn whole(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    rest(Vec::new(), source, limit)
}

/// What was read of a source before, and all the rest of it: as [`whole`].
///
/// # Errors
///
/// As [`whole`].
pub(crate) fn rest(mut bytes: Vec<u8>, mut source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    const STEP: usize = 64 << 10;
    loop {
        // By a quarter, where `read_to_end` would double.
        bytes.reserve_exact(STEP.max(bytes.len() / 4));
        let free = bytes.capacity() - bytes.len();
        let read = source.by_ref().take(free as u64).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(too_large(limit));
        }
        if read < free {
            return Ok(bytes);
        }
    }
}

fn too_large(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes"))
}

/// A line of a source, its end included; nothing if there is none. It takes room as it is read.
///
/// # Errors
///
/// As the source; [`io::ErrorKind::FileTooLarge`] if the line is longer than `limit` or than all room, and
/// then a part of it was read, but not its end.
pub(crate) fn line(
    source: &mut impl BufRead,
    held: &Mutex<Held>,
    limit: u64,
) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        let bytes = source.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let length = end.unwrap_or(bytes.len());
        if line.len() as u64 + length as u64 > limit {
            return Err(too_large(limit));
        }
        locked(held).grow(length as u64)?;
        if line.capacity() - line.len() < length {
            line.reserve_exact(length.max(line.len() / 4));
        }
        line.extend_from_slice(&bytes[..length]);
        let ends = end.is_some() || length == 0;
        source.consume(length);
        if ends {
            return Ok(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;

    #[test]
    fn whoever_reads_waits_for_those_who_hold() {
        let room = Room::new(ReadLimit { bytes: 100, name: None });
        let mut first = room.hold();
        first.grow(80).unwrap();
        let waits = thread::spawn({
            let room = room.clone();
            move || {
                let mut second = room.hold();
                second.grow(30).map(|()| second)
            }
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!waits.is_finished());
        drop(first.take());
        let second = waits.join().unwrap().unwrap();
        assert_eq!((second.bytes, *locked(&room.used)), (30, 30));
        drop((first, second));
        assert_eq!(*locked(&room.used), 0);
    }

    #[test]
    fn a_file_larger_than_the_room_is_an_error_at_once() {
        let room = Room::new(ReadLimit { bytes: 100, name: None });
        let held = Mutex::new(room.hold());
        let endless = Counted::new(io::repeat(0), &held);
        let error = whole(endless, u64::MAX).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("100 bytes"), "{error}");
    }

    #[test]
    fn a_source_is_read_whole_or_not_at_all() {
        for size in [0, 1, 65_535, 65_536, 65_537, 1_000_000] {
            let bytes = vec![7; size];
            assert_eq!(whole(&bytes[..], size as u64).unwrap(), bytes);
            if size > 0 {
                assert!(whole(&bytes[..], size as u64 - 1).is_err());
            }
        }
    }
}
