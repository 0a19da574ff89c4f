//! The codes of a witness, each made ready for the native engine when the first message runs it.

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{B256, Bytes};
use iso_evm_hypervisor::Code;
use iso_evm_wire::OpenedMessage;

use crate::audit::hashes::{Hashes, Held};

/// The codes of one witness, by the hashes that they stand under. Threads may share them.
#[derive(Debug)]
pub(crate) struct ReadyCodes<'a>(BTreeMap<B256, (Held<'a>, OnceLock<Code>)>);

impl<'a> ReadyCodes<'a> {
    /// The codes of a witness, none of them ready yet.
    pub(crate) fn new(hashes: &Hashes<'a>) -> Self {
        Self(hashes.codes().map(|code| (code.key, (code, OnceLock::new()))).collect())
    }

    /// The code that a message runs, if the witness has it; none of a creation.
    pub(crate) fn of(&self, message: &OpenedMessage) -> Option<&Code> {
        let (Held { hash, bytes, .. }, ready) = self.0.get(&message.code_hash()?)?;
        Some(ready.get_or_init(|| Code::with_hash(*hash, (*bytes).clone())))
    }

    /// The same code as bytes, with its hash.
    pub(crate) fn bytes_of(&self, message: &OpenedMessage) -> Option<(B256, &'a Bytes)> {
        let (code, _) = self.0.get(&message.code_hash()?)?;
        Some((code.hash, code.bytes))
    }
}
