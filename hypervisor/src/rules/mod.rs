//! The rules that both engines go by: opcodes, gas, fields, outcomes, precompiles, archives, and
//! what a verdict says. Normative text: `specs/03-records.md`, `specs/06-gas.md`,
//! `specs/07-verdicts.md`, `specs/08-archives.md`.
//!
//! Nothing here knows how a contract is emitted or a guest run: this room imports neither `emit`
//! nor `native`.

pub mod archive;
pub(crate) mod fields;
pub mod gas;
pub(crate) mod message;
pub mod opcodes;
pub(crate) mod outcomes;
pub(crate) mod precompiles;
pub(crate) mod segment;
pub mod verdict;
pub(crate) mod words;
