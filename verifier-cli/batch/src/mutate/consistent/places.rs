//! Records and messages that are left out, told twice, or told in another order.

use super::pick_child;
use crate::mutate::{
    open::{At, Draft, Message},
    random::Random,
};

/// A record, and the messages that it opens with all below them.
fn pick_record(open: &Draft, random: &mut Random) -> Option<(At, Vec<Message>)> {
    let message = random.below(open.messages.len());
    let record = random.below(open.messages.get(message)?.records.len());
    let below = match open.child((message, record)) {
        Some(child) => open.messages[child..open.end(child)].to_vec(),
        None => Vec::new(),
    };
    Some(((message, record), below))
}

/// A number of messages.
fn messages(count: usize) -> String {
    format!("{count} message{}", if count == 1 { "" } else { "s" })
}

pub(super) fn dropped(open: &mut Draft, random: &mut Random) -> Option<String> {
    let ((message, record), below) = pick_record(open, random)?;
    if let Some(child) = open.child((message, record)) {
        open.messages.drain(child..child + below.len());
    }
    open.messages[message].records.remove(record);
    Some(format!("messages.{message}.records.{record} dropped, {} with it", messages(below.len())))
}

pub(super) fn doubled(open: &mut Draft, random: &mut Random) -> Option<String> {
    let ((message, record), below) = pick_record(open, random)?;
    let count = below.len();
    if let Some(child) = open.child((message, record)) {
        open.messages.splice(child..child, below);
    }
    let again = open.messages[message].records[record].clone();
    open.messages[message].records.insert(record, again);
    Some(format!("messages.{message}.records.{record} doubled, {} with it", messages(count)))
}

/// Two records that stand one after the other, and what they open.
pub(super) fn swapped(open: &mut Draft, random: &mut Random) -> Option<String> {
    let message = random.below(open.messages.len());
    let records = &open.messages.get(message)?.records;
    let record = random.below(records.len().checked_sub(1)?);
    records.get(record + 1)?;
    let (one, other) = (open.child((message, record)), open.child((message, record + 1)));
    if let (Some(one), Some(other)) = (one, other) {
        let end = open.end(other);
        open.messages[one..end].rotate_left(other - one);
    }
    open.messages[message].records.swap(record, record + 1);
    Some(format!("messages.{message}.records.{record} and the next swapped, with what they open"))
}

/// Two subtrees change places, and no record does.
pub(super) fn subtrees_swapped(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (one, _) = pick_child(open, random)?;
    let other = open.end(one);
    open.openers.get(other)?.as_ref()?;
    let end = open.end(other);
    open.messages[one..end].rotate_left(other - one);
    Some(format!("message {one} and its sibling {other} swapped, with all below them"))
}
