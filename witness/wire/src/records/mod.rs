//! The fields of every access record, by opcode. Normative text: `specs/03-records.md`.
//!
//! A record carries facts, never costs. A field is either an *output* (the hypervisor computes it
//! and compares) or a *fact* (the execution audit takes it as given, another audit proves it).
//!
//! | what | where |
//! |---|---|
//! | the one line that each record is | `table` |
//! | what is made of the lines | `define`: types, [`Record`], [`SHAPES`], [`offsets`]; [`ValueOpcode`], [`CallOpcode`] |
//! | the table as data | [`shape`] |
//! | as a page's tables and as a JSON schema | [`describe`] |

mod codec;
#[macro_use]
mod define;
pub mod describe;
mod kinds;
mod log;
pub mod shape;
#[macro_use]
mod table;
#[cfg(test)]
mod tests;

pub use kinds::{FrameKind, Outcome};
pub use log::LogRecord;
pub use shape::RecordShape;

pub(crate) use codec::ByName;

/// `BLOCKHASH`.
pub const BLOCKHASH: u8 = 0x40;

/// The opening record's opcode.
pub const OPENING: u8 = 0x00;

/// Why a record's bytes are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// No record has this opcode.
    #[error("opcode 0x{0:02x} has no access record")]
    UnknownOpcode(u8),
    /// The metadata is not the canonical encoding of the opcode's fields.
    #[error("metadata of opcode 0x{0:02x} is not canonical")]
    NotCanonical(u8),
}

for_each_record! { define_records! {} }

/// The shape of an opcode's record.
pub fn shape_of(opcode: u8) -> Option<&'static RecordShape> {
    <Record as ByName>::shape(opcode)
}
