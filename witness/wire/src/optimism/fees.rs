//! What a transaction pays beside its gas: for its data, to the operator, and how much of a block its
//! data takes. Deposits pay nothing and take nothing.
//!
//! Nothing here overflows. A fee below 2^216 wei is exact; where the exact one needs more than 256 bits
//! before its last division, it is some other number above that. Nobody has so much, so whoever would
//! have to pay the one cannot pay the other either.

use alloy_primitives::U256;

use super::{Change, L1Block, fastlz, l1_block::DataPrice};
use crate::protocol::{TX_DATA_COST_PER_NON_ZERO, TX_DATA_COST_PER_ZERO};

/// What scalars count in.
const MILLION: u64 = 1_000_000;

/// The type's number of a deposit, and first byte of its encoding.
const DEPOSIT: u8 = 0x7e;

/// Bytes that a signature was taken for, before Regolith.
const SIGNATURE_BYTES: u64 = 68;

/// What a byte that FastLZ leaves makes in a batch, in millionths of a byte.
const FASTLZ_COEFFICIENT: u64 = 836_500;

/// What is taken off for the batch's better compression, in millionths of a byte.
const FASTLZ_INTERCEPT: u64 = 42_585_600;

/// The least that a transaction is taken for, in bytes.
const LEAST_SIZE: u64 = 100;

impl L1Block {
    /// What a transaction pays for its data, in wei, by its encoding (EIP-2718, with signature).
    ///
    /// - Before Ecotone, and in the block that begins it: its bytes' gas as calldata and the
    ///   overhead, at L1's base fee and the scalar. The bytes were 68 more before Regolith.
    ///   <https://specs.optimism.io/protocol/exec-engine.html#pre-ecotone>
    /// - Ecotone: its bytes' gas, a 16th of it taken for bytes of a batch, each at both base fees and
    ///   scalars.
    ///   <https://specs.optimism.io/protocol/exec-engine.html#ecotone-l1-cost-fee-changes-eip-4844-da>
    /// - Fjord: what it makes in a batch, estimated by its [length compressed](fastlz::compressed_len),
    ///   at the same price.
    ///   <https://specs.optimism.io/protocol/fjord/exec-engine.html>
    ///
    /// It is exact below 2^216.
    pub fn data_fee(&self, encoded: &[u8]) -> U256 {
        if pays_nothing(encoded) {
            return U256::ZERO;
        }
        match self.data {
            DataPrice::Calldata { base_fee, overhead, scalar } => {
                let fee = self.calldata_gas(encoded).saturating_add(overhead);
                fee.saturating_mul(base_fee).saturating_mul(scalar) / U256::from(MILLION)
            }
            DataPrice::Blobs { base_fee, base_fee_scalar, blob_base_fee, blob_base_fee_scalar } => {
                let calldata = base_fee
                    .saturating_mul(U256::from(TX_DATA_COST_PER_NON_ZERO))
                    .saturating_mul(U256::from(base_fee_scalar));
                let blobs = blob_base_fee.saturating_mul(U256::from(blob_base_fee_scalar));
                let price = calldata.saturating_add(blobs);
                if self.upgrade.has(Change::CompressedSize) {
                    let size = U256::from(compressed_size(encoded));
                    price.saturating_mul(size) / U256::from(MILLION * MILLION)
                } else {
                    price.saturating_mul(self.calldata_gas(encoded))
                        / U256::from(MILLION * TX_DATA_COST_PER_NON_ZERO)
                }
            }
        }
    }

    /// What a transaction but a deposit pays to the operator for so much gas, in wei; nothing before
    /// Isthmus. It is bought for the gas limit, and what was not used comes back: the difference to
    /// the fee for the gas used.
    ///
    /// <https://specs.optimism.io/protocol/isthmus/exec-engine.html#operator-fee>,
    /// <https://specs.optimism.io/protocol/jovian/exec-engine.html#operator-fee>. It has 103 bits at
    /// most.
    pub fn operator_fee(&self, gas: u64) -> U256 {
        if !self.upgrade.has(Change::OperatorFee) {
            return U256::ZERO;
        }
        let scaled = u128::from(gas) * u128::from(self.operator_fee_scalar);
        let fee = if self.upgrade.has(Change::OperatorFeeTimes100) {
            scaled * 100
        } else {
            scaled / u128::from(MILLION)
        };
        U256::from(fee + u128::from(self.operator_fee_constant))
    }

    /// How much of a block's gas limit a transaction's data takes, by its encoding; nothing before
    /// Jovian. A block's sum is its header's blob gas used.
    ///
    /// The scalar is as L1Block has it: that a chain which configures none goes by 400 is what the
    /// first deposit of each block has written there, and where zero is written, zero applies
    /// (<https://specs.optimism.io/protocol/jovian/l1-attributes.html>).
    ///
    /// <https://specs.optimism.io/protocol/jovian/exec-engine.html#da-footprint-block-limit>
    pub fn footprint(&self, encoded: &[u8]) -> u64 {
        if !self.upgrade.has(Change::Footprint) || pays_nothing(encoded) {
            return 0;
        }
        (compressed_size(encoded) / MILLION).saturating_mul(self.footprint_scalar.into())
    }

    /// Gas that a transaction's bytes cost as calldata on L1 (EIP-2028).
    fn calldata_gas(&self, encoded: &[u8]) -> U256 {
        let zeros = encoded.iter().filter(|byte| **byte == 0).count();
        let others = U256::from(encoded.len() - zeros);
        let signature =
            if self.upgrade.has(Change::NoSignatureBytes) { 0 } else { SIGNATURE_BYTES };
        U256::from(zeros) * U256::from(TX_DATA_COST_PER_ZERO)
            + (others + U256::from(signature)) * U256::from(TX_DATA_COST_PER_NON_ZERO)
    }
}

/// Whether it is no transaction that pays: a deposit, or nothing.
fn pays_nothing(encoded: &[u8]) -> bool {
    encoded.first().is_none_or(|first| *first == DEPOSIT)
}

/// What a transaction makes in a batch, in millionths of a byte: a line through what transactions on
/// OP Mainnet made, by the [length](fastlz::compressed_len) that each has alone.
/// <https://specs.optimism.io/protocol/fjord/exec-engine.html>
fn compressed_size(encoded: &[u8]) -> u64 {
    (fastlz::compressed_len(encoded) as u64)
        .saturating_mul(FASTLZ_COEFFICIENT)
        .saturating_sub(FASTLZ_INTERCEPT)
        .max(LEAST_SIZE * MILLION)
}
