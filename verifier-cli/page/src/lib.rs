//! What the page asks: recorder, engines and the four audits, as one WebAssembly module without
//! imports. A question goes in, an answer comes out, each a little JSON and a piece of bytes
//! beside it. `verifier-cli/page/README.md`.
//!
//! In the data's way this stands where the command line stands otherwise: an `INPUT.json` or a
//! `witness.bin` comes from a visitor, and what the libraries say of it goes to what draws it. It
//! reads no file, asks no network, and has no state from one question to the next.
//!
//! | what | where |
//! |---|---|
//! | questions and answers | [`ask`], [`Question`], [`Answer`] |
//! | record, or what else to do with it; run natively step by step | `record`, `advice`, `trace` |
//! | verify, and say it in words | `verify` |
//! | the story of a witness, a message step by step | `story`, `steps` |
//! | what the emitted contract is called with, and answered | [`calls`] |
//! | a witness as fields that can be changed, and back | `fields` |
//! | the emitted contracts, and how they are read from outside | `contract`, [`machine()`] |
//! | the module's few functions | [`module`] |

mod advice;
pub mod calls;
mod contract;
mod error;
mod fields;
pub mod module;
mod question;
mod record;
mod steps;
mod story;
mod trace;
mod verify;

pub use contract::machine;
pub use error::PageError;
pub use question::{Answer, Question, ask};
