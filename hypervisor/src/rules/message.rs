//! What both engines hold a message to, beyond its layout. Normative text:
//! `specs/05-hypervisor.md`, sections Layout and Setup.

use iso_evm_wire::layout::{LIST_OFFSET, TUPLE};
pub(crate) use iso_evm_wire::protocol::STACK_LIMIT;

/// Largest code that can be held; a larger one is inconclusive. The contract has less than 2^24
/// bytes for the code and what stands around it in its memory.
pub(crate) const CODE_LIMIT: usize = (1 << 24) - 1_569;

/// Calldata position of the record list's length.
pub(crate) const LIST: usize = TUPLE + LIST_OFFSET;
/// Calldata position of the record list's offset table.
pub(crate) const LIST_TABLE: usize = LIST + 32;
