//! Provers: contracts that say what is wrong with a commitment to what a transaction did.
//!
//! A prover is a pure function of a commitment's root and a proof. It gives a mismatch or reverts, and
//! convicts nobody for what a proof lacks. The contracts are in `contracts/`, compiled by `build.mjs`
//! to `contracts/artifacts/`.
//!
//! | contract | what it is |
//! |---|---|
//! | `Mpt` | tries of which a part is known: reading, and the root after a change |
//! | `MptNode`, `MptTable` | a trie's nodes as RLP, and by their hashes |
//! | `Accounts` | accounts, their slots, and sets that are kept as slots are |
//!
//! The tries are those of the verifier's access audit (`specs/12-audits.md`).

pub mod contracts;
pub mod court;
pub mod dispute;
pub mod fault;
pub mod kinds;
pub mod proof;
pub mod solidity;
pub mod transaction;
pub mod tree;

pub use contracts::Prover;
pub use court::{Answer, Asked, Court, MACHINE};
pub use fault::{Accused, Fault};
pub use kinds::{ClaimKind, Kind};
