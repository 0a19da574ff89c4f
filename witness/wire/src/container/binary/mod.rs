//! `witness.bin`: the magic `ISOW`, a version byte, and one RLP list. `specs/09-container.md`.

mod messages;
mod read;
mod write;

pub(crate) use read::decode;
pub(super) use write::encode;

/// The first bytes of every `witness.bin`.
pub const MAGIC: [u8; 4] = *b"ISOW";

/// The one version there is.
pub const VERSION: u8 = 5;
