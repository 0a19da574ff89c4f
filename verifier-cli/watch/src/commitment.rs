//! What operators commit to on another chain, as it is told: a [`Commitment`], what became of it and what was done
//! about it. `specs/23-watch.md`, section Operators and challengers.
//!
//! In the data's way this stands beside the [`Event`](crate::Event)s of the chain that is followed.

use alloy_primitives::{Address, B256, U256};
use serde::Serialize;

/// What an operator stands by, and where that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commitment {
    /// What names it.
    pub id: B256,
    /// Who stands by it.
    pub operator: Address,
    /// The root that it is to.
    pub root: B256,
    /// The commitment that it goes on from; zero if there is none.
    pub parent: B256,
    /// Number of the block that it is about, on the chain that is followed.
    pub number: u64,
    /// Number of the block in which it was made.
    pub l1_number: u64,
    /// Hash of that block.
    pub l1_hash: B256,
    /// Before this time, in seconds, it does not become final.
    pub deadline: u64,
}

/// Something about a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitmentNews {
    /// It was made, or made again after its block had gone.
    Made,
    /// The block in which it was made is gone.
    Gone,
    /// It says what the chain did.
    Same {
        /// The block that it was held against.
        block: B256,
    },
    /// Something in it is false, and a proof of that is at hand.
    False(Box<FalseCommitment>),
    /// It is about another block than the chain has, and nothing in it is false as far as anybody can prove.
    OtherBlock {
        /// What differs, in words.
        reason: String,
    },
    /// It cannot be said whether it is true.
    Unknown {
        /// Why not, in words.
        reason: String,
    },
    /// It differs, and what it says is not published: it is asked for.
    Withheld {
        /// How that stands, in words.
        reason: String,
    },
    /// It is convicted.
    Convicted {
        /// By whom, where that is known.
        by: Option<Address>,
        /// Whether that is the account that challenges here.
        own: bool,
    },
    /// Nobody has convicted it in time.
    Final {
        /// What was thought of it.
        judgement: Judgement,
    },
    /// A transaction was sent about it.
    Sent(Box<SentAct>),
    /// A transaction about it is mined.
    Mined {
        /// What it does, in a word.
        what: String,
        /// Hash of the transaction.
        hash: B256,
        /// Whether it succeeded.
        success: bool,
        /// Gas that it used.
        gas_used: u64,
        /// Wei that this cost.
        paid: U256,
    },
    /// What is to be sent about it is held up.
    Held {
        /// By what, in words.
        reason: String,
    },
}

/// What was thought of a commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// Nothing yet: the block is not audited, or not settled.
    #[default]
    Waiting,
    /// It says what the chain did.
    Same,
    /// Something in it is false.
    False,
    /// It is about another block.
    OtherBlock,
    /// It cannot be said.
    Unknown,
    /// It differs, and what it says is asked for.
    Withheld,
}

impl Judgement {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Waiting, Self::Same, Self::False, Self::OtherBlock, Self::Unknown, Self::Withheld];

    /// The judgement's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Same => "same",
            Self::False => "false",
            Self::OtherBlock => "other-block",
            Self::Unknown => "unknown",
            Self::Withheld => "withheld",
        }
    }
}

/// What is false in a commitment, and what it takes to prove it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FalseCommitment {
    /// The block that it was held against.
    pub block: B256,
    /// Name of the prover that convicts.
    pub prover: &'static str,
    /// Name of the audit that the kind belongs to.
    pub family: &'static str,
    /// Name of what is false.
    pub kind: &'static str,
    /// Place in the claim of the transaction that it is about; none if it is about the block.
    pub transaction: Option<usize>,
    /// Index of the message.
    pub message: Option<u64>,
    /// Index of the record in it.
    pub record: Option<u64>,
    /// What follows from the other claims.
    pub expected: B256,
    /// What is claimed.
    pub found: B256,
    /// File of the proof.
    pub proof: String,
    /// Bytes of the proof.
    pub proof_bytes: usize,
    /// How many transactions it takes.
    pub transactions: usize,
    /// Gas of all of them.
    pub gas: u64,
    /// Wei that this costs at present; none where the node does not say its fees.
    pub cost: Option<U256>,
}

/// A transaction that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentAct {
    /// What it does, in a word.
    pub what: String,
    /// Hash of the transaction.
    pub hash: B256,
    /// Number of the transaction among the sender's.
    pub nonce: u64,
    /// The most gas that it takes.
    pub gas_limit: u64,
    /// The most that is paid for a unit of gas, in wei.
    pub max_fee_per_gas: U256,
    /// The most of that for the proposer, in wei.
    pub max_priority_fee: U256,
    /// The transaction that it replaces, which was stuck.
    pub replaces: Option<B256>,
}

/// Something about the node of the chain that commitments are made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum L1News {
    /// It gives no answer, or none that can be.
    Silent {
        /// Reason, in words.
        reason: String,
    },
    /// It answers again.
    Answers,
}

impl CommitmentNews {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Made => "commitment",
            Self::Gone => "commitment-gone",
            Self::Same { .. } => "commitment-same",
            Self::False(_) => "commitment-false",
            Self::OtherBlock { .. } => "commitment-of-other-block",
            Self::Unknown { .. } => "commitment-unknown",
            Self::Withheld { .. } => "commitment-withheld",
            Self::Convicted { .. } => "commitment-convicted",
            Self::Final { .. } => "commitment-final",
            Self::Sent(_) => "challenge-sent",
            Self::Mined { .. } => "challenge-mined",
            Self::Held { .. } => "challenge-held",
        }
    }
}

impl L1News {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Silent { .. } => "l1-silent",
            Self::Answers => "l1-answers",
        }
    }
}
