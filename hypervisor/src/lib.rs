//! Emits the EVM contract that audits a [`MessageWitness`](iso_evm_wire::MessageWitness), and
//! runs it in an embedded revm.
//!
//! The *guest* is the message under audit, the *host* the EVM that runs the contract, the
//! *hypervisor*. It takes the ABI encoding of the witness as calldata, loads the guest's code from
//! its archive, runs it opcode by opcode under the rules of one fork, answers every state access
//! from the witness's records, and returns the word 1 only if status, gas, returned data and
//! records are what the execution gives. Everything else is a revert: [`MessageVerdict`].
//!
//! | what | where |
//! |---|---|
//! | emit the contract of a fork | [`emit_audit`], [`EmitOptions`] |
//! | run it on a message | [`Engine`] |
//! | which contract it is, without emitting it | [`Identity`] |
//! | the same verdict without it, at revm's speed | [`NativeEngine`] |
//! | a message opcode by opcode | [`NativeEngine::run`] |
//! | a message in segments, and one of them on its own | [`NativeEngine::cut`], [`NativeEngine::segment`] |
//! | what it says | [`MessageVerdict`], [`MismatchKind`] |
//! | put guest code on a chain | [`emit_archive_factory`], [`archive`] |
//! | which opcodes, at what gas, in which fork | [`opcodes`], [`gas`] |
//! | run bytecode on a chain without deploying it | [`live`] |
//!
//! # Audit a message
//!
//! ```
//! use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
//! use iso_evm_hypervisor::{Engine, MismatchKind, MessageVerdict};
//! use iso_evm_wire::{Fork, MessageWitness, encoding::encode, records::{FrameKind, OpeningRecord, Record}};
//!
//! // PUSH1 2, PUSH1 3, ADD, STOP: 9 gas.
//! let code = Bytes::from(hex!("600260030100"));
//! let opening =
//!     OpeningRecord { kind: FrameKind::Call as u8, codeHash: keccak256(&code) };
//! let mut claim = MessageWitness {
//!     to: Address::repeat_byte(1),
//!     context: Address::repeat_byte(1),
//!     gasAvailable: U256::from(100),
//!     gasUsed: U256::from(9),
//!     stateAccessList: vec![Record::Opening(opening).encode()],
//!     status: U256::from(1),
//!     returndataHash: keccak256([]),
//!     ..MessageWitness::default()
//! };
//! let engine = Engine::new(Fork::Osaka);
//! assert_eq!(engine.audit(&encode(&claim).into(), &code, None).verdict, MessageVerdict::Valid);
//!
//! claim.gasUsed = U256::from(8);
//! let MessageVerdict::Mismatch(mismatch) = engine.audit(&encode(&claim).into(), &code, None).verdict
//! else {
//!     panic!("a lie is accepted")
//! };
//! assert_eq!(mismatch.kind, MismatchKind::GasUsed);
//! assert_eq!(U256::from_be_bytes(mismatch.expected.0), U256::from(9));
//! ```
//!
//! # The rooms
//!
//! | room | what stands in it | imports none of |
//! |---|---|---|
//! | `rules` | opcodes, gas, fields of records, outcomes, precompiles, archives, verdicts | `emit`, `native` |
//! | `emit` | the assembler and the contract, from setup to checks | `native` |
//! | [`native`] | the same verdict from revm's interpreter | `emit` |
//! | [`live`] | the contract's interpreter on the host's own state | |
//! | `options`, `identity` | what an engine is made for, which contract it is | |
//! | [`factory`], [`embedded`] | the archives' factory, the contract run in revm | |
//!
//! A test over the sources (`tests/walls.rs`) keeps the last column. Start with `emit::program`,
//! the contract from top to bottom. Normative text: `specs/05-hypervisor.md`.

pub mod embedded;
mod emit;
pub mod factory;
mod identity;
pub mod live;
pub mod native;
mod options;
mod rules;

pub use embedded::{Audited, AuditedSegment, Engine};
pub use emit::{contract::Contract, lint, program::emit_audit, program::emit_segment};
pub use factory::emit_archive_factory;
pub use identity::Identity;
pub use native::{Callee, Code, Cutting, Ended, GuestState, Halt, NativeEngine, Run, Stepped};
pub use options::{ArchiveOptions, EmitOptions};
pub use rules::{
    archive,
    archive::ArchiveKey,
    gas, opcodes,
    segment::{Missing, SegmentVerdict},
    verdict,
    verdict::{Inconclusive, MessageVerdict, Mismatch, MismatchKind},
};
