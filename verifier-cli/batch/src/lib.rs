//! Many witnesses at once: folders, archives and streams of them, official state tests, and all mutants
//! of one. `specs/17-batch.md`, `specs/11-state-tests.md`, `specs/12-audits.md`.
//!
//! In the data's way this crate stands around [`iso_evm_verifier`]: it reads what there is to verify,
//! in bounded memory, hands each item to a thread, and writes down what becomes of it. What is no
//! witness yet it records ([`iso_evm_witness::record()`]).
//!
//! | what | where |
//! |---|---|
//! | verify all that is in files, folders, archives, streams | [`batch::run`] |
//! | record and audit official state tests | [`statetest::run`] |
//! | change everything in a witness, and verify each mutant | [`mutate::run`] |
//! | put witnesses into a table | [`pack()`] |
//! | read and replace whole files | [`files`] |
//! | hold what is written apart from what is read | [`apart`] |
//! | keep the witness on which two engines differ | [`reproducer`] |
//! | how much is held in memory | [`ReadLimit`] |
//!
//! ```
//! use iso_evm_batch::batch::{self, BatchOptions};
//!
//! let folder = tempfile::tempdir()?;
//! let input = r#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {}
//! }"#;
//! std::fs::write(folder.path().join("input.json"), input)?;
//! std::fs::write(folder.path().join("broken.bin"), "nothing of the kind")?;
//!
//! let summary = batch::run(&[folder.path().to_owned()], &BatchOptions::default(), &|_| ())?;
//! assert_eq!((summary.witnesses.valid, summary.errors), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod apart;
pub mod batch;
mod error;
pub mod files;
pub mod mutate;
mod pack;
pub mod reproducer;
mod room;
mod source;
pub mod statetest;
mod walk;
mod workers;

pub use error::{BatchError, FileError, ItemError};
pub use pack::{PackEvent, Packed, pack};
pub use room::{READ_LIMIT, ReadLimit};
