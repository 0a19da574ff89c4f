//! The class of every field: of the message (specs/02) and of each record (specs/03).

use iso_evm_hypervisor::MismatchKind::{self, *};
use iso_evm_witness::records::VALUE_OPCODES;

/// Who answers for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The execution audit computes it; the mismatch that names it.
    Output(MismatchKind),
    /// The execution audit takes it as given and goes by it; this audit proves it.
    Input(Audit),
    /// The execution audit makes nothing of it.
    Other(Audit),
}

/// The audits that prove what the execution audit takes as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    Access,
    Tree,
    Transaction,
}

/// How a field stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Uint8,
    Uint64,
    Address,
    Word,
    Bytes,
}

/// Name, type and class of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Type,
    pub(crate) class: Class,
}

const fn field(name: &'static str, kind: Type, class: Class) -> Field {
    Field { name, kind, class }
}

const FACT: Class = Class::Input(Audit::Access);
const CHILD: Class = Class::Input(Audit::Tree);
const ROOT: Class = Class::Other(Audit::Access);
const CALLER: Class = Class::Input(Audit::Tree);

/// The fifteen fields of a message; `stateAccessList` and `callData` are `Bytes` here.
pub(crate) const MESSAGE: [Field; 15] = [
    field("stateRootEnter", Type::Word, FACT),
    field("stateRootLeave", Type::Word, Class::Output(StateRootLeave)),
    field("isStatic", Type::Bool, CALLER),
    field("origin", Type::Address, Class::Input(Audit::Transaction)),
    field("caller", Type::Address, CALLER),
    field("to", Type::Address, Class::Other(Audit::Tree)),
    field("context", Type::Address, CALLER),
    field("callvalue", Type::Word, CALLER),
    field("gasPrice", Type::Word, Class::Input(Audit::Transaction)),
    field("gasAvailable", Type::Uint64, CALLER),
    field("gasUsed", Type::Word, Class::Output(GasUsed)),
    field("stateAccessList", Type::Bytes, FACT),
    field("status", Type::Word, Class::Output(Status)),
    field("returndataHash", Type::Word, Class::Output(ReturndataHash)),
    field("callData", Type::Bytes, CALLER),
];

const OPENING: [Field; 2] =
    [field("kind", Type::Uint8, CALLER), field("codeHash", Type::Word, CALLER)];

const ACCOUNT: [Field; 3] = [
    field("account", Type::Address, Class::Output(Account)),
    field("cold", Type::Bool, FACT),
    field("balance, size or codeHash", Type::Word, FACT),
];

const EXTCODECOPY: [Field; 5] = [
    field("account", Type::Address, Class::Output(Account)),
    field("cold", Type::Bool, FACT),
    field("offset", Type::Word, Class::Output(Offset)),
    field("size", Type::Word, Class::Output(Size)),
    field("code", Type::Bytes, FACT),
];

const BLOCKHASH: [Field; 2] =
    [field("number", Type::Word, Class::Output(Key)), field("hash", Type::Word, FACT)];

const VALUE: [Field; 1] = [field("value", Type::Word, FACT)];

const BLOBHASH: [Field; 2] =
    [field("index", Type::Word, Class::Output(Key)), field("hash", Type::Word, FACT)];

const SLOAD: [Field; 3] = [
    field("key", Type::Word, Class::Output(Key)),
    field("cold", Type::Bool, FACT),
    field("value", Type::Word, FACT),
];

const SSTORE: [Field; 6] = [
    field("key", Type::Word, Class::Output(Key)),
    field("value", Type::Word, Class::Output(Value)),
    field("cold", Type::Bool, FACT),
    field("original", Type::Word, FACT),
    field("current", Type::Word, FACT),
    field("stateRoot", Type::Word, ROOT),
];

const TLOAD: [Field; 2] =
    [field("key", Type::Word, Class::Output(Key)), field("value", Type::Word, FACT)];

const TSTORE: [Field; 2] = [
    field("key", Type::Word, Class::Output(Key)),
    field("value", Type::Word, Class::Output(Value)),
];

const LOG: [Field; 5] = [
    field("dataHash", Type::Word, Class::Output(DataHash)),
    field("topic 0", Type::Word, Class::Output(Topic)),
    field("topic 1", Type::Word, Class::Output(Topic)),
    field("topic 2", Type::Word, Class::Output(Topic)),
    field("topic 3", Type::Word, Class::Output(Topic)),
];

const CALL: [Field; 14] = [
    field("account", Type::Address, Class::Output(Account)),
    field("value", Type::Word, Class::Output(Value)),
    field("cold", Type::Bool, FACT),
    field("empty", Type::Bool, FACT),
    field("delegated", Type::Bool, FACT),
    field("delegate", Type::Address, ROOT),
    field("delegateCold", Type::Bool, FACT),
    field("outcome", Type::Uint8, CHILD),
    field("calldataHash", Type::Word, Class::Output(DataHash)),
    field("gas", Type::Uint64, Class::Output(Gas)),
    field("gasUsed", Type::Uint64, CHILD),
    field("status", Type::Uint8, CHILD),
    field("stateRoot", Type::Word, ROOT),
    field("returndata", Type::Bytes, CHILD),
];

const fn create(first: Field) -> [Field; 9] {
    [
        first,
        field("value", Type::Word, Class::Output(Value)),
        field("outcome", Type::Uint8, CHILD),
        field("initcodeHash", Type::Word, Class::Output(DataHash)),
        field("gas", Type::Uint64, Class::Output(Gas)),
        field("gasUsed", Type::Uint64, CHILD),
        field("status", Type::Uint8, CHILD),
        field("stateRoot", Type::Word, ROOT),
        field("returndata", Type::Bytes, CHILD),
    ]
}

const CREATE: [Field; 9] = create(field("nonce", Type::Uint64, FACT));
const CREATE2: [Field; 9] = create(field("salt", Type::Word, Class::Output(Salt)));

const SELFDESTRUCT: [Field; 5] = [
    field("beneficiary", Type::Address, Class::Output(Account)),
    field("cold", Type::Bool, FACT),
    field("empty", Type::Bool, FACT),
    field("balance", Type::Word, FACT),
    field("stateRoot", Type::Word, ROOT),
];

/// The fields of the record of an opcode.
pub(crate) fn record(opcode: u8) -> &'static [Field] {
    match opcode {
        0x00 => &OPENING,
        0x31 | 0x3b | 0x3f => &ACCOUNT,
        0x3c => &EXTCODECOPY,
        0x40 => &BLOCKHASH,
        0x49 => &BLOBHASH,
        0x54 => &SLOAD,
        0x55 => &SSTORE,
        0x5c => &TLOAD,
        0x5d => &TSTORE,
        0xa0..=0xa4 => &LOG[..usize::from(opcode - 0xa0) + 1],
        0xf0 => &CREATE,
        0xf1 | 0xf2 | 0xf4 | 0xfa => &CALL,
        0xf5 => &CREATE2,
        0xff => &SELFDESTRUCT,
        _ => {
            assert!(VALUE_OPCODES.contains(&opcode), "opcode {opcode:#04x} has no record");
            &VALUE
        }
    }
}
