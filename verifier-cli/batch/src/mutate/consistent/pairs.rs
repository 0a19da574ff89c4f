//! Lies that a record and its child tell together.

use alloy_primitives::{Bytes, U256};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::{
    CallData,
    records::{FrameKind, Record},
};

use super::{pick_child, record_at};
use crate::mutate::{
    open::{self, Draft, callee},
    random::Random,
};

fn signed(random: &mut Random) -> i64 {
    let amount = random.amount() as i64;
    if random.below(2) == 0 { amount } else { -amount }
}

fn random_bytes(random: &mut Random) -> Bytes {
    let length = random.below(80);
    (0..length).map(|_| random.next() as u8).collect()
}

pub(super) fn gas_used(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let more = signed(random);
    let fields = &mut open.messages[child].fields;
    fields.gasUsed = open::moved(fields.gasUsed, more);
    callee!(record_at(open, at)?, callee => {
        callee.gasUsed = callee.gasUsed.wrapping_add_signed(more);
    });
    Some(format!("gasUsed of message {child} and its record, {more:+}"))
}

pub(super) fn gas_used_up_to_the_receipt(open: &mut Draft, random: &mut Random) -> Option<String> {
    let message = random.below(open.messages.len());
    open.messages.get(message)?;
    let more = signed(random);
    open.add_gas(message, more);
    Some(format!("gasUsed of message {message}, of all above it and of the receipt, {more:+}"))
}

pub(super) fn gas_given(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let more = signed(random);
    let fields = &mut open.messages[child].fields;
    fields.gasAvailable = open::moved(fields.gasAvailable, more);
    callee!(record_at(open, at)?, callee => callee.gas = callee.gas.wrapping_add_signed(more));
    Some(format!("gas of message {child} and its record, {more:+}"))
}

pub(super) fn returndata(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let data = random_bytes(random);
    open.messages[child].fields.returndataHash = keccak256(&data);
    let length = data.len();
    callee!(record_at(open, at)?, callee => callee.returndata = data);
    Some(format!("message {child} returns {length} other bytes, and its record has them"))
}

pub(super) fn input(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let data = random_bytes(random);
    let hash = keccak256(&data);
    open.messages[child].call_data = CallData::of(&data);
    match record_at(open, at)? {
        Record::Call(_, record) => record.calldataHash = hash,
        Record::Create(record) => record.initcodeHash = hash,
        Record::Create2(record) => record.initcodeHash = hash,
        _ => return None,
    }
    if let Some(Record::Opening(opening)) = open.messages[child].records.first_mut()
        && opening.kind >= FrameKind::Create as u8
    {
        opening.codeHash = hash;
    }
    Some(format!("input of message {child}, and its hash"))
}

/// A child ended otherwise: in its message and in its record, as far as these two can tell.
pub(super) fn status(open: &mut Draft, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let before = open.root_before(at);
    let fields = &mut open.messages[child].fields;
    let old = fields.status;
    let new = (old.saturating_to::<u64>() % 3 + 1 + random.below(2) as u64) % 3;
    fields.status = U256::from(new);
    let (enter, gas) = (fields.stateRootEnter, fields.gasAvailable);
    let data = match new {
        0 => {
            fields.gasUsed = gas;
            fields.stateRootLeave = enter;
            fields.returndataHash = keccak256(&[]);
            Some(Bytes::new())
        }
        1 => None,
        _ => {
            fields.stateRootLeave = enter;
            None
        }
    };
    let root = if new == 1 { fields.stateRootLeave } else { before };
    let used = fields.gasUsed.saturating_to();
    callee!(record_at(open, at)?, callee => {
        callee.status = new as u8;
        callee.gasUsed = used;
        callee.stateRoot = root;
        callee.returndata = data.unwrap_or(std::mem::take(&mut callee.returndata));
    });
    Some(format!("message {child} ended with {new} and not {old}, and its record says so"))
}

/// A creation by another nonce or salt, and the account that comes of it everywhere.
pub(super) fn creation(open: &mut Draft, random: &mut Random) -> Option<String> {
    let created = open.find(|record| matches!(record, Record::Create(_) | Record::Create2(_)));
    let at = *random.pick(&created)?;
    let creator = open.messages[at.0].fields.context;
    let child = open.child(at)?;
    let more = random.amount();
    let new = match record_at(open, at)? {
        Record::Create(record) => {
            record.nonce = record.nonce.wrapping_add(more);
            creator.create(record.nonce)
        }
        Record::Create2(record) => {
            let salt = U256::from_be_bytes(record.salt.0).wrapping_add(U256::from(more));
            record.salt = salt.into();
            creator.create2(record.salt, record.initcodeHash)
        }
        _ => return None,
    };
    let old = open.messages[child].fields.context;
    open.substitute(old.into_word(), new.into_word());
    Some(format!("message {child} creates {new} by another nonce or salt, not {old}"))
}
