//! [`Due`]: roots that records and messages get once they are hashed.
//!
//! In the data's way this stands behind the records, which are made with zeros in the place of a root that is
//! not known yet: many are hashed faster together.

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{
    message::{AccessWitness, MessageWitness},
    records::offsets,
};

use super::RecordedMessage;
use crate::state_root::Root;

/// Roots that are not known yet, and where they belong.
#[derive(Debug, Default)]
pub(super) struct Due(Vec<(Place, Root)>);

/// Where a root belongs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The root at entry of a message.
    Enter(usize),
    /// The root at exit of a message.
    Leave(usize),
    /// A message's record with this index.
    Record(usize, usize),
}

impl Due {
    /// Notes where a root belongs, if it is not known.
    pub(super) fn note(&mut self, place: Place, root: &Root) {
        if root.get().is_none() {
            self.0.push((place, root.clone()));
        }
    }

    /// Puts all of them in their places. They are known by now.
    pub(super) fn pay(&mut self, messages: &mut [RecordedMessage]) {
        for (place, root) in self.0.drain(..) {
            let (Place::Enter(message) | Place::Leave(message) | Place::Record(message, _)) = place;
            let Some((message, root)) = messages.get_mut(message).zip(root.get()) else { continue };
            let fields: &mut MessageWitness = message.witness.fields();
            match place {
                Place::Enter(_) => fields.stateRootEnter = root,
                Place::Leave(_) => fields.stateRootLeave = root,
                Place::Record(_, index) => {
                    if let Some(record) = fields.stateAccessList.get_mut(index) {
                        put(record, root);
                    }
                }
            }
        }
    }
}

/// Puts a root into a record that has one.
fn put(record: &mut AccessWitness, root: B256) {
    let Some(start) = place_of_root(record.opcode) else { return };
    // Nobody shares the bytes: they are not copied.
    let mut bytes = std::mem::take(&mut record.metadata)
        .0
        .try_into_mut()
        .unwrap_or_else(|shared| shared.as_ref().into());
    if let Some(place) = bytes.get_mut(start..start + B256::len_bytes()) {
        place.copy_from_slice(root.as_slice());
    }
    record.metadata = Bytes(bytes.freeze());
}

/// Where the root stands in the metadata of an opcode's record.
fn place_of_root(opcode: u8) -> Option<usize> {
    Some(match opcode {
        0x55 => offsets::sstore::STATE_ROOT,
        0xf0 => offsets::create::STATE_ROOT,
        0xf5 => offsets::create2::STATE_ROOT,
        0xf1 | 0xf2 | 0xf4 | 0xfa => offsets::call::STATE_ROOT,
        0xff => offsets::selfdestruct::STATE_ROOT,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use iso_evm_wire::records::SHAPES;

    use super::*;

    /// The records that have a root are the table's.
    #[test]
    fn every_record_with_a_root_has_its_place() {
        for shape in SHAPES {
            let place = shape.fields.iter().position(|field| field.name == "stateRoot");
            for opcode in shape.opcodes {
                let found = place_of_root(opcode.byte);
                assert_eq!(found, place.map(|place| 32 * place), "{}", opcode.mnemonic);
            }
        }
    }

    #[test]
    fn a_root_is_put_into_shared_bytes_and_into_own_ones() {
        let metadata = Bytes::from(vec![7; 192]);
        let shared = metadata.clone();
        for metadata in [metadata, vec![7; 192].into()] {
            let mut record = AccessWitness { opcode: 0x55, metadata };
            put(&mut record, B256::repeat_byte(9));
            let at = offsets::sstore::STATE_ROOT;
            let expected = [&vec![7; at][..], &[9; 32], &vec![7; 160 - at]].concat();
            assert_eq!(record.metadata, expected);
        }
        assert_eq!(shared, vec![7; 192]);
    }
}
