//! A contract whose code is that which ran, and what it says of the run.

use std::{collections::BTreeSet, sync::OnceLock};

use alloy_primitives::{B256, U256};

use super::{
    Artifacts, Decoded, Match, Place, Preimages, Slot, WITHIN,
    bytecode::Bytecode,
    calls::Calls,
    compiled::Compiled,
    source_map::{Entry, constants, instructions},
    sources::Text,
    spans::Spans,
};

/// A contract, and the code that is its.
#[derive(Debug)]
pub struct Contract<'a> {
    artifacts: &'a Artifacts,
    compiled: &'a Compiled,
    matched: Match,
    creates: bool,
    /// Number of the instruction at each byte of the code.
    instructions: Vec<Option<u32>>,
    /// What the code pushes.
    constants: BTreeSet<U256>,
    /// What the compiler has hashed, once somebody asks.
    folded: OnceLock<Preimages>,
}

impl<'a> Contract<'a> {
    pub(super) fn new(
        artifacts: &'a Artifacts,
        compiled: &'a Compiled,
        matched: Match,
        creates: bool,
        code: &[u8],
    ) -> Self {
        let instructions = instructions(code);
        let constants = constants(code, &instructions);
        let folded = OnceLock::new();
        Self { artifacts, compiled, matched, creates, instructions, constants, folded }
    }

    /// Name of the contract.
    pub fn name(&self) -> &'a str {
        &self.compiled.name
    }

    /// Path of the contract's source.
    pub fn file(&self) -> &'a str {
        &self.compiled.file
    }

    /// How the code is the contract's.
    pub const fn matched(&self) -> Match {
        self.matched
    }

    /// Whether the code is that which creates the contract.
    pub const fn creates(&self) -> bool {
        self.creates
    }

    /// Whether the contract's artifact has a storage layout.
    pub const fn has_storage_layout(&self) -> bool {
        self.compiled.layout.is_some()
    }

    fn bytecode(&self) -> &'a Bytecode {
        if self.creates { &self.compiled.creation } else { &self.compiled.runtime }
    }

    /// Where the instruction at a pc comes from; none for what the compiler made of no source, and for data.
    pub fn place(&self, pc: usize) -> Option<Place> {
        let instruction = (*self.instructions.get(pc)?)?;
        let bytecode = self.bytecode();
        let entry = bytecode.map.as_ref()?.entry(instruction as usize)?;
        let file = entry.file?;
        if let Some((name, text)) = bytecode.generated.get(file) {
            return Some(place(name, entry, Some(text), Some(text.spans()), true));
        }
        let path = self.artifacts.path(self.compiled, file)?;
        let text = self.artifacts.sources.text(path, self.compiled.hashes.get(path).copied());
        let tree = self.artifacts.builds[self.compiled.build].spans.get(path);
        Some(place(path, entry, text, tree.or_else(|| text.map(Text::spans)), false))
    }

    /// The functions that are under way after some instructions of the code, each with the line that it has come to,
    /// the innermost last. What equal code the optimizer has made one of has the place of one function alone, so
    /// [`place`](Self::place) may name another than the one that runs; these go by the jumps between functions.
    pub fn calls(&self, pcs: impl IntoIterator<Item = usize>) -> Vec<Place> {
        let mut calls = Calls::default();
        let mut next = None;
        for pc in pcs {
            let number = self.instructions.get(pc).copied().flatten();
            calls.step(self.place(pc), number.is_some() && number == next);
            next = number.map(|number| number + 1);
        }
        calls.places()
    }

    /// What the contract is called for: a function of its own, or of any contract (the code may be a proxy's); else
    /// `receive` or `fallback`.
    pub fn call(&self, calldata: &[u8]) -> Option<Decoded> {
        self.compiled
            .interface
            .call(calldata)
            .or_else(|| self.artifacts.call(calldata))
            .or_else(|| self.compiled.interface.other_call(calldata))
    }

    /// What the constructor is given: what stands behind the contract's own bytes in code that creates.
    pub fn constructed(&self, code: &[u8]) -> Option<Decoded> {
        let arguments = code.get(self.compiled.creation.len()..).filter(|_| self.creates)?;
        Some(self.compiled.interface.constructor(&self.compiled.name, arguments))
    }

    /// What the function that was called has returned.
    pub fn returns(&self, calldata: &[u8], data: &[u8]) -> Option<Decoded> {
        self.compiled
            .interface
            .returns(calldata, data)
            .or_else(|| self.artifacts.agreed(|other| other.interface.returns(calldata, data)))
    }

    /// What the contract reverts with.
    pub fn error(&self, data: &[u8]) -> Option<Decoded> {
        let own = self.compiled.interface.error(data);
        let own = own.map(|error| self.artifacts.with_errors_within(error, WITHIN));
        own.or_else(|| self.artifacts.error(data))
    }

    /// What a log of the contract says.
    pub fn event(&self, topics: &[B256], data: &[u8]) -> Option<Decoded> {
        self.compiled.interface.event(topics, data).or_else(|| self.artifacts.event(topics, data))
    }

    /// What a slot of the contract's storage holds.
    pub fn slot(&self, key: B256, preimages: &Preimages) -> Option<Slot> {
        let layout = self.compiled.layout.as_ref()?;
        let folded = self.folded.get_or_init(|| layout.folded(&self.constants));
        layout.slot(key, [preimages, folded])
    }

    /// What a slot of the contract's transient storage holds.
    pub fn transient_slot(&self, key: B256, preimages: &Preimages) -> Option<Slot> {
        self.compiled.transient.as_ref()?.slot(key, [preimages, &Preimages::new()])
    }
}

fn place(
    file: &str,
    entry: Entry,
    text: Option<&Text>,
    spans: Option<&Spans>,
    generated: bool,
) -> Place {
    let line = text.and_then(|text| text.line(entry.start));
    let span = spans.and_then(|spans| spans.around(entry.start, entry.length));
    Place {
        file: file.to_owned(),
        start: entry.start,
        length: entry.length,
        line: line.as_ref().map(|line| line.line),
        column: line.as_ref().map(|line| line.column),
        text: line.map(|line| line.text.to_owned()),
        contract: span.and_then(|span| span.contract.clone()),
        function: span.and_then(|span| span.function.clone()),
        generated,
        jump: entry.jump,
    }
}
