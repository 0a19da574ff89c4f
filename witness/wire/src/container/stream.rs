//! Containers one behind the other, as in a pipe: each says itself how long it is.
//! `specs/09-container.md`, section Streams.

use std::io::{self, Read};

use super::{
    Witness,
    binary::{MAGIC, VERSION},
    reader::{ContainerError, ContainerFault},
};

/// Bytes up to the first of the RLP list: magic, version, the list's prefix.
const PREFIX: usize = MAGIC.len() + 2;

/// Why a stream holds no further container.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The stream cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What comes next is no container; the position counts from its first byte.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// What comes next says that it is longer than may be read.
    #[error("larger than {limit} bytes")]
    Oversized {
        /// Largest size that is allowed, in bytes.
        limit: u64,
    },
}

/// Splits a stream into the bytes of its containers, for
/// [`Witness::decode`](super::Witness::decode). After an error there is nothing more: nobody knows
/// where the next would begin.
#[derive(Debug)]
pub struct Containers<R> {
    source: R,
    limit: u64,
    ended: bool,
}

impl<R: Read> Containers<R> {
    /// The containers of `source`, each of at most `limit` bytes. Memory is bounded by what is
    /// there, whatever a container says of its length.
    pub const fn new(source: R, limit: u64) -> Self {
        Self { source, limit, ended: false }
    }

    /// The next container; `None` at the end of the stream.
    fn read(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let mut bytes = Vec::new();
        self.more(&mut bytes, PREFIX as u64)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let begun = bytes.strip_prefix(&MAGIC).filter(|rest| rest.first() == Some(&VERSION));
        let prefix = begun.and_then(|rest| rest.get(1)).copied();
        let length = match prefix {
            Some(prefix @ 0xc0..=0xf7) => u64::from(prefix - 0xc0),
            Some(prefix @ 0xf8..) => {
                let size = usize::from(prefix - 0xf7);
                self.more(&mut bytes, size as u64)?;
                let Some(digits) = bytes.get(PREFIX..PREFIX + size) else {
                    return Err(fault(&bytes).into());
                };
                digits.iter().fold(0, |length, digit| length << 8 | u64::from(*digit))
            }
            _ => return Err(fault(&bytes).into()),
        };
        if (bytes.len() as u64).saturating_add(length) > self.limit {
            return Err(StreamError::Oversized { limit: self.limit });
        }
        let whole = bytes.len() as u64 + length;
        self.more(&mut bytes, length)?;
        if (bytes.len() as u64) < whole { Err(fault(&bytes).into()) } else { Ok(Some(bytes)) }
    }

    /// Reads so many bytes, or as many as there are.
    fn more(&mut self, bytes: &mut Vec<u8>, count: u64) -> io::Result<()> {
        self.source.by_ref().take(count).read_to_end(bytes).map(|_| ())
    }
}

/// What is wrong with the beginning of a container.
fn fault(bytes: &[u8]) -> ContainerError {
    Witness::decode(bytes).err().unwrap_or(ContainerError {
        position: bytes.len(),
        field: "witness",
        fault: ContainerFault::Truncated,
    })
}

impl<R: Read> Iterator for Containers<R> {
    type Item = Result<Vec<u8>, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of containers whose lists hold one byte string of this many bytes.
    fn stream(sizes: &[usize]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let container = |size: &usize| {
            let mut bytes = [&MAGIC[..], &[VERSION]].concat();
            let text = vec![0xaa_u8; *size];
            alloy_rlp::encode_list::<_, [u8]>(&[&text[..]], &mut bytes);
            bytes
        };
        let all: Vec<_> = sizes.iter().map(container).collect();
        (all.concat(), all)
    }

    #[test]
    fn containers_delimit_themselves() {
        let (stream, all) = stream(&[2, 60, 300, 70_000]);
        let read: Vec<_> = Containers::new(&stream[..], 1 << 20).map(Result::unwrap).collect();
        assert_eq!(read, all);
        assert_eq!(Containers::new(&b""[..], 1).count(), 0);
    }

    #[test]
    fn every_cut_is_an_error_and_the_last() {
        let (stream, all) = stream(&[60, 300]);
        for length in 1..stream.len() {
            let whole = if length < all[0].len() { 0 } else { 1 };
            let read: Vec<_> = Containers::new(&stream[..length], 1 << 20).collect();
            let torn = usize::from(length != all[0].len());
            assert_eq!(read.len(), whole + torn, "{length}");
            assert_eq!(read.iter().filter(|item| item.is_ok()).count(), whole, "{length}");
        }
    }

    #[test]
    fn lengths_that_lie_take_no_memory() {
        let huge = [&MAGIC[..], &[VERSION, 0xff], &[0x7f; 8]].concat();
        let mut containers = Containers::new(&huge[..], u64::MAX);
        assert!(matches!(containers.next(), Some(Err(StreamError::Container(_)))));
        let mut containers = Containers::new(&huge[..], 1 << 30);
        assert!(matches!(containers.next(), Some(Err(StreamError::Oversized { .. }))));
        assert!(containers.next().is_none());
    }

    #[test]
    fn bytes_that_are_no_container_are_an_error() {
        for bytes in [&b"no container at all"[..], b"ISOW\x02\xc0", b"ISOW\x05\x80", b"IS"] {
            let next = Containers::new(bytes, 1 << 20).next();
            assert!(matches!(next, Some(Err(StreamError::Container(_)))), "{bytes:?}");
        }
    }
}
