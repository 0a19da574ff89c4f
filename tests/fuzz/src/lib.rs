//! Programs and lies made of any bytes, and what must be true of each.
//!
//! | target | its bytes become | what must hold |
//! |---|---|---|
//! | [`decoder`] | a file | what is accepted is written back as it was; what is not, is an error |
//! | [`programs`] | accounts with code and a transaction | valid under all audits and both engines |
//! | [`edits`] | edits of a true witness's message | both engines say the same |
//!
//! Each target is a function of the bytes that panics if something does not hold. The same function
//! stands behind a fuzzer's binary (`targets/`, a workspace of its own), behind the committed corpus
//! (`corpus/`, run by `cargo test`), and behind the long run over numbered seeds.
//!
//! [`statement`] makes code, [`iso_evm_testing::accounts`] what it meets, [`iso_evm_testing::witness()`]
//! the witness of what it did.

pub mod decoder;
pub mod edits;
pub mod engines;
pub mod programs;
pub mod statement;
