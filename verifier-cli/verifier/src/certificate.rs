//! What a verification came to, in one canonical JSON that anybody can make again from the witness.
//! `specs/17-batch.md`, section Certificates.
//!
//! Canonical: keys in order of their bytes, no white space, nothing behind it. One report has one
//! certificate, byte for byte, and what is read must be the bytes that it would be written as.

use alloy_primitives::B256;
use iso_evm_wire::{Rules, json::Misread};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    audit::anchors::{Anchor, Expected, RootSource},
    verify::{
        self, Audit, AuditSelection, AuditVerdict, EngineKind, FalseClaim, NamedVerdict, NotRun,
        Report,
    },
};

/// The form of certificates.
const VERSION: u64 = 2;

/// A certificate. Its fields stand in the order of their names in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a certificate, an object")]
pub struct Certificate {
    /// Digest of the hashes of ancestors that no header proves.
    pub ancestors: Option<B256>,
    /// Whether it was these hashes that whoever made the certificate expected: it speaks of no others.
    pub ancestors_expected: bool,
    /// What each audit says.
    pub audits: CertifiedAudits,
    /// The block's hash, or the digest of its fields.
    pub block: CertifiedAnchor,
    /// Id of the chain.
    pub chain_id: u64,
    /// Who answered for the execution audit.
    pub engine: EngineKind,
    /// False claims, in the order of the report.
    pub findings: Vec<CertifiedFinding>,
    /// Fork whose rules apply.
    pub fork: Rules,
    /// The most gas for a message's own opcodes.
    pub guest_gas_limit: Option<u64>,
    /// The most host gas for a message.
    pub host_gas_limit: Option<u64>,
    /// Code hash of the hypervisor.
    pub hypervisor: B256,
    /// How many messages there are.
    pub messages: u64,
    /// Audits and checks that did not run.
    pub not_run: Vec<CertifiedNotRun>,
    /// The audits that were to run: what the verdict is about.
    pub selected: AuditSelection,
    /// State root before gas is bought.
    pub state_root_enter: B256,
    /// State root after refund, fees and deletions.
    pub state_root_leave: B256,
    /// What the roots are roots of.
    pub state_root_source: RootSource,
    /// Whether a check that could not be made leaves the verdict open.
    pub strict: bool,
    /// Version of the tool.
    pub tool: String,
    /// The transaction's hash, or the digest of what its sender would sign.
    pub transaction: CertifiedAnchor,
    /// The verdict, by its name.
    pub verdict: NamedVerdict,
    /// Version of this form.
    pub version: u64,
    /// keccak256 of `witness.bin`.
    pub witness: B256,
}

/// What each audit says, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedAudits {
    /// The access audit.
    pub access: AuditVerdict,
    /// The execution audit.
    pub execution: AuditVerdict,
    /// The transaction audit.
    pub transaction: AuditVerdict,
    /// The tree audit.
    pub tree: AuditVerdict,
}

/// `{"hash": …}` or `{"digest": …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum CertifiedAnchor {
    /// The hash that the chain knows it by.
    Hash(B256),
    /// A digest, where there is none.
    Digest(B256),
}

/// A false claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedFinding {
    /// The audit that found it.
    pub audit: Audit,
    /// Word that the audit computed.
    pub expected: Option<B256>,
    /// What the witness says.
    pub found: Option<B256>,
    /// The kind of mismatch.
    pub kind: String,
    /// Index of the message.
    pub message: Option<u64>,
    /// Offset in the guest's code.
    pub pc: Option<u64>,
    /// Index of the record.
    pub record: Option<u64>,
}

/// An audit or check that did not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedNotRun {
    /// The audit that did not run.
    pub audit: Audit,
    /// The check, if the rest of the audit ran.
    pub check: Option<String>,
    /// Reason, in words for people: nothing is decided by them.
    pub why: String,
}

impl CertifiedNotRun {
    /// What did not run, without the words.
    fn data(&self) -> (Audit, Option<String>) {
        (self.audit, self.check.clone())
    }
}

/// What all versions have.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(expecting = "a certificate, an object")]
struct Versioned {
    version: u64,
}

/// Why bytes are no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not the JSON of one.
    #[error("not a certificate: {}", Misread::from(.0))]
    Json(#[from] serde_json::Error),
    /// A certificate of another version.
    #[error("certificate of version {found}, not {VERSION}")]
    Version {
        /// The version that it says.
        found: u64,
    },
    /// Not the bytes that it would be written as.
    #[error("not canonical: the bytes at {position} are others")]
    NotCanonical {
        /// The first byte that differs.
        position: usize,
    },
}

/// A field in which two certificates differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Name of the field.
    pub field: String,
    /// What the certificate says.
    pub certificate: Value,
    /// What the witness gives.
    pub found: Value,
}

impl Certificate {
    /// The certificate of a report that was made with `options`.
    pub fn new(report: &Report, options: &verify::Options) -> Self {
        let (audits, anchors) = (&report.audits, &report.anchors);
        Self {
            ancestors: anchors.ancestors,
            ancestors_expected: anchors.ancestors.is_some() && report.expected.ancestors.is_some(),
            audits: CertifiedAudits {
                access: audits.access,
                execution: audits.execution,
                transaction: audits.transaction,
                tree: audits.tree,
            },
            block: anchors.block.into(),
            chain_id: report.chain_id,
            engine: report.engine,
            findings: report.findings.iter().map(CertifiedFinding::from).collect(),
            fork: report.fork,
            guest_gas_limit: report.guest_gas_limit,
            host_gas_limit: options.host_gas_limit,
            hypervisor: report.hypervisor_code_hash,
            messages: report.messages.len() as u64,
            not_run: report.not_run.iter().map(CertifiedNotRun::from).collect(),
            selected: report.selected,
            state_root_enter: report.state_root_enter,
            state_root_leave: report.state_root_leave,
            state_root_source: report.anchor,
            strict: report.strict,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            transaction: anchors.transaction.into(),
            verdict: report.named(report.verdict()),
            version: VERSION,
            witness: report.witness_hash.get(),
        }
    }

    /// The certificate's canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("only numbers and strings")
    }

    /// Reads a certificate.
    ///
    /// # Errors
    ///
    /// If the bytes are not those that [`Self::encode`] gives.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        // Another version has other fields.
        let Versioned { version } = serde_json::from_slice(bytes)?;
        if version != VERSION {
            return Err(CertificateError::Version { found: version });
        }
        let certificate: Self = serde_json::from_slice(bytes)?;
        let canonical = certificate.encode();
        if canonical == bytes {
            return Ok(certificate);
        }
        let same = canonical.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        Err(CertificateError::NotCanonical { position: same })
    }

    /// How to verify, to make it again. Where a node answered, and nothing beside it, the hypervisor
    /// here does.
    pub fn options(&self) -> verify::Options {
        verify::Options {
            host_gas_limit: self.host_gas_limit,
            guest_gas_limit: self.guest_gas_limit,
            engine: self.engine.local().unwrap_or_default(),
            audits: self.selected,
            strict: self.strict,
            expected: Expected {
                ancestors: self.ancestors.filter(|_| self.ancestors_expected),
                ..Expected::default()
            },
        }
    }

    /// The same certificate, of a report that was made without the node which this one names: what
    /// bounded the work here is no part of what the node found.
    #[must_use]
    pub fn without_node(self, made_by: &Self) -> Self {
        let (engine, guest_gas_limit) = match made_by.engine.local() {
            Some(_) => (made_by.engine, self.guest_gas_limit),
            None => (made_by.engine, made_by.guest_gas_limit),
        };
        Self { engine, guest_gas_limit, ..self }
    }

    /// Whether another gives the reasons of what did not run in other words. They are for people:
    /// [`Self::differences`] looks at which audit and which check it is.
    pub fn words_differ(&self, found: &Self) -> bool {
        self.not_run.iter().zip(&found.not_run).any(|(one, other)| one.why != other.why)
    }

    /// The fields in which another differs, as data. The tool's version is none of them, nor are the
    /// words of a reason: what counts is what was found.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let object = |certificate: &Self| -> serde_json::Map<String, Value> {
            serde_json::from_slice(&certificate.encode()).expect("an object was written")
        };
        let not_run = |certificate: &Self| -> Vec<_> {
            certificate.not_run.iter().map(CertifiedNotRun::data).collect()
        };
        let same_not_run = not_run(self) == not_run(found);
        let mut found = object(found);
        let pair = |(field, certificate): (String, Value)| {
            let found = found.remove(&field).unwrap_or_default();
            let same = match field.as_str() {
                "tool" => true,
                "notRun" => same_not_run,
                _ => found == certificate,
            };
            (!same).then_some(Difference { field, certificate, found })
        };
        object(self).into_iter().filter_map(pair).collect()
    }
}

impl From<Anchor> for CertifiedAnchor {
    fn from(anchor: Anchor) -> Self {
        match anchor {
            Anchor::Hash(hash) => Self::Hash(hash),
            Anchor::Digest(digest) => Self::Digest(digest),
        }
    }
}

impl From<&FalseClaim> for CertifiedFinding {
    fn from(claim: &FalseClaim) -> Self {
        Self {
            audit: claim.kind.audit(),
            expected: claim.words.map(|words| words.expected),
            found: claim.words.map(|words| words.found),
            kind: claim.kind.name().to_owned(),
            message: claim.message.map(|message| message as u64),
            pc: claim.pc,
            record: claim.record,
        }
    }
}

impl From<&NotRun> for CertifiedNotRun {
    fn from(not_run: &NotRun) -> Self {
        Self {
            audit: not_run.audit,
            check: not_run.check.map(|check| check.name().to_owned()),
            why: not_run.why.to_string(),
        }
    }
}
