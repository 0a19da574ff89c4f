//! A segment's run: the guest goes on from where the segment starts, with what it is given.

use std::sync::Arc;

use alloy_primitives::U256;
use iso_evm_wire::segment::{Checkpoint, PAGE_SIZE, Pages, Segment};
use revm::interpreter::{
    Interpreter, host::DummyHost, interpreter::num_words, interpreter_types::Jumps,
};

use super::boundary::{PageHashes, is_instruction, page, page_hash};
use crate::{
    native::{
        frame::Frame,
        rules::GuestRules,
        setup::Setup,
        step::Eth,
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

/// Runs a segment that has been set up, the guest's own opcodes spending `gas_limit` at most.
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
        if let Some(action) = frame.advance(rules.partial_table(), &rules, &mut host)? {
            break action;
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
    let Checkpoint { pc, gas_used, stack_height, return_data_size, .. } = segment.start;
    let limit = frame.gas_available();
    let interpreter = &mut frame.interpreter;
    let size = segment.call_data.as_ref().map(|data| U256::from(data.len()));
    let claimed = segment.head.word(iso_evm_wire::segment::layout::CALL_DATA_SIZE);
    let returned = segment.return_data.as_ref().map(|data| data.len() as u64);
    let possible = gas_used.0 <= limit
        && segment.stack.len() <= STACK_LIMIT
        && segment.stack.len() as u64 == stack_height.0
        && size.is_none_or(|size| size == claimed)
        && returned.is_none_or(|size| size == return_data_size.0);
    let pc = usize::try_from(pc.0).ok().filter(|pc| is_instruction(interpreter, *pc));
    let (Some(pc), true) = (pc, possible) else { return Err(IMPOSSIBLE) };
    interpreter.bytecode.absolute_jump(pc);
    interpreter.gas.set_spent(gas_used.0);
    for word in &segment.stack {
        if !interpreter.stack.push(*word) {
            return Err(IMPOSSIBLE);
        }
    }
    if let Some(most) = gas_limit {
        interpreter.extend.watch = Some(Watch::resumed(most, gas_used.0));
    }
    memory(interpreter, rules, segment, gas_limit)?;
    interpreter.extend.state_root = segment.start.state_root.into();
    let withheld = &mut interpreter.extend.withheld;
    if !interpreter.extend.creation && segment.call_data.is_none() {
        withheld.call_data = Some(claimed);
    }
    match &segment.return_data {
        Some(data) => interpreter.return_data.0 = data.clone(),
        None => withheld.return_data = Some(return_data_size.0).filter(|size| *size > 0),
    }
    Ok(())
}

/// Gives the guest its memory, which has been paid.
fn memory(
    interpreter: &mut Interpreter<Eth>,
    rules: &GuestRules,
    segment: &Segment,
    gas_limit: Option<u64>,
) -> Result<(), MessageVerdict> {
    /// No opcode touches memory behind it: offset and length are below 2^32.
    const MOST: u64 = 1 << 33;
    let Checkpoint { memory_size, gas_used, .. } = segment.start;
    let size = usize::try_from(memory_size.0).map_err(|_| IMPOSSIBLE)?;
    let words = num_words(size);
    let cost = rules.gas.memory_cost(words);
    if size % 32 != 0 || memory_size.0 > MOST || cost > gas_used.0 || !fit(&segment.pages, size) {
        return Err(IMPOSSIBLE);
    }
    if gas_limit.is_some_and(|limit| cost > limit) {
        return Err(ENOUGH);
    }
    let _ = interpreter.gas.memory_mut().set_words_num(words, cost);
    interpreter.memory.resize(size);
    for page in segment.pages.list() {
        match &page.bytes {
            Some(bytes) => {
                let start = page.index as usize * PAGE_SIZE;
                interpreter.memory.set(start, &bytes[..PAGE_SIZE.min(size - start)]);
            }
            None => {
                interpreter.extend.withheld.pages.insert(page.index);
            }
        }
    }
    Ok(())
}

/// Whether these are pages of memory of this size: ascending, and zero behind its end.
fn fit(pages: &Pages, size: usize) -> bool {
    let pages = pages.list();
    let inside = |index: u64| {
        let start = usize::try_from(index).ok()?.checked_mul(PAGE_SIZE)?;
        size.checked_sub(start).filter(|left| *left > 0)
    };
    pages.windows(2).all(|pair| pair[0].index < pair[1].index)
        && pages.iter().all(|page| {
            let Some(left) = inside(page.index) else { return false };
            page.bytes.as_ref().is_none_or(|bytes| {
                let behind = bytes.get(left..).unwrap_or_default();
                bytes.len() == PAGE_SIZE && behind.iter().all(|byte| *byte == 0)
            })
        })
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
