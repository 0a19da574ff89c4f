//! [`WitnessHash`]: the name of a witness, computed when somebody asks for it.
//!
//! In the data's way this stands in the report. No verdict depends on it, and of a large witness it takes as long
//! as an audit.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{Opened, Witness};

use crate::hash::{file_hash, witness_hash};

/// keccak256 of a witness's `witness.bin`. It is computed when it is first asked for, and until it is dropped it
/// keeps what it is computed of.
#[derive(Clone)]
pub struct WitnessHash {
    of: Of,
    hash: OnceLock<B256>,
}

/// What the hash is computed of.
#[derive(Clone)]
enum Of {
    /// The file that was read.
    File(Bytes),
    /// A witness that was made.
    Witness(Arc<Witness>),
}

impl WitnessHash {
    /// The hash of a witness, which is not computed yet.
    pub fn new(opened: &Opened<'_>) -> Self {
        let of = match opened.file() {
            Some(file) => Of::File(file.clone()),
            None => Of::Witness(Arc::new((**opened).clone())),
        };
        Self { of, hash: OnceLock::new() }
    }

    /// The hash.
    pub fn get(&self) -> B256 {
        *self.hash.get_or_init(|| match &self.of {
            Of::File(file) => file_hash(file),
            Of::Witness(witness) => witness_hash(witness),
        })
    }
}

impl PartialEq for WitnessHash {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for WitnessHash {}

impl fmt::Debug for WitnessHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WitnessHash").field(&self.get()).finish()
    }
}
