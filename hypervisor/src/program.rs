//! The audit contract, from top to bottom. Normative text: `specs/05-hypervisor.md`.

use std::sync::OnceLock;

use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_witness::Fork;
use revm::bytecode::opcode::*;

use crate::{
    archive::ArchiveOptions,
    asm::{Assembler, Linked},
    checks, dispatch,
    dispatch::{Machine, Shared},
    handlers,
    identity::Identity,
    jumps, lint, memory, records, setup, stack,
};

/// What an audit contract is emitted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitOptions {
    /// The fork whose rules the guest runs under.
    pub fork: Fork,
    /// Where the guest's code is archived.
    pub archive: ArchiveOptions,
}

impl EmitOptions {
    /// A contract for `fork`, with archives by code hash from the default factory.
    pub fn new(fork: Fork) -> Self {
        Self { fork, archive: ArchiveOptions::default() }
    }
}

/// An emitted contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its runtime code.
    pub code: Bytes,
    linked: Linked,
    hash: OnceLock<B256>,
}

impl Contract {
    pub(crate) fn new(linked: Linked) -> Self {
        Self { code: linked.code().clone(), linked, hash: OnceLock::new() }
    }

    /// keccak256 of the runtime code.
    pub fn code_hash(&self) -> B256 {
        *self.hash.get_or_init(|| keccak256(&self.code))
    }

    /// What it is known by.
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

/// Emits the contract that audits messages of one fork: the hypervisor.
///
/// ```
/// use iso_evm_hypervisor::{EmitOptions, emit_audit};
/// use iso_evm_witness::Fork;
///
/// let hypervisor = emit_audit(&EmitOptions::new(Fork::Osaka));
/// assert!(hypervisor.code.len() <= 24_576); // EIP-170
/// println!("{}", hypervisor.code_hash());
/// ```
pub fn emit_audit(options: &EmitOptions) -> Contract {
    let mut asm = Assembler::default();
    let shared = Shared::new(&mut asm, Machine::Audit, options.fork);
    setup::emit(&mut asm, &shared, options.archive);
    records::emit(&mut asm, &shared);
    dispatch::emit(&mut asm, &shared);
    stack::emit(&mut asm, &shared);
    memory::emit(&mut asm, &shared);
    jumps::emit(&mut asm, &shared);
    handlers::emit(&mut asm, &shared);
    checks::emit(&mut asm, &shared);
    let linked = asm.link_slots(shared.fault);
    lint::check(&linked);
    Contract::new(linked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fork_fits_eip_170() {
        for fork in Fork::ALL {
            let size = emit_audit(&EmitOptions::new(fork)).code.len();
            println!("{fork}: {size}");
            assert!(size <= 24_576, "{fork}: {size}");
        }
    }
}
