//! Kinds of what provers find false, by their numbers. Those of the audits are the audits' own; what only
//! a claim can have false is [`ClaimKind`]. Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands beside the contracts, whose constants are written from it
//! ([`solidity::kinds`](crate::solidity)).

use std::fmt;

use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::audit::{AccessKind, TransactionKind, TreeKind};

/// The number of the access audit's first kind.
pub const FIRST_ACCESS: u8 = 64;
/// The number of the tree audit's first kind.
pub const FIRST_TREE: u8 = 96;
/// The number of the transaction audit's first kind.
pub const FIRST_TRANSACTION: u8 = 128;

macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $number:literal $text:literal,)+) => {
        /// What is false of a claim, and of nothing else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum ClaimKind { $($(#[doc = $meaning])+ $variant = $number,)+ }

        impl ClaimKind {
            /// All of them, ascending.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Kebab-case name, as in reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What the kind means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning,)+).trim_ascii(),)+ }
            }
        }
    };
}

kinds! {
    /// The instant behind a record does not follow from the one before it.
    Instant = 192 "instant",
    /// The instant before a message's first opcode does not follow from the record that opens it.
    Entry = 193 "entry",
    /// Bytes are not canonical, or a word is out of its range.
    Malformed = 194 "malformed",
    /// The instant behind a step of a transaction does not follow from the one before it.
    Step = 195 "step",
    /// There are more messages than records open, or fewer.
    MessageCount = 196 "message-count",
    /// The block has more transactions, or fewer.
    TransactionCount = 197 "transaction-count",
    /// The environment is not what the header and the schedule give.
    Environment = 198 "environment",
    /// The roots of a block do not go on from each other.
    Chain = 199 "chain",
    /// The receipt's hash is not that of the receipt that follows.
    Receipt = 200 "receipt",
}

/// A kind of any audit, or of claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The execution audit's.
    Execution(MismatchKind),
    /// The access audit's.
    Access(AccessKind),
    /// The tree audit's.
    Tree(TreeKind),
    /// The transaction audit's.
    Transaction(TransactionKind),
    /// Of claims alone.
    Claim(ClaimKind),
}

impl Kind {
    /// All of them, ascending.
    pub fn all() -> impl Iterator<Item = Self> {
        let execution = MismatchKind::ALL.iter().copied().map(Self::Execution);
        execution
            .chain(AccessKind::ALL.iter().copied().map(Self::Access))
            .chain(TreeKind::ALL.iter().copied().map(Self::Tree))
            .chain(TransactionKind::ALL.iter().copied().map(Self::Transaction))
            .chain(ClaimKind::ALL.iter().copied().map(Self::Claim))
    }

    /// The number that a prover gives.
    pub const fn number(self) -> u8 {
        match self {
            Self::Execution(kind) => kind as u8,
            Self::Access(kind) => FIRST_ACCESS + kind as u8,
            Self::Tree(kind) => FIRST_TREE + kind as u8,
            Self::Transaction(kind) => FIRST_TRANSACTION + kind as u8,
            Self::Claim(kind) => kind as u8,
        }
    }

    /// The kind with this number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::all().find(|kind| kind.number() == number)
    }

    /// Kebab-case name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execution(kind) => kind.name(),
            Self::Access(kind) => kind.name(),
            Self::Tree(kind) => kind.name(),
            Self::Transaction(kind) => kind.name(),
            Self::Claim(kind) => kind.name(),
        }
    }

    /// Whose kind it is, in a word.
    pub const fn family(self) -> &'static str {
        match self {
            Self::Execution(_) => "execution",
            Self::Access(_) => "access",
            Self::Tree(_) => "tree",
            Self::Transaction(_) => "transaction",
            Self::Claim(_) => "claim",
        }
    }

    /// What the kind means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Execution(kind) => kind.meaning(),
            Self::Access(kind) => kind.meaning(),
            Self::Tree(kind) => kind.meaning(),
            Self::Transaction(kind) => kind.meaning(),
            Self::Claim(kind) => kind.meaning(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_kinds_and_they_ascend() {
        let numbers: Vec<u8> = Kind::all().map(Kind::number).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        for kind in Kind::all() {
            assert_eq!(Kind::of_number(kind.number()), Some(kind));
        }
        assert_eq!(Kind::of_number(0), None);
        assert_eq!(Kind::of_number(FIRST_ACCESS - 1), None);
        assert_eq!(Kind::Claim(ClaimKind::Chain).number(), 199);
        assert_eq!(Kind::Access(AccessKind::Outcome).number(), 82);
    }
}
