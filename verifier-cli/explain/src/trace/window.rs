//! [`window`]: some steps of one message, for whoever shows what happened around a place.
//!
//! A run is made twice: once to count, once to keep what is asked for. A copy of the stack and of memory at
//! every step of a long run would be gigabytes; the run itself is milliseconds.

use alloy_primitives::Bytes;
use iso_evm_hypervisor::{Code, Ended, MessageVerdict, NativeEngine};

use super::step::Step;

/// Which steps of a message are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The last ones, down to where the run ended.
    End,
    /// Those around the step with this number, from 0.
    Step(u64),
    /// Those around the last time that the run came to this offset in the code.
    Pc(usize),
    /// Those around the opcode that took this record.
    Record(u64),
}

/// Some steps of a message, and how its run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Number of the first step that is kept, from 0.
    pub first: u64,
    /// The steps, each with its memory. Depth and message are zero.
    pub steps: Vec<Step>,
    /// Number, from 0, of the step that was asked for; `None` if the run did not come to it.
    pub at: Option<u64>,
    /// How many steps there are in all.
    pub total: u64,
    /// What the native engine says of the message.
    pub verdict: MessageVerdict,
    /// How the guest ended; `None` where a record or a limit ended the run.
    pub ended: Option<Ended>,
}

/// Up to `before` steps before a place in a message, the step there, and up to `after` steps behind it.
///
/// `gas_limit` is what the message's own opcodes may spend. Memory is bounded by how many steps are
/// asked for, and by what memory the guest can pay.
pub fn window(
    engine: &NativeEngine,
    (calldata, code): (&Bytes, Option<&Code>),
    gas_limit: Option<u64>,
    around: Around,
    (before, after): (u64, u64),
) -> Window {
    let mut step = Step::default();
    let mut run = engine.run(calldata, code, gas_limit);
    let (mut total, mut at) = (0, None);
    while step.take(&mut run, false) {
        let here = match around {
            Around::End => true,
            Around::Step(number) => number == total,
            Around::Pc(pc) => pc == step.pc,
            Around::Record(record) => step.record == Some(record),
        };
        if here {
            at = Some(total);
        }
        total += 1;
    }
    let ended = run.ended().cloned();
    let verdict = run.verdict().cloned().unwrap_or(MessageVerdict::Valid);
    let mut window = Window { first: 0, steps: Vec::new(), at, total, verdict, ended };
    let Some(at) = at else { return window };
    window.first = at.saturating_sub(before);
    let last = at.saturating_add(after);
    let mut run = engine.run(calldata, code, gas_limit);
    for number in 0..=last {
        if number < window.first {
            if run.step().is_none() {
                break;
            }
            continue;
        }
        let mut step = Step::default();
        if !step.take(&mut run, true) {
            break;
        }
        window.steps.push(step);
    }
    window
}
