//! The two enumerations that records hold as numbers.

/// What kind of frame a message is; `OpeningRecord::kind`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum FrameKind {
    /// `CALL`, or the top message of a transaction that is no creation.
    Call = 0,
    /// `CALLCODE`.
    Callcode = 1,
    /// `DELEGATECALL`.
    Delegatecall = 2,
    /// `STATICCALL`.
    Staticcall = 3,
    /// `CREATE`, or the top message of a creation transaction.
    Create = 4,
    /// `CREATE2`.
    Create2 = 5,
}

impl FrameKind {
    /// All six, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Call,
        Self::Callcode,
        Self::Delegatecall,
        Self::Staticcall,
        Self::Create,
        Self::Create2,
    ];

    /// Lower-case names, in the order of their numbers.
    pub const NAMES: [&'static str; 6] =
        ["call", "callcode", "delegatecall", "staticcall", "create", "create2"];

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether the frame creates an account.
    pub const fn is_create(self) -> bool {
        matches!(self, Self::Create | Self::Create2)
    }

    /// Lower-case name, as in every report.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What became of a CALL or CREATE; `outcome` in its record.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Outcome {
    /// The opcode itself ran out of gas on a cost that a fact of this record decides.
    None = 0,
    /// A frame was opened: the next message of the tree in pre-order.
    Child = 1,
    /// The account has no code: success, no gas used, no data. Calls only.
    Nocode = 2,
    /// A precompiled contract ran. Calls only.
    Precompile = 3,
    /// Refused: the call stack is 1024 deep. All gas comes back.
    Depth = 4,
    /// Refused: the caller's balance is below the value. All gas comes back.
    Balance = 5,
    /// Refused: the creator's nonce is 2^64-1. All gas comes back. Creations only.
    Nonce = 6,
    /// Refused: the new address has code or a nonce. All gas given is burnt. Creations only.
    Collision = 7,
}

impl Outcome {
    /// All eight, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Child,
        Self::Nocode,
        Self::Precompile,
        Self::Depth,
        Self::Balance,
        Self::Nonce,
        Self::Collision,
    ];

    /// Lower-case names, in the order of their numbers.
    pub const NAMES: [&'static str; 8] =
        ["none", "child", "nocode", "precompile", "depth", "balance", "nonce", "collision"];

    /// The outcome with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
