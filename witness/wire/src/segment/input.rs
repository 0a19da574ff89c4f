//! The bytes that have a segment audited. Normative text: `specs/19-segments.md`, section Input.

use alloy_primitives::{B256, Bytes, U256};

use super::{Checkpoint, Head, Pages, layout, records};
use crate::message::AccessWitness;

/// A segment: a message's head, where it starts and ends, and all that it is to be run with. What is
/// not given and is needed leaves the segment not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The message without its records.
    pub head: Head,
    /// Where the segment starts.
    pub start: Checkpoint,
    /// The gas that it ends at: at the first boundary at which at least as much is used. Without, it
    /// ends as the message does.
    pub end: Option<u64>,
    /// The records from the start's index on.
    pub records: Vec<AccessWitness>,
    /// The words on the stack at the start, the lowest first.
    pub stack: Vec<U256>,
    /// Memory at the start.
    pub pages: Pages,
    /// The message's `callData`, where it is given.
    pub call_data: Option<Bytes>,
    /// The return data at the start, where it is given.
    pub return_data: Option<Bytes>,
    /// The code, where it is given; else it is archived.
    pub code: Option<Bytes>,
}

/// A part of a segment's input that can be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Head, checkpoint, and where everything stands.
    Words,
    /// The records.
    Records,
    /// The stack.
    Stack,
    /// `callData`.
    CallData,
    /// The return data.
    ReturnData,
    /// The code.
    Code,
    /// The list of pages.
    Pages,
    /// The bytes of pages.
    PageData,
    /// The flags of pages that are not given.
    Withheld,
}

impl Segment {
    /// The parts that the input is made of, in order: one behind the other they are the input.
    pub fn sections(&self) -> Vec<(Section, Bytes)> {
        let mut parts = Vec::new();
        let mut at = layout::RECORDS;
        let mut add = |section: Section, mut bytes: Vec<u8>, behind: usize| {
            let place = at;
            bytes.resize(bytes.len().next_multiple_of(32) + behind, 0);
            at += bytes.len();
            parts.push((section, Bytes::from(bytes)));
            place
        };
        let slice: Vec<u8> = self.records.iter().flat_map(records::to_bytes).collect();
        let records_end = layout::RECORDS + slice.len();
        add(Section::Records, slice, 0);
        let stack = self.stack.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
        let stack_at = add(Section::Stack, stack, 0);
        let mut given = |section, bytes: &Option<Bytes>, behind| match bytes {
            Some(bytes) => add(section, bytes.to_vec(), behind),
            None => 0,
        };
        // Whoever reads over the end of `callData` reads zeros.
        let call_data_at = given(Section::CallData, &self.call_data, 32);
        let return_data_at = given(Section::ReturnData, &self.return_data, 0);
        let code_at = given(Section::Code, &self.code, 0);
        let mut listed = self.pages.listed();
        listed.extend(B256::repeat_byte(0xff));
        let pages_at = add(Section::Pages, listed, 0);
        let page_data_at = add(Section::PageData, self.pages.data(), 0);
        let withheld = self.pages.withheld();
        let withheld_at = at;
        parts.push((Section::Withheld, withheld.into()));
        let code_size = self.code.as_ref().map_or(0, |code| code.len());
        let run = [
            U256::from(self.end.unwrap_or(0)),
            U256::from(records_end),
            U256::from(stack_at),
            U256::from(call_data_at),
            U256::from(return_data_at),
            U256::from(code_at),
            U256::from(code_size),
            U256::from(pages_at),
            U256::from(page_data_at),
            U256::from(withheld_at),
            U256::from(self.pages.first()),
        ];
        let mut words = self.head.to_bytes();
        words.extend(self.start.to_bytes());
        words.extend(run.iter().flat_map(|word| word.to_be_bytes::<32>()));
        debug_assert_eq!(words.len(), layout::RECORDS);
        parts.insert(0, (Section::Words, words.into()));
        parts
    }

    /// The input: calldata of the segment machine.
    pub fn encode(&self) -> Bytes {
        self.sections()
            .iter()
            .flat_map(|(_, bytes)| bytes.iter().copied())
            .collect::<Vec<_>>()
            .into()
    }
}
