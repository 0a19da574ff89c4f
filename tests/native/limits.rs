//! A bound on what the native engine spends on a message. The harness tries the least that is enough
//! on every message that it audits; here is what that least is.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use alloy_primitives::{Address, Bytes, U256};
use iso_evm_hypervisor::{Code, Inconclusive, MessageVerdict, MismatchKind, NativeEngine};
use iso_evm_wire::{
    Fork, MessageWitness, Witness,
    encoding::encode,
    records::{FrameKind, Outcome as Became, Record},
};
use revm::bytecode::opcode as op;

use super::halting;
use crate::harness::{
    fixtures::own,
    guest::{Guest, SENDER},
    program::Program,
};

const LIMITED: MessageVerdict =
    MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };

/// A witness for each of the project's own inputs.
fn witnesses() -> impl Iterator<Item = Witness> {
    let files = fs::read_dir(own()).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| Witness::decode(&fs::read(path).unwrap()).unwrap())
}

/// What the message's own opcodes cost, and how many callees used gas: `gasUsed` without what these
/// used, but for the stipends, which nobody paid.
fn own_gas(message: &MessageWitness) -> (u64, usize) {
    let (mut own, mut callees) = (message.gasUsed.to::<u64>(), 0);
    for access in &message.stateAccessList {
        let used = match Record::decode(access).unwrap() {
            Record::Call(_, call) => {
                own += if call.value.is_zero() { 0 } else { 2300 };
                call.gasUsed
            }
            Record::Create(create) => create.gasUsed,
            Record::Create2(create) => create.gasUsed,
            _ => continue,
        };
        own -= used;
        callees += usize::from(used > 0);
    }
    (own, callees)
}

/// What hashing the input of each message's children costs, by message: a child's input is its calldata,
/// and children come in the order of their records.
fn passed(witness: &Witness) -> Vec<u64> {
    let messages: Vec<_> =
        (0..witness.messages.len()).map(|index| witness.message(index).unwrap()).collect();
    let children = |message: &MessageWitness| {
        let child = Became::Child as u8;
        let opens = |access| match Record::decode(access).unwrap() {
            Record::Call(_, call) => call.outcome == child,
            Record::Create(create) => create.outcome == child,
            Record::Create2(create) => create.outcome == child,
            _ => false,
        };
        message.stateAccessList.iter().filter(|access| opens(access)).count()
    };
    let mut passed = vec![0; messages.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        while open.last().is_some_and(|(_, left)| *left == 0) {
            open.pop();
        }
        if let Some((parent, left)) = open.last_mut() {
            *left -= 1;
            let Ok(Record::Opening(opening)) = Record::decode(&message.stateAccessList[0]) else {
                panic!("a message begins with its opening record")
            };
            if !FrameKind::from_number(opening.kind).unwrap().is_create() {
                passed[*parent] += 6 * message.callData.len().div_ceil(32) as u64;
            }
        }
        open.push((index, children(message)));
    }
    passed
}

/// Whether the message is a creation that succeeded: the deposit is no opcode's gas.
fn stores(message: &MessageWitness) -> bool {
    let Ok(Record::Opening(opening)) = Record::decode(&message.stateAccessList[0]) else {
        panic!("a message begins with its opening record")
    };
    FrameKind::from_number(opening.kind).unwrap().is_create() && message.status == U256::ONE
}

/// What the message's own opcodes cost is enough, one less is not.
#[test]
fn the_gas_of_a_messages_own_opcodes_is_the_least_limit() {
    let (mut messages, mut callers) = (0, 0);
    for witness in witnesses() {
        let engine = NativeEngine::new(witness.rules);
        let passed = passed(&witness);
        for (index, passed) in passed.into_iter().enumerate() {
            let bytes = &witness.messages[index].bytes();
            let message = witness.message(index).unwrap();
            let code = witness.code(&message).cloned().map(Code::new);
            let within = |limit| engine.audit_within(bytes, code.as_ref(), Some(limit));
            let available: u64 = message.gasAvailable.to();
            assert_eq!(within(available), MessageVerdict::Valid);
            if message.status.is_zero() || stores(&message) {
                continue;
            }
            let (least, callees) = own_gas(&message);
            let least = least + passed;
            assert_eq!(within(least), MessageVerdict::Valid, "message {index}");
            if least > 0 {
                assert_eq!(within(least - 1), LIMITED, "message {index}");
                assert_eq!(within(0), LIMITED, "message {index}");
            }
            messages += 1;
            callers += usize::from(callees > 0);
        }
    }
    assert!(messages >= 20 && callers >= 5, "{messages} messages, {callers} with callees");
}

/// What a limit is enough for is judged as without: true or not, with a lie in the record of a call
/// too, when the callee's share is set aside.
#[test]
fn a_lie_is_found_within_the_limit() {
    let mut lies = 0;
    for witness in witnesses() {
        let engine = NativeEngine::new(witness.rules);
        for (index, passed) in passed(&witness).into_iter().enumerate() {
            let truth = witness.message(index).unwrap();
            if truth.status.is_zero() || stores(&truth) {
                continue;
            }
            let code = witness.code(&truth).cloned().map(Code::new);
            let code = code.as_ref();
            let least = own_gas(&truth).0 + passed;
            let mut changed = vec![MessageWitness { status: U256::from(3), ..truth.clone() }];
            for (record, access) in truth.stateAccessList.iter().enumerate() {
                let Ok(Record::Call(opcode, mut call)) = Record::decode(access) else { continue };
                call.calldataHash.0[31] ^= 1;
                let mut lie = truth.clone();
                lie.stateAccessList[record] = Record::Call(opcode, call).encode();
                changed.push(lie);
            }
            for lie in changed {
                let bytes = encode(&lie).into();
                let verdict = engine.audit(&bytes, code);
                assert!(matches!(
                    verdict,
                    MessageVerdict::Mismatch(found)
                        if matches!(found.kind, MismatchKind::Status | MismatchKind::DataHash)
                ));
                for limit in [least, truth.gasAvailable.to(), u64::MAX] {
                    assert_eq!(engine.audit_within(&bytes, code, Some(limit)), verdict);
                }
                lies += 1;
            }
        }
    }
    assert!(lies >= 50, "{lies} lies");
}

/// The gas that a message says it has buys neither time nor memory beyond the limit.
#[test]
fn gas_without_end() {
    let near = (U256::ONE << 32) - U256::from(64);
    let codes = [
        vec![op::JUMPDEST, op::PUSH0, op::JUMP],
        Program::new().push(near).op([op::MLOAD]).build(),
        Program::new().push(1).push(near).op([op::MSTORE8]).build(),
        Program::new().push(near).push(0).op([op::KECCAK256]).build(),
        Program::new().push(near).push(0).push(0).op([op::CALLDATACOPY]).build(),
        Program::new().push(32).push(near).push(0).op([op::MCOPY]).build(),
        Program::new().push(near).push(0).op([op::RETURN]).build(),
        Program::new().push(near).push(0).op([op::LOG0]).build(),
        Program::new().push(near).push(0).push(0).push(0x22).op([op::EXTCODECOPY]).build(),
        Program::new()
            .push(0)
            .push(0)
            .push(32)
            .push(near)
            .push(0x22)
            .op([op::GAS, op::STATICCALL])
            .build(),
        Program::new()
            .push(32)
            .push(near)
            .push(0)
            .push(0)
            .push(0x22)
            .op([op::GAS, op::STATICCALL])
            .build(),
    ];
    let engine = NativeEngine::new(Fork::Osaka);
    for code in codes {
        for gas in [1 << 46, 1 << 63, u64::MAX] {
            let calldata = encode(&halting(&code, gas)).into();
            let held = Code::new(code.clone().into());
            for limit in [0, 1_000_000] {
                let verdict = engine.audit_within(&calldata, Some(&held), Some(limit));
                assert_eq!(verdict, LIMITED, "{code:02x?} with {gas} within {limit}");
            }
        }
    }
}

/// Stipends that callees do not use come back and are spent again, so that the calls' whole prices come to
/// more than the message has; it counts for no more than that.
#[test]
fn a_message_counts_for_no_more_gas_than_it_has() {
    let code = (0..6).fold(Program::new(), |code, _| {
        let code = code.push(0).push(0).push(0).push(0).push(1).push_address(SENDER);
        code.push(0).op([op::CALL, op::POP])
    });
    let run = |gas| {
        Guest::new("value calls", Fork::Osaka, code.clone().build()).value(6).gas(gas).record()
    };
    let used: u64 = run(1_000_000).guest().witness.gasUsed.to();
    // The last call's stipend comes back when nothing is left to do.
    let run = run(used + 2300);
    let message = run.guest();
    assert_eq!(message.witness.status, U256::ONE);
    let available: u64 = message.witness.gasAvailable.to();
    let least = own_gas(&message.witness).0;
    assert!(least > available, "{least} of {available}");
    let (engine, code) = (NativeEngine::new(Fork::Osaka), Code::new(message.code.clone()));
    let bytes = encode(&message.witness).into();
    let within = |limit| engine.audit_within(&bytes, Some(&code), Some(limit));
    assert_eq!(within(available), MessageVerdict::Valid);
    assert_eq!(within(available - 1), LIMITED);
}

/// What the head says comes before gas, and what no gas buys is a halt, not a limit.
#[test]
fn other_answers_stand() {
    let code = Bytes::from_static(&[op::JUMPDEST, op::PUSH0, op::JUMP]);
    let engine = NativeEngine::new(Fork::Osaka);
    let within = |message: &MessageWitness, code: Option<&Bytes>| {
        let code = code.cloned().map(Code::new);
        engine.audit_within(&encode(message).into(), code.as_ref(), Some(0))
    };
    let endless = halting(&code, 1 << 63);
    assert_eq!(within(&endless, Some(&code)), LIMITED);
    assert!(matches!(within(&endless, None), MessageVerdict::Unavailable { .. }));
    let mut bytes = encode(&endless);
    bytes.push(0);
    let malformed = engine.audit_within(&bytes.into(), Some(&Code::new(code)), Some(0));
    assert_eq!(malformed, MessageVerdict::Malformed { position: 0 });
    let undefined = Bytes::from_static(&[op::INVALID]);
    assert_eq!(within(&halting(&undefined, 1 << 63), Some(&undefined)), MessageVerdict::Valid);
    let far = Bytes::from(Program::new().push(U256::ONE << 32).op([op::MLOAD]).build());
    let message = MessageWitness { to: Address::ZERO, ..halting(&far, 1 << 63) };
    let far = Code::new(far);
    let verdict = engine.audit_within(&encode(&message).into(), Some(&far), Some(6));
    assert_eq!(verdict, MessageVerdict::Valid);
}
