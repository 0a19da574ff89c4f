//! [`Outcome`]: what is said of a witness as a whole, or why nothing is. Its columns stand in the table of
//! transactions and in what a function of SQL returns. [`Audited`]: that, with what was found.
//! `specs/24-tables.md`, section Transactions.

use alloy_primitives::B256;
use iso_evm_verifier::{
    Report, Verdict,
    audit::anchors::Anchor,
    verify::{AuditVerdict, NotRun},
};
use iso_evm_wire::Opened;

use super::{error_kind::ErrorKind, finding::Finding};
use crate::row::rows;

rows! {
    /// What is said of a witness, or why nothing is.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Outcome {
        /// The verdict by its name, which says which audits it is about if these are not all; none if the item
        /// cannot be verified.
        pub verdict: Option<String>,
        /// Why it cannot be verified, in a word.
        pub error_kind: Option<String>,
        /// Why it cannot be verified, in a sentence.
        pub error: Option<String>,
        /// keccak256 of the witness.
        pub witness_hash: Option<B256>,
        /// Id of the chain.
        pub chain_id: Option<u64>,
        /// Fork whose rules apply.
        pub fork: Option<String>,
        /// Number of the block.
        pub block: Option<u64>,
        /// Hash of the block, if the witness has its header.
        pub block_hash: Option<B256>,
        /// Digest of what the witness says of the block, if it has no header.
        pub block_digest: Option<B256>,
        /// Hash of the transaction, if it is signed.
        pub transaction: Option<B256>,
        /// Digest of the transaction, if it is not signed.
        pub transaction_digest: Option<B256>,
        /// State root before gas is bought.
        pub state_root_enter: Option<B256>,
        /// State root after refund, fees and deletions.
        pub state_root_leave: Option<B256>,
        /// What headers prove of the roots.
        pub roots: Option<String>,
        /// Digest of the hashes of ancestors that are given and that no header tells.
        pub ancestors: Option<B256>,
        /// What the execution audit says.
        pub audit_execution: Option<String>,
        /// What the access audit says.
        pub audit_access: Option<String>,
        /// What the tree audit says.
        pub audit_tree: Option<String>,
        /// What the transaction audit says.
        pub audit_transaction: Option<String>,
        /// Gas used, as the receipt has it.
        pub gas_used: Option<u64>,
        /// Gas that the hypervisor took for all messages, if it was the engine.
        pub host_gas: Option<u64>,
        /// Number of the messages.
        pub message_count: Option<u64>,
        /// How many of them are invalid.
        pub invalid_messages: Option<u64>,
        /// How many of them are inconclusive.
        pub inconclusive_messages: Option<u64>,
        /// Number of the findings.
        pub finding_count: Option<u64>,
        /// Whether a check that could not be made leaves the verdict open.
        pub strict: Option<bool>,
        /// Who answered for the execution audit.
        pub engine: Option<String>,
        /// Code hash of the fork's hypervisor.
        pub hypervisor: Option<B256>,
        /// Version of the program that says it.
        pub tool: String,
        /// What an input gives in vain, or does not give, a line each.
        pub notes: Vec<String>,
        /// The audits and checks that did not run.
        pub not_run: Vec<NotRunRow>,
        /// Seconds from when the item was taken up until it was done.
        pub seconds: f64,
    }
}

rows! {
    /// An audit or check that did not run.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct NotRunRow {
        /// The audit.
        pub audit: String,
        /// The check; none if the whole audit did not run.
        pub check: Option<String>,
        /// Why it did not run.
        pub why: String,
    }
}

rows! {
    /// What is said of a witness, with what was found: what a function of SQL returns.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Audited {
        ..
        /// What is said of the whole.
        pub outcome: Outcome,
        ;
        /// What was found false.
        pub findings: Vec<Finding>,
    }
}

impl Outcome {
    /// What a report says of a witness.
    pub fn of(witness: &Opened<'_>, report: &Report, seconds: f64) -> Self {
        let anchors = &report.anchors;
        let (block_hash, block_digest) = hash_or_digest(anchors.block);
        let (transaction, transaction_digest) = hash_or_digest(anchors.transaction);
        let count = |verdict: Verdict| {
            let of = report.messages.iter().filter(|message| message.verdict() == verdict);
            Some(of.count() as u64)
        };
        let host_gas = report.messages.iter().filter_map(|message| message.execution.as_ref());
        let host_gas = host_gas.fold(0_u64, |sum, audited| sum.saturating_add(audited.host_gas));
        Self {
            verdict: Some(report.named(report.verdict()).to_string()),
            error_kind: None,
            error: None,
            witness_hash: Some(report.witness_hash.get()),
            chain_id: Some(report.chain_id),
            fork: Some(report.fork.to_string()),
            block: Some(witness.block.number),
            block_hash,
            block_digest,
            transaction,
            transaction_digest,
            state_root_enter: Some(report.state_root_enter),
            state_root_leave: Some(report.state_root_leave),
            roots: Some(anchors.source.name().to_owned()),
            ancestors: anchors.ancestors,
            audit_execution: said(report.audits.execution),
            audit_access: said(report.audits.access),
            audit_tree: said(report.audits.tree),
            audit_transaction: said(report.audits.transaction),
            gas_used: Some(report.gas_used),
            // Each run takes some.
            host_gas: (host_gas > 0).then_some(host_gas),
            message_count: Some(report.messages.len() as u64),
            invalid_messages: count(Verdict::Invalid),
            inconclusive_messages: count(Verdict::Inconclusive),
            finding_count: Some(report.findings.len() as u64),
            strict: Some(report.strict),
            engine: Some(report.engine.to_string()),
            hypervisor: Some(report.hypervisor_code_hash),
            tool: TOOL.to_owned(),
            notes: Vec::new(),
            not_run: report.not_run.iter().map(NotRunRow::from).collect(),
            seconds,
        }
    }

    /// An item that cannot be verified, and why.
    pub fn unusable(kind: ErrorKind, error: String, seconds: f64) -> Self {
        let (error_kind, error) = (Some(kind.name().to_owned()), Some(error));
        Self { error_kind, error, tool: TOOL.to_owned(), seconds, ..Self::default() }
    }
}

/// The version of what says it.
const TOOL: &str = env!("CARGO_PKG_VERSION");

impl Audited {
    /// What a report says of a witness, with what was found.
    pub fn of(witness: &Opened<'_>, report: &Report, seconds: f64) -> Self {
        let outcome = Outcome::of(witness, report, seconds);
        Self { outcome, findings: Finding::all(witness, report) }
    }

    /// An item that cannot be verified, and why.
    pub fn unusable(kind: ErrorKind, error: String, seconds: f64) -> Self {
        Self { outcome: Outcome::unusable(kind, error, seconds), findings: Vec::new() }
    }
}

impl From<&NotRun> for NotRunRow {
    fn from(not_run: &NotRun) -> Self {
        Self {
            audit: not_run.audit.name().to_owned(),
            check: not_run.check.map(|check| check.name().to_owned()),
            why: not_run.why.to_string(),
        }
    }
}

/// An anchor in the column that it belongs to.
const fn hash_or_digest(anchor: Anchor) -> (Option<B256>, Option<B256>) {
    match anchor {
        Anchor::Hash(hash) => (Some(hash), None),
        Anchor::Digest(digest) => (None, Some(digest)),
    }
}

/// What an audit says, by its name.
fn said(verdict: AuditVerdict) -> Option<String> {
    let name = match verdict {
        AuditVerdict::Valid => "valid",
        AuditVerdict::Invalid => "invalid",
        AuditVerdict::Inconclusive => "inconclusive",
        AuditVerdict::NotRun => "not-run",
    };
    Some(name.to_owned())
}
