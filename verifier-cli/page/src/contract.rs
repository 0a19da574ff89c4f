//! The emitted contracts, and the rules and opcodes that there are.

use alloy_primitives::{Bytes, hex};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::{
    EmitOptions, MismatchKind, archive, emit_audit,
    live::{self, View},
    opcodes::opcodes,
    verdict::abi,
};
use iso_evm_wire::{Fork, Rules};
use serde_json::{Value, json};

/// The hypervisor and the live machine of some rules.
pub(crate) fn contracts(fork: Rules) -> Value {
    let audit = emit_audit(&EmitOptions::new(fork));
    let live = live::emit_live(fork.fork());
    let one = |code: &Bytes, hash| json!({ "code": code, "codeHash": hash, "size": code.len() });
    json!({
        "fork": fork,
        "audit": one(&audit.code, audit.code_hash()),
        "live": one(&live.code, live.code_hash()),
    })
}

/// What reads the contracts from outside: the opcodes of each fork, oldest first, where the live machine
/// keeps its guest, what begins a call of it, and what the hypervisor answers with.
pub fn machine() -> Value {
    let of = |fork: Fork| {
        let opcodes: Vec<_> = opcodes(fork).map(|row| json!([row.byte, row.mnemonic])).collect();
        json!({ "name": fork.name(), "opcodes": opcodes })
    };
    let View { stride, pc_bits, code, guest_memory, spilled, spill, .. } = live::VIEW;
    let kind = |kind: MismatchKind| json!([kind as u8, kind.name(), kind.meaning()]);
    json!({
        "forks": Fork::ALL.map(of),
        "live": {
            "magic": live::magic(),
            "stride": stride,
            "pcBits": pc_bits,
            "code": code,
            "guestMemory": guest_memory,
            "spilled": spilled,
            "spill": spill,
            "errors": {
                "DirectCall": selector(live::abi::DirectCall::SELECTOR),
                "Malformed": selector(live::abi::Malformed::SELECTOR),
            },
        },
        "verdict": {
            "mismatch": selector(abi::Mismatch::SELECTOR),
            "malformed": selector(abi::Malformed::SELECTOR),
            "unavailable": selector(abi::Unavailable::SELECTOR),
            "kinds": MismatchKind::of_messages().map(kind).collect::<Vec<_>>(),
        },
        "archive": {
            "factory": archive::DEFAULT_FACTORY,
            "initcode": archive::archive_initcode(),
            "partSize": archive::PART_SIZE,
        },
    })
}

fn selector(selector: [u8; 4]) -> String {
    hex::encode_prefixed(selector)
}
