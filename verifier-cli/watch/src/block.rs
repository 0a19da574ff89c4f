//! An [`AuditedBlock`]: a block of the chain with what was found of each of its transactions.
//!
//! In the data's way this stands between the audits and whoever keeps or tells what they found.

use std::time::Duration;

use alloy_primitives::{B256, Bytes};
use iso_evm_verifier::{Report, Verdict};
use iso_evm_wire::Rules;
use serde::Serialize;

/// Where a block stands in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
    /// Hash of its parent.
    pub parent: B256,
    /// The block's time, in seconds.
    pub timestamp: u64,
}

/// A block of which everything that could be audited was.
#[derive(Clone, Debug)]
pub struct AuditedBlock {
    /// Where the block stands in its chain.
    pub place: Place,
    /// Rules that it goes by; none if it was not read.
    pub rules: Option<Rules>,
    /// All its transactions, in their order; none if it was not read.
    pub transactions: Vec<AuditedTransaction>,
    /// What is wrong with the block as a whole.
    pub problem: Option<Problem>,
    /// How often it was tried.
    pub attempts: u32,
    /// How long it took.
    pub spent: Spent,
}

/// What is wrong with a block as a whole. None of it convicts anybody: its verdict is inconclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// Reason, in words.
    pub reason: String,
    /// Whether it may be another another time: the node has not given what it was asked for.
    pub may_pass: bool,
}

/// The kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The block was not read: which transactions it has is not known.
    Unread,
    /// Some of its transactions were not replayed.
    Unreplayed,
    /// The replay of the whole does not come to what the header says.
    Differs,
}

impl ProblemKind {
    /// The kind's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Unreplayed => "unreplayed",
            Self::Differs => "differs",
        }
    }
}

/// A transaction of a block, and what has become of it.
#[derive(Clone, Debug)]
pub struct AuditedTransaction {
    /// The transaction's hash.
    pub hash: B256,
    /// What has become of it.
    pub outcome: Outcome,
}

/// What has become of a transaction.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was recorded and verified.
    Audited(Box<Audited>),
    /// It was recorded, and there is no report of it: the two engines differ.
    Unverified {
        /// Reason, in words.
        reason: String,
        /// The witness, for a second look.
        witness: StoredWitness,
    },
    /// It could not be recorded.
    Unrecorded {
        /// Reason, in words.
        reason: String,
    },
    /// It is none of those that were to be audited.
    Unsampled,
}

impl Outcome {
    /// The name of what has become of it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Audited(_) => "audited",
            Self::Unverified { .. } => "unverified",
            Self::Unrecorded { .. } => "unrecorded",
            Self::Unsampled => "unsampled",
        }
    }

    /// The verdict; none of what was not to be audited.
    pub fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Audited(audited) => Some(audited.report.verdict()),
            Self::Unverified { .. } | Self::Unrecorded { .. } => Some(Verdict::Inconclusive),
            Self::Unsampled => None,
        }
    }

    /// Why there is no report, in words.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Unverified { reason, .. } | Self::Unrecorded { reason } => Some(reason),
            Self::Audited(_) | Self::Unsampled => None,
        }
    }

    /// The witness, if there is one.
    pub const fn witness(&self) -> Option<&StoredWitness> {
        match self {
            Self::Audited(audited) => Some(&audited.witness),
            Self::Unverified { witness, .. } => Some(witness),
            Self::Unrecorded { .. } | Self::Unsampled => None,
        }
    }
}

/// What was found of a transaction.
#[derive(Clone, Debug)]
pub struct Audited {
    /// What the audits say.
    pub report: Report,
    /// The canonical bytes of the certificate.
    pub certificate: Vec<u8>,
    /// What the audits were made of.
    pub witness: StoredWitness,
}

/// The bytes of a `witness.bin`, with their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWitness {
    /// keccak256 of the bytes.
    pub hash: B256,
    /// The bytes.
    pub bytes: Bytes,
}

/// How long a block took, by phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// To ask the node for the block and the state that it begins with.
    pub asking: Duration,
    /// To replay and to record, with what the node had to be asked for on the way.
    pub recording: Duration,
    /// To verify what was recorded.
    pub auditing: Duration,
    /// To keep what was found; nothing before that is done.
    pub storing: Duration,
}

impl AuditedBlock {
    /// The verdict on the block: that of all its transactions that were to be audited, and inconclusive at
    /// the least if there is a problem with the whole.
    pub fn verdict(&self) -> Verdict {
        let whole = self.problem.as_ref().map(|_| Verdict::Inconclusive);
        let transactions = self.transactions.iter().filter_map(|it| it.outcome.verdict());
        Verdict::of(transactions.chain(whole))
    }

    /// How many of its transactions have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let verdicts = self.transactions.iter().filter_map(|it| it.outcome.verdict());
        verdicts.filter(|it| *it == verdict).count()
    }

    /// How many of its transactions were not to be audited.
    pub fn unsampled(&self) -> usize {
        self.transactions.iter().filter(|it| it.outcome.verdict().is_none()).count()
    }

    /// A block that was not read.
    pub(crate) fn unread(place: Place, reason: String, attempts: u32) -> Self {
        let problem = Problem { kind: ProblemKind::Unread, reason, may_pass: true };
        let (transactions, spent) = (Vec::new(), Spent::default());
        Self { place, rules: None, transactions, problem: Some(problem), attempts, spent }
    }
}
