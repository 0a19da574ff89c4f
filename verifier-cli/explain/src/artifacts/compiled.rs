//! A contract as it was compiled, and the compilation that it is of.

use std::collections::BTreeMap;

use alloy_primitives::B256;

use super::{abi::Interface, bytecode::Bytecode, spans::Spans, storage::Layout};

/// What sources of a compilation have in common: their numbers, and their functions.
#[derive(Debug, Default)]
pub(super) struct Build {
    /// Paths by number: one, or several where artifacts of several compilations are in one folder.
    paths: BTreeMap<u32, Vec<String>>,
    /// Functions by path, where there is a syntax tree.
    pub(super) spans: BTreeMap<String, Spans>,
}

impl Build {
    pub(super) fn name(&mut self, id: u32, path: &str) {
        let paths = self.paths.entry(id).or_default();
        if paths.iter().all(|known| known != path) {
            paths.push(path.to_owned());
        }
    }

    pub(super) fn paths(&self, id: u32) -> &[String] {
        self.paths.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all_paths(&self) -> impl Iterator<Item = &String> {
        self.paths.values().flatten()
    }
}

/// A contract.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// Path of the source.
    pub(super) file: String,
    pub(super) name: String,
    /// Which compilation it is of.
    pub(super) build: usize,
    /// The source's number there, where the artifact says it itself.
    pub(super) own: Option<u32>,
    pub(super) runtime: Bytecode,
    pub(super) creation: Bytecode,
    pub(super) interface: Interface,
    pub(super) layout: Option<Layout>,
    pub(super) transient: Option<Layout>,
    /// Hash of each source that it was compiled from, by path, where there are metadata.
    pub(super) hashes: BTreeMap<String, B256>,
}

impl Compiled {
    pub(super) fn has_source_map(&self) -> bool {
        self.runtime.map.is_some() || self.creation.map.is_some()
    }

    /// Whether another artifact is of the same contract: Hardhat has each twice.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same = |ours: &Bytecode, theirs: &Bytecode| {
            ours.is_same(theirs) || ours.is_empty() || theirs.is_empty()
        };
        self.name == other.name
            && self.file == other.file
            && same(&self.runtime, &other.runtime)
            && same(&self.creation, &other.creation)
    }

    /// Takes what this one lacks from another artifact of the same contract.
    pub(super) fn complete(&mut self, other: Self) {
        if self.runtime.map.is_none() && other.runtime.map.is_some() {
            // Numbers in a source map are those of its own compilation.
            (self.build, self.own) = (other.build, other.own);
            self.hashes = other.hashes;
            self.creation.map = None;
        }
        self.runtime.complete(other.runtime);
        self.creation.complete(other.creation);
        if self.interface.is_empty() {
            self.interface = other.interface;
        }
        self.layout = self.layout.take().or(other.layout);
        self.transient = self.transient.take().or(other.transient);
    }
}
