//! [`Subject`]: a witness as the audits take it, opened and hashed once for all of them.
//!
//! In the data's way this stands between the container and the audits.

use std::{ops::Deref, sync::OnceLock};

use iso_evm_wire::Opened;

use super::hashes::Hashes;
use crate::codes::ReadyCodes;

/// A witness that is audited: its messages taken apart, each hash of it computed once, each code
/// made ready once. It is the [`Opened`] witness to whoever asks for that. Threads may share it.
#[derive(Debug)]
pub struct Subject<'a> {
    opened: &'a Opened<'a>,
    hashes: Hashes<'a>,
    codes: OnceLock<ReadyCodes<'a>>,
}

impl<'a> Subject<'a> {
    /// Nothing is hashed yet.
    pub fn new(opened: &'a Opened<'a>) -> Self {
        Self { opened, hashes: Hashes::of_opened(opened), codes: OnceLock::new() }
    }

    /// The witness, opened.
    pub const fn opened(&self) -> &'a Opened<'a> {
        self.opened
    }

    /// The hashes of the witness.
    pub const fn hashes(&self) -> &Hashes<'a> {
        &self.hashes
    }

    /// The codes of the witness, for the engines.
    pub(crate) fn codes(&self) -> &ReadyCodes<'a> {
        self.codes.get_or_init(|| ReadyCodes::new(&self.hashes))
    }
}

impl<'a> Deref for Subject<'a> {
    type Target = Opened<'a>;

    fn deref(&self) -> &Opened<'a> {
        self.opened
    }
}
