//! One step of ours held against one of another client's at the same place: what both tell, with what clients are
//! free to print.

use std::collections::BTreeSet;

use iso_evm_hypervisor::{Halt, opcodes::opcodes};
use iso_evm_wire::Fork;

use crate::trace::{
    difference::Field,
    names::Names,
    other::{Opcode, OtherStep},
    step::Step,
};

/// The opcode of `INVALID`.
const INVALID: u8 = 0xfe;

/// What is known of all steps of two traces.
#[derive(Debug)]
pub(super) struct Fields {
    names: Names,
    /// What an opcode costs whatever its operands.
    least: [Option<u64>; 256],
    /// The other's refund at its first step.
    refunded: Option<u64>,
}

impl Fields {
    /// Of a fork, before the first step.
    pub(super) fn of(fork: Fork) -> Self {
        let mut least = [None; 256];
        for row in opcodes(fork) {
            least[usize::from(row.byte)] = Some(row.static_gas(fork));
        }
        Self { names: Names::of(fork), least, refunded: None }
    }

    /// The other's first step.
    pub(super) const fn begin(&mut self, theirs: &OtherStep) {
        self.refunded = theirs.refund;
    }

    /// An opcode's name.
    pub(super) fn name(&self, opcode: &Opcode) -> String {
        match opcode {
            Opcode::Byte(byte) => self.names.name(*byte).into_owned(),
            Opcode::Unknown(name) => name.clone(),
        }
    }

    /// What is not the same of two steps at the same place. What the other tells is noted.
    pub(super) fn differing(
        &self,
        ours: &Step,
        theirs: &OtherStep,
        compared: &mut BTreeSet<&'static str>,
    ) -> Vec<Field> {
        let mut differing = Vec::new();
        compared.insert("pc");
        compared.extend(theirs.depth.map(|_| "depth"));
        if let Some(opcode) = &theirs.opcode {
            compared.insert("opcode");
            if !is_same(opcode, ours) {
                let here = self.name(&Opcode::Byte(ours.opcode));
                let there = self.name(opcode);
                differing.push(Field { name: "opcode".to_owned(), here, there });
            }
        }
        if let Some(gas) = theirs.gas {
            compared.insert("gas left");
            if gas != ours.gas {
                differing.push(Field::numbers("gas left", ours.gas, gas));
            }
        }
        if let Some(cost) = theirs.gas_cost.filter(|_| ours.halt.is_none() && !ours.is_cut) {
            compared.insert("gas cost");
            if !self.costs(ours).contains(&cost) {
                differing.push(Field::numbers("gas cost", ours.shown_cost(), cost));
            }
        }
        if let Some(stack) = &theirs.stack {
            compared.insert("stack");
            differing.extend(Field::stacks(&ours.stack, stack));
        }
        if let Some(there) = theirs.memory_size {
            compared.insert("memory size");
            if !may_have(ours, there) {
                differing.push(Field::numbers("bytes of memory", ours.memory_size as u64, there));
            }
        }
        if let (Some(here), Some(there)) = (&ours.memory, &theirs.memory) {
            compared.insert("memory");
            let grown = there.get(here.len()..).filter(|grown| grown.iter().all(|byte| *byte == 0));
            let is_grown = grown.is_some() && may_have(ours, there.len() as u64);
            let there = if is_grown { &there[..here.len()] } else { there };
            differing.extend(Field::memories(here, there));
        }
        if let (Some(there), Some(first)) = (theirs.refund, self.refunded) {
            compared.insert("refund");
            let there = there.wrapping_sub(first).cast_signed();
            let known = [ours.refund.all, ours.refund.frame].into_iter();
            // Before the opcode, or with what it adds.
            let mut known =
                known.flat_map(|known| [known, known.saturating_add(ours.refund.added)]);
            if !known.any(|known| known == there) {
                differing.push(Field::amounts("refund", ours.refund.all, there));
            }
        }
        differing
    }

    /// What clients print as the gas cost of an opcode: with what it hands to a callee or without, with a
    /// callee's stipend, with what that used, or no more than what it costs at least.
    fn costs(&self, step: &Step) -> [u64; 5] {
        let callee = step.callee.unwrap_or_default();
        let with = step.cost.saturating_add(callee.given);
        let least = self.least[usize::from(step.opcode)].unwrap_or(step.cost);
        let net = step.cost.saturating_add(callee.used).saturating_sub(callee.stipend);
        [step.cost, with, with.saturating_add(callee.stipend), least, net]
    }
}

/// Whether a client may print this size of memory: that before the opcode, or grown to what the opcode touches.
fn may_have(ours: &Step, size: u64) -> bool {
    let before = ours.memory_size as u64;
    let grown = ours.memory_size_behind.map_or(size > before, |behind| behind as u64 == size);
    size == before || grown
}

/// Whether what the other calls an opcode is ours. What the fork does not have, some call `INVALID`, some as they
/// like.
fn is_same(theirs: &Opcode, ours: &Step) -> bool {
    let undefined = ours.halt == Some(Halt::UndefinedOpcode);
    match theirs {
        Opcode::Byte(byte) => *byte == ours.opcode || (undefined && *byte == INVALID),
        Opcode::Unknown(_) => undefined,
    }
}
