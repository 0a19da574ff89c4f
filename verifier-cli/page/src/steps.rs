//! A message of a witness step by step, run on its own records by the native engine.

use alloy_primitives::{Bytes, U256};
use iso_evm_explain::trace::{Bounds, Event, Scope, Walk};
use iso_evm_verifier::hash::CRYPTO;
use iso_evm_wire::Opened;
use serde::Serialize;
use serde_json::{Value, json};

use crate::PageError;

/// The most steps that are shown.
const MOST: usize = 20_000;
/// The most words of a stack that are shown.
const WORDS: usize = 24;

/// What stands before an opcode runs, and what it costs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    pc: usize,
    opcode: u8,
    gas: u64,
    cost: u64,
    /// The top of the stack, its top last.
    stack: Vec<U256>,
    height: usize,
    memory_size: usize,
    /// Index of the record that it took.
    record: Option<u64>,
}

/// The code of a message, and its steps as far as they are shown.
pub(crate) fn steps(bytes: &[u8], message: usize) -> Result<Value, PageError> {
    let opened = Opened::decode(&bytes.to_vec().into(), CRYPTO)?;
    let count = opened.messages.len();
    if message >= count {
        return Err(PageError::NoMessage { index: message, count });
    }
    let bounds = Bounds::of(&opened, None);
    let mut walk = Walk::new(&opened, Scope::Message(message), false, bounds);
    let (mut shown, mut more) = (Vec::new(), false);
    while let Some(event) = walk.next() {
        let Event::Step(step) = event else { continue };
        if shown.len() == MOST {
            more = true;
            break;
        }
        shown.push(Shown {
            pc: step.pc,
            opcode: step.opcode,
            gas: step.gas,
            cost: step.cost,
            stack: step.stack[step.stack.len().saturating_sub(WORDS)..].to_vec(),
            height: step.stack.len(),
            memory_size: step.memory_size,
            record: step.record,
        });
    }
    Ok(json!({
        "fork": opened.rules.fork().name(),
        "code": code(&opened, message),
        "steps": shown,
        "more": more,
    }))
}

/// What the message runs: its initcode, if it creates.
fn code(opened: &Opened<'_>, message: usize) -> Bytes {
    let held = opened.code(message).cloned();
    let initcode = || {
        let message = opened.message(message)?;
        let create = message.kind()?.is_create();
        create.then(|| message.call_data().bytes())
    };
    held.or_else(initcode).unwrap_or_default()
}
