//! Lies about one value, told wherever it stands.

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::{encoding, protocol::StateGas, records::Record};

use super::record_at;
use crate::mutate::{
    open::{self, At, Draft, Message},
    random::Random,
};

fn random_word(random: &mut Random) -> B256 {
    let words = [(); 4].map(|()| random.next().to_be_bytes());
    B256::from_slice(words.as_flattened())
}

/// The slot that a record is about.
fn slot_of(open: &Draft, (message, record): At) -> Option<(Address, B256)> {
    let Message { fields, records, .. } = &open.messages[message];
    match &records[record] {
        Record::Sload(record) => Some((fields.context, record.key)),
        Record::Sstore(record) => Some((fields.context, record.key)),
        _ => None,
    }
}

pub(super) fn slot(open: &mut Draft, random: &mut Random) -> Option<String> {
    let slots = open.find(|record| matches!(record, Record::Sload(_) | Record::Sstore(_)));
    let slot = slot_of(open, *random.pick(&slots)?)?;
    let (account, key) = slot;
    let of_slot: Vec<At> =
        slots.into_iter().filter(|at| slot_of(open, *at) == Some(slot)).collect();
    let old = match record_at(open, *random.pick(&of_slot)?)? {
        Record::Sload(record) => record.value,
        Record::Sstore(record) => record.current,
        _ => return None,
    };
    let new = old ^ B256::with_last_byte(1 << random.below(8));
    for at in of_slot {
        let values = match record_at(open, at)? {
            Record::Sload(record) => vec![&mut record.value],
            Record::Sstore(record) => {
                vec![&mut record.value, &mut record.current, &mut record.original]
            }
            _ => Vec::new(),
        };
        for value in values.into_iter().filter(|value| **value == old) {
            *value = new;
        }
    }
    Some(format!("slot {key} of {account}: {old} is {new} in all its records"))
}

/// The word of a record that says whether an account or slot was cold, and what that costs (EIP-2929).
const fn coldness_of(record: &mut Record, gas: StateGas) -> Option<(&mut bool, u64)> {
    match record {
        Record::Balance(record) => Some((&mut record.cold, gas.account_cold)),
        Record::Extcodesize(record) => Some((&mut record.cold, gas.account_cold)),
        Record::Extcodehash(record) => Some((&mut record.cold, gas.account_cold)),
        Record::Extcodecopy(record) => Some((&mut record.cold, gas.account_cold)),
        Record::Call(_, record) => Some((&mut record.cold, gas.account_cold)),
        Record::Selfdestruct(record) => Some((&mut record.cold, gas.selfdestruct_cold)),
        Record::Sload(record) => Some((&mut record.cold, gas.sload_cold)),
        Record::Sstore(record) => Some((&mut record.cold, gas.sstore_cold)),
        Record::Opening(_)
        | Record::Blockhash(_)
        | Record::Value(..)
        | Record::Blobhash(_)
        | Record::Tload(_)
        | Record::Tstore(_)
        | Record::Log(_)
        | Record::Create(_)
        | Record::Create2(_) => None,
    }
}

/// An access that was cold is warm or the other way round, and all gas used fits.
pub(super) fn coldness(open: &mut Draft, random: &mut Random) -> Option<String> {
    let gas = StateGas::of(open.witness.rules.fork());
    let found = open.find(|record| coldness_of(&mut record.clone(), gas).is_some());
    let at = *random.pick(&found)?;
    let (cold, price) = coldness_of(record_at(open, at)?, gas)?;
    *cold = !*cold;
    let price = i64::try_from(price).ok()?;
    let more = if *cold { price } else { -price };
    open.add_gas(at.0, more);
    Some(format!("messages.{}.records.{}.cold, and gas up to the receipt, {more:+}", at.0, at.1))
}

/// Any word of a message, everywhere.
pub(super) fn word(open: &mut Draft, random: &mut Random) -> Option<String> {
    let message = open.messages.get(random.below(open.messages.len()))?;
    let bytes = encoding::encode(&message.wire());
    let words: Vec<_> =
        bytes.chunks_exact(32).filter(|word| word.iter().any(|b| *b != 0)).collect();
    let old = B256::from_slice(random.pick(&words)?);
    let new = if random.below(2) == 0 {
        B256::from(U256::from_be_bytes(old.0).wrapping_add(U256::ONE))
    } else {
        old ^ B256::with_last_byte(1 << random.below(8))
    };
    open.substitute(old, new);
    Some(format!("{old} is {new} everywhere"))
}

pub(super) fn root(open: &mut Draft, random: &mut Random) -> Option<String> {
    let index = random.below(open.messages.len());
    let fields = &open.messages.get(index)?.fields;
    let records = open.messages[index].records.len();
    let roots = [
        open.witness.roots.enter,
        open.witness.roots.leave,
        fields.stateRootEnter,
        fields.stateRootLeave,
        open.root_before((index, random.below(records + 1).min(records))),
    ];
    let old = *random.pick(&roots)?;
    // Another root that is there too, or one that is nowhere.
    let new = match random.below(2) {
        0 => *random.pick(&roots)?,
        _ => random_word(random),
    };
    open.substitute(old, new);
    Some(format!("root {old} is {new} everywhere"))
}

pub(super) fn address(open: &mut Draft, random: &mut Random) -> Option<String> {
    let fields = &open.messages.get(random.below(open.messages.len()))?.fields;
    let addresses = [fields.caller, fields.to, fields.context, fields.origin];
    let old = *random.pick(&addresses)?;
    if old.is_zero() {
        return None;
    }
    let new = Address::from_word(random_word(random));
    open.substitute(old.into_word(), new.into_word());
    Some(format!("account {old} is {new} everywhere"))
}

/// A word of the block, in the block and in all records.
pub(super) fn block_value(open: &mut Draft, random: &mut Random) -> Option<String> {
    let block = &mut open.witness.block;
    let more = random.amount();
    let (name, opcode, old, new) = match random.below(4) {
        0 => {
            let old = block.timestamp;
            block.timestamp = old.wrapping_add(more);
            ("timestamp", 0x42, old, block.timestamp)
        }
        1 => {
            let old = block.number;
            block.number = old.wrapping_add(more);
            ("number", 0x43, old, block.number)
        }
        2 => {
            let old = block.gas_limit;
            block.gas_limit = old.wrapping_add(more);
            ("gas limit", 0x45, old, block.gas_limit)
        }
        _ => {
            let old = open.witness.chain_id;
            open.witness.chain_id = old.wrapping_add(more);
            ("chain id", 0x46, old, open.witness.chain_id)
        }
    };
    if let Some(header) = &mut open.witness.block.header {
        match opcode {
            0x42 => header.timestamp = new,
            0x43 => header.number = new,
            0x45 => header.gas_limit = new,
            _ => {}
        }
    }
    for message in &mut open.messages {
        for record in &mut message.records {
            if let Record::Value(found, record) = record
                && *found == opcode
            {
                record.value = U256::from(new);
            }
        }
    }
    Some(format!("{name} is {new} and not {old}, in all records too"))
}

/// A node is another one, and so are all above it, up to the root.
pub(super) fn node(open: &mut Draft, random: &mut Random) -> Option<String> {
    let hashes: Vec<B256> = open.witness.nodes.keys().copied().collect();
    let old = *random.pick(&hashes)?;
    let mut bytes = open.witness.nodes.remove(&old)?.to_vec();
    let at = random.below(bytes.len());
    *bytes.get_mut(at)? ^= 1 << random.below(8);
    let new = open.add_node(bytes.into());
    open.substitute(old, new);
    Some(format!("node {old} has another byte {at}, and all above it know"))
}

/// Code is other code, and every hash of it is that.
pub(super) fn code(open: &mut Draft, random: &mut Random) -> Option<String> {
    let hashes: Vec<B256> = open.witness.codes.keys().copied().collect();
    let old = *random.pick(&hashes)?;
    let mut bytes = open.witness.codes.remove(&old)?.to_vec();
    let at = random.below(bytes.len());
    *bytes.get_mut(at)? ^= 1 << random.below(8);
    let new = open::add(&mut open.witness.codes, bytes.into());
    open.substitute(old, new);
    Some(format!("code {old} has another byte {at}, and whatever names it knows"))
}

#[cfg(test)]
mod tests {
    use iso_evm_wire::{
        AccessWitness, Fork,
        records::{SHAPES, shape::FieldType},
    };

    use super::*;

    /// What has a field `cold` is told of, and nothing else.
    #[test]
    fn every_record_that_says_cold_can_lie_about_it() {
        for shape in SHAPES {
            for opcode in shape.opcodes {
                let fields = shape.fields_of(opcode.byte);
                let bytes = fields.iter().any(|(_, kind, _)| *kind == FieldType::Bytes);
                let mut words = vec![B256::ZERO; fields.len() + usize::from(bytes)];
                if bytes {
                    words[fields.len() - 1] = U256::from(32 * fields.len()).into();
                }
                let metadata: Vec<u8> = words.concat();
                let access = AccessWitness { opcode: opcode.byte, metadata: metadata.into() };
                let mut record = Record::decode(&access).expect("zeros are a record");
                let found = coldness_of(&mut record, StateGas::of(Fork::NEWEST));
                assert_eq!(found.is_some(), shape.field("cold").is_some(), "{}", opcode.mnemonic);
                assert!(found.is_none_or(|(_, price)| price > 0), "{}", opcode.mnemonic);
            }
        }
    }
}
