//! The contract: an assembler, and the interpreter that it assembles. Normative text:
//! `specs/05-hypervisor.md`.
//!
//! `program` is the audit contract from top to bottom; `setup` reads the head and loads the code,
//! `records` reads the records, `dispatch` goes from opcode to opcode, `handlers` does what each
//! says, `stack`, `memory` and `jumps` are what they stand on, `checks` ends the run, `lint` looks
//! the contract over, `segment` is what a segment has beside a message. `asm` is the assembler, `layout` says where things stand, `state_word` is the
//! interpreter's state, `contract` what comes out, `create2` the address of an archive.
//!
//! What an opcode is and costs is in [`rules`](crate::rules). This room does not import `native`:
//! the two engines must not share their mistakes.

pub(crate) mod asm;
pub(crate) mod checks;
pub(crate) mod contract;
pub(crate) mod create2;
pub(crate) mod dispatch;
pub(crate) mod handlers;
pub(crate) mod jumps;
pub(crate) mod layout;
pub mod lint;
pub(crate) mod memory;
pub(crate) mod program;
pub(crate) mod records;
pub(crate) mod segment;
pub(crate) mod setup;
pub(crate) mod stack;
pub(crate) mod state_word;
