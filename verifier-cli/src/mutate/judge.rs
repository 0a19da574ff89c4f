//! Who kills a mutant: the container, the anchors of the original, or an audit.

use std::collections::HashSet;

use alloy_primitives::{B256, Bytes};
use iso_evm_hypervisor::{Engine, Verdict as HypervisorVerdict};
use iso_evm_witness::{Witness, encoding};
use serde::Serialize;

use super::MutateError;
use crate::{
    audit::anchors::{Anchor, Anchors, Expected, anchors},
    verify::{
        Audit, AuditSelection, AuditVerdict, Audits, FalseClaim, Options, Verdict, VerifyError,
        verify_with,
    },
};

/// More host gas than the costliest message of the original took, for a mutant's.
const SPARE_HOST_GAS: u64 = 30_000_000;

/// Who killed a mutant, and by which fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Killer {
    /// `container`, `anchor` or an audit.
    pub audit: &'static str,
    /// The field, the anchor or the kind of mismatch; `not-run` or `inconclusive` if the audit came
    /// to no end as that of the original did.
    pub mismatch: &'static str,
}

/// Verifies mutants of one witness.
pub(super) struct Judge<'a> {
    engine: Engine,
    /// The original's messages, all of them valid.
    messages: HashSet<&'a Bytes>,
    audits: Audits,
    /// All audits.
    whole: Options,
    /// Those of the original that are not the hypervisor's.
    proofs: Options,
}

impl<'a> Judge<'a> {
    /// A judge of mutants of `original`.
    ///
    /// # Errors
    ///
    /// If the original is not valid itself.
    pub(super) fn new(original: &'a Witness) -> Result<Self, MutateError> {
        let engine = Engine::new(original.fork);
        let report = verify_with(&engine, original, &Options::default())?;
        if report.verdict() != Verdict::Valid {
            return Err(MutateError::Original(report.verdict()));
        }
        let audits = report.audits;
        let host_gas = report.messages.iter().filter_map(|message| message.execution.as_ref());
        let host_gas = host_gas.map(|audited| audited.host_gas).max().unwrap_or_default();
        let whole = Options {
            host_gas_limit: Some(host_gas.saturating_add(SPARE_HOST_GAS)),
            expected: expected(&report.anchors),
            audits: AuditSelection::ALL,
        };
        let proofs = Audit::ALL.into_iter().filter(|audit| {
            *audit != Audit::Execution && audits.of(*audit) != AuditVerdict::NotRun
        });
        let proofs = Options { audits: AuditSelection::only(proofs), ..whole };
        let messages = original.messages.iter().collect();
        Ok(Self { engine, messages, audits, whole, proofs })
    }

    /// What the audits say of the original.
    pub(super) const fn audits(&self) -> Audits {
        self.audits
    }

    /// Who kills the mutant that this file holds; nobody, if it survives.
    ///
    /// One killer is enough, so the cheaper are asked first. That there is none, the whole
    /// verification says.
    pub(super) fn killer(&self, file: &[u8]) -> Option<Killer> {
        let witness = match Witness::decode(file) {
            Ok(witness) => witness,
            Err(error) => return Some(Killer { audit: "container", mismatch: error.field }),
        };
        if let Err(error) = anchors(&witness).check(&self.whole.expected) {
            return Some(Killer { audit: "anchor", mismatch: error.what });
        }
        self.in_a_message(&witness)
            .or_else(|| self.verified(&witness, &self.proofs, |_| true))
            .or_else(|| self.verified(&witness, &self.whole, |audits| *audits == self.audits))
    }

    /// The first message that the original does not have and that is not valid.
    fn in_a_message(&self, witness: &Witness) -> Option<Killer> {
        let others = witness.messages.iter().enumerate();
        let mut others = others.filter(|(_, bytes)| !self.messages.contains(bytes));
        others.find_map(|(index, bytes)| {
            let message = encoding::decode(bytes).ok();
            let code = message.as_ref().and_then(|message| witness.code(message));
            let archives = code.map_or_else(Vec::new, |code| self.engine.archives(bytes, code));
            let audited = self.engine.run(bytes, &archives, self.whole.host_gas_limit);
            let audit = Audit::Execution.name();
            match (FalseClaim::of_message(index, &audited.verdict), audited.verdict) {
                (Some(claim), _) => Some(Killer { audit, mismatch: claim.kind.name() }),
                (None, HypervisorVerdict::Valid) => None,
                (None, HypervisorVerdict::Unavailable { .. }) => {
                    Some(Killer { audit, mismatch: "unavailable" })
                }
                (None, _) => Some(Killer { audit, mismatch: "inconclusive" }),
            }
        })
    }

    /// Who kills it if it is verified so. `ran`: whether the audits ran that must.
    fn verified(
        &self,
        witness: &Witness,
        options: &Options,
        ran: impl Fn(&Audits) -> bool,
    ) -> Option<Killer> {
        let report = match verify_with(&self.engine, witness, options) {
            Ok(report) => report,
            Err(VerifyError::Anchor(error)) => {
                return Some(Killer { audit: "anchor", mismatch: error.what });
            }
            Err(VerifyError::CannotRun { audit, .. }) => {
                return Some(Killer { audit: audit.name(), mismatch: "not-run" });
            }
            Err(VerifyError::Hash { .. }) => {
                return Some(Killer { audit: "container", mismatch: "hash" });
            }
        };
        if let Some(claim) = report.findings.first() {
            let audit = claim.kind.audit().name();
            return Some(Killer { audit, mismatch: claim.kind.name() });
        }
        let valid = report.verdict() == Verdict::Valid && ran(&report.audits);
        // The hypervisor alone can come to no end and find nothing false.
        let audit = Audit::Execution.name();
        (!valid).then_some(Killer { audit, mismatch: Verdict::Inconclusive.name() })
    }
}

/// What a witness must be about that is about the same as another.
fn expected(anchors: &Anchors) -> Expected {
    let word = |anchor: Anchor| -> B256 {
        match anchor {
            Anchor::Hash(word) | Anchor::Digest(word) => word,
        }
    };
    Expected {
        chain_id: Some(anchors.chain_id),
        fork: Some(anchors.fork),
        block: Some(word(anchors.block)),
        transaction: Some(word(anchors.transaction)),
        root: Some(anchors.root),
        source: Some(anchors.source),
        ancestors: anchors.ancestors,
    }
}
