//! An emitted contract, and the init code that deploys it. Normative text:
//! `specs/05-hypervisor.md`, `specs/08-archives.md`.

use std::sync::OnceLock;

use alloy_primitives::{B256, Bytes, keccak256};
use revm::bytecode::opcode::*;

use crate::{emit::asm::Linked, identity::Identity};

/// An emitted contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Runtime code of the contract.
    pub code: Bytes,
    linked: Linked,
    /// The hash of a code, with the code that it is of: [`Self::code`] can be changed.
    hash: OnceLock<(Bytes, B256)>,
}

impl Contract {
    pub(crate) fn new(linked: Linked) -> Self {
        Self { code: linked.code().clone(), linked, hash: OnceLock::new() }
    }

    /// keccak256 of the runtime code.
    pub fn code_hash(&self) -> B256 {
        let (code, hash) = self.hash.get_or_init(|| (self.code.clone(), keccak256(&self.code)));
        let same = code.as_ptr() == self.code.as_ptr() && code.len() == self.code.len();
        if same { *hash } else { keccak256(&self.code) }
    }

    /// What the contract is known by.
    pub fn identity(&self) -> Identity {
        Identity { code_hash: self.code_hash(), size: self.code.len() }
    }

    /// Init code that deploys it.
    pub fn initcode(&self) -> Bytes {
        initcode(&self.code)
    }

    /// The annotated listing: address, bytes, height, mnemonic, label.
    pub fn listing(&self) -> String {
        self.linked.listing()
    }
}

/// Init code that deploys `code` as it is.
pub(crate) fn initcode(code: &[u8]) -> Bytes {
    let [high, low] = u16::try_from(code.len()).expect("contracts fit EIP-170").to_be_bytes();
    // PUSH2 length, DUP1, PUSH1 prefix, PUSH0, CODECOPY, PUSH0, RETURN
    const PREFIX: u8 = 10;
    let prefix = [PUSH2, high, low, DUP1, PUSH1, PREFIX, PUSH0, CODECOPY, PUSH0, RETURN];
    [&prefix[..], code].concat().into()
}

#[cfg(test)]
mod tests {
    use iso_evm_wire::Fork;

    use super::*;
    use crate::{emit::program::emit_audit, options::EmitOptions};

    #[test]
    fn a_contract_that_is_changed_has_the_hash_of_what_it_is_then() {
        let mut contract = emit_audit(&EmitOptions::new(Fork::Osaka));
        let hash = contract.code_hash();
        contract.code = [&contract.code[..], &[0]].concat().into();
        assert_eq!(contract.code_hash(), keccak256(&contract.code));
        assert_ne!(contract.code_hash(), hash);
    }
}
