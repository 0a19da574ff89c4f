//! The audits that prove what the hypervisor is told: access, tree and transaction. `specs/12-audits.md`.
//!
//! In the data's way these stand between the container and the report. [`tree()`] compares parents
//! with children, pair by pair. [`replay::replay`] walks the records in order on a [`state::State`]
//! that stands on the container's Merkle nodes, and there compares every fact ([`access()`]) and all
//! that comes before the first message and after the last ([`transaction()`]).
//!
//! With the recorder the audits share what is in `wire`: the types (alloy's, of transactions, headers
//! and logs), the codec of messages and records, the reading of the container, how much of an input
//! a precompile looks at, the protocol's table of numbers and changes, the chains' schedules. And
//! from revm its precompiles, which are run again, on inputs that the native engine tells: that is
//! revm's interpreter on the message's code, and each input has the hash that the record has.
//!
//! Nothing is shared of the recorder itself. RLP of trie nodes, headers and transactions is read and
//! written with `rlp`, a hash is `sha3`'s, many at a time are those of [`iso_evm_wire::keccak`], which tests hold
//! against `sha3`; the signer is recovered by libsecp256k1 (without C by `k256`), once; the tries, the state and its journal, warmth, refunds,
//! intrinsic gas, the prices of gas and of blobs are computed here.

mod access;
pub mod ancestors;
pub mod anchors;
pub mod codes;
pub(crate) mod created;
pub mod finding;
pub mod hashes;
mod keys;
pub(crate) mod precompiles;
pub mod replay;
mod root_source;
pub mod state;
pub mod subject;
pub mod transaction;
pub mod tree;
pub mod trie;
pub mod watch;
mod word;

pub use finding::{AccessKind, AuditOutcome, Finding, Missing, TransactionKind, TreeKind};
pub use replay::{access, transaction};
pub use subject::Subject;
pub(crate) use transaction::signer;
pub use tree::{tree, tree_within};
