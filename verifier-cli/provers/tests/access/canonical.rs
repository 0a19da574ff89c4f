//! Which bytes are a record: to the contracts those that are one to the decoder.

use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::{SolError, sol};
use iso_evm_provers::proof::{InMessage, Write};
use iso_evm_wire::{
    AccessWitness, Fork,
    records::{Record, SHAPES, ValueRecord},
    segment::records::to_bytes,
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    random::{Random, seeds},
    world::World,
};

sol! {
    /// The error of bytes that are no record's.
    error NotCanonical();
}

/// Metadata that may be a record's of an opcode.
fn metadata(random: &mut Random, opcode: u8) -> Vec<u8> {
    let shape = SHAPES.iter().find(|shape| shape.opcodes.iter().any(|known| known.byte == opcode));
    let Some(shape) = shape else { return random.bytes(64) };
    let mut bytes = Vec::new();
    let fields = shape.fields_of(opcode);
    for (_, kind, _) in &fields {
        let bits = kind.bits().unwrap_or_default();
        let word = match random.below(12) {
            0 => U256::MAX,
            1 => U256::from(1).checked_shl(bits).unwrap_or_default(),
            _ => U256::from_be_bytes(random.word().0).checked_shr(256 - bits).unwrap_or_default(),
        };
        let words = U256::from(32 * fields.len());
        bytes.extend(if bits == 0 { words } else { word }.to_be_bytes::<32>());
        if bits == 0 {
            let length = random.pick(&[0, 1, 31, 32, 33, 64]);
            bytes.extend(U256::from(length).to_be_bytes::<32>());
            let mut data = random.bytes(length);
            data.resize(length.next_multiple_of(32), u8::from(random.once_in(6)));
            bytes.extend(data);
        }
    }
    match random.below(12) {
        0 => bytes.truncate(bytes.len() - random.pick(&[1, 32]).min(bytes.len())),
        1 => bytes.extend([0; 32]),
        2 => bytes.push(0),
        3 if !bytes.is_empty() => {
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
        }
        _ => {}
    }
    bytes
}

/// Whether the contract takes the bytes for a record's.
fn is_taken(commitment: &Commitment, bytes: Vec<u8>, root_of: B256) -> bool {
    let mut place = commitment.place(0, 1);
    place.record = InMessage { bytes_: bytes.into(), ..place.record };
    let write = Write { place, ..Write::default() };
    match ask(Prover::Write, root_of, &write) {
        Answer::Reverts(output) => output != NotCanonical {}.abi_encode(),
        Answer::Convicts(..) => true,
    }
}

#[test]
fn a_record_is_what_the_decoder_takes_for_one() {
    let instant = World::new().instant();
    let value = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
    let mut taken = 0;
    let opcodes: Vec<u8> =
        SHAPES.iter().flat_map(|shape| shape.opcodes).map(|opcode| opcode.byte).collect();
    for seed in seeds(2_000) {
        let mut random = Random::new(seed);
        let opcode = if random.once_in(20) { random.next() as u8 } else { random.pick(&opcodes) };
        let record = AccessWitness { opcode, metadata: metadata(&mut random, opcode).into() };
        let mut spoken = Spoken::new(instant, std::slice::from_ref(&value), &[instant]);
        spoken.message.stateAccessList[1] = record.clone();
        let commitment = Commitment::new(Fork::Osaka.into(), vec![spoken]);
        let is = Record::decode(&record).is_ok();
        let found = is_taken(&commitment, to_bytes(&record), commitment.root());
        assert_eq!(found, is, "{seed} {record:?}");
        taken += u64::from(is);
    }
    assert!(taken > 500, "{taken}");
}

#[test]
fn a_records_head_is_opcode_offset_and_length() {
    let instant = World::new().instant();
    let value = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
    let spoken = Spoken::new(instant, std::slice::from_ref(&value), &[instant]);
    let truth = to_bytes(&value.encode());
    for byte in 0..96 {
        for bit in 0..8 {
            let mut bytes = truth.clone();
            bytes[byte] ^= 1 << bit;
            // Another opcode of one value is one.
            if byte == 31 {
                continue;
            }
            let root = with_leaf(&spoken, &bytes);
            assert!(!is_taken(&root.0, bytes, root.1), "{byte} {bit}");
        }
    }
}

/// A commitment to a message whose only record has these bytes, and its root.
fn with_leaf(spoken: &Spoken, bytes: &[u8]) -> (Commitment, B256) {
    let root = iso_evm_wire::segment::merkle::leaf(&[keccak256(bytes)]);
    let spoken = Spoken { records_root: Some(root), ..spoken.clone() };
    let commitment = Commitment::new(Fork::Osaka.into(), vec![spoken]);
    let root = commitment.root();
    (commitment, root)
}
