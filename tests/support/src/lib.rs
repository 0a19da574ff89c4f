//! What tests, fuzz targets and benchmarks of all crates stand on. It is published nowhere, and no
//! library stands on it but to be tested.
//!
//! | what | where |
//! |---|---|
//! | guest code put together in Rust | [`program`] |
//! | accounts with code, and the block that they meet | [`accounts`] |
//! | transactions of a known shape, for benchmarks | [`cases`] |
//! | the witness of an execution that is made up | [`witness()`] |
//! | files: the project's own, and third-party ones | [`fixtures`] |
//! | tables of `specs/measurements.md` | [`measurements`] |
//! | packages from npm: nodes, compilers, contracts | [`npm`] |
//! | packages from PyPI: other implementations of what is written | [`python()`] |
//! | a browser, and what drives it | [`browser`] |
//! | a PostgreSQL server | [`postgres`] |
//! | many cases on all cores, every failure named | [`parallel`] |
//!
//! ```
//! use iso_evm_testing::{
//!     cases,
//!     program::{Program, op},
//!     witness,
//! };
//! use iso_evm_witness::record;
//!
//! // 2 + 3, returned.
//! let code = Program::new().push(2).push(3).op([op::ADD]).return_word().build();
//! assert_eq!(code[..5], [op::PUSH1, 2, op::PUSH1, 3, op::ADD]);
//!
//! // A transaction of a known shape, recorded, and its witness.
//! let case = &cases::all()[0];
//! let recording = record(&case.execution)?;
//! let witness = witness(&case.execution, &recording);
//! assert_eq!(witness.messages.len(), recording.messages.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod accounts;
pub mod browser;
pub mod cases;
pub mod fixtures;
pub mod measurements;
pub mod npm;
pub mod parallel;
pub mod postgres;
pub mod program;
mod python;
mod witness;

pub use python::python;
pub use witness::witness;
