//! What is at hand as one side of a dispute: witnesses, of one transaction or of a block's, with what is claimed of
//! them; or a claim alone.

use std::{fs, path::Path};

use alloy_primitives::Bytes;
use iso_evm_batch::{
    FileError,
    files::{self, is_json},
};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::asks::Behind;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, NotOneBlock, claim},
    transaction_hash::encode,
    verify::{Options, UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::{Opened, Rules};

use crate::{
    commands::verify::{open, opened},
    error::CommandError,
};

/// A witness, and the name of what it came from.
#[derive(Debug)]
pub(in crate::commands) struct Named {
    /// The name.
    pub(in crate::commands) name: String,
    /// The witness.
    pub(in crate::commands) witness: Opened<'static>,
}

/// What is committed to, or would be.
#[derive(Debug)]
pub(in crate::commands) struct AtHand {
    /// The witnesses that the claim is made of, by the transactions' places; none of a claim alone, as its operator
    /// published it.
    pub(in crate::commands) witnesses: Vec<Named>,
    /// The claim.
    pub(in crate::commands) claimed: ClaimedBlock,
}

impl AtHand {
    /// Reads a file: a claim if it is one, else a witness. Or a folder, as a block is recorded into: its witnesses by
    /// the order of their names.
    pub(in crate::commands) fn open(path: &Path) -> Result<Self, CommandError> {
        if path.is_dir() {
            return Self::of_folder(path);
        }
        let bytes = files::read_unpacked(path)?;
        if is_json(&bytes) && is_claim(&bytes) {
            let file = files::name(path);
            let claimed = ClaimedBlock::parse(&bytes)
                .map_err(|error| CommandError::Claim { file, error: Box::new(error) })?;
            return Ok(Self { witnesses: Vec::new(), claimed });
        }
        let witness = Named { name: files::name(path), witness: opened(path, bytes)? };
        Self::of(&files::name(path), vec![witness])
    }

    fn of_folder(folder: &Path) -> Result<Self, CommandError> {
        let failed = |error| FileError::Read { file: files::name(folder), error };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "bin") {
                paths.push(path);
            }
        }
        paths.sort();
        let open =
            |path: &std::path::PathBuf| Ok(Named { name: files::name(path), witness: open(path)? });
        let witnesses = paths.iter().map(open).collect::<Result<Vec<_>, CommandError>>()?;
        let first = witnesses.first().and_then(|named: &Named| named.witness.inclusion.as_ref());
        if let Some(place) = first.map(|inclusion| inclusion.index).filter(|place| *place > 0) {
            let error = NotOneBlock::Begins { place };
            return Err(CommandError::NotOneBlock { file: files::name(folder), error });
        }
        Self::of(&files::name(folder), witnesses)
    }

    /// What is claimed of witnesses that follow each other; `name` is what they are called together.
    pub(in crate::commands) fn of(name: &str, witnesses: Vec<Named>) -> Result<Self, CommandError> {
        let claimed = |named: &Named| {
            let claimed = claim(&Subject::new(&named.witness), gas_limit(&named.witness));
            claimed.ok_or_else(|| CommandError::NoClaim { file: named.name.clone() })
        };
        let claims = witnesses.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        let claimed = ClaimedBlock::join(claims)
            .map_err(|error| CommandError::NotOneBlock { file: name.to_owned(), error })?;
        Ok(Self { witnesses, claimed })
    }

    /// The rules of the block.
    pub(in crate::commands) const fn rules(&self) -> Rules {
        self.claimed.environment.rules
    }

    /// Whether it is a claim alone.
    pub(in crate::commands) const fn is_claim(&self) -> bool {
        self.witnesses.is_empty()
    }

    /// What the claim does not hold but the hashes of.
    pub(super) fn behind(&self) -> Behind {
        let bytes = |named: &Named| Bytes::from(encode(&named.witness.transaction));
        let signed = (0..).zip(self.witnesses.iter().map(bytes)).collect();
        Behind { header: None, signed }
    }
}

/// The most gas that a run of a witness may take.
pub(super) fn gas_limit(witness: &Opened<'_>) -> u64 {
    guest_gas_limit(witness, &Options::default()).unwrap_or(UNANCHORED)
}

/// The engine of a witness's rules.
pub(super) fn engine(witness: &Opened<'_>) -> Engine {
    Engine::new(witness.rules)
}

/// Whether JSON has what a claim begins with.
fn is_claim(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Shape {
        #[serde(rename = "root")]
        _root: serde::de::IgnoredAny,
        #[serde(rename = "block")]
        _block: serde::de::IgnoredAny,
        #[serde(rename = "transactions")]
        _transactions: serde::de::IgnoredAny,
    }
    serde_json::from_slice::<Shape>(bytes).is_ok()
}
