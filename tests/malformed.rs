//! Bytes that are no canonical witness: every word replaced, every byte changed, every truncation
//! and addition. The hypervisor and the decoder (two programs that share nothing) must agree: what
//! the decoder refuses is never valid, and what it takes is never malformed.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Audited, MessageVerdict};
use iso_evm_wire::{
    Fork,
    encoding::{decode, encode},
    records::{FrameKind, Record},
};
use iso_evm_witness::RecordedMessage;

use crate::{
    harness::{audit, parallel},
    replay,
};

const WORD: usize = 32;
/// Host gas for one of these: they can make a guest run for ever.
const HOST_GAS: u64 = 20_000_000;

/// Whether the decoder takes the bytes, records and all, and the records say only what can be
/// (specs/03): a kind of frame that there is, nothing cold before Berlin, no delegation before
/// Prague, no delegate without one.
fn canonical(fork: Fork, bytes: &[u8]) -> bool {
    let cold = |cold: bool| !cold || fork >= Fork::Berlin;
    let possible = |record: Record| match record {
        Record::Opening(opening) => FrameKind::from_number(opening.kind).is_some(),
        Record::Balance(record) => cold(record.cold),
        Record::Extcodesize(record) => cold(record.cold),
        Record::Extcodehash(record) => cold(record.cold),
        Record::Extcodecopy(record) => cold(record.cold),
        Record::Sload(record) => cold(record.cold),
        Record::Sstore(record) => cold(record.cold),
        Record::Selfdestruct(record) => cold(record.cold),
        Record::Call(_, call) => {
            let delegate = !call.delegate.is_zero() || call.delegateCold;
            cold(call.cold) && if call.delegated { fork >= Fork::Prague } else { !delegate }
        }
        _ => true,
    };
    decode(bytes).is_ok_and(|message| {
        message.stateAccessList.iter().all(|access| Record::decode(access).is_ok_and(possible))
    })
}

struct Case<'a> {
    name: String,
    fork: Fork,
    message: &'a RecordedMessage,
    bytes: Bytes,
}

fn check(case: &Case<'_>) -> Result<(), String> {
    let Audited { verdict, .. } =
        audit::engine(case.fork).audit(&case.bytes, &case.message.code, Some(HOST_GAS));
    let agrees = match &verdict {
        MessageVerdict::Valid => canonical(case.fork, &case.bytes),
        MessageVerdict::Malformed { .. } => !canonical(case.fork, &case.bytes),
        MessageVerdict::Mismatch(_) => true,
        // found before the records are
        MessageVerdict::Unavailable { .. } => true,
        MessageVerdict::Inconclusive { .. } => canonical(case.fork, &case.bytes),
    };
    if agrees { Ok(()) } else { Err(format!("{}: {verdict:x?}", case.name)) }
}

/// Bytes that differ from the message's.
fn changed(honest: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for at in (0..honest.len()).step_by(WORD) {
        let word = U256::from_be_slice(&honest[at..][..WORD]);
        let size = U256::from(honest.len());
        let one = U256::ONE;
        let words = [
            U256::ZERO,
            one,
            U256::from(2),
            U256::from(32),
            word.wrapping_add(one),
            word.wrapping_sub(one),
            word.wrapping_add(U256::from(32)),
            word.wrapping_sub(U256::from(32)),
            word.wrapping_add(one << 64),
            word.wrapping_add(one << 255),
            size,
            size.wrapping_sub(U256::from(at)),
            (one << 32) - one,
            (one << 64) - U256::from(32),
            one << 160,
            U256::MAX,
            U256::MAX - U256::from(31),
        ];
        for other in words {
            let mut bytes = honest.to_vec();
            bytes[at..][..WORD].copy_from_slice(&other.to_be_bytes::<WORD>());
            all.push((format!("word at {at} is {other:#x}"), bytes));
        }
        all.push((format!("cut at {at}"), honest[..at].to_vec()));
        all.push((
            format!("word at {at} left out"),
            [&honest[..at], &honest[at + WORD..]].concat(),
        ));
        all.push((
            format!("a word put in at {at}"),
            [&honest[..at], &[0; WORD], &honest[at..]].concat(),
        ));
    }
    for at in 0..honest.len() {
        let mut bytes = honest.to_vec();
        bytes[at] ^= 0x40;
        all.push((format!("byte {at} changed"), bytes));
    }
    for less in 1..WORD {
        all.push((format!("{less} bytes less"), honest[..honest.len() - less].to_vec()));
    }
    for more in [1, 31, 32, 64] {
        all.push((format!("{more} bytes more"), [honest, &vec![0; more]].concat()));
    }
    all.retain(|(_, bytes)| bytes != honest);
    all
}

#[test]
fn hypervisor_and_decoder_agree() {
    // a plain transfer has no message
    for name in replay::NAMES.into_iter().filter(|name| *name != "plain-transfer") {
        let (fork, recording) = replay::recorded(name);
        let mut cases = Vec::new();
        for (index, message) in recording.messages.iter().enumerate() {
            let honest = encode(&message.witness);
            assert!(canonical(fork, &honest));
            if honest.len() > 12_000 {
                continue;
            }
            cases.extend(changed(&honest).into_iter().map(|(what, bytes)| Case {
                name: format!("{name}: message {index}: {what}"),
                fork,
                message,
                bytes: bytes.into(),
            }));
        }
        parallel::check_all(&cases, check);
    }
}
