//! Who kills a mutant: the container, the anchors of the original, or an audit.

use std::collections::HashSet;

use alloy_primitives::Bytes;
use iso_evm_hypervisor::{Engine, MessageVerdict};
use iso_evm_verifier::{
    audit::{
        Subject,
        anchors::{Expected, anchors},
    },
    hash::CRYPTO,
    segments::{self, Places},
    verify::{
        Audit, AuditSelection, AuditVerdict, Check, FalseClaim, Options, Report, Verdict,
        verify_opened, verify_with,
    },
};
use iso_evm_wire::{Opened, StoredMessage, Witness};
use serde::Serialize;

use super::{
    Mutant, MutateError,
    checkpoints::{self, Claim, Place},
};

/// More host gas than the costliest message of the original took, for a mutant's.
const SPARE_HOST_GAS: u64 = 30_000_000;

/// Who killed a mutant, and by which fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Killer {
    /// `container`, `anchor` or an audit.
    pub audit: &'static str,
    /// The field, the anchor or the kind of mismatch; `not-run` or `inconclusive` if the audit came
    /// to no end as that of the original did; the check that it could not make and could there.
    pub mismatch: &'static str,
}

/// Verifies mutants of one witness.
pub(super) struct Judge<'a> {
    engine: Engine,
    /// The original, opened.
    opened: Opened<'a>,
    /// The original's messages, all of them valid.
    messages: HashSet<&'a StoredMessage>,
    /// The checks that could not be made of the original.
    unchecked: Vec<Check>,
    /// All audits that are selected.
    whole: Options,
    /// Options for the audits that are not the hypervisor's, if any are selected.
    proofs: Option<Options>,
}

impl<'a> Judge<'a> {
    /// A judge of mutants of `original`, by these audits.
    ///
    /// # Errors
    ///
    /// If the original is not valid itself.
    pub(super) fn new(original: &'a Witness, audits: AuditSelection) -> Result<Self, MutateError> {
        let engine = Engine::new(original.rules);
        let expected = Expected::from(&anchors(original));
        let options = Options { audits, expected, ..Options::default() };
        let report = verify_with(&engine, original, &options)?;
        if report.verdict() != Verdict::Valid {
            return Err(MutateError::Original(report.named(report.verdict())));
        }
        let host_gas = report.messages.iter().filter_map(|message| message.execution.as_ref());
        let host_gas = host_gas.map(|audited| audited.host_gas).max().unwrap_or_default();
        let host_gas_limit = Some(host_gas.saturating_add(SPARE_HOST_GAS));
        let whole = Options { host_gas_limit, ..options };
        let proofs = audits.without(Audit::Execution).map(|audits| Options { audits, ..whole });
        let messages = original.messages.iter().collect();
        let opened = Opened::of(original);
        Ok(Self {
            engine,
            opened,
            messages,
            unchecked: report.unchecked().collect(),
            whole,
            proofs,
        })
    }

    /// Who kills the mutant that this file holds; nobody, if it survives.
    ///
    /// One killer is enough, so the cheaper are asked first. That there is none, the whole
    /// verification says.
    pub(super) fn killer(&self, file: &[u8]) -> Option<Killer> {
        let file = Bytes::copy_from_slice(file);
        let witness = match Opened::decode(&file, CRYPTO) {
            Ok(witness) => witness,
            Err(error) => return Some(Killer { audit: "container", mismatch: error.field }),
        };
        if let Err(error) = anchors(&witness).check(&self.whole.expected) {
            return Some(Killer { audit: "anchor", mismatch: error.what });
        }
        let executed = self.whole.audits.contains(Audit::Execution);
        let in_a_message = executed.then(|| self.in_a_message(&witness)).flatten();
        let by_proofs = |options: &Options| self.verified(&witness, options);
        in_a_message
            .or_else(|| self.proofs.as_ref().and_then(by_proofs))
            .or_else(|| self.verified(&witness, &self.whole))
    }

    /// Who runs the messages.
    pub(super) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The checkpoints of the original's messages, to be changed.
    pub(super) fn checkpoints(&self) -> Vec<Place> {
        if !self.whole.audits.contains(Audit::Execution) {
            return Vec::new();
        }
        checkpoints::places(self.engine.native(), &self.opened)
    }

    /// What becomes of the changes of a checkpoint. Of the true ones, those alone that are refused.
    pub(super) fn of_checkpoint(&self, place: &Place) -> Vec<Mutant> {
        let subject = Subject::new(&self.opened);
        let judged = |claim: Claim| {
            let places = Places::Claimed(&claim.claimed);
            let index = place.message();
            let said = segments::of_message(&self.engine, &subject, &self.whole, places, index);
            claim.judged(&said.ok().flatten(), self.engine.native(), &self.opened)
        };
        place.changes().into_iter().filter_map(judged).collect()
    }

    /// The first message that the original does not have and that is not valid.
    fn in_a_message(&self, witness: &Opened<'_>) -> Option<Killer> {
        let others = witness.messages.iter().enumerate();
        let mut others = others.filter(|(_, message)| !self.messages.contains(message));
        others.find_map(|(index, message)| {
            let bytes = &message.bytes();
            let archives =
                witness.code(index).map_or_else(Vec::new, |code| self.engine.archives(bytes, code));
            let audited = self.engine.run(bytes, &archives, self.whole.host_gas_limit);
            let audit = Audit::Execution.name();
            match (FalseClaim::of_message(index, &audited.verdict), audited.verdict) {
                (Some(claim), _) => Some(Killer { audit, mismatch: claim.kind.name() }),
                (None, MessageVerdict::Valid) => None,
                (None, MessageVerdict::Unavailable { .. }) => {
                    Some(Killer { audit, mismatch: "unavailable" })
                }
                (None, _) => Some(Killer { audit, mismatch: "inconclusive" }),
            }
        })
    }

    /// Who kills it if it is verified so.
    fn verified(&self, witness: &Opened<'_>, options: &Options) -> Option<Killer> {
        match verify_opened(&self.engine, witness, options) {
            Ok(report) => self.reported(&report),
            Err(error) => {
                let (audit, mismatch) = error.refusal();
                Some(Killer { audit, mismatch })
            }
        }
    }

    /// Who kills the mutant by this report.
    fn reported(&self, report: &Report) -> Option<Killer> {
        if let Some(claim) = report.findings.first() {
            let audit = claim.kind.audit().name();
            return Some(Killer { audit, mismatch: claim.kind.name() });
        }
        let open = |audit: Audit| match report.audits.of(audit) {
            AuditVerdict::Valid => None,
            AuditVerdict::NotRun => Some(Killer { audit: audit.name(), mismatch: "not-run" }),
            AuditVerdict::Invalid | AuditVerdict::Inconclusive => {
                Some(Killer { audit: audit.name(), mismatch: Verdict::Inconclusive.name() })
            }
        };
        let mut unchecked = report.unchecked().filter(|check| !self.unchecked.contains(check));
        let less = unchecked
            .next()
            .map(|check| Killer { audit: check.audit().name(), mismatch: check.name() });
        report.selected.audits().find_map(open).or(less)
    }
}
