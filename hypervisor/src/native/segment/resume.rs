//! A segment's run: the guest goes on from where the segment starts, with what it is given.

use std::sync::Arc;

use alloy_primitives::U256;
use iso_evm_wire::{
    layout as wire,
    segment::{Checkpoint, PAGE_SIZE, Page, Pages, Segment, layout},
};
use revm::interpreter::{
    Interpreter, host::DummyHost, interpreter::num_words, interpreter_types::Jumps,
};

use super::boundary::{PageHashes, is_instruction, page, page_hash};
use crate::{
    native::{
        frame::Frame,
        rules::GuestRules,
        setup::Setup,
        watch::{ENOUGH, Watch},
    },
    rules::{
        message::STACK_LIMIT,
        segment::SegmentVerdict,
        verdict::{Inconclusive, MessageVerdict, MismatchKind},
    },
};

/// No guest can be in such a state.
const IMPOSSIBLE: MessageVerdict = MessageVerdict::Inconclusive { reason: Inconclusive::Other };

/// Looks whether a guest can be in the state that a segment starts from, as far as its code does not
/// tell, and be it at no more than `gas_limit` for its memory.
///
/// # Errors
///
/// What is said of the segment if it cannot.
pub(super) fn check(
    rules: &GuestRules,
    segment: &Segment,
    gas_limit: Option<u64>,
) -> Result<(), MessageVerdict> {
    /// No opcode touches memory behind it: offset and length are below 2^32.
    const MOST: u64 = 1 << 33;
    let Checkpoint { gas_used, stack_height, memory_size, return_data_size, .. } = segment.start;
    let call_data = segment.call_data.as_ref().map(|data| U256::from(data.len()));
    let return_data = segment.return_data.as_ref().map(|data| data.len() as u64);
    let cost = rules.gas.memory_cost(memory_size.0.min(MOST).div_ceil(32) as usize);
    let possible = U256::from(gas_used.0) <= segment.head.word(wire::GAS_AVAILABLE)
        && segment.stack.len() <= STACK_LIMIT
        && segment.stack.len() as u64 == stack_height.0
        && call_data.is_none_or(|size| size == segment.head.word(layout::CALL_DATA_SIZE))
        && return_data.is_none_or(|size| size == return_data_size.0)
        && memory_size.0 <= MOST
        && memory_size.0 % 32 == 0
        && cost <= gas_used.0
        && fit(&segment.pages, memory_size.0);
    match gas_limit {
        _ if !possible => Err(IMPOSSIBLE),
        Some(limit) if cost > limit => Err(ENOUGH),
        _ => Ok(()),
    }
}

/// Runs a segment that has been checked and set up, the guest's own opcodes spending `gas_limit` at
/// most.
///
/// # Errors
///
/// What is said of it, if that is neither where it led nor that the message is true.
pub(super) fn run(
    rules: Arc<GuestRules>,
    setup: Setup,
    segment: &Segment,
    gas_limit: Option<u64>,
) -> Result<SegmentVerdict, SegmentVerdict> {
    let mut frame = Frame::new(rules.clone(), setup);
    resume(&mut frame, &rules, segment, gas_limit)?;
    // In the input, 0 says that it ends as the message does.
    let end = segment.end.filter(|end| *end != 0);
    let mut host = DummyHost::new(rules.spec);
    let action = loop {
        if end.is_some_and(|end| frame.gas_used() >= end) {
            return Ok(SegmentVerdict::Reached(Box::new(reached(&frame, segment))));
        }
        if let Err(result) = frame.advance(rules.partial_table(), &rules, &mut host)? {
            break frame.action(result);
        }
    };
    let ended = frame.ended(action)?;
    let Some(end) = end else { return Ok(frame.exit(ended)?.into()) };
    let (ended, _) = frame.deposit(ended);
    let Interpreter { gas, extend, .. } = &frame.interpreter;
    let used = U256::from(gas.limit() - ended.gas_left);
    let (kind, pc) = (MismatchKind::CheckpointAbsent, Some(ended.pc));
    Err(extend.records.mismatch(kind, pc, used, U256::from(end)).into())
}

/// Puts the guest where the segment starts.
fn resume(
    frame: &mut Frame,
    rules: &GuestRules,
    segment: &Segment,
    gas_limit: Option<u64>,
) -> Result<(), MessageVerdict> {
    let Checkpoint { pc, gas_used, memory_size, return_data_size, .. } = segment.start;
    let interpreter = &mut frame.interpreter;
    let pc = usize::try_from(pc.0).ok().filter(|pc| is_instruction(interpreter, *pc));
    interpreter.bytecode.absolute_jump(pc.ok_or(IMPOSSIBLE)?);
    interpreter.gas.set_spent(gas_used.0);
    interpreter.stack.data_mut().extend_from_slice(&segment.stack);
    let (size, words) = (memory_size.0 as usize, num_words(memory_size.0 as usize));
    let _ = interpreter.gas.memory_mut().set_words_num(words, rules.gas.memory_cost(words));
    interpreter.memory.resize(size);
    interpreter.extend.watch = gas_limit.map(|most| Watch::resumed(most, gas_used.0));
    interpreter.extend.state_root = segment.start.state_root.into();
    let withheld = &mut interpreter.extend.withheld;
    withheld.from = segment.pages.first();
    for page in segment.pages.list() {
        match &page.bytes {
            Some(bytes) => {
                let start = page.index as usize * PAGE_SIZE;
                interpreter.memory.set(start, &bytes[..PAGE_SIZE.min(size - start)]);
            }
            None => _ = withheld.pages.insert(page.index),
        }
    }
    if !interpreter.extend.creation && segment.call_data.is_none() {
        withheld.call_data = Some(segment.head.word(layout::CALL_DATA_SIZE));
    }
    match &segment.return_data {
        Some(data) => interpreter.return_data.0 = data.clone(),
        None => withheld.return_data = Some(return_data_size.0).filter(|size| *size > 0),
    }
    Ok(())
}

/// Whether these are pages of memory of this size: ascending, and zero behind its end.
fn fit(pages: &Pages, size: u64) -> bool {
    let fits = |page: &Page| {
        let left = size.saturating_sub(page.index.saturating_mul(PAGE_SIZE as u64)) as usize;
        left > 0
            && page.bytes.as_ref().is_none_or(|bytes| {
                let behind = bytes.get(left..).unwrap_or_default();
                bytes.len() == PAGE_SIZE && behind.iter().all(|byte| *byte == 0)
            })
    };
    let pages = pages.list();
    pages.is_sorted_by(|page, next| page.index < next.index) && pages.iter().all(fits)
}

/// The checkpoint that the guest has come to: what was not given, it has not touched.
fn reached(frame: &Frame, segment: &Segment) -> Checkpoint {
    let Interpreter { memory, extend, .. } = &frame.interpreter;
    let memory = memory.slice_range(0..memory.len());
    let given = (0..memory.len().div_ceil(PAGE_SIZE) as u64)
        .filter_map(|index| Some((index, page_hash(page(&memory, index))?)));
    let mut pages: PageHashes = given.collect();
    let withheld = segment.pages.list().iter().filter(|page| page.bytes.is_none());
    pages.extend(withheld.map(|page| (page.index, page.hash)));
    let mut checkpoint = frame.checkpoint(&pages);
    if extend.withheld.return_data.is_some() {
        checkpoint.return_data_size = segment.start.return_data_size;
        checkpoint.return_data_hash = segment.start.return_data_hash;
    }
    checkpoint
}
