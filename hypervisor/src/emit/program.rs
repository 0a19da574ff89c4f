//! The audit contract, from top to bottom. Normative text: `specs/05-hypervisor.md`.

use crate::{
    emit::{
        asm::Assembler,
        checks,
        contract::Contract,
        dispatch::{self, Machine, Shared},
        handlers, jumps, lint, memory, records, setup, stack,
    },
    options::EmitOptions,
};

/// Emits the contract that audits messages of one fork, or of one upgrade of the OP Stack: the
/// hypervisor.
///
/// ```
/// use iso_evm_hypervisor::{EmitOptions, emit_audit};
/// use iso_evm_wire::Fork;
///
/// let hypervisor = emit_audit(&EmitOptions::new(Fork::Osaka));
/// assert!(hypervisor.code.len() <= 24_576); // EIP-170
/// println!("{}", hypervisor.code_hash());
/// ```
pub fn emit_audit(options: &EmitOptions) -> Contract {
    let mut asm = Assembler::default();
    let shared = Shared::new(&mut asm, Machine::Audit, options.rules);
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
    use iso_evm_wire::Rules;

    use super::*;

    /// Whatever is emitted is linted too.
    #[test]
    fn every_hypervisor_fits_eip_170() {
        for rules in Rules::ALL {
            let size = emit_audit(&EmitOptions::new(rules)).code.len();
            println!("{rules}: {size}");
            assert!(size <= 24_576, "{rules}: {size}");
        }
    }
}
