//! Records about block, chain and transaction: words that the container has. `specs/03-records.md`.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::{
    protocol::BLOCK_HASHES,
    records::{BlobhashRecord, BlockhashRecord, ValueOpcode, ValueRecord},
};

use super::AccessWalk;
use crate::audit::{AccessKind, Missing, ancestors::ancestor_hash};

impl AccessWalk<'_> {
    /// An opcode that takes nothing and pushes one word.
    pub(super) fn value(
        &mut self,
        context: Address,
        opcode: u8,
        record: &ValueRecord,
    ) -> Result<(), Missing> {
        let block = &self.witness.block;
        let word = match ValueOpcode::of(opcode) {
            Some(ValueOpcode::Coinbase) => block.beneficiary.into_word().into(),
            Some(ValueOpcode::Timestamp) => U256::from(block.timestamp),
            Some(ValueOpcode::Number) => U256::from(block.number),
            // EIP-4399: the opcode of the difficulty gives randomness from Paris on.
            Some(ValueOpcode::Prevrandao) => match block.prev_randao {
                Some(randomness) => randomness.into(),
                None => block.difficulty.unwrap_or_default(),
            },
            Some(ValueOpcode::Gaslimit) => U256::from(block.gas_limit),
            Some(ValueOpcode::Chainid) => U256::from(self.witness.chain_id),
            Some(ValueOpcode::Basefee) => U256::from(block.base_fee_per_gas.unwrap_or_default()),
            Some(ValueOpcode::Blobbasefee) => U256::from(block.blob_base_fee.unwrap_or_default()),
            // A record that was decoded has one of these opcodes.
            Some(ValueOpcode::Selfbalance) | None => {
                let account = self.state.account(context)?;
                self.check(AccessKind::Balance, account.balance, record.value);
                return Ok(());
            }
        };
        self.check(AccessKind::Block, word, record.value);
        Ok(())
    }

    pub(super) fn blobhash(&mut self, record: &BlobhashRecord) {
        let body = self.witness.transaction.body();
        let hashes = body.blob_versioned_hashes().unwrap_or_default();
        let index = usize::try_from(record.index).ok();
        let hash = index.and_then(|index| hashes.get(index)).copied().unwrap_or_default();
        self.check(AccessKind::Block, hash, record.hash);
    }

    /// Zero but for the 256 blocks before this one.
    pub(super) fn blockhash(&mut self, record: &BlockhashRecord) -> Result<(), Missing> {
        let current = self.witness.block.number;
        let number = u64::try_from(record.number).ok().filter(|number| {
            current.checked_sub(*number).is_some_and(|back| (1..=BLOCK_HASHES).contains(&back))
        });
        let hash = match number {
            None => B256::ZERO,
            Some(number) => {
                ancestor_hash(self.witness, number).ok_or(Missing::BlockHash { number })?
            }
        };
        self.check(AccessKind::BlockHash, hash, record.hash);
        Ok(())
    }
}
