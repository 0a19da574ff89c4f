//! Changes of a message and of its code, after which nobody knows what is true of it.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use iso_evm_witness::{
    MessageWitness,
    encoding::{decode, encode},
    layout,
    records::Record,
};

use crate::harness::random::Random;

const WORD: usize = 32;

/// A message as the engines take it.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) calldata: Vec<u8>,
    pub(crate) code: Bytes,
}

impl Mutant {
    /// One to three changes.
    pub(crate) fn changed(&self, random: &mut Random) -> Self {
        let mut mutant = self.clone();
        for _ in 0..1 + random.below(3) {
            match random.below(12) {
                0 => change_word(&mut mutant.calldata, random),
                1 => change_layout(&mut mutant.calldata, random),
                2 | 3 => change_head(&mut mutant.calldata, random),
                4..=6 => mutant.change_code(random),
                7 | 8 => change_outcome(&mut mutant.calldata, random),
                _ => change_records(&mut mutant.calldata, random),
            }
        }
        mutant
    }

    /// Other code, which the opening record names.
    fn change_code(&mut self, random: &mut Random) {
        let Ok(mut message) = decode(&self.calldata) else { return };
        let Some(access) = message.stateAccessList.first_mut() else { return };
        let Ok(Record::Opening(mut opening)) = Record::decode(access) else { return };
        let is_create = opening.kind > 3;
        let mut code = if is_create { message.callData.to_vec() } else { self.code.to_vec() };
        for _ in 0..1 + random.below(2) {
            let at = random.below(code.len() + 1);
            match random.below(4) {
                0 => code.insert(at, random.byte()),
                1 if at < code.len() => drop(code.remove(at)),
                _ if at < code.len() => code[at] = random.byte(),
                _ => code.push(random.byte()),
            }
        }
        let code = Bytes::from(code);
        opening.codeHash = keccak256(&code);
        *access = Record::Opening(opening).encode();
        if is_create {
            message.callData = code;
        } else {
            self.code = code;
        }
        self.calldata = encode(&message);
    }
}

/// A word that means something somewhere.
fn word(bytes: &[u8], old: U256, random: &mut Random) -> U256 {
    let small = U256::from(random.below(40));
    match random.below(14) {
        0 => U256::ZERO,
        1 => U256::ONE,
        2 => small,
        3 => old.wrapping_add(U256::ONE),
        4 => old.wrapping_sub(U256::ONE),
        5 => old.wrapping_add(U256::from(WORD)),
        6 => old.wrapping_sub(U256::from(WORD)),
        7 => old ^ (U256::ONE << random.below(256)),
        8 => U256::MAX - small,
        9 => {
            let power: U256 = U256::ONE << [8_usize, 32, 64, 160, 255][random.below(5)];
            power.wrapping_sub(small)
        }
        10 => U256::from(bytes.len()),
        11 => U256::from_be_bytes::<WORD>(std::array::from_fn(|_| random.byte())),
        _ => bytes
            .as_chunks::<WORD>()
            .0
            .get(random.below(bytes.len() / WORD + 1))
            .map_or(U256::from(random.next()), |word| U256::from_be_bytes(*word)),
    }
}

fn set_word(bytes: &mut [u8], at: usize, random: &mut Random) {
    let Some(place) = bytes.get(at..at + WORD) else { return };
    let new = word(bytes, U256::from_be_slice(place), random);
    bytes[at..at + WORD].copy_from_slice(&new.to_be_bytes::<WORD>());
}

fn change_word(bytes: &mut [u8], random: &mut Random) {
    let at = random.below(bytes.len() / WORD + 1) * WORD;
    set_word(bytes, at, random);
}

/// What decides how much runs, and what it must come to.
fn change_head(bytes: &mut [u8], random: &mut Random) {
    let fields = [
        layout::GAS_AVAILABLE,
        layout::GAS_AVAILABLE,
        layout::GAS_USED,
        layout::STATUS,
        layout::IS_STATIC,
        layout::CALLVALUE,
        layout::RETURNDATA_HASH,
        layout::STATE_ROOT_LEAVE,
    ];
    let at = fields[random.below(fields.len())];
    if at == layout::GAS_AVAILABLE && random.below(4) > 0 && bytes.len() > at + WORD {
        // Less gas, so that the guest ends elsewhere.
        let gas = U256::from_be_slice(&bytes[at..at + WORD]).saturating_to::<u64>();
        let gas = gas.min(1 << 24).saturating_sub(random.next() % (gas.clamp(1, 1 << 16)));
        bytes[at..at + WORD].copy_from_slice(&U256::from(gas).to_be_bytes::<WORD>());
    } else {
        set_word(bytes, at, random);
    }
}

/// Bytes that are cut off, put in or left out.
fn change_layout(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let at = if random.below(3) == 0 { at } else { at / WORD * WORD };
    match random.below(5) {
        0 => bytes.truncate(at),
        1 => drop(bytes.splice(at..at, [0; WORD])),
        2 => drop(bytes.drain(at..(at + WORD).min(bytes.len()))),
        3 => bytes.extend(std::iter::repeat_n(0, 1 + random.below(64))),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// Whole records, and words in them, in canonical bytes.
fn change_records(bytes: &mut Vec<u8>, random: &mut Random) {
    let Ok(mut message) = decode(bytes) else { return };
    let count = message.stateAccessList.len();
    if count == 0 {
        return;
    }
    let (one, other) = (random.below(count), random.below(count));
    let list = &mut message.stateAccessList;
    match random.below(8) {
        0 => drop(list.remove(one)),
        1 => list.insert(one, list[other].clone()),
        2 => list.swap(one, other),
        3 => list.truncate(one),
        4 => list[one].opcode = [0, 0x31, 0x54, 0x55, 0xa0, 0xf1, 0xfa, 0xff][random.below(8)],
        _ => {
            let mut metadata = list[one].metadata.to_vec();
            if !metadata.is_empty() {
                let at = random.below(metadata.len() / WORD + 1) * WORD;
                set_word(&mut metadata, at, random);
                list[one].metadata = metadata.into();
            }
        }
    }
    if random.below(6) == 0 {
        follow(&mut message);
    }
    *bytes = encode(&message);
}

/// What is said to have become of a call or creation.
fn change_outcome(bytes: &mut Vec<u8>, random: &mut Random) {
    let Ok(mut message) = decode(bytes) else { return };
    let mut list = message.stateAccessList.iter_mut().filter_map(|access| {
        let record = Record::decode(access).ok()?;
        matches!(record, Record::Call(..) | Record::Create(_) | Record::Create2(_))
            .then_some((access, record))
    });
    let Some((access, mut record)) = list.nth(random.below(4)) else { return };
    macro_rules! change {
        ($record:expr) => {
            match random.below(6) {
                0 => $record.outcome = random.below(9) as u8,
                1 => $record.status = random.below(4) as u8,
                2 => $record.returndata = vec![random.byte(); random.below(70)].into(),
                3 => {
                    $record.gasUsed = [0, $record.gas, $record.gas.wrapping_add(1)][random.below(3)]
                }
                4 => $record.stateRoot = B256::ZERO,
                _ => {
                    $record.outcome = random.below(8) as u8;
                    $record.status = random.below(3) as u8;
                    $record.gasUsed = [0, $record.gas][random.below(2)];
                }
            }
        };
    }
    match &mut record {
        Record::Call(_, call) => match random.below(6) {
            0 => call.cold = !call.cold,
            1 => call.empty = !call.empty,
            2 => (call.delegated, call.delegateCold) = (true, random.below(2) == 0),
            _ => change!(call),
        },
        Record::Create(create) => change!(create),
        Record::Create2(create) => change!(create),
        _ => {}
    }
    *access = record.encode();
    *bytes = encode(&message);
}

/// Ends as if a run had led there: later checks are reached.
fn follow(message: &mut MessageWitness) {
    message.stateRootLeave = message.stateRootEnter;
    message.status = U256::ZERO;
    message.gasUsed = message.gasAvailable;
    message.returndataHash = keccak256([]);
}
