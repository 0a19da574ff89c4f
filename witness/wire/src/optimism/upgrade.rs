//! The upgrades of the OP Stack, and what each changes.

use std::fmt;

use crate::{Fork, changes::changes};

/// An upgrade of the OP Stack ("Protocol upgrades"). Ordered by activation.
///
/// It is exhaustive for the same reason as [`Fork`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Upgrade {
    Bedrock,
    Regolith,
    Canyon,
    Ecotone,
    Fjord,
    Granite,
    Holocene,
    Isthmus,
    Jovian,
}

impl Upgrade {
    /// All upgrades, oldest first.
    pub const ALL: [Self; 9] = [
        Self::Bedrock,
        Self::Regolith,
        Self::Canyon,
        Self::Ecotone,
        Self::Fjord,
        Self::Granite,
        Self::Holocene,
        Self::Isthmus,
        Self::Jovian,
    ];

    /// The last upgrade that is audited.
    pub const NEWEST: Self = Self::ALL[Self::ALL.len() - 1];

    /// Lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bedrock => "bedrock",
            Self::Regolith => "regolith",
            Self::Canyon => "canyon",
            Self::Ecotone => "ecotone",
            Self::Fjord => "fjord",
            Self::Granite => "granite",
            Self::Holocene => "holocene",
            Self::Isthmus => "isthmus",
            Self::Jovian => "jovian",
        }
    }

    /// The fork of Ethereum whose opcodes, gas and header fields the upgrade has.
    pub const fn fork(self) -> Fork {
        match self {
            Self::Bedrock | Self::Regolith => Fork::Paris,
            Self::Canyon => Fork::Shanghai,
            Self::Ecotone | Self::Fjord | Self::Granite | Self::Holocene => Fork::Cancun,
            Self::Isthmus | Self::Jovian => Fork::Prague,
        }
    }

    /// Whether the upgrade has the change.
    ///
    /// ```
    /// use iso_evm_wire::optimism::{Change, Upgrade};
    ///
    /// assert!(Upgrade::Isthmus.has(Change::OperatorFee));
    /// assert!(!Upgrade::Holocene.has(Change::OperatorFee));
    /// ```
    pub const fn has(self, change: Change) -> bool {
        self as u8 >= change.since() as u8
    }

    /// Position in [`Upgrade::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

changes! {
    /// A change of the OP Stack's own that something here depends on, after Bedrock.
    pub enum Change of Upgrade, with
    /// The page of the OP Stack's specification that has it.
    page: &'static str;
    Regolith {
        MeteredDeposits "protocol/regolith/overview.html" "Deposits use the gas that they use, and none is a system transaction.";
        NoSignatureBytes "protocol/regolith/overview.html" "The L1 data fee no longer counts 68 bytes for a signature.";
    }
    Canyon {
        DepositReceipts "protocol/canyon/overview.html" "Receipts of deposits commit to the sender's nonce and to a version.";
        LongerBaseFee "protocol/canyon/overview.html" "The base fee moves by a 250th.";
    }
    Ecotone {
        BlobFees "protocol/ecotone/l1-attributes.html" "The L1 data fee follows from the L1 blob base fee, too.";
    }
    Fjord {
        CompressedSize "protocol/fjord/exec-engine.html" "The L1 data fee follows from the size that a transaction has compressed.";
        P256Verify "protocol/precompiles.html" "The precompile `P256VERIFY`.";
    }
    Granite {
        PairingLimit "protocol/granite/exec-engine.html" "The BN254 pairing takes so many bytes at most.";
    }
    Holocene {
        BaseFeeParameters "protocol/holocene/exec-engine.html" "A block's extra data has the parameters of the next block's base fee.";
    }
    Isthmus {
        BlsLimits "protocol/isthmus/exec-engine.html" "The BLS12-381 precompiles of any length take so many bytes at most.";
        MessagePasserRoot "protocol/isthmus/exec-engine.html" "A header's withdrawals root is the storage root of the message passer.";
        OperatorFee "protocol/isthmus/exec-engine.html" "Transactions pay an operator fee.";
    }
    Jovian {
        Footprint "protocol/jovian/exec-engine.html" "A block's blob gas is the footprint of its data, and is bounded.";
        LowerLimits "protocol/jovian/exec-engine.html" "The pairings and the BLS12-381 precompiles of any length take fewer bytes.";
        MinBaseFee "protocol/jovian/exec-engine.html" "The base fee has a least value, which stands in the parent's extra data.";
        OperatorFeeTimes100 "protocol/jovian/exec-engine.html" "The operator fee's scalar counts hundred times, and no longer by the million.";
    }
}
