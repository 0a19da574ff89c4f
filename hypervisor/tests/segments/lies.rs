//! A lie is found in the segment that it is in, with the whole message's words.

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::{MessageVerdict, Mismatch, MismatchKind, SegmentVerdict};
use iso_evm_wire::{
    encoding::{decode, encode},
    records::{OpeningRecord, Record},
    segment::{Bounds, Cut, Head},
};

use crate::{
    chain::follow,
    program::{Guest, fixtures, guests},
    whole::of_segment,
};

/// The guest with one bit of a record's metadata changed.
fn mutated(guest: &Guest, record: usize, byte: usize) -> Guest {
    let mut message = guest.message.clone();
    let metadata = &mut message.stateAccessList[record].metadata;
    let mut bytes = metadata.to_vec();
    bytes[byte] ^= 1;
    *metadata = bytes.into();
    let Guest { engine, code, bytes, .. } = guest;
    Guest { engine: engine.clone(), message, code: code.clone(), bytes: bytes.clone() }
}

/// Each word of each record, its last byte and its first.
#[test]
fn a_false_record_is_found_in_its_segment() {
    let mut refused = 0;
    for guest in guests() {
        for (record, access) in guest.message.stateAccessList.iter().enumerate() {
            let words = access.metadata.len() / 32;
            for byte in (0..words).flat_map(|word| [32 * word, 32 * word + 31]) {
                let guest = mutated(&guest, record, byte);
                let name = format!("record {record} byte {byte}");
                follow(&name, &guest, Cut::Stride(1_000));
                follow(&name, &guest, Cut::Stride(u64::MAX));
                refused += usize::from(guest.audit() != MessageVerdict::Valid);
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

/// The same over all fixtures, one word of each record.
#[test]
fn a_false_record_of_a_fixture_is_found_in_its_segment() {
    let (mut refused, mut malformed) = (0, 0);
    for (name, guest) in fixtures() {
        for (record, access) in guest.message.stateAccessList.iter().enumerate().take(60) {
            let words = (access.metadata.len() / 32).max(1);
            let byte = 32 * (record * 7 % words) + [0, 31][record % 2];
            if byte >= access.metadata.len() {
                continue;
            }
            let guest = mutated(&guest, record, byte);
            follow(&name, &guest, Cut::Stride(997));
            follow(&name, &guest, Cut::default());
            match guest.audit() {
                MessageVerdict::Mismatch(_) => refused += 1,
                MessageVerdict::Malformed { .. } => malformed += 1,
                _ => {}
            }
        }
    }
    assert!(refused > 100 && malformed > 100, "{refused} {malformed}");
}

/// A bit changed anywhere in the message, where it still is one; its gas too.
#[test]
fn a_changed_bit_is_found_in_its_segment() {
    let (all, mut seed, mut refused) = (fixtures(), 1_u64, 0);
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    for _ in 0..4_000 {
        let (name, guest) = &all[random(all.len())];
        let mut bytes = encode(&guest.message);
        let byte = random(bytes.len());
        bytes[byte] ^= 1 << random(8);
        let Ok(mut message) = decode(&bytes) else { continue };
        // Some guests use all the gas that they have.
        let gas: u64 = message.gasAvailable.to();
        if random(3) == 0 || gas > 1 << 24 {
            message.gasAvailable = U256::from(random(gas.min(1 << 20) as usize + 1));
        }
        let Guest { engine, code, bytes, .. } = guest;
        let (engine, code, bytes) = (engine.clone(), code.clone(), bytes.clone());
        let guest = Guest { engine, message, code, bytes };
        refused += usize::from(guest.audit() != MessageVerdict::Valid);
        follow(name, &guest, Cut::Stride(1 + random(500) as u64));
        let within = Bounds {
            own_gas: random(2_000) as u64,
            records: random(10) as u64,
            record_bytes: random(5_000) as u64,
            pages: random(4) as u64,
            span: u64::MAX,
        };
        follow(name, &guest, Cut::Within(within));
    }
    assert!(refused > 1_000, "{refused}");
}

/// Another opcode, a record too few, one too many.
#[test]
fn a_false_list_is_found_in_its_segment() {
    let guest = &guests()[0];
    let count = guest.message.stateAccessList.len();
    for record in 1..count {
        let lie = |list: &mut Vec<iso_evm_wire::AccessWitness>| match record % 3 {
            0 => drop(list.remove(record)),
            1 => list.insert(record, list[count - 1].clone()),
            _ => list[record].opcode = 0x20,
        };
        let mut guest = mutated(guest, 0, 0);
        guest.message.stateAccessList[0] = guests()[0].message.stateAccessList[0].clone();
        lie(&mut guest.message.stateAccessList);
        assert_ne!(guest.audit(), MessageVerdict::Valid);
        follow("a false list", &guest, Cut::Stride(100));
    }
    let mut guest = guests().remove(0);
    guest.message.stateAccessList.truncate(count - 1);
    follow("the last record missing", &guest, Cut::Stride(100));
    let last = guests()[0].message.stateAccessList[count - 1].clone();
    guest.message.stateAccessList.extend([last.clone(), last]);
    follow("a record left over", &guest, Cut::Stride(100));
}

/// Fields of the head, each before the first opcode or at the end.
#[test]
fn a_false_head_is_found() {
    let lies: [fn(&mut Guest); 8] = [
        |guest| guest.message.gasUsed += U256::ONE,
        |guest| guest.message.status = U256::from(2),
        |guest| guest.message.returndataHash = B256::repeat_byte(1),
        |guest| guest.message.stateRootLeave = B256::repeat_byte(1),
        |guest| guest.message.isStatic = true,
        |guest| guest.message.gasAvailable = U256::from(4_000),
        |guest| guest.message.gasAvailable += U256::ONE,
        |guest| guest.code = None,
    ];
    for index in 0..3 {
        for (number, lie) in lies.iter().enumerate() {
            let mut guest = guests().remove(index);
            lie(&mut guest);
            let name = format!("message {index} lie {number}");
            follow(&name, &guest, Cut::Stride(100));
            follow(&name, &guest, Cut::default());
        }
    }
}

/// The frame is cut short wherever its gas can end.
#[test]
fn a_fault_is_found_wherever_the_gas_runs_out() {
    let (_, steps) = guests()[0].cut(Cut::Stride(1));
    let used = steps.iter().map(|cutting| cutting.segment.start.gas_used.0);
    for gas in used.filter(|gas| gas % 5 == 0).flat_map(|gas| [gas, gas + 1, gas + 2]) {
        let mut guest = guests_of(gas);
        follow(&format!("{gas} gas"), &guest, Cut::Stride(u64::MAX));
        guest.message.gasUsed = U256::from(gas);
        guest.message.status = U256::ZERO;
        follow(&format!("{gas} gas, halting"), &guest, Cut::Stride(2_000));
    }
}

fn guests_of(gas: u64) -> Guest {
    thread_local! {
        static FIRST: Guest = guests().remove(0);
    }
    FIRST.with(|guest| {
        let Guest { engine, message, code, bytes } = guest;
        let mut message = message.clone();
        message.gasAvailable = U256::from(gas);
        let code = code.clone();
        Guest { engine: engine.clone(), message, code, bytes: bytes.clone() }
    })
}

/// Gas at which there is no boundary: the next one is come to.
#[test]
fn an_end_between_two_boundaries_leads_to_the_later() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(1));
    for pair in cuttings.windows(2) {
        let (Some(end), Some(next)) = (pair[0].end, pair[1].end) else { continue };
        // What the next instruction needs stands in the next segment; this has all of the first's.
        let mut segment = pair[0].segment.clone();
        let from = segment.start.gas_used.0 + 1;
        for gas in from..=end.gas_used.0.min(from + 30) {
            segment.end = Some(gas);
            let said = guest.engine.segment(&segment, guest.code.as_ref());
            assert_eq!(said, SegmentVerdict::Reached(Box::new(end)), "{gas}");
        }
        if next.gas_used.0 > end.gas_used.0 + 1 {
            let mut segment = pair[1].segment.clone();
            segment.end = Some(end.gas_used.0 + 1);
            let said = guest.engine.segment(&segment, guest.code.as_ref());
            assert_eq!(said, SegmentVerdict::Reached(Box::new(next)));
        }
        // Nothing is left to do: where it starts is where it ends.
        segment.end = Some(segment.start.gas_used.0).filter(|gas| *gas > 0);
        if segment.end.is_some() {
            let said = guest.engine.segment(&segment, guest.code.as_ref());
            assert_eq!(said, SegmentVerdict::Reached(Box::new(segment.start)));
        }
    }
}

#[test]
fn an_end_behind_the_message_is_absent() {
    for guest in guests() {
        let (_, mut cuttings) = guest.cut(Cut::Stride(50));
        let mut segment = cuttings.pop().unwrap().segment;
        let used: u64 = guest.message.gasUsed.to();
        segment.end = Some(used + 1);
        // Before what else is false about the end.
        segment.head.set(iso_evm_wire::layout::GAS_USED, U256::ONE);
        let SegmentVerdict::Message(MessageVerdict::Mismatch(mismatch)) =
            guest.engine.segment(&segment, guest.code.as_ref())
        else {
            panic!("accepted")
        };
        let Mismatch { kind, record, expected, found, pc } = mismatch;
        assert_eq!((kind, record), (MismatchKind::CheckpointAbsent, None));
        assert_eq!((expected, found), (U256::from(used).into(), U256::from(used + 1).into()));
        assert!(pc.is_some());
    }
}

/// Of a head that no encoder writes, the whole's words.
#[test]
fn a_dirty_head_is_malformed() {
    use iso_evm_wire::{layout as wire, segment::layout};
    let guest = &guests()[0];
    let (_, mut cuttings) = guest.cut(Cut::Stride(1_000));
    let segment = cuttings.remove(1).segment;
    let head =
        [wire::ORIGIN, wire::CALLER, wire::TO, wire::CONTEXT, wire::IS_STATIC, wire::GAS_AVAILABLE];
    let places =
        head.map(|field| (field, 0)).into_iter().chain([(layout::KIND, layout::RECORDS as u64)]);
    for (field, position) in places {
        let mut segment = segment.clone();
        segment.head.set(field, U256::MAX);
        let said = guest.engine.segment(&segment, guest.code.as_ref());
        assert_eq!(said, SegmentVerdict::Message(MessageVerdict::Malformed { position }));
    }
    // A kind that there is not, in the opening record itself.
    let mut guest = mutated(guest, 1, 31);
    let opening = OpeningRecord { kind: 6, codeHash: guest.code.as_ref().unwrap().hash() };
    guest.message.stateAccessList[0] = Record::Opening(opening).encode();
    let (verdict, cuttings) = guest.cut(Cut::default());
    let [cutting] = &cuttings[..] else { panic!("one segment") };
    assert!(matches!(verdict, MessageVerdict::Malformed { .. }));
    let said = guest.engine.segment(&cutting.segment, guest.code.as_ref());
    assert_eq!(said, of_segment(&verdict, &guest.message, &cutting.segment));
    assert_eq!(Head::of(&guest.message), Some(cutting.segment.head.clone()));
}
