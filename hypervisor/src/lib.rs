//! Emits the EVM contract that audits a [`MessageWitness`](iso_evm_witness::MessageWitness).

pub mod archive;
mod asm;
mod checks;
mod dispatch;
pub mod factory;
pub mod gas;
mod handlers;
mod jumps;
mod layout;
pub mod lint;
mod memory;
pub mod opcodes;
mod program;
mod records;
pub mod run;
mod setup;
mod stack;
mod state_word;
pub mod verdict;

pub use archive::{ArchiveKey, ArchiveOptions};
pub use factory::emit_archive_factory;
pub use program::{Contract, EmitOptions, emit_audit};
pub use run::{Audited, Engine};
pub use verdict::{Inconclusive, Mismatch, MismatchKind, Verdict};
