//! Why something is no transaction that could have run.

use std::fmt;

use alloy_primitives::{Address, B256, U256};

use crate::Rules;

/// Why something is no transaction that could have run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// The transaction's type is not one of Ethereum's.
    #[error("transaction type 0x{number:02x} is not Ethereum's{}", OtherChain(*.name))]
    Type {
        /// The type's number.
        number: u8,
        /// Name of the chain that has the type, if one is known.
        name: Option<&'static str>,
    },
    /// The type is no number below 256.
    #[error("transaction type {0:#x} is above 0xff")]
    TypeTooBig(U256),
    /// The bytes are not the canonical encoding of a transaction.
    #[error("not the canonical encoding of a transaction (EIP-2718, without blobs)")]
    Encoding,
    /// A field that this type of transaction must have is absent.
    #[error("field {0:?} is missing")]
    Missing(&'static str),
    /// A field that this type of transaction cannot have.
    #[error("a transaction of type {} has no field {field:?}", Number(*.number))]
    Unexpected {
        /// The transaction's type.
        number: u8,
        /// Name of the field.
        field: &'static str,
    },
    /// Two fields that mean the same differ.
    #[error("fields {0:?} and {1:?} contradict each other")]
    Contradiction(&'static str, &'static str),
    /// The signature is nobody's.
    #[error("the signature is invalid: r {r:#x}, s {s:#x}")]
    Signature {
        /// `r` of the signature.
        r: U256,
        /// `s` of the signature.
        s: U256,
    },
    /// `v` is none of 0, 1, 27, 28, or EIP-155's.
    #[error("the signature's v is invalid: {0:#x}")]
    Parity(U256),
    /// Neither signature nor sender.
    #[error("field \"from\" is missing, and there is no signature to recover it from")]
    NoSender,
    /// The signer is not who the transaction says.
    #[error(
        "{}: the signature is by {expected}, \"from\" is {found}{}",
        Wrong("sender", *.absent), .absent
    )]
    Sender {
        /// Account that signed.
        expected: Address,
        /// Account in `from`.
        found: Address,
        /// Fields that are not there, where something else may have been signed than nothing.
        absent: Absent,
    },
    /// The hash is not this transaction's.
    #[error(
        "{}: the transaction's is {expected}, \"hash\" is {found}{}",
        Wrong("hash", *.absent), .absent
    )]
    Hash {
        /// Hash of the transaction.
        expected: B256,
        /// Hash in `hash`.
        found: B256,
        /// Fields that are not there, where something else may have been signed than nothing.
        absent: Absent,
    },
    /// A deposit on a chain that has none.
    #[error("a deposit is the OP Stack's alone, and the fork is {0}")]
    NoDeposits(Rules),
    /// The chain that it was signed for is not the one it is in.
    #[error("the transaction is for chain {found}, not {expected}")]
    Chain {
        /// Id of the chain that the transaction is in.
        expected: u64,
        /// Id of the chain that the transaction was signed for.
        found: u64,
    },
}

impl TransactionError {
    /// A type that is not Ethereum's, with its name if another chain uses it.
    pub const fn unknown_type(number: u8) -> Self {
        Self::Type { number, name: other_chains_type(number) }
    }
}

/// What other chains use a transaction type's number for.
pub const fn other_chains_type(number: u8) -> Option<&'static str> {
    Some(match number {
        0x64 => "an Arbitrum deposit",
        0x65 => "an unsigned Arbitrum transaction",
        0x66 => "an Arbitrum contract transaction",
        0x68 => "an Arbitrum retry",
        0x69 => "an Arbitrum retryable submission",
        0x6a => "an internal Arbitrum transaction",
        0x71 => "a ZKsync EIP-712 transaction",
        0x78 => "a legacy Arbitrum transaction",
        0x7b | 0x7c => "a Celo transaction",
        0x7e => "an OP Stack deposit",
        0xff => "a ZKsync priority transaction",
        _ => return None,
    })
}

/// Fields that are not there, and that a transaction can do without: what was signed may have had them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the RPC's")]
pub struct Absent {
    pub to: bool,
    pub value: bool,
    pub input: bool,
    pub access_list: bool,
}

impl Absent {
    fn names(self) -> Vec<&'static str> {
        let Self { to, value, input, access_list } = self;
        let fields = [("to", to), ("value", value), ("input", input), ("accessList", access_list)];
        fields.into_iter().filter(|(_, absent)| *absent).map(|(field, _)| field).collect()
    }
}

/// The end of a sentence.
impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names();
        let [rest @ .., last] = &names[..] else { return Ok(()) };
        f.write_str("; it is read without ")?;
        for (index, field) in rest.iter().enumerate() {
            let joint = if index == 0 { "" } else { ", " };
            write!(f, "{joint}{field:?}")?;
        }
        let (and, are) = if rest.is_empty() { ("", "is") } else { (" and ", "are") };
        write!(f, "{and}{last:?}, which {are} not there")
    }
}

/// What is wrong of two that do not belong together: where a field is missing, not the one that is there.
struct Wrong(&'static str, Absent);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(what, absent) = self;
        match absent.names().is_empty() {
            true => write!(f, "the {what} is wrong"),
            false => write!(f, "the {what} is another, or something is missing"),
        }
    }
}

/// A type's number as one reads it: Ethereum's are counted, others are bytes.
struct Number(u8);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            number @ 0..10 => write!(f, "{number}"),
            number => write!(f, "{number:#04x}"),
        }
    }
}

/// The end of a sentence that says whose type it is.
struct OtherChain(Option<&'static str>);

impl fmt::Display for OtherChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " (it is {name})"))
    }
}
