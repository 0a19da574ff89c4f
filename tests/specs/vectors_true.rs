//! Guests whose recordings are true.

use alloy_primitives::Address;
use iso_evm_wire::{
    Fork,
    records::{FrameKind, Outcome, Record},
};
use iso_evm_witness::prestate::PrestateAccount;
use revm::bytecode::opcode::*;

use super::{
    vectors::{About, Case, Change},
    vectors_false::edit,
};
use crate::harness::{
    guest::{CONTRACT, Guest},
    program::Program,
};

/// An account with a little code.
pub(super) const OTHER: Address = Address::repeat_byte(0x55);
/// An account that delegates its code to [`OTHER`].
const DELEGATING: Address = Address::repeat_byte(0x66);
/// An account that does not exist.
pub(super) const NOBODY: Address = Address::repeat_byte(0x77);
/// Returns its calldata.
const ECHO: [u8; 8] = [CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY, CALLDATASIZE, PUSH0, RETURN, STOP];

pub(super) fn osaka(name: &str, program: Program) -> Guest {
    Guest::new(name, Fork::Osaka, program.build())
}

pub(super) fn frame(kind: FrameKind, guest: Guest) -> Guest {
    Guest { kind, ..guest }
}

/// A call that passes and takes back 32 bytes of memory.
pub(super) fn call(opcode: u8, account: Address, value: u64, gas: u64) -> Program {
    let program = Program::new().push(32).push(0).push(32).push(0);
    let program = if matches!(opcode, CALL | CALLCODE) { program.push(value) } else { program };
    program.push_address(account).push(gas).op([opcode])
}

/// A creation from the initcode that is the guest's calldata.
pub(super) fn create(opcode: u8) -> Program {
    let program = Program::new().op([CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY]);
    let program = if opcode == CREATE2 { program.push(7) } else { program };
    program.op([CALLDATASIZE, PUSH0, PUSH0, opcode])
}

/// All four opcodes that ask for an account.
pub(super) fn accounts() -> Program {
    let ask = |program: Program, opcode| program.push_address(OTHER).op([opcode]);
    let program =
        [BALANCE, EXTCODESIZE, EXTCODEHASH].into_iter().fold(Program::new(), ask).push(40).push(1);
    ask(program.push(0), EXTCODECOPY).return_memory_hash()
}

/// A read and two writes.
pub(super) fn storage() -> Program {
    Program::new().push(1).op([SLOAD]).push(2).op([SSTORE]).push(9).push(3).op([SSTORE])
}

/// `LOG0` to `LOG4`, of three bytes each.
pub(super) fn logs() -> Program {
    (0..5_u8).fold(Program::new(), |program, topics| {
        let program = (0..topics).fold(program, |program, topic| program.push(0x70 + topic));
        program.push(3).push(0).op([LOG0 + topics])
    })
}

fn case(guest: Guest) -> Case {
    Case { guest, change: Change::Nothing, about: About::Valid }
}

pub(super) fn valid() -> Vec<Case> {
    let mut cases: Vec<_> = results().into_iter().chain(records()).map(case).collect();
    cases.extend(calls().into_iter().chain(creations()).map(case));
    // The audit of execution takes these outcomes as given; no guest here comes to them.
    cases.push(Case {
        guest: osaka("outcome-depth", call(CALL, OTHER, 5_000, 50_000))
            .with_code(OTHER, ECHO.to_vec()),
        change: Change::Message(|message| {
            edit(message, 1, |record| {
                let Record::Call(_, call) = record else { panic!("a call") };
                assert_eq!(call.outcome, Outcome::Balance as u8);
                call.outcome = Outcome::Depth as u8;
            });
        }),
        about: About::Valid,
    });
    cases.push(Case {
        guest: osaka("outcome-nonce", Program::new().push(0).push(0).push(5_000).op([CREATE])),
        change: Change::Message(|message| {
            edit(message, 1, |record| {
                let Record::Create(create) = record else { panic!("a creation") };
                assert_eq!(create.outcome, Outcome::Balance as u8);
                create.outcome = Outcome::Nonce as u8;
                create.nonce = u64::MAX;
            });
        }),
        about: About::Valid,
    });
    cases
}

/// Ways to end.
fn results() -> Vec<Guest> {
    let halting = |name: &str, code: &[u8]| osaka(name, Program::new().op(code));
    vec![
        halting("stop", &[STOP]),
        osaka("return-word", Program::new().push(7).op([CLZ]).return_word()),
        osaka("revert-with-data", storage().push(5).push(30).op([REVERT])),
        osaka("calldata", Program::new().op(ECHO)).calldata(*b"thirty-three bytes of calldata...."),
        halting("halt-out-of-gas", &[JUMPDEST, PUSH0, JUMP]).gas(1_000),
        halting("halt-underflow", &[POP]),
        halting("halt-overflow", &[JUMPDEST, PUSH0, PUSH0, JUMP]),
        halting("halt-undefined-opcode", &[0x0c]),
        halting("halt-jump-into-push-data", &[PUSH1, 4, JUMP, PUSH1, JUMPDEST, STOP]),
        halting("halt-past-return-data", &[PUSH1, 1, PUSH0, PUSH0, RETURNDATACOPY]),
        frame(FrameKind::Staticcall, osaka("halt-static-context", storage())),
        frame(FrameKind::Staticcall, osaka("static-frame", accounts()))
            .with_code(OTHER, ECHO.to_vec()),
        frame(FrameKind::Delegatecall, osaka("delegatecall-frame", storage())),
        frame(FrameKind::Callcode, osaka("callcode-frame", storage())).value(5),
        osaka("halt-after-cold-sload", storage()).gas(1_000),
        osaka("halt-after-sstore-price", storage()).gas(10_000),
    ]
}

/// Records of every kind but calls and creations.
fn records() -> Vec<Guest> {
    let block = [COINBASE, TIMESTAMP, NUMBER, DIFFICULTY, GASLIMIT, CHAINID, SELFBALANCE];
    let later = [BASEFEE, BLOBBASEFEE, PUSH0, BLOBHASH];
    let transient = Program::new().push(5).push(1).op([TSTORE]).push(1).op([TLOAD]);
    vec![
        osaka("accounts", accounts()).with_code(OTHER, ECHO.to_vec()),
        Guest::new("accounts-istanbul", Fork::Istanbul, accounts().build())
            .with_code(OTHER, ECHO.to_vec()),
        osaka("block", Program::new().push(19_999_999).op([BLOCKHASH]).op(block).op(later)),
        Guest::new("block-istanbul", Fork::Istanbul, block),
        osaka("storage", storage()),
        Guest::new("storage-istanbul", Fork::Istanbul, storage().build()),
        osaka("transient-storage", transient),
        osaka("logs", logs()),
        osaka("selfdestruct", Program::new().push_address(NOBODY).op([SELFDESTRUCT])),
    ]
}

/// Calls of each opcode and outcome.
fn calls() -> Vec<Guest> {
    let opcodes = [CALL, CALLCODE, DELEGATECALL, STATICCALL];
    let all =
        opcodes.into_iter().fold(Program::new().push(42).push(0).op([MSTORE]), |p, opcode| {
            p.op(call(opcode, OTHER, 3, 10_000).build())
        });
    let designator = [&[0xef, 0x01, 0x00], OTHER.as_slice()].concat();
    vec![
        osaka("outcome-child-each-call", all.return_memory_hash()).with_code(OTHER, ECHO.to_vec()),
        osaka("outcome-child-reverts", call(CALL, OTHER, 0, 10_000).op([RETURNDATASIZE]))
            .with_code(OTHER, vec![PUSH1, 9, PUSH0, REVERT]),
        osaka("outcome-child-halts", call(CALL, OTHER, 1, 10_000)).with_code(OTHER, vec![INVALID]),
        osaka("outcome-nocode-new-account", call(CALL, NOBODY, 1, 10_000)),
        osaka("outcome-precompile", call(STATICCALL, Address::with_last_byte(4), 0, 10_000)),
        osaka("outcome-precompile-fails", call(STATICCALL, Address::with_last_byte(9), 0, 10_000)),
        osaka("outcome-balance", call(CALL, OTHER, 5_000, 10_000)).with_code(OTHER, ECHO.to_vec()),
        osaka("outcome-none", call(CALL, NOBODY, 0, 10_000)).gas(1_000),
        Guest::new(
            "call-delegated-account",
            Fork::Prague,
            call(CALL, DELEGATING, 0, 9_000).build(),
        )
        .with_code(OTHER, ECHO.to_vec())
        .with_code(DELEGATING, designator),
    ]
}

/// Creations of each outcome, and the frames that they open.
fn creations() -> Vec<Guest> {
    // Stores the one byte 0x00.
    let stores = [PUSH1, 1, PUSH0, RETURN];
    let taken = PrestateAccount { nonce: 1, ..PrestateAccount::default() };
    let mut collision = osaka("outcome-collision", create(CREATE)).calldata([STOP]);
    collision.others.insert(CONTRACT.create(1), taken);
    vec![
        osaka("create-child", create(CREATE).return_word()).calldata(stores),
        osaka("create2-child", create(CREATE2).return_word()).calldata(stores),
        osaka("create-child-reverts", create(CREATE).op([RETURNDATASIZE]).return_word())
            .calldata([PUSH1, 6, PUSH0, REVERT]),
        collision,
        frame(FrameKind::Create, osaka("create-frame", Program::new().op(stores))),
        frame(FrameKind::Create2, osaka("create2-frame", Program::new().op([STOP]))),
        frame(
            FrameKind::Create,
            osaka(
                "halt-create-0xef",
                Program::new().push(0xef).op([PUSH0, MSTORE8, PUSH1, 1, PUSH0, RETURN]),
            ),
        ),
    ]
}
