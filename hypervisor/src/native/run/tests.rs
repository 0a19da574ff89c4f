//! What a run shows of small programs: why they halt, what calls hand over, what is refunded.

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use iso_evm_wire::{
    Fork, MessageWitness,
    encoding::encode,
    records::{CallRecord, FrameKind, OpeningRecord, Outcome, Record, SstoreRecord},
};

use super::*;
use crate::rules::verdict::{Inconclusive, MismatchKind};

/// A message that runs this code on this gas, with these records behind the opening one.
fn message(code: &[u8], gas: u64, records: &[Record], is_static: bool) -> (Bytes, Code) {
    let code = Code::new(Bytes::copy_from_slice(code));
    let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: code.hash() };
    let opening = Record::Opening(opening);
    let claim = MessageWitness {
        isStatic: is_static,
        gasAvailable: U256::from(gas),
        stateAccessList: [&opening].into_iter().chain(records).map(Record::encode).collect(),
        returndataHash: keccak256([]),
        ..MessageWitness::default()
    };
    (encode(&claim).into(), code)
}

/// The run to its end, and its steps.
fn whole(
    fork: Fork,
    code: &[u8],
    gas: u64,
    records: &[Record],
    is_static: bool,
) -> (Run, Vec<Stepped>) {
    let (calldata, code) = message(code, gas, records, is_static);
    let engine = NativeEngine::new(fork);
    let mut run = engine.run(&calldata, Some(&code), None);
    let steps: Vec<_> = std::iter::from_fn(|| run.step()).collect();
    assert_eq!(run.verdict(), Some(&engine.audit(&calldata, Some(&code))));
    assert!(run.state().is_none());
    (run, steps)
}

#[test]
fn a_halt_has_its_reason() {
    const PLENTY: u64 = 100_000;
    let (london, osaka) = (Fork::London, Fork::Osaka);
    let full = [&[0x5f; 1024][..], &[0x42]].concat();
    let cases: &[(Fork, &[u8], u64, bool, Halt)] = &[
        (osaka, &hex!("01"), PLENTY, false, Halt::StackUnderflow),
        (osaka, &hex!("54"), PLENTY, false, Halt::StackUnderflow),
        (osaka, &[0x5f; 1025], PLENTY, false, Halt::StackOverflow),
        // TIMESTAMP takes a record.
        (osaka, &full, PLENTY, false, Halt::StackOverflow),
        (osaka, &hex!("600160015b"), 6, false, Halt::OutOfGas),
        (osaka, &hex!("42"), 1, false, Halt::OutOfGas),
        (osaka, &hex!("5f63ffffffff52"), PLENTY, false, Halt::OutOfGas),
        (osaka, &hex!("5f56"), PLENTY, false, Halt::InvalidJump),
        (osaka, &hex!("0c"), PLENTY, false, Halt::UndefinedOpcode),
        (london, &hex!("5f"), PLENTY, false, Halt::UndefinedOpcode),
        // BLOBHASH before Cancun takes no record, for there is none.
        (london, &hex!("600049"), PLENTY, false, Halt::UndefinedOpcode),
        (osaka, &hex!("fe"), PLENTY, false, Halt::Invalid),
        (osaka, &hex!("5f5f55"), PLENTY, true, Halt::StaticContext),
        (osaka, &hex!("5f5fa0"), PLENTY, true, Halt::StaticContext),
        (osaka, &hex!("5f5fa0"), 5, true, Halt::OutOfGas),
        (osaka, &hex!("5f5f5f5f60015f5af1"), PLENTY, true, Halt::StaticContext),
        (osaka, &hex!("60015f5f3e"), PLENTY, false, Halt::ReturnDataOutOfBounds),
        (osaka, &hex!("61ffff5f5ff0"), PLENTY, false, Halt::InitcodeTooLong),
        // The sentry of SSTORE (EIP-2200).
        (osaka, &hex!("5f5f55"), 2_304, false, Halt::OutOfGas),
    ];
    for (fork, code, gas, is_static, halt) in cases {
        let (run, steps) = whole(*fork, code, *gas, &[], *is_static);
        let name = hex::encode(code);
        let last = steps.last().expect("a step");
        assert_eq!(last.halt, Some(*halt), "{fork} {name}");
        assert!(steps[..steps.len() - 1].iter().all(|step| step.halt.is_none()), "{name}");
        assert_eq!(run.ended().map(|end| (end.status, end.gas_left)), Some((0, 0)), "{name}");
    }
}

/// A call that moves value to an account without code: 9,000 and its parts are the opcode's own, the
/// stipend comes back with the gas.
#[test]
fn what_a_call_costs_is_told_from_what_it_hands_over() {
    let target = Address::repeat_byte(0x11);
    // CALL(gas 5000, 0x11…, value 1, no input, no output)
    let code = hex!("5f5f5f5f600173 1111111111111111111111111111111111111111 611388f1");
    let record = CallRecord {
        account: target,
        value: U256::from(1),
        gas: 5_000 + 2_300,
        outcome: Outcome::Nocode as u8,
        status: 1,
        stateRoot: keccak256([]),
        ..CallRecord::default()
    };
    let (_, steps) = whole(Fork::Osaka, &code, 50_000, &[Record::Call(0xf1, record)], false);
    let call = steps[7];
    assert_eq!(call.callee, Some(Callee { given: 5_000, stipend: 2_300, used: 0 }));
    assert_eq!((call.cost, call.cost_with_callee()), (9_100, 14_100));
    assert_eq!(call.record, Some(1));
    assert_eq!(steps[8].cost, 0);
}

#[test]
fn a_cleared_slot_is_refunded() {
    let one = U256::ONE.into();
    let record = SstoreRecord {
        original: one,
        current: one,
        stateRoot: keccak256([]),
        ..SstoreRecord::default()
    };
    let record = [Record::Sstore(record)];
    for (fork, refund) in [(Fork::Berlin, 15_000), (Fork::London, 4_800)] {
        let (_, steps) = whole(fork, &hex!("6000600055"), 50_000, &record, false);
        let refunds: Vec<_> = steps.iter().map(|step| step.refund).collect();
        assert_eq!(refunds, [0, 0, refund, 0], "{fork}");
    }
}

/// The run goes up to the opcode whose record is false, and what was before it is seen.
#[test]
fn a_run_ends_at_the_record_that_is_false() {
    let record = SstoreRecord { key: U256::from(7).into(), ..SstoreRecord::default() };
    let code = hex!("600160025500");
    let (run, steps) = whole(Fork::Osaka, &code, 50_000, &[Record::Sstore(record)], false);
    assert_eq!(steps.len(), 3);
    assert!(run.ended().is_none() && steps[2].halt.is_none());
    let Some(MessageVerdict::Mismatch(mismatch)) = run.verdict() else { panic!("a mismatch") };
    assert_eq!(
        (mismatch.kind, mismatch.pc, mismatch.record),
        (MismatchKind::Key, Some(4), Some(1))
    );
}

#[test]
fn a_run_is_bounded_by_its_limit() {
    // JUMPDEST, PUSH0, JUMP: without end.
    let (calldata, code) = message(&hex!("5b5f56"), 1 << 62, &[], false);
    let mut run = NativeEngine::new(Fork::Osaka).run(&calldata, Some(&code), Some(110));
    let steps = std::iter::from_fn(|| run.step()).count();
    // 11 gas a round: the first opcode of the eleventh is too much.
    assert_eq!((steps, run.own_gas()), (31, 111));
    let reason = Inconclusive::GuestGasLimit;
    assert_eq!(run.verdict(), Some(&MessageVerdict::Inconclusive { reason }));
}

#[test]
fn bytes_that_are_no_message_have_no_step() {
    let mut run = NativeEngine::new(Fork::Osaka).run(&Bytes::new(), None, None);
    assert!(run.state().is_none() && run.step().is_none());
    assert_eq!(run.verdict(), Some(&MessageVerdict::Malformed { position: 0 }));
}
