//! The audits that prove what the hypervisor is told: access, tree and transaction. `specs/12-audits.md`.
//!
//! In the data's way these stand between the container and the report. [`tree()`] compares parents
//! with children, pair by pair. [`replay::replay`] walks the records in order on a [`state::State`]
//! that stands on the container's Merkle nodes, and there compares every fact ([`access()`]) and all
//! that comes before the first message and after the last ([`transaction()`]).
//!
//! With the recorder the audits share the wire's types, their encoding and the protocol's constants, and
//! nothing of the recorder itself: RLP is read with `rlp`, hashes are `sha3`'s.

mod access;
pub mod ancestors;
pub mod anchors;
pub mod codes;
mod created;
pub mod finding;
pub mod hashes;
pub(crate) mod precompiles;
pub mod replay;
mod root_source;
pub mod state;
pub mod subject;
pub mod transaction;
pub mod tree;
pub mod trie;
mod word;

pub use finding::{AccessKind, AuditOutcome, Finding, Missing, TransactionKind, TreeKind};
pub use replay::{access, transaction};
pub use subject::Subject;
pub use tree::{tree, tree_within};
