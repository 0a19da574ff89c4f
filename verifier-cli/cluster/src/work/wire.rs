//! What goes through the pipes between an executor and the process that audits for it: items in, one after the other,
//! a sign for each that is done, and the rows of all once no more come.
//!
//! Numbers are little-endian. Both ends are the same binary, so there is no version.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::options::AuditOptions;

/// What is to be done with an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Task {
    /// To audit it.
    Audit(AuditOptions),
    /// To change everything in it, and see what survives.
    Mutate {
        /// What the random changes follow from.
        seed: u64,
        /// How many lies that go through several fields.
        count: u64,
    },
}

/// What the process is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// An item, and what is to be done with it; with the one before it the same if that is not said.
    Item(Option<Task>, Vec<u8>),
    /// No more for now: the rows are wanted.
    End,
}

/// What the process answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// One more item is done.
    Done,
    /// The rows of all since the last ones.
    Rows(Vec<u8>),
}

/// The length that no task has: there is no item.
const END: u32 = u32::MAX;
/// More than any task takes.
const MOST_OF_A_TASK: u32 = 1 << 20;
const DONE: u8 = 0;
const ROWS: u8 = 1;

/// Writes an item.
pub(super) fn write_item(to: &mut impl Write, task: Option<&Task>, item: &[u8]) -> io::Result<()> {
    let task = match task {
        Some(task) => serde_json::to_vec(task)?,
        None => Vec::new(),
    };
    to.write_all(&(task.len() as u32).to_le_bytes())?;
    to.write_all(&task)?;
    to.write_all(&(item.len() as u64).to_le_bytes())?;
    to.write_all(item)
}

/// Writes that no more items come.
pub(super) fn write_end(to: &mut impl Write) -> io::Result<()> {
    to.write_all(&END.to_le_bytes())?;
    to.flush()
}

/// Reads what was sent; nothing if the other end is gone.
pub(super) fn read_sent(from: &mut impl Read) -> io::Result<Option<Sent>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length);
    if length == END {
        return Ok(Some(Sent::End));
    }
    if length > MOST_OF_A_TASK {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a task is too long"));
    }
    let task = match length {
        0 => None,
        length => Some(serde_json::from_slice(&bytes(from, u64::from(length))?)?),
    };
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    Ok(Some(Sent::Item(task, bytes(from, u64::from_le_bytes(length))?)))
}

/// Writes an answer.
pub(super) fn write_answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Answer::Done => to.write_all(&[DONE])?,
        Answer::Rows(rows) => {
            to.write_all(&[ROWS])?;
            to.write_all(&(rows.len() as u64).to_le_bytes())?;
            to.write_all(rows)?;
        }
    }
    to.flush()
}

/// Reads an answer; nothing if the other end is gone.
pub(super) fn read_answer(from: &mut impl Read) -> io::Result<Option<Answer>> {
    let mut kind = [0];
    match from.read_exact(&mut kind) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    if kind[0] == DONE {
        return Ok(Some(Answer::Done));
    }
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    Ok(Some(Answer::Rows(bytes(from, u64::from_le_bytes(length))?)))
}

/// So many bytes.
fn bytes(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_read_and_a_torn_end_is_no_item() {
        let task = Task::Mutate { seed: 3, count: 9 };
        let mut pipe = Vec::new();
        write_item(&mut pipe, Some(&task), b"one").unwrap();
        write_item(&mut pipe, None, b"").unwrap();
        write_end(&mut pipe).unwrap();
        let mut from = &pipe[..];
        let item = |task, bytes: &[u8]| Some(Sent::Item(task, bytes.to_vec()));
        assert_eq!(read_sent(&mut from).unwrap(), item(Some(task), b"one"));
        assert_eq!(read_sent(&mut from).unwrap(), item(None, b""));
        assert_eq!(read_sent(&mut from).unwrap(), Some(Sent::End));
        assert_eq!(read_sent(&mut from).unwrap(), None);
        assert!(read_sent(&mut &pipe[..pipe.len() - 7]).is_ok());
        assert!(read_sent(&mut &pipe[..9]).is_err());
    }

    #[test]
    fn answers_are_read_as_they_were_given() {
        let mut pipe = Vec::new();
        let answers = [Answer::Done, Answer::Rows(vec![7; 300]), Answer::Done];
        answers.iter().for_each(|answer| write_answer(&mut pipe, answer).unwrap());
        let mut from = &pipe[..];
        for answer in answers {
            assert_eq!(read_answer(&mut from).unwrap(), Some(answer));
        }
        assert_eq!(read_answer(&mut from).unwrap(), None);
    }
}
