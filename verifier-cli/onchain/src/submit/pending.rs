//! What has to be sent before a message can be audited, and to have it audited, in the state that the
//! chain is in.

use alloy_primitives::{Address, Bytes, keccak256};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

use super::{
    ARCHIVE, AUDIT, AUDIT_WITH_CODE, SEGMENT, Submission, SubmitError, Submitted, VerdictSource,
};
use crate::{
    contracts::Archives,
    host::UNLIMITED,
    plan::{ArchiveCost, AuditCost, Part, SegmentCost, Step, Told, Way, cheapest},
};

/// What becomes of a message, in the state that the chain is in.
pub(super) enum Next {
    /// Nothing is sent: there is a verdict already, or there would be none.
    Nothing(Submitted),
    /// Transactions, and what is said of the message before them.
    Send(Box<Pending>, Submitted),
}

/// What stands between a message and its verdict.
pub(super) struct Pending {
    pub(super) archive: Option<ArchiveCost>,
    pub(super) task: Task,
}

/// How a message is audited.
pub(super) enum Task {
    Whole(Box<AuditCost>),
    WithCode(Box<AuditCost>),
    Segments(Vec<SegmentCost>),
}

impl Task {
    /// What its transactions do, in a word.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Whole(_) => AUDIT,
            Self::WithCode(_) => AUDIT_WITH_CODE,
            Self::Segments(_) => SEGMENT,
        }
    }
}

impl Pending {
    /// All transactions, in order, by what they do.
    pub(super) fn steps(&self) -> Vec<(&'static str, &Step)> {
        let mut steps = Vec::new();
        steps.extend(self.archive.iter().map(|archive| (ARCHIVE, &archive.step)));
        let name = self.task.name();
        match &self.task {
            Task::Whole(audit) | Task::WithCode(audit) => steps.push((name, &audit.step)),
            Task::Segments(costs) => steps.extend(costs.iter().map(|cost| (name, &cost.step))),
        }
        steps
    }
}

impl Submission<'_> {
    /// What becomes of a message, in the state that the chain is in, and with these archives.
    pub(super) fn next(
        &self,
        witness: &Opened<'_>,
        index: usize,
        planned: &[Part],
    ) -> Result<Next, SubmitError> {
        let message = &witness.messages[index].bytes();
        let (found, missing) = self.archives(message, planned)?;
        // That it cannot be archived is no error where the code can be sent.
        let archive = match missing {
            Some(missing) => self.archive(witness, index, &found, missing),
            None => Ok(None),
        };
        let present = archive.as_ref().ok().and_then(Option::as_ref);
        let present = present.map_or(&found, |archive| &archive.parts);
        let sender = Some(self.sender.address());
        let audit = self.plan.audit(message, present, sender);
        let is_available = !matches!(audit.verdict, MessageVerdict::Unavailable { .. });
        let is_there = missing.is_none() && is_available && audit.step.fits();
        let with_code = if self.only.is_some() || is_there || self.archives {
            None
        } else {
            self.plan.audit_with_code(witness, index, sender)
        };
        let way = match &archive {
            _ if self.only.is_some() => Way::Segments,
            Ok(archive) => cheapest(
                Some(&audit).filter(|_| is_available && audit.step.fits() && fits(archive)),
                archive.as_ref(),
                with_code.as_ref().filter(|audit| audit.step.fits()),
                self.plan.runs(witness, index..self.messages.end),
            ),
            Err(_) => cheapest(None, None, with_code.as_ref().filter(|audit| audit.step.fits()), 1),
        };
        let mut submitted = Submitted {
            index,
            hash: keccak256(message),
            verdict: audit.verdict.clone(),
            source: VerdictSource::Prediction,
            audit_gas: audit.step.gas,
            segments: Vec::new(),
            transactions: Vec::new(),
        };
        if let (Way::WithCode, Some(audit)) = (way, with_code) {
            (submitted.verdict, submitted.audit_gas) = (audit.verdict.clone(), audit.step.gas);
            let task = Task::WithCode(Box::new(audit));
            return Ok(sent_if_it_decides(Pending { archive: None, task }, submitted));
        }
        let archive = archive?;
        if !is_available {
            return Ok(Next::Nothing(submitted));
        }
        match way {
            Way::Segments if audit.step.fits() && self.only.is_none() => {
                let gas = archive.map_or(0, |archive| archive.step.gas);
                Err(SubmitError::TooMuchGas { index, what: "the archive of its code", gas })
            }
            Way::Segments => {
                let code = code_of(&found);
                Ok(segmented(submitted, self.segments(witness, index, code.as_ref())?))
            }
            Way::Archived | Way::WithCode => {
                let task = Task::Whole(Box::new(audit));
                Ok(sent_if_it_decides(Pending { archive, task }, submitted))
            }
        }
    }

    /// The archives of a message that are on the chain, or planned, and the address of the first that
    /// is missing. The hypervisor itself says where it looks.
    fn archives(
        &self,
        message: &Bytes,
        planned: &[Part],
    ) -> Result<(Vec<Part>, Option<Address>), SubmitError> {
        let mut found: Vec<Part> = Vec::new();
        loop {
            let audited = self.plan.engine().run(message, &found, Some(UNLIMITED));
            let MessageVerdict::Unavailable { archive } = audited.verdict else {
                return Ok((found, None));
            };
            if found.iter().any(|(address, _)| *address == archive) {
                // There, and other code.
                return Ok((found, None));
            }
            let code = match planned.iter().find(|(address, _)| *address == archive) {
                Some((_, code)) => code.clone(),
                None => self.chain.code(archive)?,
            };
            if code.is_empty() {
                return Ok((found, Some(archive)));
            }
            found.push((archive, code));
        }
    }

    /// How the missing archive comes to be; none if the witness does not hold the code.
    fn archive(
        &self,
        witness: &Opened<'_>,
        index: usize,
        present: &[Part],
        missing: Address,
    ) -> Result<Option<ArchiveCost>, SubmitError> {
        let Some(archive) = self.plan.archive(witness, index, present) else { return Ok(None) };
        let differs = |(address, code): &Part| {
            present.iter().any(|(at, there)| at == address && there != code)
        };
        if !archive.parts.iter().any(|(part, _)| *part == missing)
            || archive.parts.iter().any(differs)
        {
            return Ok(None);
        }
        let factory = self.plan.factory();
        self.chain.holds("archive factory", factory.address, &factory.code)?;
        let sender = self.sender.address();
        match self.plan.contracts().archives {
            Archives::Account { registrar } if registrar != sender => {
                return Err(SubmitError::NotTheRegistrar { index, registrar, sender });
            }
            Archives::Account { .. } | Archives::CodeHash => {}
        }
        Ok(Some(archive))
    }
}

/// Whether what has to be archived fits a transaction.
fn fits(archive: &Option<ArchiveCost>) -> bool {
    archive.as_ref().is_none_or(|archive| archive.step.fits_cap)
}

/// What is sent for a message in one piece; nothing, if it would decide nothing.
fn sent_if_it_decides(pending: Pending, submitted: Submitted) -> Next {
    match submitted.verdict {
        MessageVerdict::Inconclusive { .. } => Next::Nothing(submitted),
        _ => Next::Send(Box::new(pending), submitted),
    }
}

/// Segments to send; nothing, if one would decide nothing.
fn segmented(mut submitted: Submitted, costs: Vec<SegmentCost>) -> Next {
    submitted.audit_gas = costs.iter().map(|cost| cost.step.gas).sum();
    submitted.told(&costs, costs.iter().map(|cost| cost.told.clone()).collect());
    if costs.iter().any(|cost| matches!(cost.told, Told::NotProven(_))) {
        return Next::Nothing(submitted);
    }
    let pending = Pending { archive: None, task: Task::Segments(costs) };
    Next::Send(Box::new(pending), submitted)
}

/// The code that archives hold, behind the first byte of each.
fn code_of(archives: &[Part]) -> Option<Bytes> {
    let parts = archives.iter().map(|(_, code)| code.get(1..).unwrap_or_default());
    (!archives.is_empty()).then(|| parts.collect::<Vec<_>>().concat().into())
}
