//! The audit contract and the segment machine, from top to bottom. Normative text: `specs/05-hypervisor.md`.

use crate::{
    emit::{
        asm::Assembler,
        checks,
        contract::Contract,
        dispatch::{self, Machine, Shared},
        handlers, jumps, lint, memory, records, segment, setup, stack,
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
    emit(options, Machine::Audit)
}

/// Emits the contract that audits segments of messages: the segment machine. It shares the table of
/// opcodes, the dispatch and the handlers with [`emit_audit`].
///
/// ```
/// use iso_evm_hypervisor::{EmitOptions, emit_segment};
/// use iso_evm_wire::Fork;
///
/// assert!(emit_segment(&EmitOptions::new(Fork::Osaka)).code.len() <= 24_576); // EIP-170
/// ```
pub fn emit_segment(options: &EmitOptions) -> Contract {
    emit(options, Machine::Segment)
}

fn emit(options: &EmitOptions, machine: Machine) -> Contract {
    let mut asm = Assembler::default();
    let shared = Shared::new(&mut asm, machine, options.rules);
    setup::emit(&mut asm, &shared, options.archive);
    records::emit(&mut asm, &shared);
    dispatch::emit(&mut asm, &shared);
    stack::emit(&mut asm, &shared);
    memory::emit(&mut asm, &shared);
    let jumpi_taken = asm.label("JUMPI.taken", 2);
    jumps::emit(&mut asm, &shared, jumpi_taken);
    handlers::emit(&mut asm, &shared, jumpi_taken);
    checks::emit(&mut asm, &shared);
    segment::checkpoint::emit(&mut asm, &shared);
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
    fn every_hypervisor_and_segment_machine_fits_eip_170() {
        for rules in Rules::ALL {
            let size = emit_audit(&EmitOptions::new(rules)).code.len();
            let of_segments = emit_segment(&EmitOptions::new(rules)).code.len();
            println!("{rules}: {size}, segments {of_segments}");
            assert!(size <= 24_576, "{rules}: {size}");
            assert!(of_segments <= 24_576, "{rules}: {of_segments}");
        }
    }
}
