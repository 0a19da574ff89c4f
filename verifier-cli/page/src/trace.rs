//! A native run, step by step: revm's own interpreter on the first frame of a transaction, beside
//! which the page walks the live machine's run of the same code.

use alloy_primitives::{Bytes, Log, U256};
use iso_evm_wire::Rules;
use iso_evm_witness::{Input, Prepared, execute::Setting};
use revm::{
    Inspector,
    context::{ContextTr, JournalTr},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter::EthInterpreter,
        interpreter_types::{Jumps, MemoryTr},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::PageError;

/// The most steps that are shown.
const MOST: usize = 20_000;
/// The most words of stack that are shown in all of them together.
const WORDS: usize = 1 << 21;

/// What stands before an opcode runs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    pc: usize,
    opcode: u8,
    /// Gas that is left.
    gas: u64,
    /// The stack, its bottom first.
    stack: Vec<U256>,
    memory_size: usize,
}

/// The steps of the first frame, and how it ended.
#[derive(Debug, Default)]
struct Steps {
    steps: Vec<Step>,
    words: usize,
    depth: usize,
    more: bool,
    end: Option<End>,
}

/// How a frame ended.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    success: bool,
    reverted: bool,
    /// Why, as revm names it.
    reason: String,
    gas_used: u64,
    returned: Bytes,
}

impl<CTX: ContextTr<Journal: JournalTr>> Inspector<CTX, EthInterpreter> for Steps {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        if self.depth != 1 {
            return;
        }
        self.words += interpreter.stack.len();
        self.more |= self.steps.len() == MOST || self.words > WORDS;
        if self.more {
            return;
        }
        self.steps.push(Step {
            pc: interpreter.bytecode.pc(),
            opcode: interpreter.bytecode.opcode(),
            gas: interpreter.gas.remaining(),
            stack: interpreter.stack.data().to_vec(),
            memory_size: interpreter.memory.size(),
        });
    }

    fn call(&mut self, _: &mut CTX, _: &mut CallInputs) -> Option<CallOutcome> {
        self.depth += 1;
        None
    }

    fn call_end(&mut self, _: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.depth -= 1;
        if self.depth == 0 {
            let result = &outcome.result;
            let halted = !result.is_ok() && !result.is_revert();
            self.end = Some(End {
                success: result.is_ok(),
                reverted: result.is_revert(),
                reason: format!("{:?}", result.result),
                gas_used: if halted { inputs.gas_limit } else { result.gas.total_gas_spent() },
                returned: result.output.clone(),
            });
        }
    }

    fn create(&mut self, _: &mut CTX, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.depth += 1;
        None
    }

    fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, _: &mut CreateOutcome) {
        self.depth -= 1;
    }
}

/// Runs an input natively: the steps of its first frame, how that ended, the logs, and the slots of
/// the called account that are other than before.
pub(crate) fn trace(text: &[u8], fork: Option<Rules>) -> Result<Value, PageError> {
    let input = Input::parse(text, fork)?;
    let execution = input.execution;
    let prepared = Prepared::without_roots(&execution)?;
    let mut evm = prepared.evm(Steps::default());
    let setting = Setting {
        rules: execution.rules,
        chain_id: execution.chain_id,
        block: execution.block.clone(),
    };
    let run = setting.inspect(&mut evm, execution.tx.clone())?;
    let Steps { steps, end, more, .. } = evm.inspector;
    let logs: Vec<_> = run.result.logs().iter().map(log).collect();
    let to = execution.tx.kind.to().and_then(|to| run.state.get(to));
    let changed = to.into_iter().flat_map(|account| account.changed_storage_slots());
    let mut storage: Vec<_> =
        changed.map(|(slot, value)| json!([slot, value.present_value()])).collect();
    storage.sort_by_key(Value::to_string);
    Ok(json!({ "steps": steps, "more": more, "end": end, "logs": logs, "storage": storage }))
}

fn log(log: &Log) -> Value {
    json!({ "address": log.address, "topics": log.topics(), "data": log.data.data })
}
