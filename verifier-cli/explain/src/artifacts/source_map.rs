//! Which piece of source each instruction was made from: solc's compressed source map, an entry
//! `start:length:file:jump:depth` for each instruction in which what is left out is as in the entry before.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;

use super::{json::Fields, sources::Text};

/// Which way a jump goes between functions, as the compiler sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Jump {
    /// The instruction enters a function.
    In,
    /// The instruction leaves a function.
    Out,
    /// The instruction does neither.
    #[default]
    None,
}

/// What one instruction was made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// First byte in the source.
    pub(super) start: usize,
    /// Bytes in the source.
    pub(super) length: usize,
    /// Number of the source in its compilation; none for what the compiler made of nothing.
    pub(super) file: Option<u32>,
    pub(super) jump: Jump,
}

/// An entry for each instruction.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceMap(Vec<Entry>);

impl SourceMap {
    /// The map, if it is one: no text is, and nothing is made of what is malformed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mut entries, mut last) = (Vec::new(), Entry::default());
        if text.is_empty() {
            return None;
        }
        for entry in text.split(';') {
            for (at, field) in entry.split(':').enumerate() {
                // Left out, or `-1`: nothing.
                match (at, field) {
                    (_, "") => {}
                    (0, "-1") => last.start = 0,
                    (0, start) => last.start = start.parse().ok()?,
                    (1, "-1") => last.length = 0,
                    (1, length) => last.length = length.parse().ok()?,
                    (2, "-1") => last.file = None,
                    (2, file) => last.file = Some(file.parse().ok()?),
                    (3, "i") => last.jump = Jump::In,
                    (3, "o") => last.jump = Jump::Out,
                    (3, "-") => last.jump = Jump::None,
                    (4, _) => {}
                    _ => return None,
                }
            }
            entries.push(last);
        }
        Some(Self(entries))
    }

    /// The entry of an instruction, by its number.
    pub(super) fn entry(&self, instruction: usize) -> Option<Entry> {
        self.0.get(instruction).copied()
    }
}

/// Sources that the compiler has made itself (`#utility.yul`), by their number.
#[derive(Debug, Clone, Default)]
pub(super) struct Generated(BTreeMap<u32, (String, Text)>);

impl Generated {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let sources = fields.list("generatedSources").into_iter().filter_map(Fields::of);
        Self(
            sources
                .filter_map(|source| {
                    let text = Text::new(source.text("contents")?);
                    Some((source.get("id")?, (source.text("name").unwrap_or_default(), text)))
                })
                .collect(),
        )
    }

    pub(super) fn get(&self, file: u32) -> Option<(&str, &Text)> {
        self.0.get(&file).map(|(name, text)| (name.as_str(), text))
    }
}

/// The number of the instruction that begins at each byte of a code; none within what a PUSH pushes.
pub(super) fn instructions(code: &[u8]) -> Vec<Option<u32>> {
    const PUSH1: u8 = 0x60;
    const PUSH32: u8 = 0x7f;
    let mut numbers = vec![None; code.len()];
    let (mut pc, mut number) = (0, 0);
    while let Some(opcode) = code.get(pc) {
        numbers[pc] = Some(number);
        number += 1;
        pc +=
            1 + if (PUSH1..=PUSH32).contains(opcode) { usize::from(opcode - PUSH1) + 1 } else { 0 };
    }
    numbers
}

/// What the instructions of a code push.
pub(super) fn constants(code: &[u8], instructions: &[Option<u32>]) -> BTreeSet<U256> {
    let mut constants = BTreeSet::new();
    let mut begins = (0..code.len()).filter(|pc| instructions[*pc].is_some()).peekable();
    while let Some(pc) = begins.next() {
        let end = begins.peek().copied().unwrap_or(code.len());
        if pc + 1 < end {
            constants.extend(U256::try_from_be_slice(&code[pc + 1..end]));
        }
    }
    constants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_leaves_out_is_as_before() {
        // The example of Solidity's documentation, and its long form.
        let short = SourceMap::parse("1:2:1;:9;2:1:2;;").unwrap();
        let long = SourceMap::parse("1:2:1;1:9:1;2:1:2;2:1:2;2:1:2").unwrap();
        assert_eq!(short.0, long.0);
        let jumps = SourceMap::parse("5:6:0:i:3;:::-;::-1:o").unwrap();
        let jumps: Vec<_> = jumps.0.iter().map(|entry| (entry.file, entry.jump)).collect();
        assert_eq!(jumps, [(Some(0), Jump::In), (Some(0), Jump::None), (None, Jump::Out)]);
    }

    #[test]
    fn nothing_is_made_of_a_malformed_map() {
        for text in ["", "x", "1:2:3:q", "1:-2", "99999999999999999999", "1:2:3:-:1:1", "1:2:-3"] {
            assert!(SourceMap::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_a_push_pushes_is_no_instruction() {
        let numbers = instructions(&[0x60, 0x60, 0x5b, 0x61, 0x00, 0x00, 0x5f, 0x7f, 0x00]);
        let expected = [Some(0), None, Some(1), Some(2), None, None, Some(3), Some(4), None];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn what_is_pushed_is_not_what_stands_behind_the_push() {
        let code = [0x60, 0x60, 0x5b, 0x61, 0x01, 0x02, 0x5f, 0x7f, 0x03];
        let pushed = constants(&code, &instructions(&code));
        assert_eq!(pushed, [0x60, 0x0102, 3].map(U256::from).into());
    }
}
