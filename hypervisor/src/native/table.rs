//! Which instruction runs for which opcode: revm's own, but for those that take a record, those
//! that read the message, and those that the fork does not have.

use std::sync::{Arc, OnceLock};

use iso_evm_wire::{Fork, Rules, layout as wire};
use revm::interpreter::{Instruction, host::DummyHost, instruction_table};

use super::{
    accounts, calls, creations, facts, large,
    rules::GuestRules,
    segment::withheld,
    step::{Eth, Table},
    storage,
};
use crate::rules::opcodes::{Handler, Opcode, opcodes};

/// What is made of all rules, each when it is first asked for.
static MADE: [OnceLock<Arc<GuestRules>>; Rules::ALL.len()] =
    [const { OnceLock::new() }; Rules::ALL.len()];

/// What is made of these rules, with the instructions: made once in a process.
pub(super) fn rules_of(of_block: Rules) -> Arc<GuestRules> {
    MADE[of_block.index()].get_or_init(|| Arc::new(rules(of_block))).clone()
}

/// What is made of these rules, with the instructions.
pub(super) fn rules(of_block: Rules) -> GuestRules {
    let fork = of_block.fork();
    let plain = instruction_table::<Eth, DummyHost>();
    let mut guarded = plain;
    large::guard(&mut guarded);
    let mut partial = guarded;
    withheld::guard(&mut partial);
    let tables = [plain, guarded, partial].map(|of_revm| table(fork, &of_revm));
    GuestRules::new(of_block, takes_record, tables)
}

/// Whether an opcode takes a record; its instruction then charges all of its gas.
fn takes_record(handler: Handler) -> bool {
    matches!(
        handler,
        Handler::AccountFact
            | Handler::Extcodecopy
            | Handler::KeyedFact
            | Handler::Fact
            | Handler::Sload
            | Handler::Sstore
            | Handler::Tstore
            | Handler::Log(_)
            | Handler::Create
            | Handler::Call
            | Handler::Selfdestruct
    )
}

/// The instructions of `fork`: those of the audit, and `of_revm` for the rest.
fn table(fork: Fork, of_revm: &Table) -> Table {
    let mut table = [Instruction::unknown(); 256];
    for row in opcodes(fork) {
        let byte = usize::from(row.byte);
        table[byte] = of_record(row).unwrap_or(of_revm[byte]);
    }
    table
}

/// The index of `ORIGIN`'s and of `GASPRICE`'s field in the head of the message.
const ORIGIN: usize = (wire::ORIGIN - wire::TUPLE) / 32;
const GAS_PRICE: usize = (wire::GAS_PRICE - wire::TUPLE) / 32;

/// What stands in for revm's instruction, if anything does.
fn of_record(row: &Opcode) -> Option<Instruction<Eth, DummyHost>> {
    Some(match row.handler {
        Handler::Head(ORIGIN) => Instruction::new(facts::head::<{ wire::ORIGIN }>),
        Handler::Head(GAS_PRICE) => Instruction::new(facts::head::<{ wire::GAS_PRICE }>),
        Handler::AccountFact => Instruction::new(accounts::account_fact),
        Handler::Extcodecopy => Instruction::new(accounts::extcodecopy),
        Handler::KeyedFact => Instruction::new(facts::keyed_fact),
        Handler::Fact => Instruction::new(facts::fact),
        Handler::Sload => Instruction::new(storage::sload),
        Handler::Sstore => Instruction::new(storage::sstore),
        Handler::Tstore => Instruction::new(storage::tstore),
        Handler::Log(_) => Instruction::new(facts::log),
        Handler::Selfdestruct => Instruction::new(accounts::selfdestruct),
        Handler::Call => Instruction::new(calls::call),
        Handler::Create => Instruction::new(creations::create),
        _ => return None,
    })
}
