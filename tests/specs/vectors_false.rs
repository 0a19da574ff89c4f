//! Recordings with one thing changed, and what the verdict is about.

use alloy_primitives::{B256, U256, keccak256};
use iso_evm_hypervisor::MismatchKind::{self, *};
use iso_evm_wire::{
    Fork, MessageWitness, layout,
    records::{FrameKind, Record},
};
use revm::bytecode::opcode::*;

use super::{
    vectors::{About, Case, Change},
    vectors_true::{NOBODY, OTHER, accounts, call, create, frame, logs, osaka, storage},
};
use crate::harness::{guest::Guest, program::Program};

/// Changes a record of a message.
pub(super) fn edit(message: &mut MessageWitness, index: usize, change: impl FnOnce(&mut Record)) {
    let access = &mut message.stateAccessList[index];
    let mut record = Record::decode(access).expect("recorded records are canonical");
    change(&mut record);
    *access = record.encode();
}

/// A change of the fields of record `$index`, which is one of `$pattern`.
macro_rules! record {
    ($index:literal, $pattern:pat => $($change:tt)*) => {
        Change::Message(|message| {
            edit(message, $index, |record| {
                let $pattern = record else { panic!("another record: {record:?}") };
                $($change)*;
            });
        })
    };
}

/// A change of the message's own fields.
macro_rules! message {
    ($message:ident => $($change:tt)*) => {
        Change::Message(|$message| { $($change)*; })
    };
}

const WRONG: B256 = B256::repeat_byte(0x99);

pub(super) fn mismatch() -> Vec<Case> {
    let mut cases = of_the_message();
    cases.extend(of_the_list());
    cases.extend(of_records());
    cases.extend(of_outcomes());
    cases
}

/// A lie, told about `program`, under `name`.
fn lie(name: &str, program: Program, kind: MismatchKind, change: Change) -> Case {
    told(osaka(name, program), kind, change)
}

/// [`lie`] with a guest of its own.
fn told(guest: Guest, kind: MismatchKind, change: Change) -> Case {
    let guest = guest.with_code(OTHER, vec![PUSH1, 9, PUSH0, RETURN]);
    Case { guest, change, about: About::Mismatch(kind) }
}

fn of_the_message() -> Vec<Case> {
    let creation = |name| frame(FrameKind::Create, osaka(name, Program::new().op([STOP])));
    let fixed = || frame(FrameKind::Staticcall, osaka("static-call-not-static", accounts()));
    let halt = || Program::new().op([POP]);
    vec![
        told(fixed(), IsStatic, message!(message => message.isStatic = false)),
        told(creation("creation-static"), IsStatic, message!(message => message.isStatic = true)),
        told(creation("creation-to"), To, message!(message => message.to = OTHER)),
        told(
            creation("creation-code-hash"),
            CodeHash,
            record!(0, Record::Opening(opening) => opening.codeHash = WRONG),
        ),
        lie("status", storage(), Status, message!(message => message.status = U256::from(2))),
        lie("status-3", storage(), Status, message!(message => message.status = U256::from(3))),
        lie("status-halt", halt(), Status, message!(message => message.status = U256::ONE)),
        lie("gas-used", storage(), GasUsed, message!(message => message.gasUsed += U256::ONE)),
        lie("gas-used-halt", halt(), GasUsed, message!(message => message.gasUsed = U256::from(2))),
        lie(
            "gas-available",
            storage(),
            StateRoot,
            message!(message => message.gasAvailable = U256::from(9_000)),
        ),
        lie(
            "returndata-hash",
            Program::new().push(7).return_word(),
            ReturndataHash,
            message!(message => message.returndataHash = WRONG),
        ),
        lie(
            "state-root-leave",
            storage(),
            StateRootLeave,
            message!(message => message.stateRootLeave = message.stateRootEnter),
        ),
        lie(
            "state-root-leave-revert",
            storage().push(0).push(0).op([REVERT]),
            StateRootLeave,
            message!(message => message.stateRootLeave = WRONG),
        ),
    ]
}

fn of_the_list() -> Vec<Case> {
    vec![
        lie(
            "record-appended",
            storage(),
            RecordCount,
            message!(message => message.stateAccessList.push(message.stateAccessList[1].clone())),
        ),
        lie(
            "record-dropped",
            storage(),
            RecordMissing,
            message!(message => message.stateAccessList.pop()),
        ),
        lie(
            "records-none",
            storage(),
            RecordMissing,
            message!(message => message.stateAccessList.clear()),
        ),
        lie(
            "records-swapped",
            storage(),
            RecordOpcode,
            message!(message => message.stateAccessList.swap(1, 2)),
        ),
    ]
}

fn of_records() -> Vec<Case> {
    let copied = || osaka("extcodecopy-offset", accounts());
    vec![
        lie(
            "account",
            accounts(),
            Account,
            record!(1, Record::Balance(balance) => balance.account = NOBODY),
        ),
        lie(
            "balance-warmer-than-it-was",
            accounts(),
            GasUsed,
            record!(1, Record::Balance(balance) => balance.cold = false),
        ),
        told(
            copied(),
            Offset,
            record!(4, Record::Extcodecopy(copy) => copy.offset = U256::from(2)),
        ),
        lie(
            "extcodecopy-size",
            accounts(),
            Size,
            record!(4, Record::Extcodecopy(copy) => copy.size = U256::from(2)),
        ),
        lie(
            "extcodecopy-too-many-bytes",
            accounts(),
            Size,
            record!(4, Record::Extcodecopy(copy) => copy.code = vec![1; 41].into()),
        ),
        lie("key", storage(), Key, record!(1, Record::Sload(sload) => sload.key = WRONG)),
        lie(
            "sload-value-written-next",
            storage(),
            Value,
            record!(1, Record::Sload(sload) => sload.value = WRONG),
        ),
        lie(
            "sstore-value",
            storage(),
            Value,
            record!(2, Record::Sstore(store) => store.value = WRONG),
        ),
        lie(
            "sstore-price",
            storage(),
            GasUsed,
            record!(3, Record::Sstore(store) => store.original = WRONG),
        ),
        lie(
            "sstore-no-root",
            storage(),
            StateRoot,
            record!(2, Record::Sstore(store) => store.stateRoot = B256::ZERO),
        ),
        told(
            osaka("sstore-root-without-effect", storage()).gas(10_000),
            StateRoot,
            record!(3, Record::Sstore(store) => store.stateRoot = WRONG),
        ),
        lie("log-topic", logs(), Topic, record!(5, Record::Log(log) => log.topics[3] = WRONG)),
        lie("log-data", logs(), DataHash, record!(1, Record::Log(log) => log.data_hash = WRONG)),
    ]
}

fn of_outcomes() -> Vec<Case> {
    let child = || call(CALL, OTHER, 1, 10_000);
    let nocode = || call(CALL, NOBODY, 0, 10_000);
    let created = |name| osaka(name, create(CREATE2)).calldata([STOP]);
    vec![
        lie(
            "call-value",
            child(),
            Value,
            record!(1, Record::Call(_, call) => call.value += U256::ONE),
        ),
        lie(
            "call-data",
            child(),
            DataHash,
            record!(1, Record::Call(_, call) => call.calldataHash = WRONG),
        ),
        lie(
            "call-data-without-code",
            nocode(),
            DataHash,
            record!(1, Record::Call(_, call) => call.calldataHash = WRONG),
        ),
        lie(
            "initcode-of-a-refused-creation",
            Program::new().push(0).push(0).push(5_000).op([CREATE]),
            DataHash,
            record!(1, Record::Create(create) => create.initcodeHash = keccak256([])),
        ),
        lie("call-gas", child(), Gas, record!(1, Record::Call(_, call) => call.gas -= 1)),
        lie(
            "callee-used-more-than-it-got",
            child(),
            CalleeGasUsed,
            record!(1, Record::Call(_, call) => call.gasUsed = call.gas + 1),
        ),
        lie(
            "callee-used-gas-without-code",
            nocode(),
            CalleeGasUsed,
            record!(1, Record::Call(_, call) => call.gasUsed = 1),
        ),
        lie(
            "callee-data-without-code",
            nocode(),
            Returndata,
            record!(1, Record::Call(_, call) => call.returndata = vec![1].into()),
        ),
        lie(
            "callee-status",
            nocode(),
            Outcome,
            record!(1, Record::Call(_, call) => call.status = 0),
        ),
        lie("outcome-8", nocode(), Outcome, record!(1, Record::Call(_, call) => call.outcome = 8)),
        lie(
            "outcome-precompile-elsewhere",
            nocode(),
            Outcome,
            record!(1, Record::Call(_, call) => call.outcome = 3),
        ),
        lie(
            "outcome-none-with-gas-left",
            nocode(),
            Outcome,
            record!(1, Record::Call(_, call) => call.outcome = 0),
        ),
        told(
            osaka("outcome-nocode-out-of-gas", nocode()).gas(1_000),
            Outcome,
            record!(1, Record::Call(_, call) => call.outcome = 2),
        ),
        lie(
            "call-no-root",
            child(),
            StateRoot,
            record!(1, Record::Call(_, call) => call.stateRoot = B256::ZERO),
        ),
        told(
            created("create2-salt"),
            Salt,
            record!(1, Record::Create2(create) => create.salt = WRONG),
        ),
        told(
            created("create2-initcode"),
            DataHash,
            record!(1, Record::Create2(create) => create.initcodeHash = WRONG),
        ),
        told(
            created("created-with-data"),
            Returndata,
            record!(1, Record::Create2(create) => create.returndata = vec![1].into()),
        ),
    ]
}

/// Sets the word at a position.
fn put(bytes: &mut [u8], position: usize, word: impl TryInto<U256>) {
    let word = word.try_into().ok().expect("a word");
    bytes[position..position + 32].copy_from_slice(&word.to_be_bytes::<32>());
}

/// Position of the offset of the record with this index.
const fn offset_of(index: usize) -> usize {
    layout::TUPLE + layout::LIST_OFFSET + 32 + 32 * index
}

/// Position of a record's metadata: of three that have 64, 96 and 192 bytes.
const SLOAD_METADATA: usize = offset_of(4) + (96 + 64) + 96;

pub(super) fn malformed() -> Vec<Case> {
    let bytes = |name: &str, change| Case {
        guest: osaka(name, storage()).calldata([1; 33]),
        change: Change::Bytes(change),
        about: About::Malformed,
    };
    let old = |name: &str, program: Program, change| Case {
        guest: Guest::new(name, Fork::Istanbul, program.build()),
        change,
        about: About::Malformed,
    };
    vec![
        bytes("no-bytes", Vec::clear),
        bytes("truncated", |bytes| bytes.truncate(bytes.len() - 32)),
        bytes("one-byte-more", |bytes| bytes.push(0)),
        bytes("tuple-offset", |bytes| put(bytes, 0, 64)),
        bytes("bool-2", |bytes| put(bytes, layout::IS_STATIC, 2)),
        bytes("address-of-21-bytes", |bytes| bytes[layout::CALLER + 11] = 1),
        bytes("gas-of-2-to-the-64", |bytes| {
            put(bytes, layout::GAS_AVAILABLE, U256::ONE << 64);
        }),
        bytes("list-offset", |bytes| put(bytes, layout::LIST_POINTER, layout::LIST_OFFSET + 32)),
        bytes("list-length", |bytes| put(bytes, offset_of(0) - 32, U256::MAX)),
        bytes("calldata-offset", |bytes| bytes[layout::INPUT_POINTER + 31] ^= 1),
        bytes("calldata-padding", |bytes| *bytes.last_mut().expect("bytes") = 1),
        bytes("record-offset", |bytes| {
            let first = bytes[offset_of(0)..offset_of(1)].to_vec();
            bytes[offset_of(1)..offset_of(2)].copy_from_slice(&first);
        }),
        bytes("record-opcode-of-9-bits", |bytes| bytes[SLOAD_METADATA - 96 + 30] = 1),
        bytes("metadata-offset", |bytes| put(bytes, SLOAD_METADATA - 64, 96)),
        bytes("metadata-length", |bytes| put(bytes, SLOAD_METADATA - 32, 64)),
        bytes("flag-2", |bytes| put(bytes, SLOAD_METADATA + 32, 2)),
        bytes("frame-kind-6", |bytes| put(bytes, offset_of(4) + 96, 6)),
        old("cold-before-berlin", storage(), record!(1, Record::Sload(sload) => sload.cold = true)),
        old(
            "delegated-before-prague",
            call(CALL, NOBODY, 0, 10_000),
            record!(1, Record::Call(_, call) => call.delegated = true),
        ),
        Case {
            guest: osaka("delegate-without-delegation", call(CALL, NOBODY, 0, 10_000)),
            change: record!(1, Record::Call(_, call) => call.delegate = OTHER),
            about: About::Malformed,
        },
    ]
}

pub(super) fn unavailable() -> Vec<Case> {
    let case = |name: &str, change| Case {
        guest: osaka(name, storage()),
        change,
        about: About::Unavailable,
    };
    vec![
        case("other-code-archived", Change::Code(&[STOP])),
        case("code-hash", record!(0, Record::Opening(opening) => opening.codeHash = WRONG)),
        case(
            "other-kind-of-frame",
            message!(message => {
                edit(message, 0, |record| {
                    let Record::Opening(opening) = record else { panic!("the opening record") };
                    opening.kind = FrameKind::Callcode as u8;
                    opening.codeHash = B256::ZERO;
                })
            }),
        ),
    ]
}
