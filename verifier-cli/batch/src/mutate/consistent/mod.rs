//! Lies that go through several fields: a record and its child together, a value and its root
//! everywhere, as a liar would tell them who knows what is compared.

mod pairs;
mod places;
mod values;

use iso_evm_wire::{Witness, encoding, records::Record};

use super::{
    fields,
    open::{At, Draft, Message},
    random::Random,
};

/// A lie of one kind: what it says, if there is a place for it.
type Lie = fn(&mut Draft, &mut Random) -> Option<String>;

const LIES: [Lie; 20] = [
    several_fields,
    pairs::gas_used,
    pairs::gas_used_up_to_the_receipt,
    pairs::gas_given,
    pairs::returndata,
    pairs::input,
    values::slot,
    values::coldness,
    values::word,
    values::root,
    values::address,
    places::dropped,
    places::doubled,
    places::swapped,
    places::subtrees_swapped,
    pairs::status,
    pairs::creation,
    values::block_value,
    values::node,
    values::code,
];

/// The lie with this number: what it says, and the witness that tells it. `None` if in this witness
/// there is a place for none.
pub(super) fn lie(honest: &Draft, seed: u64, number: u64) -> Option<(String, Witness)> {
    let mut random = Random::new(seed, number);
    let first = random.below(LIES.len());
    (0..LIES.len()).find_map(|next| {
        let mut lie = honest.clone();
        let what = LIES[(first + next) % LIES.len()](&mut lie, &mut random)?;
        Some((format!("random.{number}: {what}"), lie.close()))
    })
}

/// Two to four fields of messages or records, each another.
fn several_fields(open: &mut Draft, random: &mut Random) -> Option<String> {
    let mut told = Vec::new();
    let count = 2 + random.below(3);
    // Not every change gives a message that can be read.
    for _ in 0..8 * count {
        if told.len() == count {
            break;
        }
        let index = random.below(open.messages.len());
        let message = open.messages.get(index)?.wire();
        let records = message.stateAccessList.len();
        let changes = match random.below(4) {
            // What was changed before may have left no record.
            1.. if records > 0 => fields::of_record(&message, random.below(records)),
            _ => fields::of_message(&encoding::encode(&message), &message),
        };
        let (what, bytes) = random.pick(&changes)?;
        if let Some(changed) = Message::decode(bytes.clone()) {
            open.messages[index] = changed;
            told.push(format!("messages.{index}.{what}"));
        }
    }
    Some(told.join("; "))
}

fn pick_child(open: &Draft, random: &mut Random) -> Option<(usize, At)> {
    let children = open.children();
    let child = *random.pick(&children)?;
    Some((child, open.openers[child]?))
}

fn record_at(open: &mut Draft, (message, record): At) -> Option<&mut Record> {
    open.messages.get_mut(message)?.records.get_mut(record)
}
