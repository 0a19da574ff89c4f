//! A file as one side of a dispute: a witness, and what is claimed of it; or a claim alone.

use std::path::Path;

use iso_evm_batch::files::{self, is_json};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::asks::Behind;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
    verify::{Options, UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::{Opened, Rules};

use crate::{commands::verify::opened, error::CommandError};

/// What a file holds.
#[derive(Debug)]
pub(in crate::commands) enum AtHand {
    /// A witness, with the claim that is made of it.
    Witness(Box<Opened<'static>>, Box<ClaimedBlock>),
    /// A claim, as its operator published it.
    Claim(Box<ClaimedBlock>),
}

impl AtHand {
    /// Reads a file: a claim if it is one, else a witness.
    pub(in crate::commands) fn open(path: &Path) -> Result<Self, CommandError> {
        let bytes = files::read(path)?;
        if is_json(&bytes) && is_claim(&bytes) {
            let file = files::name(path);
            let claimed = ClaimedBlock::parse(&bytes)
                .map_err(|error| CommandError::Claim { file, error: Box::new(error) })?;
            return Ok(Self::Claim(Box::new(claimed)));
        }
        let witness = opened(path, bytes)?;
        let claimed = claim(&Subject::new(&witness), gas_limit(&witness))
            .ok_or_else(|| CommandError::NoClaim { file: files::name(path) })?
            .of_run();
        Ok(Self::Witness(Box::new(witness), Box::new(claimed)))
    }

    /// The claim.
    pub(in crate::commands) const fn claimed(&self) -> &ClaimedBlock {
        match self {
            Self::Witness(_, claimed) | Self::Claim(claimed) => claimed,
        }
    }

    /// The rules of the block.
    pub(in crate::commands) const fn rules(&self) -> Rules {
        self.claimed().environment.rules
    }

    /// What the claim does not hold but the hashes of.
    pub(super) fn behind(&self) -> Behind {
        let Self::Witness(witness, claimed) = self else { return Behind::default() };
        let signed = iso_evm_verifier::transaction_hash::encode(&witness.transaction);
        Behind { header: None, signed: [(claimed.first as u64, signed.into())].into() }
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
