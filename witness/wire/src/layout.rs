//! The wire layout of a message: where each field of the head stands. Normative text:
//! `specs/02-message-witness.md`. The hypervisor and the decoder both read it from here.

/// Position of the tuple, after the word `0x20` that points to it.
pub const TUPLE: usize = 32;

/// Position of the word that points to the code, where it stands beside the message: the word that points to the
/// tuple comes first.
pub const CODE_POINTER: usize = 32;

/// Number of fields of a message.
pub const FIELDS: usize = 15;

/// Names of the fields, in wire order.
pub const FIELD_NAMES: [&str; FIELDS] = [
    "stateRootEnter",
    "stateRootLeave",
    "isStatic",
    "origin",
    "caller",
    "to",
    "context",
    "callvalue",
    "gasPrice",
    "gasAvailable",
    "gasUsed",
    "stateAccessList",
    "status",
    "returndataHash",
    "callData",
];

/// Position of the field with this index.
pub const fn field(index: usize) -> usize {
    TUPLE + 32 * index
}

/// Position of `stateRootEnter`.
pub const STATE_ROOT_ENTER: usize = field(0);
/// Position of `stateRootLeave`.
pub const STATE_ROOT_LEAVE: usize = field(1);
/// Position of `isStatic`.
pub const IS_STATIC: usize = field(2);
/// Position of `origin`.
pub const ORIGIN: usize = field(3);
/// Position of `caller`.
pub const CALLER: usize = field(4);
/// Position of `to`.
pub const TO: usize = field(5);
/// Position of `context`.
pub const CONTEXT: usize = field(6);
/// Position of `callvalue`.
pub const CALLVALUE: usize = field(7);
/// Position of `gasPrice`.
pub const GAS_PRICE: usize = field(8);
/// Position of `gasAvailable`.
pub const GAS_AVAILABLE: usize = field(9);
/// Position of `gasUsed`.
pub const GAS_USED: usize = field(10);
/// Position of the offset of `stateAccessList`.
pub const LIST_POINTER: usize = field(11);
/// Position of `status`.
pub const STATUS: usize = field(12);
/// Position of `returndataHash`.
pub const RETURNDATA_HASH: usize = field(13);
/// Position of the offset of `callData`.
pub const INPUT_POINTER: usize = field(14);

/// Offset of `stateAccessList` in the tuple: it follows the head.
pub const LIST_OFFSET: usize = 32 * FIELDS;

/// A record: opcode, offset of its metadata, length of it, then the metadata.
pub const RECORD_HEAD: usize = 96;
/// Offset of a record's metadata in it.
pub const METADATA_OFFSET: usize = 64;
