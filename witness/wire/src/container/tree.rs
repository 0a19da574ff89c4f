//! The call tree that messages in pre-order form: each opens as many children as it has records
//! whose outcome is [`Outcome::Child`].

use crate::{
    open::OpenedMessage,
    records::{Outcome, Record},
};

/// A message's place in the call tree, as far as the messages before it tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the message that opened it; `None` for the top message, or if it is not known.
    pub parent: Option<usize>,
    /// Number of messages above it; `None` if that is not known.
    pub depth: Option<usize>,
}

/// Places of messages in pre-order; `None` is one that cannot be read, and hides the places of all
/// that follow.
pub(crate) fn places<'a>(messages: impl Iterator<Item = Option<&'a OpenedMessage>>) -> Vec<Place> {
    // Messages that are still open, and the children that each has left to come.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut known = true;
    let mut places = Vec::new();
    for (index, message) in messages.enumerate() {
        while open.last().is_some_and(|(_, left)| *left == 0) {
            open.pop();
        }
        let depth = (known && (index == 0 || !open.is_empty())).then_some(open.len());
        let parent = match open.last_mut() {
            Some((parent, left)) if known => {
                *left -= 1;
                Some(*parent)
            }
            _ => None,
        };
        places.push(Place { parent, depth });
        match message {
            Some(message) => open.push((index, children(message))),
            None => known = false,
        }
    }
    places
}

/// How many children a message says it has.
fn children(message: &OpenedMessage) -> usize {
    let records = message.records().iter().flatten();
    let outcomes = records.filter_map(|record| match record {
        Record::Call(_, record) => Some(record.outcome),
        Record::Create(record) => Some(record.outcome),
        Record::Create2(record) => Some(record.outcome),
        _ => None,
    });
    outcomes.filter(|outcome| *outcome == Outcome::Child as u8).count()
}
