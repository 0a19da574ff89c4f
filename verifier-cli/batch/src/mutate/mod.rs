//! A mutation campaign: everything in a valid witness is changed, one thing at a time and several
//! at once, and each mutant is verified with the anchors of the original expected. A mutant that is
//! still valid survives: something in it is bound by no audit. `specs/12-audits.md`.
//!
//! In the data's way this stands behind [`iso_evm_verifier::verify()`]. Mutants are files: what the container
//! does not read is killed there. They come from four kinds of place: every item of the
//! file as RLP (`file`), every field of a message, every field of a record (`fields`), and lies
//! that go through several of them (`consistent`). What an operator can commit to beside a message,
//! its checkpoints, is changed too (`checkpoints`), and must be found false where it is. `each` goes over
//! many witnesses, and `tally` sums up.

mod checkpoints;
mod consistent;
mod each;
mod fields;
mod file;
mod judge;
mod names;
mod on_chain;
mod open;
mod random;
mod tally;
mod variants;

use std::num::NonZeroUsize;

use iso_evm_verifier::verify::{AuditSelection, NamedVerdict, VerifyError};
use iso_evm_wire::{Opened, Witness};
use rayon::prelude::*;
use serde::Serialize;

pub use self::{
    each::{Mutated, each},
    judge::Killer,
    on_chain::{Conviction, Trial},
    tally::{Proofs, Tally},
};
use self::{file::File, judge::Judge, open::Draft};
use crate::ItemError;

/// How many lies that go through several fields, if nobody says.
pub const COUNT: u64 = 1000;

/// What to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutateOptions {
    /// What the random changes follow from.
    pub seed: u64,
    /// How many lies that go through several fields.
    pub count: u64,
    /// Number of threads; one for each core if `None`.
    pub jobs: Option<NonZeroUsize>,
    /// Which audits mutants are put before.
    pub audits: AuditSelection,
    /// Whether what the audits find is proven to the provers, too.
    pub on_chain: bool,
}

impl Default for MutateOptions {
    fn default() -> Self {
        Self { seed: 0, count: COUNT, jobs: None, audits: AuditSelection::ALL, on_chain: false }
    }
}

/// Why there was no campaign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MutateError {
    /// There is no original.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// The original cannot be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The original is not valid.
    #[error("the witness is {0} itself: only a valid one can be mutated")]
    Original(NamedVerdict),
    /// Threads that the system does not give.
    #[error("no threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A witness with something changed, or checkpoints of a message with something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// What was changed, and how; of checkpoints that survive, what was said of them.
    pub change: String,
    /// Who killed it; nobody, if it survived.
    #[serde(flatten)]
    pub killer: Option<Killer>,
    /// What became of the claim that is made of it, if one can be made and the audits find it false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// What has become of all mutants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Campaign {
    /// How many were killed.
    pub killed: usize,
    /// How many survived.
    pub survived: usize,
    /// All of them, in order of the file, the random ones behind, those of checkpoints last.
    pub mutants: Vec<Mutant>,
    /// The audits that mutants were put before.
    pub selected: AuditSelection,
}

impl Campaign {
    /// Mutants that survived.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| mutant.killer.is_none())
    }

    /// Mutants whose claims nobody can convict of.
    pub fn acquitted(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| mutant.trial.as_ref().is_some_and(Trial::survives))
    }
}

/// How far a campaign has come.
///
/// The list is closed: whoever shows events must not miss a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MutateEvent {
    /// Number of places that are to be changed.
    Sites(usize),
    /// One of them is done.
    Site,
    /// A mutant survived.
    Survivor,
}

/// A place where something is changed, in one way after the other.
#[derive(Clone, Debug)]
enum Site {
    /// An item of the file.
    Item(file::Path),
    /// The fields of a message.
    Message(usize),
    /// The fields of a record of a message.
    Record(usize, usize),
    /// A lie that goes through several.
    Random(u64),
    /// A checkpoint of a message.
    Checkpoint(checkpoints::Place),
}

/// Mutates a witness.
///
/// # Errors
///
/// If the witness itself is not valid, or there are no threads.
pub fn run(
    witness: &Witness,
    options: &MutateOptions,
    on_event: &(dyn Fn(MutateEvent) + Sync),
) -> Result<Campaign, MutateError> {
    let judge = Judge::new(witness, options.audits)?;
    let original = Original::new(witness);
    let mut sites = original.sites(options.count);
    sites.extend(judge.checkpoints().into_iter().map(Site::Checkpoint));
    on_event(MutateEvent::Sites(sites.len()));
    let jobs = options.jobs.map_or(0, NonZeroUsize::get);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let of_site = |site: &Site| {
        let mut mutants = Vec::new();
        if let Site::Checkpoint(place) = site {
            mutants = judge.of_checkpoint(place);
            for _ in mutants.iter().filter(|mutant| mutant.killer.is_none()) {
                on_event(MutateEvent::Survivor);
            }
        }
        for (change, file) in original.changes(site, options.seed) {
            if file == original.bytes {
                continue;
            }
            let killer = judge.killer(&file);
            if killer.is_none() {
                on_event(MutateEvent::Survivor);
            }
            let trial = options.on_chain.then(|| on_chain::tried(judge.engine(), &file)).flatten();
            mutants.push(Mutant { change, killer, trial });
        }
        on_event(MutateEvent::Site);
        mutants
    };
    let mutants: Vec<Vec<Mutant>> = threads.install(|| sites.par_iter().map(of_site).collect());
    let mutants = mutants.concat();
    let survived = mutants.iter().filter(|mutant| mutant.killer.is_none()).count();
    Ok(Campaign { killed: mutants.len() - survived, survived, mutants, selected: options.audits })
}

/// The witness that mutants are made of.
struct Original {
    bytes: Vec<u8>,
    file: Option<File>,
    open: Option<Draft>,
    witness: Witness,
}

impl Original {
    fn new(witness: &Witness) -> Self {
        let bytes = witness.encode();
        let (file, open) = (File::parse(&bytes), Draft::new(&Opened::of(witness)));
        Self { bytes, file, open, witness: witness.clone() }
    }

    fn sites(&self, count: u64) -> Vec<Site> {
        let mut sites = Vec::new();
        sites.extend(self.file.iter().flat_map(File::paths).map(Site::Item));
        for (index, message) in self.open.iter().flat_map(|open| open.messages.iter().enumerate()) {
            sites.push(Site::Message(index));
            sites.extend((0..message.records.len()).map(|record| Site::Record(index, record)));
        }
        sites.extend((0..count).map(Site::Random));
        sites
    }

    /// The mutants of a place: what was changed, and the file.
    fn changes(&self, site: &Site, seed: u64) -> Vec<(String, Vec<u8>)> {
        let (Some(file), Some(open)) = (&self.file, &self.open) else { return Vec::new() };
        let in_message = |index: usize, changes: Vec<fields::ChangedField>| {
            let whole = |(what, bytes): fields::ChangedField| {
                // What messages share may be another's then: the file is written anew.
                let mut changed = self.witness.clone();
                changed.messages[index] = bytes.into();
                (format!("messages.{index}.{what}"), changed.encode())
            };
            changes.into_iter().map(whole).collect()
        };
        match *site {
            Site::Item(ref path) => file.changes(path),
            Site::Message(index) => {
                let message = open.messages[index].wire();
                in_message(
                    index,
                    fields::of_message(&self.witness.messages[index].bytes(), &message),
                )
            }
            Site::Record(index, record) => {
                in_message(index, fields::of_record(&open.messages[index].wire(), record))
            }
            Site::Random(number) => {
                let lie = consistent::lie(open, seed, number);
                lie.map(|(what, lie)| (what, lie.encode())).into_iter().collect()
            }
            // What is changed there is in no file.
            Site::Checkpoint(_) => Vec::new(),
        }
    }
}
