//! What an audit says: nothing false, the first false claim, or what it lacked.
//! `specs/07-verdicts.md`.

use std::fmt;

use alloy_primitives::{Address, B256};

/// What an audit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditOutcome<K> {
    /// All that it asks is true.
    Valid,
    /// A claim is false: the first that was found.
    Invalid(Finding<K>),
    /// The audit could not come to its end.
    NotRun(Missing),
}

/// A false claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding<K> {
    /// Kind of the false claim.
    pub kind: K,
    /// Index of the message, in pre-order; none if it is about the transaction.
    pub message: Option<usize>,
    /// Index of the record in it, from 0 for the opening record.
    pub record: Option<usize>,
    /// What the audit computed, as a word.
    pub expected: B256,
    /// What the witness says, as a word.
    pub found: B256,
}

/// What an audit would have needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    /// A trie node on the way to an account, or beside it where a branch collapses.
    #[error("the trie node {hash} for account {account}")]
    AccountNode {
        /// Hash of the trie node.
        hash: B256,
        /// Address of the account.
        account: Address,
    },
    /// A trie node on the way to a slot, or beside it where a branch collapses.
    #[error("the trie node {hash} for slot {slot} of account {account}")]
    SlotNode {
        /// Hash of the trie node.
        hash: B256,
        /// Address of the account.
        account: Address,
        /// Key of the slot.
        slot: B256,
    },
    /// The code of an account.
    #[error("the code {hash} of account {account}")]
    Code {
        /// Hash of the code.
        hash: B256,
        /// Address of the account.
        account: Address,
    },
    /// The input of a precompile: the message's run does not come to its record.
    #[error(
        "the input {hash} of a precompile: no run of message {message} comes to its record {record}"
    )]
    Input {
        /// Hash of the input.
        hash: B256,
        /// Index of the message, in pre-order.
        message: usize,
        /// Index of the record in its message.
        record: usize,
    },
    /// The hash of an ancestor.
    #[error("the hash of block {number}")]
    BlockHash {
        /// Number of the block.
        number: u64,
    },
    /// A precompile that can be run again: this one, or the run of the message up to it, takes too
    /// much for a verifier.
    #[error("a bounded run of the precompile in record {record} of message {message}")]
    Rerun {
        /// Index of the message, in pre-order.
        message: usize,
        /// Index of the record in its message.
        record: usize,
    },
    /// A bounded run of the precompile that the transaction itself calls.
    #[error("a bounded run of the precompile that the transaction calls")]
    TopRerun,
    /// A message that can be read.
    #[error("a canonical message {message}")]
    Message {
        /// Index of the message, in pre-order.
        message: usize,
    },
    /// A record that can be read.
    #[error("a canonical record {record} of message {message}")]
    Record {
        /// Index of the message, in pre-order.
        message: usize,
        /// Index of the record in its message.
        record: usize,
    },
    /// The message that a record opens.
    #[error("the message that record {record} of message {message} opens")]
    Child {
        /// Index of the message, in pre-order.
        message: usize,
        /// Index of the record in its message.
        record: usize,
    },
    /// The record that opens a message.
    #[error("the record that opens message {message}")]
    Parent {
        /// Index of the message, in pre-order.
        message: usize,
    },
}

impl Missing {
    /// The message on which it depends what is missing, if it is one.
    pub const fn message(&self) -> Option<usize> {
        match *self {
            Self::Input { message, .. }
            | Self::Rerun { message, .. }
            | Self::Message { message }
            | Self::Record { message, .. }
            | Self::Child { message, .. }
            | Self::Parent { message } => Some(message),
            _ => None,
        }
    }
}

/// Declares the kinds of an audit's mismatches: the one table of them.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $meaning:literal])+ $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name that reports give.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What a finding of this kind says is false.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning,)+).trim_ascii(),)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

kinds! {
    /// What the access audit finds false.
    AccessKind {
        /// A message's root at entry is not that of the state there.
        StateRootEnter = "state-root-enter",
        /// A message's root at exit is not that of the state there.
        StateRootLeave = "state-root-leave",
        /// A record's root is not that of the state after its effect.
        StateRoot = "state-root",
        /// The code that runs is not the account's.
        CodeHash = "code-hash",
        /// An access is not as cold as the record says.
        Cold = "cold",
        /// The access to a delegation's target is not as cold as the record says.
        DelegateCold = "delegate-cold",
        /// A balance is not the account's.
        Balance = "balance",
        /// A nonce is not the creator's.
        Nonce = "nonce",
        /// A size is not that of the account's code.
        CodeSize = "code-size",
        /// Bytes are not those of the account's code.
        Code = "code",
        /// An account is not as empty as the record says.
        Empty = "empty",
        /// An account does not delegate, or not to this target.
        Delegate = "delegate",
        /// A slot has another value.
        Value = "value",
        /// A slot had another value when the transaction started.
        Original = "original",
        /// A slot had another value before the write.
        Current = "current",
        /// A transient slot has another value.
        Transient = "transient",
        /// A word is not the block's, the chain's or the transaction's.
        Block = "block",
        /// A hash is not the ancestor's.
        BlockHash = "block-hash",
        /// A call or creation cannot have come to this: by balance, nonce, code or collision.
        Outcome = "outcome",
    }
}

kinds! {
    /// What the tree audit finds false.
    TreeKind {
        /// A record opens a message and there is none.
        ChildMissing = "child-missing",
        /// A message that no record opens.
        ParentMissing = "parent-missing",
        /// The child is another kind of frame.
        Kind = "kind",
        /// The child has another origin than its parent.
        Origin = "origin",
        /// The child has another gas price than its parent.
        GasPrice = "gas-price",
        /// The child has another caller.
        Caller = "caller",
        /// The child runs another account's code.
        To = "to",
        /// The child runs as another account; for a creation, not as the one that nonce or salt give.
        Context = "context",
        /// The child got another value.
        Value = "value",
        /// The child started with another amount of gas.
        Gas = "gas",
        /// The child used another amount of gas.
        GasUsed = "gas-used",
        /// The child may change state and its parent may not, or the other way round.
        Static = "static",
        /// The child's input has another hash.
        Calldata = "calldata",
        /// The child returned other data.
        Returndata = "returndata",
        /// The child ended otherwise.
        Status = "status",
        /// Root of a record and of its child, or of what had no effect, do not go on from each other.
        StateRoot = "state-root",
        /// The child is too deep, or a call was refused for its depth and was not too deep.
        Depth = "depth",
        /// A precompile ended otherwise.
        PrecompileStatus = "precompile-status",
        /// A precompile used another amount of gas.
        PrecompileGas = "precompile-gas",
        /// A precompile returned other data.
        PrecompileOutput = "precompile-output",
    }
}

kinds! {
    /// What the transaction audit finds false.
    TransactionKind {
        /// The sender did not sign the transaction.
        Signature = "signature",
        /// The transaction is for another chain.
        ChainId = "chain-id",
        /// By the schedule of its chain the block is of another fork.
        Fork = "fork",
        /// The transaction's type does not exist by the block's rules.
        Type = "type",
        /// The transaction's nonce is not the sender's.
        Nonce = "nonce",
        /// The sender has code (EIP-3607).
        SenderCode = "sender-code",
        /// The sender cannot pay for the transaction.
        Funds = "funds",
        /// The gas limit is above the block's or the fork's.
        GasLimit = "gas-limit",
        /// The gas limit is below what the transaction costs before it runs.
        IntrinsicGas = "intrinsic-gas",
        /// The prices are below the block's, or the tip above the price.
        Fee = "fee",
        /// The initcode is too long (EIP-3860).
        Initcode = "initcode",
        /// The blobs break EIP-4844's rules.
        Blob = "blob",
        /// The authorisations break EIP-7702's rules.
        Authorization = "authorization",
        /// The block's blob base fee does not follow from its excess.
        BlobBaseFee = "blob-base-fee",
        /// The headers are no chain.
        Ancestor = "ancestor",
        /// The block has another transaction at its place, or none.
        BlockTransaction = "block-transaction",
        /// The block has another receipt at its place, or none.
        BlockReceipt = "block-receipt",
        /// There is a message and there should be none, or the other way round.
        Message = "message",
        /// The top message is another kind of frame.
        Kind = "kind",
        /// The top message has another origin.
        Origin = "origin",
        /// The top message has another gas price.
        GasPrice = "gas-price",
        /// The top message has another caller.
        Caller = "caller",
        /// The top message runs another account's code.
        To = "to",
        /// The top message runs as another account.
        Context = "context",
        /// The top message has another value.
        Value = "value",
        /// The top message has other calldata.
        Calldata = "calldata",
        /// The top message started with another amount of gas.
        Gas = "gas",
        /// The top message may not change state.
        Static = "static",
        /// The root after gas was bought, authorisations applied and value moved is another.
        StateRootEnter = "state-root-enter",
        /// The receipt's status is not how the top message ended.
        Status = "status",
        /// The receipt's gas used is another.
        GasUsed = "gas-used",
        /// The receipt's logs are others.
        Logs = "logs",
        /// The receipt's bloom filter is not that of its logs.
        Bloom = "bloom",
        /// The receipt has another nonce than a deposit's sender had, lacks it, or should have none.
        DepositNonce = "deposit-nonce",
        /// The receipt of a deposit has another version, lacks it, or should have none.
        DepositVersion = "deposit-version",
        /// The root after refund, fees and deletions is another.
        StateRootLeave = "state-root-leave",
    }
}
