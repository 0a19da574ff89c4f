//! What a Solidity compiler knows of the code that a message ran: the line and the function that an instruction
//! comes from, what calldata, return data, errors and events say, and which variable a slot holds.
//! Normative text: `specs/22-explanations.md`, section Artifacts.
//!
//! # Where it stands
//!
//! Beside the explanations, which ask it and do without it where there are no artifacts. It reads bytes that its
//! caller has read: files are the command line's, and in a browser the visitor's.
//!
//! # What it believes
//!
//! Nothing: artifacts are for reading, and no verdict depends on them. A contract is named only if its code is the
//! code that ran, and a source's text is shown only if its hash is that in the contract's metadata, where these
//! are there.

mod abi;
mod bytecode;
mod calls;
mod compiled;
mod contract;
mod error;
mod json;
mod place;
mod read;
mod source_map;
mod sources;
mod spans;
mod storage;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, Bytes};

pub use abi::{Argument, Decoded, reason};
pub use bytecode::Match;
pub use contract::Contract;
pub use error::ArtifactsError;
pub use place::Place;
pub use source_map::Jump;
pub use storage::{Slot, Variable};

use compiled::{Build, Compiled};
use sources::Sources;

/// What was hashed by an execution, by its hash: so a slot is known to be that of a mapping's key.
pub type Preimages = BTreeMap<B256, Bytes>;

/// Errors in one another that are told as such.
const WITHIN: usize = 4;

/// What compilers have put out: contracts, and the sources that they come from.
#[derive(Debug)]
pub struct Artifacts {
    contracts: Vec<Compiled>,
    builds: Vec<Build>,
    sources: Sources,
}

/// How much is known of the contracts of [`Artifacts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Contracts, libraries and interfaces.
    pub contracts: usize,
    /// Those that have code.
    pub with_code: usize,
    /// Those with a source map: without it there is no line.
    pub with_source_map: usize,
    /// Those with a storage layout: without it there is no variable.
    pub with_storage_layout: usize,
}

impl Default for Artifacts {
    fn default() -> Self {
        Self { contracts: Vec::new(), builds: vec![Build::default()], sources: Sources::default() }
    }
}

impl Artifacts {
    /// The compilation of artifacts that do not say which they are of.
    const LOOSE: usize = 0;

    /// Artifacts of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file: solc's standard JSON output or input, an artifact of Foundry or Hardhat or their build info,
    /// or an ABI. Returns how many contracts are in it; `name` is the file's, for errors and for contracts whose
    /// artifact does not name them.
    ///
    /// # Errors
    ///
    /// If the file is none of these. Then nothing has changed.
    pub fn add(&mut self, name: &str, json: &[u8]) -> Result<usize, ArtifactsError> {
        read::add(self, name, json)
    }

    /// Adds the text of a source, by the path that the compiler was given. It is shown for contracts whose
    /// metadata have its hash, and for those without metadata by its path.
    pub fn add_source(&mut self, path: &str, text: impl Into<String>) {
        self.sources.add(path, text.into());
    }

    /// Paths of the sources that contracts come from and whose texts are not known.
    pub fn sources_wanted(&self) -> BTreeSet<&str> {
        let mut wanted = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for compiled in self.contracts.iter().filter(|compiled| compiled.has_source_map()) {
            for (path, hash) in &compiled.hashes {
                if self.sources.text(path, Some(*hash)).is_none() {
                    wanted.insert(path.as_str());
                }
            }
            if compiled.hashes.is_empty() && seen.insert(compiled.build) {
                let paths = self.builds[compiled.build].all_paths();
                wanted.extend(
                    paths.filter(|path| self.sources.text(path, None).is_none()).map(|it| &**it),
                );
            }
        }
        wanted
    }

    /// How much is known.
    pub fn counts(&self) -> Counts {
        let count = |has: fn(&Compiled) -> bool| self.contracts.iter().filter(|it| has(it)).count();
        Counts {
            contracts: self.contracts.len(),
            with_code: count(|it| !it.runtime.is_empty() || !it.creation.is_empty()),
            with_source_map: count(Compiled::has_source_map),
            with_storage_layout: count(|it| it.layout.is_some()),
        }
    }

    /// The contract that a code is: deployed code, or code that creates, with the constructor's arguments behind.
    pub fn contract(&self, code: &[u8]) -> Option<Contract<'_>> {
        let runtime = self.contracts.iter().filter_map(|compiled| {
            let matched = compiled.runtime.matches(code)?;
            Some((matched, compiled.runtime.map.is_none(), usize::MAX, compiled, false))
        });
        let creation = self.contracts.iter().filter_map(|compiled| {
            let matched = compiled.creation.begins(code)?;
            // What is longer says more of the code.
            let behind = usize::MAX - compiled.creation.len();
            Some((matched, compiled.creation.map.is_none(), behind, compiled, true))
        });
        let best = runtime.chain(creation).min_by_key(|(matched, no_map, behind, _, creates)| {
            (*creates, *matched, *behind, *no_map)
        });
        best.map(|(matched, _, _, compiled, creates)| {
            Contract::new(self, compiled, matched, creates, code)
        })
    }

    /// What calldata say, by the only function of all contracts that has its selector: for what is sent to a
    /// proxy, or to code that no artifact is of.
    pub fn call(&self, calldata: &[u8]) -> Option<Decoded> {
        self.agreed(|compiled| compiled.interface.call(calldata))
    }

    /// What an error says: `Error(string)`, `Panic(uint256)`, or the only one of all contracts that has its
    /// selector, for it may come from another contract than the one that reverts with it. An error that it has among
    /// its arguments, as bytes, is told as one.
    pub fn error(&self, data: &[u8]) -> Option<Decoded> {
        self.one_error(data).map(|error| self.with_errors_within(error, WITHIN))
    }

    fn one_error(&self, data: &[u8]) -> Option<Decoded> {
        reason(data).or_else(|| self.agreed(|compiled| compiled.interface.error(data)))
    }

    /// An error with the errors that it has passed on in words, as many in one another as that.
    fn with_errors_within(&self, mut error: Decoded, within: usize) -> Decoded {
        let Some(within) = within.checked_sub(1) else { return error };
        for argument in error.arguments.iter_mut().flatten() {
            let inner = argument.bytes.as_ref().and_then(|bytes| self.one_error(bytes));
            if let Some(inner) = inner.filter(|inner| inner.arguments.is_some()) {
                argument.value = self.with_errors_within(inner, within).to_string();
            }
        }
        error
    }

    /// What a log says, by the only event of all contracts that has its topics.
    pub fn event(&self, topics: &[B256], data: &[u8]) -> Option<Decoded> {
        self.agreed(|compiled| compiled.interface.event(topics, data))
    }

    /// What contracts say if all that say something have the same signature, and the first of them.
    fn agreed(&self, say: impl Fn(&Compiled) -> Option<Decoded>) -> Option<Decoded> {
        let mut said = self.contracts.iter().filter_map(say);
        let first = said.next()?;
        said.all(|other| other.signature == first.signature).then_some(first)
    }

    fn begin(&mut self, build: Build) -> usize {
        self.builds.push(build);
        self.builds.len() - 1
    }

    fn push(&mut self, compiled: Compiled) {
        match self.contracts.iter_mut().find(|known| known.is_same(&compiled)) {
            Some(known) => known.complete(compiled),
            None => self.contracts.push(compiled),
        }
    }

    /// The path of a source by its number, as a contract's source map has it; none if it is not certain.
    fn path<'a>(&'a self, compiled: &'a Compiled, file: u32) -> Option<&'a str> {
        if compiled.own == Some(file) {
            return Some(&compiled.file);
        }
        let paths = self.builds[compiled.build].paths(file).iter().map(String::as_str);
        let of_it = |path: &&str| compiled.hashes.is_empty() || compiled.hashes.contains_key(*path);
        let mut paths = paths.filter(of_it);
        paths.next().filter(|_| paths.next().is_none())
    }
}
