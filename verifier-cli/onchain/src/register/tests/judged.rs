use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_hypervisor::{MessageVerdict, MismatchKind, verdict::abi};
use iso_evm_wire::segment::{
    Checkpoint, Commitment, Field, Leaf, Segment, checkpoint::Number, layout,
};

use super::court::{Court, MACHINE, OPERATOR, committed, said, stub};
use crate::{
    host::Sent,
    register::{NotAmong, NotNext, NotOpen, NotProven, NotReached, NotTheMachine, Part, Said},
};

fn word(number: u64) -> Vec<u8> {
    U256::from(number).to_be_bytes_vec()
}

fn mismatch(kind: u64) -> Vec<u8> {
    let (pc, record) = (U256::from(9), U256::MAX);
    let (expected, found) = (B256::repeat_byte(1), B256::repeat_byte(2));
    abi::Mismatch { kind: U256::from(kind), pc, record, expected, found }.abi_encode()
}

/// The kind that it is fraud by; none if it is none.
fn kind(sent: &Sent) -> Option<MismatchKind> {
    match said(sent)? {
        Said::Fraud(MessageVerdict::Mismatch(mismatch)) => Some(mismatch.kind),
        _ => None,
    }
}

fn not_proven(answer: &[u8]) -> Vec<u8> {
    NotProven { answer: answer.to_vec().into() }.abi_encode()
}

fn not_next(gas: u64) -> Vec<u8> {
    NotNext { gasUsed: U256::from(gas) }.abi_encode()
}

fn not_among(place: u64) -> Vec<u8> {
    NotAmong { place: U256::from(place) }.abi_encode()
}

#[test]
fn the_operators_checkpoint_is_the_machines_or_fraud() {
    let court = Court::new();
    let truth = court.states[2].checkpoint();
    let segment = court.given();
    let input = vec![Part { archive: Address::ZERO, data: segment.encode() }];
    let proof = court.proof(&segment);
    assert_eq!(
        said(&court.clone().answering(false, &truth.to_bytes()).runs(&segment)),
        Some(Said::Held)
    );
    for field in Field::ALL {
        let mut reached = truth;
        assert!(reached.set(*field, B256::with_last_byte(0x77)));
        let court = court.clone().answering(false, &reached.to_bytes());
        // Without the words it is known that they differ, and with them where.
        assert_eq!(kind(&court.runs(&segment)), Some(MismatchKind::Checkpoint));
        let named = court.send(&court.advance(input.clone(), proof.clone(), Some(&truth)));
        assert_eq!(kind(&named), Some(MismatchKind::of_field(*field)), "{}", field.name());
        // Words of another checkpoint name nothing.
        let other = court.send(&court.advance(input.clone(), proof.clone(), Some(&reached)));
        assert_eq!(kind(&other), Some(MismatchKind::Checkpoint));
    }
    // The leaf says another place than the digest.
    for (record, gas_used, expected) in [
        (5, 2_001, MismatchKind::CheckpointGasUsed),
        (6, 2_000, MismatchKind::CheckpointRecord),
        (6, 2_001, MismatchKind::CheckpointGasUsed),
    ] {
        let mut leaves = court.commitment.leaves().to_vec();
        (leaves[1].record, leaves[1].gas_used) = (Number(record), Number(gas_used));
        let mut court = court.clone().answering(false, &truth.to_bytes());
        court.commitment = Commitment::new(court.head.hash(), leaves);
        let segment = Segment { end: Some(gas_used), ..segment.clone() };
        assert_eq!(kind(&court.runs(&segment)), Some(expected));
    }
}

#[test]
fn what_was_reached_is_gone_on_from_and_only_there() {
    let mut court = Court::new();
    let middle =
        iso_evm_wire::segment::State { gas_used: 1_500, record: 3, ..court.states[1].clone() };
    let digest = middle.checkpoint().digest();
    // A place before the checkpoint.
    let halfway = Segment { end: Some(1_499), ..court.given() };
    court = court.answering(false, &middle.checkpoint().to_bytes());
    assert_eq!(said(&court.runs(&halfway)), Some(Said::Advanced(digest)));
    // From there on.
    court = court.clone().answering(false, &court.states[2].checkpoint().to_bytes());
    let on = court.from(&middle, Some(2_000));
    let not_reached = NotReached { digest }.abi_encode();
    assert_eq!(court.runs(&on).output, not_reached);
    court.reached = vec![(1, digest)];
    assert_eq!(said(&court.runs(&on)), Some(Said::Held));
    // Not in another segment, of another commitment, by another machine.
    let mut other = court.clone();
    other.segment = 2;
    let past = Segment { end: Some(3_000), ..on.clone() };
    assert_eq!(other.runs(&past).output, not_reached);
    let mut other = court.clone();
    other.reached = vec![(0, digest), (2, digest), (1, B256::ZERO)];
    assert_eq!(other.runs(&on).output, not_reached);
    let data = |court: &Court, segment: &Segment| {
        let part = Part { archive: Address::ZERO, data: segment.encode() };
        court.advance(vec![part], court.proof(segment), None)
    };
    let host = court.host();
    let mut other = court.clone();
    other.commitment = committed(&court.head, &court.states[1..3]);
    let sent = host.send(Address::ZERO, super::court::REGISTER, &data(&other, &on), None);
    assert_eq!(sent.output, NotOpen {}.abi_encode());
}

/// The first segment starts from nothing but the message.
#[test]
fn the_first_segment_starts_from_the_message() {
    let mut court = Court::new();
    court.segment = 0;
    court = court.clone().answering(false, &court.states[1].checkpoint().to_bytes());
    assert_eq!(said(&court.runs(&court.given())), Some(Said::Held));
    let truth = court.given();
    for field in Field::ALL {
        let mut other = truth.clone();
        assert!(other.start.set(*field, B256::with_last_byte(0x77)));
        let digest = other.start.digest();
        let sent = court.tries(&other.encode(), &court.proof(&truth));
        assert_eq!(sent.output, NotReached { digest }.abi_encode(), "{}", field.name());
    }
}

#[test]
fn a_segment_ends_between_its_start_and_the_operators_next() {
    let court = Court::new();
    let truth = court.states[2].checkpoint().to_bytes();
    let court = court.answering(false, &truth);
    for (end, refused) in [
        (None, 0),
        (Some(999), 999),
        (Some(1_000), 1_000),
        (Some(2_001), 2_001),
        (Some(u64::MAX), u64::MAX),
    ] {
        let segment = Segment { end, ..court.given() };
        assert_eq!(court.runs(&segment).output, not_next(refused), "{end:?}");
    }
    let mut input = court.given().encode().to_vec();
    input[layout::END..layout::END + 32].fill(0xff);
    let sent = court.tries(&input, &court.proof(&court.given()));
    assert_eq!(sent.output, NotNext { gasUsed: U256::MAX }.abi_encode());
    // Behind the last checkpoint: to the message's end, or to no more than there is.
    let mut last = court.clone();
    last.segment = 3;
    for (end, refused) in [(Some(3_000), 3_000), (Some(10_001), 10_001)] {
        let segment = Segment { end, ..last.given() };
        assert_eq!(last.runs(&segment).output, not_next(refused));
    }
    assert_eq!(
        said(&last.clone().answering(false, &word(1)).runs(&last.given())),
        Some(Said::Held)
    );
    let segment = Segment { end: Some(10_000), ..last.given() };
    assert!(matches!(said(&last.runs(&segment)), Some(Said::Advanced(_))));
    // There is no segment behind that.
    let mut beyond = court.clone();
    beyond.segment = 4;
    let segment = beyond.from(&court.states[3], None);
    assert_eq!(beyond.runs(&segment).output, not_among(3));
}

#[test]
fn checkpoints_that_cannot_be_are_fraud_whatever_a_machine_says() {
    let court = Court::new();
    let silent = court.clone().answering(true, &[]);
    for (gas, expected) in [
        (1_000, Some(MismatchKind::CheckpointGasUsed)),
        (0, Some(MismatchKind::CheckpointGasUsed)),
        (10_001, Some(MismatchKind::CheckpointGasUsed)),
        (u64::MAX, Some(MismatchKind::CheckpointGasUsed)),
        (1_001, None),
        (10_000, None),
    ] {
        let mut leaves = court.commitment.leaves().to_vec();
        leaves[1].gas_used = Number(gas);
        let mut court = silent.clone();
        court.commitment = Commitment::new(court.head.hash(), leaves);
        let segment = Segment { end: Some(gas), ..court.given() };
        assert_eq!(kind(&court.runs(&segment)), expected, "{gas}");
    }
    // From a place inside the segment nothing follows.
    let mut court = silent;
    court.reached = vec![(1, court.states[2].checkpoint().digest())];
    let segment = court.from(&court.states[2], Some(2_000));
    assert_eq!(court.runs(&segment).output, not_next(2_000));
}

#[test]
fn checkpoints_stand_where_they_stand() {
    let court = Court::new();
    let court = court.clone().answering(false, &court.states[2].checkpoint().to_bytes());
    // Those of a commitment with the same leaves in another order, or one more.
    let mut leaves = court.commitment.leaves().to_vec();
    leaves.swap(1, 2);
    let data = |commitment: &Commitment| {
        let part = Part { archive: Address::ZERO, data: court.given().encode() };
        let advance = crate::register::Advance {
            operator: OPERATOR,
            machine: MACHINE,
            commitment,
            segment: 1,
            records: court.proof(&court.given()),
            claimed: None,
            input: vec![part],
        };
        let mut call = crate::register::advanceCall::abi_decode(&advance.calldata()).unwrap();
        call.claim.checkpoints = U256::from(court.commitment.leaves().len());
        call.claim.checkpointsRoot = court.commitment.checkpoints_root();
        call
    };
    assert_eq!(said(&court.send(&data(&court.commitment).abi_encode().into())), Some(Said::Held));
    let swapped = data(&Commitment::new(court.head.hash(), leaves.clone()));
    assert_eq!(court.send(&swapped.abi_encode().into()).output, not_among(0));
    let mut call = data(&court.commitment);
    call.claim.to.path.push(B256::ZERO);
    assert_eq!(court.send(&call.abi_encode().into()).output, not_among(1));
    let mut call = data(&court.commitment);
    call.claim.from.path.pop();
    assert_eq!(court.send(&call.abi_encode().into()).output, not_among(0));
    // Another number of them is another commitment.
    let mut call = data(&court.commitment);
    call.claim.checkpoints = U256::from(4);
    assert_eq!(court.send(&call.abi_encode().into()).output, NotOpen {}.abi_encode());
    call.claim.checkpoints = U256::MAX;
    assert_eq!(court.send(&call.abi_encode().into()).output, NotOpen {}.abi_encode());
}

#[test]
fn only_exact_answers_decide() {
    let words = Court::new().states[2].checkpoint().to_bytes();
    let malformed = abi::Malformed { position: U256::from(7) }.abi_encode();
    let unavailable = abi::Unavailable { archive: Address::repeat_byte(3) }.abi_encode();
    let missing = abi::NotProven { missing: U256::from(1) }.abi_encode();
    let longer = |data: &[u8], more: usize| [data, &vec![0; more][..]].concat();
    let shorter = |data: &[u8]| data[..data.len() - 1].to_vec();
    let mut untagged = words.clone();
    untagged[0] ^= 1;
    let mut other_selector = mismatch(5);
    other_selector[3] ^= 1;
    let nothing: Vec<(bool, Vec<u8>)> = vec![
        (false, vec![]),
        (false, word(1)),
        (false, word(2)),
        (false, untagged),
        (false, shorter(&words)),
        (false, longer(&words, 32)),
        (false, mismatch(5)),
        (false, malformed.clone()),
        (true, words),
        (true, vec![]),
        (true, word(1)),
        (true, unavailable),
        (true, missing),
        (true, mismatch(5)[..4].to_vec()),
        (true, shorter(&mismatch(5))),
        (true, longer(&mismatch(5), 1)),
        (true, longer(&mismatch(5), 10_000)),
        (true, shorter(&malformed)),
        (true, longer(&malformed, 128)),
        (true, [&malformed[..4], &mismatch(5)[4..]].concat()),
        (true, [&mismatch(5)[..4], &malformed[4..]].concat()),
        (true, other_selector),
        // Error(string), Panic(uint256)
        (true, hex!("08c379a0").to_vec()),
        (true, [&hex!("4e487b71")[..], &word(0x11)].concat()),
    ];
    for (reverts, answer) in &nothing {
        let court = Court::new().answering(*reverts, answer);
        let sent = court.runs(&court.given());
        assert_eq!(sent.output, not_proven(answer), "{}", hex::encode(answer));
        assert!(!sent.success);
    }
    for (answer, expected) in [
        (mismatch(5), Some(MismatchKind::GasUsed)),
        (mismatch(17), Some(MismatchKind::RecordOpcode)),
        (mismatch(9), Some(MismatchKind::CheckpointAbsent)),
    ] {
        let court = Court::new().answering(true, &answer);
        assert_eq!(kind(&court.runs(&court.given())), expected);
    }
    let court = Court::new().answering(true, &malformed);
    let fraud = Said::Fraud(MessageVerdict::Malformed { position: 7 });
    assert_eq!(said(&court.runs(&court.given())), Some(fraud));
    // To the message's end, and to a gas that the caller chose.
    for (reverts, answer, end, expected) in [
        (false, word(1), None, Some(Said::Held)),
        (false, Court::new().states[2].checkpoint().to_bytes(), None, None),
        (false, word(1), Some(9), None),
        (true, mismatch(9), Some(9), None),
    ] {
        let court = Court::bare().answering(reverts, &answer);
        let sent = court.runs(&Segment { end, ..court.given() });
        assert_eq!(said(&sent), expected, "{}", hex::encode(&answer));
        assert!(expected.is_some() || sent.output == not_proven(&answer));
    }
    let court = Court::bare().answering(true, &mismatch(17));
    let sent = court.runs(&Segment { end: Some(9), ..court.given() });
    assert_eq!(kind(&sent), Some(MismatchKind::RecordOpcode));
}

#[test]
fn only_the_forks_machine_is_asked_and_only_about_what_is_open() {
    let answer = Court::new().states[2].checkpoint().to_bytes();
    let mut court = Court::new().answering(false, &answer);
    court.open = false;
    assert_eq!(court.runs(&court.given()).output, NotOpen {}.abi_encode());
    court.open = true;
    let (expected, found) = (B256::repeat_byte(9), court.hash());
    court.expected = Some(expected);
    let refused = NotTheMachine { expected, found }.abi_encode();
    assert_eq!(court.runs(&court.given()).output, refused);
    // All gas that is used up, and none left to answer with.
    for code in [&[0xfe][..], &[0x5b, 0x5f, 0x56]] {
        let mut court = Court::new();
        (court.machine, court.gas) = (code.to_vec().into(), Some(3_000_000));
        let sent = court.runs(&court.given());
        assert!(!sent.success && said(&sent).is_none());
    }
    assert_eq!(stub(false, &[]).len(), 12);
}

#[test]
fn a_leaf_of_a_checkpoint_is_hashed_as_the_register_hashes_it() {
    // Two numbers and a digest behind a zero byte; what the court relies on.
    let leaf = Leaf { record: Number(1), gas_used: Number(2), digest: B256::repeat_byte(3) };
    let bytes = [&[0][..], &word(1), &word(2), &[3; 32]].concat();
    assert_eq!(leaf.hash(), alloy_primitives::keccak256(bytes));
    assert_ne!(Leaf::of(&Checkpoint::default()).hash(), leaf.hash());
}
