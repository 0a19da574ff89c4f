//! The names of opcodes: those of a fork, as the execution specs have them, and those that other clients
//! use for the same.

use std::borrow::Cow;

use iso_evm_hypervisor::opcodes::{OPCODES, opcodes};
use iso_evm_wire::{Fork, protocol::Change};

/// The byte of `PREVRANDAO`, which is `DIFFICULTY` before Paris.
const PREVRANDAO: u8 = 0x44;

/// The opcodes of a fork by their names.
#[derive(Clone, Debug)]
pub struct Names([Option<&'static str>; 256]);

impl Names {
    /// The names of a fork's opcodes.
    pub fn of(fork: Fork) -> Self {
        let mut names = [None; 256];
        for row in opcodes(fork) {
            names[usize::from(row.byte)] = Some(row.mnemonic);
        }
        if !fork.has(Change::Randomness) {
            names[usize::from(PREVRANDAO)] = Some("DIFFICULTY");
        }
        Self(names)
    }

    /// An opcode's name; of one that the fork does not have, that it is not defined, as geth has it.
    pub fn name(&self, opcode: u8) -> Cow<'static, str> {
        match self.0[usize::from(opcode)] {
            Some(name) => name.into(),
            None => format!("opcode {opcode:#x} not defined").into(),
        }
    }
}

/// The opcode that a client means by this name, whatever the fork.
pub fn opcode_named(name: &str) -> Option<u8> {
    let name = name.trim().to_ascii_uppercase();
    let same = match name.as_str() {
        "SHA3" => "KECCAK256",
        "DIFFICULTY" | "RANDOM" | "PREVRANDAO" => "PREVRANDAO",
        "SUICIDE" => "SELFDESTRUCT",
        name => name,
    };
    let known = OPCODES.iter().find(|row| row.mnemonic == same).map(|row| row.byte);
    known.or_else(|| {
        // "opcode 0xc not defined", "0x0C".
        let digits = name.split_whitespace().find_map(|word| word.strip_prefix("0X"))?;
        u8::from_str_radix(digits, 16).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_opcode() {
        for fork in Fork::ALL {
            let names = Names::of(fork);
            for byte in 0..=u8::MAX {
                assert_eq!(opcode_named(&names.name(byte)), Some(byte), "{fork} {byte:#x}");
            }
        }
        assert_eq!(Names::of(Fork::Berlin).name(0x44), "DIFFICULTY");
        assert_eq!(Names::of(Fork::Berlin).name(0x5f), "opcode 0x5f not defined");
        for (name, byte) in [("SHA3", 0x20), ("suicide", 0xff), ("RANDOM", 0x44)] {
            assert_eq!(opcode_named(name), Some(byte));
        }
        assert_eq!(opcode_named("NO SUCH"), None);
    }
}
