//! The annotated listing of an emitted contract: address, bytes, height, mnemonic, label.

use std::fmt::Write as _;

use alloy_primitives::hex;
use revm::bytecode::opcode::OpCode;

use super::{Item, Linked};

impl Linked {
    /// One line an instruction: `address  bytes  [height]  mnemonic`, labels on lines of their own.
    /// Room that no routine uses is not listed.
    pub(crate) fn listing(&self) -> String {
        let mut out = String::new();
        let mut stubs = self.stubs.iter().peekable();
        for (start, routine) in &self.placed {
            while let Some((address, target)) = stubs.next_if(|(address, _)| address < start) {
                let name = &self.names[target.0];
                let _ = writeln!(out, "{address:04x}  slot {:02x} -> {name}", address / 64);
            }
            let slot = routine.slot.map(|slot| format!(" (opcode {slot:02x})")).unwrap_or_default();
            let _ = writeln!(out, "\n; {}{slot}", routine.name);
            let mut address = *start;
            for (item, height) in routine.items.iter().zip(&routine.heights) {
                let height = height.map(|height| height.to_string()).unwrap_or_default();
                let size = item.size();
                let bytes = hex::encode(&self.code[address..address + size]);
                let text = match item {
                    Item::Op(op) => mnemonic(*op).to_owned(),
                    Item::Push(constant) => {
                        format!("PUSH{} 0x{}", constant.len(), hex::encode(constant))
                    }
                    Item::Address(label) => {
                        let target = self.addresses[label.0];
                        format!("PUSH2 {} ({target:04x})", self.names[label.0])
                    }
                    Item::Bind(label) => {
                        let _ = writeln!(out, "{}:", self.names[label.0]);
                        "JUMPDEST".to_owned()
                    }
                };
                let _ = writeln!(out, "{address:04x}  {bytes:<24}  [{height:>2}]  {text}");
                address += size;
            }
        }
        for (address, target) in stubs {
            let name = &self.names[target.0];
            let _ = writeln!(out, "{address:04x}  slot {:02x} -> {name}", address / 64);
        }
        out
    }
}

fn mnemonic(op: u8) -> &'static str {
    OpCode::new(op).map_or("INVALID", |op| op.as_str())
}
