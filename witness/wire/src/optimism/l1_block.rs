//! What a transaction's fees are computed from beside the transaction: what the
//! [`L1Block`](super::predeploys::L1_BLOCK) contract knows of L1, read from its storage as it is
//! before the transaction, past the EVM: no slot is warm for it.
//!
//! The first deposit of each block writes it, so within a block all transactions but deposits have
//! the same.

use alloy_primitives::U256;

use super::{Change, Upgrade};

/// Slot of L1's base fee.
const BASE_FEE: u64 = 1;
/// Slot of the two scalars from Ecotone on: four bytes each, before the sequence number.
const SCALARS: u64 = 3;
/// Slot of the overhead, before Ecotone.
const OVERHEAD: u64 = 5;
/// Slot of the scalar, before Ecotone.
const SCALAR: u64 = 6;
/// Slot of L1's blob base fee, from Ecotone on.
const BLOB_BASE_FEE: u64 = 7;
/// Slot of the operator fee's scalar and constant from Isthmus on, four and eight bytes at the end,
/// and from Jovian on of the footprint's scalar, two bytes before them.
const OPERATOR_FEE: u64 = 8;

/// What a block's transactions pay for, by the rules of one upgrade. What they pay is told by
/// [`L1Block::data_fee`], [`L1Block::operator_fee`] and [`L1Block::footprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L1Block {
    /// The upgrade whose rules apply.
    pub upgrade: Upgrade,
    /// What data costs.
    pub data: DataPrice,
    /// The operator fee's scalar; zero before Isthmus.
    pub operator_fee_scalar: u32,
    /// The operator fee's constant, in wei; zero before Isthmus.
    pub operator_fee_constant: u64,
    /// Gas of the footprint for each byte of data; zero before Jovian, and in the block that begins
    /// it.
    pub footprint_scalar: u16,
}

/// What data costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPrice {
    /// As calldata on L1, before Ecotone and in the block that begins it.
    Calldata {
        /// L1's base fee, in wei.
        base_fee: U256,
        /// Gas that a transaction costs beside its own data.
        overhead: U256,
        /// Share of the price that is paid, in millionths.
        scalar: U256,
    },
    /// As calldata or in blobs, from Ecotone on.
    Blobs {
        /// L1's base fee, in wei.
        base_fee: U256,
        /// Share of that which is paid, in millionths of a byte.
        base_fee_scalar: u32,
        /// L1's blob base fee, in wei.
        blob_base_fee: U256,
        /// Share of that which is paid, in millionths of a byte.
        blob_base_fee_scalar: u32,
    },
}

impl L1Block {
    /// The slots that may be read by an upgrade's rules, in the order of reading. The overhead's and
    /// the scalar's are read from Ecotone on only in the block that begins it.
    pub const fn slots(upgrade: Upgrade) -> &'static [u64] {
        if upgrade.has(Change::OperatorFee) {
            &[BASE_FEE, SCALARS, BLOB_BASE_FEE, OVERHEAD, SCALAR, OPERATOR_FEE]
        } else if upgrade.has(Change::BlobFees) {
            &[BASE_FEE, SCALARS, BLOB_BASE_FEE, OVERHEAD, SCALAR]
        } else {
            &[BASE_FEE, OVERHEAD, SCALAR]
        }
    }

    /// Reads it, slot by slot.
    ///
    /// Pages: <https://specs.optimism.io/protocol/exec-engine.html#l1-cost-fees-l1-fee-vault>,
    /// <https://specs.optimism.io/protocol/isthmus/exec-engine.html#operator-fee>,
    /// <https://specs.optimism.io/protocol/jovian/exec-engine.html#scalar-loading>.
    ///
    /// The block that begins Ecotone is told by what its first deposit, still of the old kind, has
    /// not written: both scalars and the blob base fee are zero. In any later block the blob base
    /// fee is one at least (<https://specs.optimism.io/protocol/ecotone/l1-attributes.html>).
    ///
    /// # Errors
    ///
    /// If `slot` has one.
    ///
    /// ```
    /// use alloy_primitives::U256;
    /// use iso_evm_wire::optimism::{L1Block, Upgrade};
    ///
    /// let mut read = Vec::new();
    /// let slot = |slot: U256| {
    ///     read.push(slot.to::<u64>());
    ///     Ok::<_, std::convert::Infallible>(U256::from(1))
    /// };
    /// let block = L1Block::read(Upgrade::Isthmus, slot)?;
    /// assert_eq!(block.operator_fee_constant, 1);
    /// assert_eq!(read, [1, 3, 7, 8]);
    /// # Ok::<(), std::convert::Infallible>(())
    /// ```
    pub fn read<E>(
        upgrade: Upgrade,
        mut slot: impl FnMut(U256) -> Result<U256, E>,
    ) -> Result<Self, E> {
        let mut slot = |number: u64| slot(U256::from(number));
        let base_fee = slot(BASE_FEE)?;
        let blobs = upgrade.has(Change::BlobFees);
        let [base_fee_scalar, blob_base_fee_scalar] = if blobs {
            let scalars = slot(SCALARS)?;
            [field(scalars, 12), field(scalars, 8)]
        } else {
            [0; 2]
        };
        let blob_base_fee = if blobs { slot(BLOB_BASE_FEE)? } else { U256::ZERO };
        let unset = base_fee_scalar == 0 && blob_base_fee_scalar == 0 && blob_base_fee.is_zero();
        let data = if unset {
            DataPrice::Calldata { base_fee, overhead: slot(OVERHEAD)?, scalar: slot(SCALAR)? }
        } else {
            DataPrice::Blobs { base_fee, base_fee_scalar, blob_base_fee, blob_base_fee_scalar }
        };
        let operator = upgrade.has(Change::OperatorFee);
        let fees = if operator { slot(OPERATOR_FEE)? } else { U256::ZERO };
        Ok(Self {
            upgrade,
            data,
            operator_fee_scalar: field(fees, 8),
            operator_fee_constant: fees.as_limbs()[0],
            footprint_scalar: if upgrade.has(Change::Footprint) {
                field(fees, 12) as u16
            } else {
                0
            },
        })
    }
}

/// The four bytes of a slot at an offset from its end, as Solidity counts.
fn field(slot: U256, offset: usize) -> u32 {
    (slot >> (8 * offset)).as_limbs()[0] as u32
}
