//! The codes of a witness, each made ready for the native engine when the first message runs it.

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{B256, Bytes};
use iso_evm_hypervisor::Code;
use iso_evm_witness::{MessageWitness, Witness, container::code_hash};

/// The codes of one witness. Threads may share it.
#[derive(Debug)]
pub(crate) struct Codes<'a>(BTreeMap<B256, (&'a Bytes, OnceLock<Code>)>);

impl<'a> Codes<'a> {
    /// None is ready yet.
    pub(crate) fn new(witness: &'a Witness) -> Self {
        let codes = witness.codes.iter();
        Self(codes.map(|(hash, code)| (*hash, (code, OnceLock::new()))).collect())
    }

    /// The code that a message runs, if the witness has it; none of a creation.
    pub(crate) fn of(&self, message: &MessageWitness) -> Option<&Code> {
        let (code, ready) = self.0.get(&code_hash(message)?)?;
        Some(ready.get_or_init(|| Code::new((*code).clone())))
    }
}
