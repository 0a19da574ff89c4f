//! A fork's rules as the instructions want them, all of revm's making: gas, and which instruction
//! runs for each opcode.

use std::fmt;

use iso_evm_wire::{Fork, Rules};
use revm::{
    context_interface::cfg::GasParams,
    interpreter::{GasTable, instructions::gas_table_spec},
    primitives::hardfork::SpecId,
};

use super::step::Table;
use crate::rules::opcodes::{Handler, Opcode, opcodes};

/// The rules of a block, with all that the engine makes of them.
pub(super) struct GuestRules {
    pub(super) of_block: Rules,
    pub(super) fork: Fork,
    pub(super) spec: SpecId,
    /// What depends on operands and facts.
    pub(super) gas: GasParams,
    /// Static gas that revm's loop charges before an instruction; none for those that take a record.
    pub(super) static_gas: GasTable,
    /// Opcodes that exist, each with what it costs before its record.
    rows: [Option<Row>; 256],
    /// Instructions where no gas buys memory at an offset of 2^32.
    table: Table,
    /// Instructions where gas might, or somebody watches.
    guarded: Table,
    /// Instructions of a segment, which is not given everything.
    partial: Table,
}

/// An opcode of the fork.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Words taken from the stack.
    pub(super) inputs: usize,
    /// Words put on it.
    pub(super) outputs: usize,
    /// What runs for the opcode.
    pub(super) handler: Handler,
    /// Gas that is paid before anything is looked at.
    pub(super) base: u64,
}

impl GuestRules {
    /// What is made of a block's rules: opcodes that take a record have their own way to charge, the others run
    /// by the first of the tables, by the second where they are guarded, by the third in a segment.
    pub(super) fn new(
        of_block: Rules,
        takes_record: fn(Handler) -> bool,
        [table, guarded, partial]: [Table; 3],
    ) -> Self {
        let fork = of_block.fork();
        let spec = fork.spec_id();
        let gas = GasParams::new_spec(spec);
        let theirs = gas_table_spec(spec);
        let mut static_gas = [0; 256];
        let mut rows = [None; 256];
        for row in opcodes(fork) {
            let byte = usize::from(row.byte);
            rows[byte] = Some(Row {
                inputs: row.inputs,
                outputs: row.outputs,
                handler: row.handler,
                base: base_gas(&gas, u64::from(theirs[byte]), row),
            });
            if !takes_record(row.handler) {
                static_gas[byte] = theirs[byte];
            }
        }
        Self { of_block, fork, spec, gas, static_gas, rows, table, guarded, partial }
    }

    /// The instructions for a frame; `large` if its gas might buy memory at an offset of 2^32.
    pub(super) fn table_for(&self, large: bool) -> &Table {
        if large { &self.guarded } else { &self.table }
    }

    /// The instructions that look at memory before they take it.
    pub(super) fn guarded_table(&self) -> &Table {
        &self.guarded
    }

    /// The instructions that look whether what they need is given, and at memory before they take it.
    pub(super) fn partial_table(&self) -> &Table {
        &self.partial
    }

    /// What an opcode costs at least; nothing if the fork does not have it.
    pub(super) fn cost(&self, opcode: u8) -> u64 {
        self.row(opcode).map_or(0, |row| row.base)
    }

    /// The row of an opcode; none if the fork does not have it.
    pub(super) fn row(&self, opcode: u8) -> Option<&Row> {
        self.rows[usize::from(opcode)].as_ref()
    }
}

/// Static gas; revm charges some of it in the instruction. The sentry of `SSTORE` comes before its.
fn base_gas(gas: &GasParams, of_table: u64, row: &Opcode) -> u64 {
    match row.handler {
        Handler::Log(topics) => of_table + gas.log_cost(topics as u8, 0),
        Handler::Create => of_table + gas.create_cost(),
        _ => of_table,
    }
}

impl fmt::Debug for GuestRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestRules").field("of_block", &self.of_block).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::table;

    /// revm's gas and the contract's, which is in the opcode table.
    #[test]
    fn base_gas_is_the_contracts() {
        for fork in Fork::ALL {
            let rules = table::rules(fork.into());
            for row in opcodes(fork) {
                let ours = rules.row(row.byte).map(|row| row.base);
                assert_eq!(ours, Some(row.static_gas(fork)), "{fork} {}", row.mnemonic);
            }
        }
    }
}
