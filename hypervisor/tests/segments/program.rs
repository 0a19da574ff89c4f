//! Messages of a program that has everything a segment can depend on.

use alloy_primitives::{Bytes, hex};
use iso_evm_hypervisor::{Code, Cutting, MessageVerdict, NativeEngine};
use iso_evm_wire::{MessageWitness, Rules, container::Witness, encoding::encode, segment::Cut};
use iso_evm_witness::{Input, record};
use revm::bytecode::opcode::*;

/// A message with its code, ready to be cut.
pub(crate) struct Guest {
    pub(crate) engine: NativeEngine,
    pub(crate) message: MessageWitness,
    pub(crate) code: Option<Code>,
    /// The code's bytes; none in a creation.
    pub(crate) bytes: Bytes,
}

impl Guest {
    pub(crate) fn audit(&self) -> MessageVerdict {
        self.engine.audit(&encode(&self.message).into(), self.code.as_ref())
    }

    /// The verdict, and all segments.
    pub(crate) fn cut(&self, cut: Cut) -> (MessageVerdict, Vec<Cutting>) {
        let mut all = Vec::new();
        let calldata = encode(&self.message).into();
        let each = &mut |cutting| all.push(cutting);
        let verdict = self.engine.cut(&calldata, self.code.as_ref(), cut, each);
        (verdict, all)
    }
}

/// Code that is put together.
#[derive(Default)]
struct Program(Vec<u8>);

impl Program {
    fn op(mut self, opcodes: &[u8]) -> Self {
        self.0.extend(opcodes);
        self
    }

    /// PUSH4 of each, the last on top.
    fn push(mut self, words: &[u32]) -> Self {
        for word in words {
            self.0.push(PUSH4);
            self.0.extend(word.to_be_bytes());
        }
        self
    }

    /// An opcode with its operands, the first of them on top.
    fn with(self, opcode: u8, operands: &[u32]) -> Self {
        let operands: Vec<u32> = operands.iter().rev().copied().collect();
        self.push(&operands).op(&[opcode])
    }
}

const CALLEE: u32 = 0x0303_0303;

/// Deep stack, a loop, pages of memory far apart, calldata, return data that is read long after the
/// call, a creation, storage, a log, and code at the end that jumps to the `JUMPDEST` behind it.
fn everything() -> Vec<u8> {
    let mut program = Program::default();
    for word in 0..700 {
        program = program.push(&[word]);
    }
    program = program
        .with(MSTORE, &[0x40, 7])
        .with(MSTORE, &[0x5ff0, u32::MAX])
        .with(MSTORE8, &[0x9000, 1])
        // What is written and made zero again.
        .with(MSTORE, &[0x7000, 5])
        .push(&[60]);
    let top = program.0.len() as u32;
    program = program
        .op(&[JUMPDEST])
        .with(MLOAD, &[0x40])
        .op(&[DUP2, PUSH1, 200, MUL, MSTORE])
        .with(KECCAK256, &[0, 300])
        .op(&[POP])
        .push(&[1])
        .op(&[SWAP1, SUB, DUP1])
        .push(&[top])
        .op(&[JUMPI, POP])
        .with(MSTORE, &[0x7000, 0])
        .with(CALLDATALOAD, &[3])
        .with(CALLDATALOAD, &[3000])
        .with(CALLDATACOPY, &[0x3000, 2, 40])
        .with(CALLDATACOPY, &[0x3000, 2000, 40])
        .op(&[CALLDATASIZE, MSIZE, PC, GAS])
        .with(RETURNDATACOPY, &[0, 0, 0])
        .with(CALL, &[50_000, CALLEE, 3, 0x5fe0, 64, 0x8fe0, 32])
        .op(&[RETURNDATASIZE])
        .with(SSTORE, &[1, 5])
        .with(SLOAD, &[1])
        .with(BALANCE, &[CALLEE])
        .with(EXTCODECOPY, &[CALLEE, 0x100, 0, 40])
        .with(RETURNDATACOPY, &[0x3100, 4, 20])
        .with(RETURNDATACOPY, &[0x3200, 0, 64])
        .with(LOG1, &[0x3000, 80, 9])
        .with(STATICCALL, &[50_000, 4, 0x3000, 96, 0x3000, 96])
        .with(MCOPY, &[0x6000, 0x5fd0, 0x50])
        .with(RETURNDATACOPY, &[0x3200, 1, 64]);
    // Initcode: MSTORE8(0, 1), RETURN(0, 1), as a word.
    let initcode = hex!("6001600053600160 00f3");
    let mut word = [0; 32];
    word[..initcode.len()].copy_from_slice(&initcode);
    program = program.op(&[PUSH32]).op(&word).op(&[PUSH2, 0x04, 0x00, MSTORE]);
    program = program
        .with(CREATE, &[1, 0x400, initcode.len() as u32])
        .op(&[RETURNDATASIZE])
        .with(MLOAD, &[0x5ff0])
        .op(&[TIMESTAMP, ORIGIN]);
    let next = program.0.len() as u32 + 6;
    program = program.push(&[next]).op(&[JUMP, JUMPDEST]);
    program.with(RETURN, &[0x3000, 0x200]).0
}

/// All messages of the transaction that runs [`everything`]: it, its callee and its creation.
pub(crate) fn guests() -> Vec<Guest> {
    let callee = Program::default()
        .with(MSTORE, &[0, 77])
        .with(CALLDATALOAD, &[0])
        .op(&[PUSH1, 32, MSTORE])
        .with(RETURN, &[0, 100]);
    let json = format!(
        r#"{{"fork": "cancun",
        "block": {{"number": "0x1", "timestamp": "0x5", "gasLimit": "0x1000000"}},
        "transaction": {{"from": "0x0101010101010101010101010101010101010101",
            "to": "0x0202020202020202020202020202020202020202", "gas": "0x100000",
            "input": "0x{}"}},
        "prestate": {{
            "0x0202020202020202020202020202020202020202":
                {{"balance": "0x64", "code": "0x{}"}},
            "0x0000000000000000000000000000000003030303":
                {{"balance": "0x64", "code": "0x{}"}}}}}}"#,
        hex::encode([0xab; 100]),
        hex::encode(everything()),
        hex::encode(callee.0),
    );
    let recording = record(&Input::parse(json.as_bytes(), None).unwrap().execution).unwrap();
    let rules: Rules = iso_evm_wire::Fork::Cancun.into();
    assert_eq!(recording.messages.len(), 3);
    assert!(
        recording
            .messages
            .iter()
            .all(|message| message.witness.status == alloy_primitives::U256::ONE)
    );
    recording
        .messages
        .into_iter()
        .map(|message| Guest {
            engine: NativeEngine::new(rules),
            message: (*message.witness).clone(),
            code: Some(Code::new(message.code.clone())),
            bytes: message.code,
        })
        .collect()
}

/// The messages of all fixtures.
pub(crate) fn fixtures() -> Vec<(String, Guest)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".witness.bin") {
            continue;
        }
        let witness = Witness::decode(&std::fs::read(&path).unwrap()).unwrap();
        for index in 0..witness.messages.len() {
            let message = witness.message(index).unwrap();
            let bytes = witness.code(&message).cloned();
            let code = bytes.clone().map(Code::new);
            let (engine, bytes) = (NativeEngine::new(witness.rules), bytes.unwrap_or_default());
            all.push((format!("{name} message {index}"), Guest { engine, message, code, bytes }));
        }
    }
    assert!(all.len() > 30, "{} messages", all.len());
    all
}
