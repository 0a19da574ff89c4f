//! What a witness says, for a person: findings in words, with what is true and by what; the message where
//! it went wrong, step by step. Normative text: `specs/22-explanations.md`.
//!
//! | what | where |
//! |---|---|
//! | findings in words, causes first; what is open | [`told`], [`open`], [`last_line`], [`words`] |
//! | the call tree, and a message from within | [`story()`], [`Story`] |
//! | all of that as one file for a browser | [`page`] |
//! | what a Solidity compiler knows | [`artifacts`] |
//! | other people's text as a person may see it | [`plain`] |
//! | every step, and another client's trace beside it | [`trace`] |
//!
//! # Where it stands
//!
//! On the verifier, whose report it explains, and on the native engine, which runs a message again to show
//! it. It reads no file, starts no thread and stands on no C: it runs in a browser as it does here.

pub mod artifacts;
pub mod page;
pub mod plain;
mod runs;
mod seen;
mod sources;
pub mod story;
pub mod trace;
pub mod words;

pub use artifacts::Artifacts;
pub use story::{Story, Within, story};
pub use words::{
    Role, Told,
    last_line::{last_line, last_lines},
    open::open,
    thousands, told,
};
