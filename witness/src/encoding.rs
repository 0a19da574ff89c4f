//! The one byte string that a message has: `abi.encode(MessageWitness)`.
//! `specs/04-encoding.md`.
use alloy_sol_types::SolValue;

use crate::message::MessageWitness;

/// The message on the wire, as the hypervisor takes it: the word `0x20`, then the tuple.
pub fn encode(message: &MessageWitness) -> Vec<u8> {
    message.abi_encode()
}
