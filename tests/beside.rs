//! Code beside a message: another one, too much, too little, in the wrong place. Whatever is wrong with it, nothing is
//! said of the message; and the guest never reads it as its calldata.

use alloy_primitives::{Address, Bytes, U256};
use iso_evm_hypervisor::{MessageVerdict, MismatchKind};
use iso_evm_wire::{
    Fork,
    encoding::{encode, with_code},
    records::FrameKind,
};
use iso_evm_witness::RecordedMessage;

use crate::harness::{
    audit,
    guest::Guest,
    parallel,
    program::{Program, op},
};

/// The guest's message of a run.
fn message(guest: &Guest) -> RecordedMessage {
    guest.record().guest().clone()
}

/// A call that returns all of its calldata, beside some code that does nothing more.
fn echo() -> RecordedMessage {
    let code = Program::new()
        .op([op::CALLDATASIZE])
        .push(0)
        .push(0)
        .op([op::CALLDATACOPY, op::CALLDATASIZE])
        .push(0)
        .op([op::RETURN, 0xee, 0xee, 0xee]);
    message(&Guest::new("echo", Fork::Osaka, code.build()).calldata([7; 36]))
}

/// What is said of a message with these bytes as calldata.
fn said(bytes: Vec<u8>) -> MessageVerdict {
    audit::engine(Fork::Osaka).run(&Bytes::from(bytes), &[], None).verdict
}

fn not_its_code() -> MessageVerdict {
    MessageVerdict::Unavailable { archive: Address::ZERO }
}

/// A number as a word.
fn word(number: usize) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

#[test]
fn other_code_or_bytes_that_are_no_argument_say_nothing_of_the_message() {
    let message = echo();
    let (bytes, code) = (encode(&message.witness), &message.code);
    let whole = with_code(&bytes, code);
    assert_eq!(said(whole.clone()), MessageVerdict::Valid);
    let other = [&code[..], &[0]].concat();
    for code in [&[][..], &code[..code.len() - 1], &other] {
        assert_eq!(said(with_code(&bytes, code)), not_its_code(), "{code:?}");
    }
    let end = bytes.len() + 32;
    // Lengths that wrap, that reach behind the calldata, or that leave something over.
    for length in [U256::MAX, U256::MAX - U256::from(62), U256::from(1 << 30), U256::from(64)] {
        let mut changed = whole.clone();
        changed[end..end + 32].copy_from_slice(&length.to_be_bytes::<32>());
        assert_eq!(said(changed), not_its_code(), "length {length}");
    }
    for pointer in [0, 32, 64, end - 64, end - 32, end + 32, end + 64, usize::MAX] {
        let mut changed = whole.clone();
        changed[32..64].copy_from_slice(&word(pointer));
        assert_eq!(said(changed), not_its_code(), "pointer {pointer}");
    }
    for cut in (end..whole.len()).filter(|cut| cut % 32 == 0 || cut % 32 == 1) {
        assert_eq!(said(whole[..cut].to_vec()), not_its_code(), "cut at {cut}");
    }
    for more in [1, 31, 32, 64] {
        assert_eq!(said([&whole[..], &vec![0; more]].concat()), not_its_code(), "{more} more");
    }
    assert_ne!(code.len() % 32, 0);
    let mut padded = whole.clone();
    *padded.last_mut().unwrap() = 1;
    assert_eq!(said(padded), not_its_code(), "padding");
    // A word that points neither here nor there is no head.
    for first in [U256::ZERO, U256::from(33), U256::from(96), U256::from(1) << 255] {
        let mut changed = whole.clone();
        changed[..32].copy_from_slice(&first.to_be_bytes::<32>());
        assert_eq!(said(changed), MessageVerdict::Malformed { position: 0 }, "first word {first}");
    }
}

/// A lie is the same lie with code beside it, at the same place.
#[test]
fn what_is_false_or_malformed_is_told_at_the_same_place() {
    let guest =
        Guest::new("logs", Fork::Osaka, Program::new().push(1).op([op::SLOAD, op::POP]).build());
    let message = message(&guest);
    let bytes = encode(&message.witness);
    let alone = |bytes: &[u8]| {
        audit::engine(Fork::Osaka)
            .audit(&Bytes::copy_from_slice(bytes), &message.code, None)
            .verdict
    };
    let mut kinds = Vec::new();
    for position in (0..bytes.len()).step_by(32).skip(1) {
        for change in [1_u8, 0x80] {
            let mut changed = bytes.clone();
            changed[position + if change == 1 { 31 } else { 0 }] ^= change;
            let verdict = alone(&changed);
            let beside = said(with_code(&changed, &message.code));
            let is_open = matches!(
                verdict,
                MessageVerdict::Malformed { position: 0 } | MessageVerdict::Unavailable { .. }
            );
            assert!(
                beside == verdict || is_open && beside == not_its_code(),
                "{position}: {beside:?} {verdict:?}"
            );
            kinds.push(std::mem::discriminant(&beside));
        }
    }
    kinds.dedup();
    assert!(kinds.len() > 3);
}

/// A word that reaches over the end of the calldata, and copies of what is not there, are zeros.
#[test]
fn a_guest_does_not_read_the_code_beside_its_message() {
    let mut guests = Vec::new();
    for size in (0_usize..=3).chain(28..=36).chain(60..=66) {
        let mut program = Program::new();
        let mut slot = 0_usize;
        let mut next = || {
            slot += 32;
            slot
        };
        for offset in (0..size + 34).map(U256::from).chain([U256::MAX, U256::MAX - U256::from(31)])
        {
            program = program.push(offset).op([op::CALLDATALOAD]).push(next()).op([op::MSTORE]);
        }
        for from in [0, 1, size.saturating_sub(1), size, size + 1, size + 31, size + 32, size + 40]
        {
            for length in [0, 1, 2, 31, 32, 33, 70] {
                let to = next();
                next();
                next();
                program = program.push(length).push(from).push(to).op([op::CALLDATACOPY]);
            }
        }
        for from in [U256::MAX, U256::MAX - U256::from(30), U256::from(1) << 32] {
            let to = next();
            program = program.push(32).push(from).push(to).op([op::CALLDATACOPY]);
        }
        // Code whose length has three bytes that are not zero.
        let mut code = program.return_memory_hash().build();
        code.resize(0x01_ffff, 0xee);
        let name = format!("{size} bytes of calldata");
        guests.push(Guest::new(name, Fork::Osaka, code).calldata(vec![0xcd; size]));
    }
    parallel::check_all(&guests, |guest| {
        let message = message(guest);
        assert_eq!(message.witness.status, U256::from(1));
        let bytes = encode(&message.witness);
        let verdict = said(with_code(&bytes, &message.code));
        match verdict {
            MessageVerdict::Valid => Ok(()),
            _ => Err(format!("{}: {verdict:?}", guest.name)),
        }
    });
}

/// A creation's code is its `callData`: nothing stands beside it.
#[test]
fn a_creation_has_no_code_beside_it() {
    let guest = Guest::new("creation", Fork::Osaka, Program::new().op([op::STOP]).build());
    let message = message(&guest.kind(FrameKind::Create));
    let bytes = encode(&message.witness);
    assert_eq!(said(with_code(&bytes, &[])), MessageVerdict::Valid);
    for code in [&[0][..], &message.witness.callData] {
        assert_eq!(said(with_code(&bytes, code)), not_its_code());
    }
    let mut witness = message.witness;
    witness.to = Address::with_last_byte(1);
    let verdict = said(with_code(&encode(&witness), &[0]));
    let MessageVerdict::Mismatch(mismatch) = verdict else { panic!("{verdict:?}") };
    assert_eq!(mismatch.kind, MismatchKind::To);
}
