//! Code around a place, disassembled.

use alloy_primitives::hex;
use iso_evm_hypervisor::opcodes::opcode;
use serde::Serialize;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeLine {
    /// Offset in the code.
    pub pc: usize,
    /// The mnemonic; the byte in hex if no opcode has it.
    pub name: String,
    /// What a PUSH pushes, as hex.
    pub operand: Option<String>,
    /// Whether it is the place.
    pub at: bool,
    /// File, line and function that it comes from, where they are others than the instruction's before; of code of a
    /// function that is not under way, that it is such code.
    pub place: Option<String>,
}

/// Instructions before and behind a place, at most this many of each, with what stands above them.
pub(super) fn around(
    code: &[u8],
    at: usize,
    (before, behind): (usize, usize),
    label: impl Fn(usize) -> Option<String>,
) -> Vec<CodeLine> {
    let starts = starts(code);
    let place = starts.partition_point(|start| *start < at);
    let from = place.saturating_sub(before);
    let to = (place + behind + 1).min(starts.len());
    let mut last = None;
    let lines = starts[from..to].iter().map(|&pc| {
        let place = label(pc);
        let is_new = place != last;
        last.clone_from(&place);
        let (name, operand) = instruction(code, pc);
        CodeLine { pc, name, operand, at: pc == at, place: place.filter(|_| is_new) }
    });
    lines.collect()
}

/// Where instructions start.
fn starts(code: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut pc = 0;
    while pc < code.len() {
        starts.push(pc);
        pc += 1 + pushed(code[pc]);
    }
    starts
}

/// How many bytes behind an opcode are its own.
const fn pushed(opcode: u8) -> usize {
    match opcode {
        0x60..=0x7f => (opcode - 0x5f) as usize,
        _ => 0,
    }
}

fn instruction(code: &[u8], pc: usize) -> (String, Option<String>) {
    let byte = code[pc];
    let name = opcode(byte).map_or_else(|| format!("0x{byte:02x}"), |row| row.mnemonic.to_owned());
    let end = (pc + 1 + pushed(byte)).min(code.len());
    let operand = (end > pc + 1).then(|| hex::encode_prefixed(&code[pc + 1..end]));
    (name, operand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_push_pushes_is_no_instruction() {
        let code = hex!("6001615b5b5b00617f");
        assert_eq!(starts(&code), [0, 2, 5, 6, 7]);
        assert_eq!(instruction(&code, 2), ("PUSH2".to_owned(), Some("0x5b5b".to_owned())));
        // The code ends within it.
        assert_eq!(instruction(&code, 7), ("PUSH2".to_owned(), Some("0x7f".to_owned())));
        assert_eq!(instruction(&hex!("0c"), 0), ("0x0c".to_owned(), None));
    }
}
