//! A contract of ours, run in revm, and what of the run artifacts are asked about.

use alloy_dyn_abi::{DynSolValue, JsonAbiExt, Specifier};
use alloy_json_abi::Function;
use alloy_primitives::{Address, B256, Bytes, Log, keccak256};
use revm::{
    Context, InspectEvm, Inspector, MainBuilder, MainContext,
    bytecode::opcode,
    context::TxEnv,
    database::InMemoryDB,
    interpreter::{
        Interpreter,
        interpreter::EthInterpreter,
        interpreter_types::{Jumps, MemoryTr},
    },
    primitives::TxKind,
    state::{AccountInfo, Bytecode},
};

use iso_evm_explain::artifacts::Preimages;

pub(super) const CALLER: Address = Address::repeat_byte(0x5a);
const CONTRACT: Address = Address::repeat_byte(0xcc);

/// What a call has done.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Each SSTORE: its pc, the slot's key, the value.
    pub(super) writes: Vec<(usize, B256, B256)>,
    pub(super) preimages: Preimages,
    /// Pc of each instruction.
    pub(super) pcs: Vec<usize>,
    pub(super) success: bool,
    pub(super) output: Bytes,
    pub(super) logs: Vec<Log>,
}

impl<C> Inspector<C, EthInterpreter> for Run {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut C) {
        let pc = interpreter.bytecode.pc();
        self.pcs.push(pc);
        let peek = |at| interpreter.stack.peek(at).unwrap_or_default();
        match interpreter.bytecode.opcode() {
            opcode::SSTORE => {
                self.writes.push((pc, peek(0).into(), peek(1).into()));
            }
            opcode::KECCAK256 => {
                let (start, length) = (peek(0).to::<usize>(), peek(1).to::<usize>());
                let memory = interpreter.memory.slice(0..interpreter.memory.size());
                let mut bytes = memory.get(start..).unwrap_or_default().to_vec();
                bytes.resize(length, 0);
                self.preimages.insert(keccak256(&bytes), bytes.into());
            }
            _ => {}
        }
    }
}

/// Calldata of a function by its signature, each argument as Solidity would have it.
pub(super) fn calldata(signature: &str, arguments: &[&str]) -> Bytes {
    let function = Function::parse(signature).unwrap();
    let values: Vec<DynSolValue> = function
        .inputs
        .iter()
        .zip(arguments)
        .map(|(param, text)| param.resolve().unwrap().coerce_str(text).unwrap())
        .collect();
    assert_eq!(values.len(), arguments.len());
    function.abi_encode_input(&values).unwrap().into()
}

/// Runs deployed code.
pub(super) fn call(code: &Bytes, data: Bytes) -> Run {
    let info = AccountInfo::from_bytecode(Bytecode::new_raw(code.clone()));
    let mut database = InMemoryDB::default();
    database.insert_account_info(CONTRACT, info);
    run(database, TxKind::Call(CONTRACT), data)
}

/// Runs code that creates.
pub(super) fn create(code: Bytes) -> Run {
    run(InMemoryDB::default(), TxKind::Create, code)
}

fn run(database: InMemoryDB, kind: TxKind, data: Bytes) -> Run {
    let context = Context::mainnet().with_db(database);
    let mut evm = context.build_mainnet_with_inspector(Run::default());
    let tx = TxEnv { caller: CALLER, kind, data, gas_limit: 8_000_000, ..TxEnv::default() };
    let result = evm.inspect_tx(tx).unwrap().result;
    let mut run = std::mem::take(&mut evm.inspector);
    run.success = result.is_success();
    run.output = result.output().cloned().unwrap_or_default();
    run.logs = result.into_logs();
    run
}
