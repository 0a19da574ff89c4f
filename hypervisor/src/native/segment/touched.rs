//! The guest's memory as segments see it: which pages are not zero where one starts, and which of
//! them it looks at. What a page holds is noted before it is first touched, and only pages that were
//! touched are hashed again: so cutting costs no more than what the guest does.

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_wire::segment::{PAGE_SIZE, Page, Pages};
use revm::{
    context_interface::cfg::GasParams,
    interpreter::{Interpreter, interpreter::num_words},
};

use super::boundary::{PageHashes, page, page_hash};
use crate::native::{large, ranges::ranges, rules::GuestRules, step::Eth};

/// Pages up to which there is room for all.
const NEAR: u64 = 256;

/// Memory since the start of a segment.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The pages that were not zero at the start.
    hashes: PageHashes,
    /// By page, whether it has been touched.
    seen: Vec<bool>,
    /// The pages that have been touched, with their bytes at the start unless they were zero.
    pages: Vec<(u64, Option<Bytes>)>,
    /// By each of these, the first and the last of them so far.
    spans: Vec<(u64, u64)>,
    /// Number of those that were not zero.
    carried: u64,
}

impl Touched {
    /// The pages that were not zero at the start.
    pub(super) fn hashes(&self) -> &PageHashes {
        &self.hashes
    }

    /// Number of pages, not zero at the start, that have been touched.
    pub(super) fn carried(&self) -> u64 {
        self.carried
    }

    /// Number of pages from the first that has been touched to the last.
    pub(super) fn span(&self) -> u64 {
        self.spans.last().map_or(0, |(first, last)| last - first + 1)
    }

    /// Whether all pages of this memory have been touched, and nothing is to be paid for it.
    pub(super) fn knows(
        &self,
        interpreter: &Interpreter<Eth>,
        offset: U256,
        length: usize,
    ) -> bool {
        let Some((offset, end)) = usize::try_from(offset)
            .ok()
            .and_then(|offset| Some((offset, offset.checked_add(length)?)))
        else {
            return false;
        };
        let seen = |byte: usize| self.seen.get(byte / PAGE_SIZE) == Some(&true);
        end <= interpreter.memory.len() && seen(offset) && seen(end - 1)
    }

    /// How many pages have been touched.
    pub(super) fn mark(&self) -> usize {
        self.pages.len()
    }

    /// Forgets what has been touched since there were this many.
    pub(super) fn forget(&mut self, mark: usize) {
        for (index, bytes) in self.pages.drain(mark..) {
            self.seen[index as usize] = false;
            self.carried -= u64::from(bytes.is_some());
        }
        self.spans.truncate(mark);
    }

    /// Notes what the next opcode touches: as far as the gas suffices for memory, whether it does
    /// for the rest or not, for the contract finds that later.
    pub(super) fn note(&mut self, interpreter: &Interpreter<Eth>, rules: &GuestRules, opcode: u8) {
        if rules.row(opcode).is_none() {
            return;
        }
        let words = interpreter.stack.data();
        for range in ranges(opcode) {
            // The contract has zeros under the stack.
            let (offset, length) = range.operands_or_zero(words);
            if let Some((offset, length @ 1..)) = large::range(offset, length) {
                self.note_range(interpreter, &rules.gas, offset, length);
            }
        }
    }

    fn note_range(
        &mut self,
        interpreter: &Interpreter<Eth>,
        gas: &GasParams,
        offset: usize,
        length: usize,
    ) {
        let (first, last) = (offset / PAGE_SIZE, (offset + length - 1) / PAGE_SIZE);
        if self.seen.get(first..=last).is_some_and(|seen| !seen.contains(&false)) {
            return;
        }
        let paid = interpreter.gas.memory().expansion_cost;
        let cost = gas.memory_cost(num_words(offset + length)).saturating_sub(paid);
        if cost > interpreter.gas.remaining() {
            return;
        }
        if self.seen.len() <= last {
            self.seen.resize(last + 1, false);
        }
        let memory = interpreter.memory.slice_range(0..interpreter.memory.len());
        for index in first..=last {
            if std::mem::replace(&mut self.seen[index], true) {
                continue;
            }
            let index = index as u64;
            let bytes = self.hashes.contains_key(&index).then(|| {
                let mut bytes = page(&memory, index).to_vec();
                bytes.resize(PAGE_SIZE, 0);
                Bytes::from(bytes)
            });
            self.carried += u64::from(bytes.is_some());
            self.pages.push((index, bytes));
            let (first, last) = self.spans.last().copied().unwrap_or((index, index));
            self.spans.push((first.min(index), last.max(index)));
        }
    }

    /// Ends the segment where memory is this: its pages, and those of the next from here on.
    pub(super) fn end(&mut self, memory: &[u8]) -> Pages {
        let pages = self.pages();
        for (index, bytes) in self.pages.drain(..) {
            self.seen[index as usize] = false;
            let now = page(memory, index);
            if bytes.is_some_and(|bytes| bytes.starts_with(now)) {
                continue;
            }
            match page_hash(now) {
                Some(hash) => self.hashes.insert(index, hash),
                None => self.hashes.remove(&index),
            };
        }
        self.carried = 0;
        self.spans.clear();
        pages
    }

    /// The pages at the start, with the bytes of those that have been touched.
    pub(super) fn pages(&self) -> Pages {
        let mut given: Vec<_> =
            self.pages.iter().filter_map(|(index, bytes)| Some((*index, bytes.clone()?))).collect();
        given.sort_unstable_by_key(|(index, _)| *index);
        let mut given = given.into_iter().peekable();
        let page = |(index, hash): (&u64, &B256)| {
            let bytes = given.next_if(|(given, _)| given == index).map(|(_, bytes)| bytes);
            Page { index: *index, hash: *hash, bytes }
        };
        let pages = Pages::new(self.hashes.iter().map(page).collect());
        match self.spans.last() {
            // A host's memory costs more the further it reaches.
            Some((first, last)) if *last >= NEAR => pages.from(*first),
            _ => pages,
        }
    }
}
