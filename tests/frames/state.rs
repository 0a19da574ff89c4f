//! State across frames: transient storage, refunds below zero, an empty account that is touched.

use iso_evm_wire::{Fork, records::FrameKind};
use iso_evm_witness::prestate::PrestateAccount;

use super::*;

const TLOAD: u8 = 0x5c;
const TSTORE: u8 = 0x5d;
const INVALID: u8 = 0xfe;

fn tstore(program: Program, key: u64, value: u64) -> Program {
    program.push(value).push(key).op([TSTORE])
}

/// EIP-1153: what `TLOAD` sees in other frames of a transaction.
#[test]
fn transient_storage_across_frames() {
    let write = tstore(Program::new(), 1, 22);
    let callees = [
        ("succeeds", write.clone().op([op::STOP]), 22),
        ("reverts", write.clone().push(0).push(0).op([op::REVERT]), 11),
        ("halts", write.op([INVALID]), 11),
    ];
    let mut cases = Vec::new();
    for fork in since(Fork::Cancun) {
        for (what, code, left) in &callees {
            for (opcode, left) in [
                (op::DELEGATECALL, *left),
                (op::CALLCODE, *left),
                (op::CALL, 11),
                (op::STATICCALL, 11),
            ] {
                let program = tstore(Program::new(), 1, 11).call(opcode, OTHER, 0, Some(50_000));
                let program = program.op([op::POP]).push(1).op([TLOAD]).keep(0).give(1);
                let guest = Guest::new(format!("{opcode:x} {what}"), fork, program.build())
                    .with_code(OTHER, code.clone().build());
                cases.push(Case::new(guest, words([left])).outcomes([Outcome::Child]));
            }
        }
        let guest = |kind| {
            let code = tstore(Program::new(), 1, 1).build();
            Guest::new(format!("TSTORE in {kind:?}"), fork, code).kind(kind)
        };
        cases.push(Case::new(guest(FrameKind::Staticcall), End::Halt));
        cases.push(Case::new(guest(FrameKind::Create), End::Success));
        let read = Program::new().push(1).op([TLOAD]).return_word().build();
        let read = Guest::new("TLOAD in a static frame", fork, read).kind(FrameKind::Staticcall);
        cases.push(Case::new(read, words([0])));
    }
    check_all(cases);
}

/// A slot that was cleared above is set again below: the child's own refund is negative.
#[test]
fn refunds_below_zero_in_a_frame() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for value in [1, 2] {
            for (what, end) in [("stays", op::STOP), ("is undone", INVALID)] {
                let set = Program::new().push(value).push(0).op([op::SSTORE, end]).build();
                let program = Program::new().push(0).push(0).op([op::SSTORE]);
                let program =
                    program.call(op::DELEGATECALL, OTHER, 0, Some(50_000)).keep(0).give(1);
                let name = format!("set to {value} again, which {what}");
                let guest =
                    Guest::new(name, fork, program.build()).storage(0, 1).with_code(OTHER, set);
                cases.push(Case::new(guest, words([u64::from(end == op::STOP)])));
            }
        }
    }
    check_all(cases);
}

/// Even STATICCALL touches: what was there, empty, is no longer (EIP-161).
#[test]
fn an_empty_account_touched() {
    for fork in Fork::ALL {
        for (opcode, value, touched) in [
            (op::STATICCALL, 0, true),
            (op::CALL, 0, true),
            (op::CALL, 1, true),
            (op::DELEGATECALL, 0, false),
            (op::CALLCODE, 0, false),
        ] {
            for revert in [false, true] {
                let program = Program::new().call(opcode, NOBODY, value, Some(10_000));
                let (program, end) = if revert {
                    (program.push(0).push(0).op([op::REVERT]), End::Revert)
                } else {
                    (program.keep(0).give(1), words([1]))
                };
                let name = format!("{opcode:x} with {value}, {revert}");
                let guest = Guest::new(name.as_str(), fork, program.build());
                let empty = |execution: &mut Execution| {
                    execution.prestate.insert(NOBODY, PrestateAccount::default());
                };
                let case = Case::new(guest, end).change(empty).outcomes([Outcome::Nocode]);
                let recording = case.recorded();
                let list = &recording.messages[1].witness;
                let changed = list.stateRootEnter != list.stateRootLeave;
                assert_eq!(changed, touched && !revert, "{fork} {name}");
                let call = Record::decode(&list.stateAccessList[1]).unwrap();
                let Record::Call(_, call) = call else { panic!("{call:?}") };
                assert_eq!(call.stateRoot != list.stateRootEnter, touched, "{fork} {name}");
            }
        }
    }
}
