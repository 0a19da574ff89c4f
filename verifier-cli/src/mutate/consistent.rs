//! Lies that go through several fields: a record and its child together, a value and its root
//! everywhere, as a liar would tell them who knows what is compared.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_witness::{
    Witness, encoding,
    records::{FrameKind, Record},
};

use super::{
    fields,
    open::{self, At, Message, Open, callee},
    random::Random,
};
use crate::hash::keccak256;

/// A lie of one kind: what it says, if there is a place for it.
type Lie = fn(&mut Open, &mut Random) -> Option<String>;

const LIES: [Lie; 20] = [
    several_fields,
    gas_used,
    gas_used_up_to_the_receipt,
    gas_given,
    returndata,
    input,
    slot,
    coldness,
    word,
    root,
    address,
    dropped,
    doubled,
    swapped,
    subtrees_swapped,
    status,
    creation,
    block_value,
    node,
    code,
];

/// The lie with this number: what it says, and the witness that tells it. `None` if in this witness
/// there is a place for none.
pub(super) fn lie(honest: &Open, seed: u64, number: u64) -> Option<(String, Witness)> {
    let mut random = Random::new(seed, number);
    let first = random.below(LIES.len());
    (0..LIES.len()).find_map(|next| {
        let mut lie = honest.clone();
        let what = LIES[(first + next) % LIES.len()](&mut lie, &mut random)?;
        Some((format!("random.{number}: {what}"), lie.close()))
    })
}

fn signed(random: &mut Random) -> i64 {
    let amount = random.amount() as i64;
    if random.below(2) == 0 { amount } else { -amount }
}

fn random_word(random: &mut Random) -> B256 {
    let words = [(); 4].map(|()| random.next().to_be_bytes());
    B256::from_slice(words.as_flattened())
}

fn random_bytes(random: &mut Random) -> Bytes {
    let length = random.below(80);
    (0..length).map(|_| random.next() as u8).collect()
}

/// Two to four fields of messages or records, each another.
fn several_fields(open: &mut Open, random: &mut Random) -> Option<String> {
    let mut told = Vec::new();
    let count = 2 + random.below(3);
    // Not every change gives a message that can be read.
    for _ in 0..8 * count {
        if told.len() == count {
            break;
        }
        let index = random.below(open.messages.len());
        let message = open.messages.get(index)?.wire();
        let changes = match random.below(4) {
            0 => fields::of_message(&encoding::encode(&message), &message),
            _ => fields::of_record(&message, random.below(message.stateAccessList.len())),
        };
        let (what, bytes) = random.pick(&changes)?;
        if let Some(changed) = Message::decode(bytes) {
            open.messages[index] = changed;
            told.push(format!("messages.{index}.{what}"));
        }
    }
    Some(told.join("; "))
}

fn pick_child(open: &Open, random: &mut Random) -> Option<(usize, At)> {
    let children = open.children();
    let child = *random.pick(&children)?;
    Some((child, open.openers[child]?))
}

fn record_at(open: &mut Open, (message, record): At) -> Option<&mut Record> {
    open.messages.get_mut(message)?.records.get_mut(record)
}

fn gas_used(open: &mut Open, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let more = signed(random);
    let fields = &mut open.messages[child].fields;
    fields.gasUsed = open::moved(fields.gasUsed, more);
    callee!(record_at(open, at)?, callee => {
        callee.gasUsed = callee.gasUsed.wrapping_add_signed(more);
    });
    Some(format!("gasUsed of message {child} and its record, {more:+}"))
}

fn gas_used_up_to_the_receipt(open: &mut Open, random: &mut Random) -> Option<String> {
    let message = random.below(open.messages.len());
    open.messages.get(message)?;
    let more = signed(random);
    open.add_gas(message, more);
    Some(format!("gasUsed of message {message}, of all above it and of the receipt, {more:+}"))
}

fn gas_given(open: &mut Open, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let more = signed(random);
    let fields = &mut open.messages[child].fields;
    fields.gasAvailable = open::moved(fields.gasAvailable, more);
    callee!(record_at(open, at)?, callee => callee.gas = callee.gas.wrapping_add_signed(more));
    Some(format!("gas of message {child} and its record, {more:+}"))
}

fn returndata(open: &mut Open, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let data = random_bytes(random);
    open.messages[child].fields.returndataHash = keccak256(&data);
    let length = data.len();
    callee!(record_at(open, at)?, callee => callee.returndata = data);
    Some(format!("message {child} returns {length} other bytes, and its record has them"))
}

fn input(open: &mut Open, random: &mut Random) -> Option<String> {
    let (child, at) = pick_child(open, random)?;
    let data = random_bytes(random);
    let hash = keccak256(&data);
    open.messages[child].fields.callData = data;
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

/// The slot that a record is about.
fn slot_of(open: &Open, (message, record): At) -> Option<(Address, B256)> {
    let Message { fields, records } = &open.messages[message];
    match &records[record] {
        Record::Sload(record) => Some((fields.context, record.key)),
        Record::Sstore(record) => Some((fields.context, record.key)),
        _ => None,
    }
}

fn slot(open: &mut Open, random: &mut Random) -> Option<String> {
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

/// The word that says whether an account or slot was cold, and what that costs (EIP-2929).
const fn coldness_of(record: &mut Record) -> Option<(&mut bool, i64)> {
    match record {
        Record::Balance(record) => Some((&mut record.cold, 2_500)),
        Record::Extcodesize(record) => Some((&mut record.cold, 2_500)),
        Record::Extcodehash(record) => Some((&mut record.cold, 2_500)),
        Record::Extcodecopy(record) => Some((&mut record.cold, 2_500)),
        Record::Call(_, record) => Some((&mut record.cold, 2_500)),
        Record::Selfdestruct(record) => Some((&mut record.cold, 2_600)),
        Record::Sload(record) => Some((&mut record.cold, 2_000)),
        Record::Sstore(record) => Some((&mut record.cold, 2_100)),
        _ => None,
    }
}

/// An access that was cold is warm or the other way round, and all gas used fits.
fn coldness(open: &mut Open, random: &mut Random) -> Option<String> {
    let found = open.find(|record| coldness_of(&mut record.clone()).is_some());
    let at = *random.pick(&found)?;
    let (cold, price) = coldness_of(record_at(open, at)?)?;
    *cold = !*cold;
    let more = if *cold { price } else { -price };
    open.add_gas(at.0, more);
    Some(format!("messages.{}.records.{}.cold, and gas up to the receipt, {more:+}", at.0, at.1))
}

/// Any word of a message, everywhere.
fn word(open: &mut Open, random: &mut Random) -> Option<String> {
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

fn root(open: &mut Open, random: &mut Random) -> Option<String> {
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

fn address(open: &mut Open, random: &mut Random) -> Option<String> {
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

/// A record, and the messages that it opens with all below them.
fn pick_record(open: &Open, random: &mut Random) -> Option<(At, Vec<Message>)> {
    let message = random.below(open.messages.len());
    let record = random.below(open.messages.get(message)?.records.len());
    let below = match open.child((message, record)) {
        Some(child) => open.messages[child..open.end(child)].to_vec(),
        None => Vec::new(),
    };
    Some(((message, record), below))
}

fn dropped(open: &mut Open, random: &mut Random) -> Option<String> {
    let ((message, record), below) = pick_record(open, random)?;
    if let Some(child) = open.child((message, record)) {
        open.messages.drain(child..child + below.len());
    }
    open.messages[message].records.remove(record);
    Some(format!("messages.{message}.records.{record} dropped, {} messages with it", below.len()))
}

fn doubled(open: &mut Open, random: &mut Random) -> Option<String> {
    let ((message, record), below) = pick_record(open, random)?;
    let count = below.len();
    if let Some(child) = open.child((message, record)) {
        open.messages.splice(child..child, below);
    }
    let again = open.messages[message].records[record].clone();
    open.messages[message].records.insert(record, again);
    Some(format!("messages.{message}.records.{record} doubled, {count} messages with it"))
}

/// Two records that stand one after the other, and what they open.
fn swapped(open: &mut Open, random: &mut Random) -> Option<String> {
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
fn subtrees_swapped(open: &mut Open, random: &mut Random) -> Option<String> {
    let (one, _) = pick_child(open, random)?;
    let other = open.end(one);
    open.openers.get(other)?.as_ref()?;
    let end = open.end(other);
    open.messages[one..end].rotate_left(other - one);
    Some(format!("message {one} and its sibling {other} swapped, with all below them"))
}

/// A child ended otherwise: in its message and in its record, as far as these two can tell.
fn status(open: &mut Open, random: &mut Random) -> Option<String> {
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
fn creation(open: &mut Open, random: &mut Random) -> Option<String> {
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

/// A word of the block, in the block and in all records.
fn block_value(open: &mut Open, random: &mut Random) -> Option<String> {
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
fn node(open: &mut Open, random: &mut Random) -> Option<String> {
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
fn code(open: &mut Open, random: &mut Random) -> Option<String> {
    let hashes: Vec<B256> = open.witness.codes.keys().copied().collect();
    let old = *random.pick(&hashes)?;
    let mut bytes = open.witness.codes.remove(&old)?.to_vec();
    let at = random.below(bytes.len());
    *bytes.get_mut(at)? ^= 1 << random.below(8);
    let new = open::add(&mut open.witness.codes, bytes.into());
    open.substitute(old, new);
    Some(format!("code {old} has another byte {at}, and whatever names it knows"))
}
