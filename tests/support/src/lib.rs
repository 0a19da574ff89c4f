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
//! | many cases on all cores, every failure named | [`parallel`] |

pub mod accounts;
pub mod cases;
pub mod fixtures;
pub mod measurements;
pub mod npm;
pub mod parallel;
pub mod program;
mod witness;

pub use witness::witness;
