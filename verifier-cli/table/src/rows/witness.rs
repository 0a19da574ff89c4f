//! [`WitnessRow`]: the table of witnesses, a row for each. `specs/24-tables.md`, section Witnesses.

use alloy_primitives::B256;
use iso_evm_verifier::transaction_hash::transaction_hash;
use iso_evm_wire::Witness;

use crate::row::rows;

rows! {
    /// A row of the table of witnesses.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WitnessRow {
        /// Names the witness; no two rows have the same.
        pub id: String,
        /// Where the witness came from.
        pub source: String,
        /// Id of the chain.
        pub chain_id: u64,
        /// Fork whose rules apply.
        pub fork: String,
        /// Number of the block.
        pub block: Option<u64>,
        /// Hash of the transaction, if it is signed.
        pub transaction: Option<B256>,
        /// The container.
        pub witness: Vec<u8>,
    }
}

impl WitnessRow {
    /// The row of a witness, whose bytes these are.
    pub fn of(id: String, source: String, witness: &Witness, bytes: Vec<u8>) -> Self {
        Self {
            id,
            source,
            chain_id: witness.chain_id,
            fork: witness.rules.to_string(),
            block: Some(witness.block.number),
            transaction: transaction_hash(&witness.transaction),
            witness: bytes,
        }
    }

    /// About how many bytes the row takes.
    pub const fn size(&self) -> usize {
        self.witness.len() + self.id.len() + self.source.len() + 64
    }
}
