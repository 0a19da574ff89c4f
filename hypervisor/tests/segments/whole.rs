//! Where the whole message's words stand, and the verdict of a segment as the whole's.

use iso_evm_hypervisor::{MessageVerdict, SegmentVerdict};
use iso_evm_wire::{
    MessageWitness,
    segment::{Segment, layout, records},
};

/// Position of a record in the message.
fn position(message: &MessageWitness, record: u64) -> u64 {
    const LIST_TABLE: usize = 32 + 32 * 15 + 32;
    let list = &message.stateAccessList;
    let before: usize = list.iter().take(record as usize).map(records::size).sum();
    (LIST_TABLE + 32 * list.len() + before) as u64
}

/// What is said of a segment of a message, if the whole's verdict is this: a position counts in the
/// segment's input.
pub(crate) fn of_segment(
    verdict: &MessageVerdict,
    message: &MessageWitness,
    segment: &Segment,
) -> SegmentVerdict {
    let first = position(message, segment.start.record.0);
    SegmentVerdict::Message(match verdict {
        MessageVerdict::Malformed { position: at } if *at > 0 => {
            MessageVerdict::Malformed { position: at - first + layout::RECORDS as u64 }
        }
        verdict => verdict.clone(),
    })
}
