//! What has to be sent before a message can be audited, and to have it audited, in the state that the
//! chain is in.

use alloy_primitives::{Address, Bytes, keccak256};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

use super::{ARCHIVE, AUDIT, SEGMENT, Submission, SubmitError, Submitted, VerdictSource};
use crate::{
    contracts::Archives,
    host::UNLIMITED,
    plan::{ArchiveCost, AuditCost, Part, SegmentCost, Step, Told},
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
    Segments(Vec<SegmentCost>),
}

impl Pending {
    /// All transactions, in order, by what they do.
    pub(super) fn steps(&self) -> Vec<(&'static str, &Step)> {
        let mut steps = Vec::new();
        steps.extend(self.archive.iter().map(|archive| (ARCHIVE, &archive.step)));
        match &self.task {
            Task::Whole(audit) => steps.push((AUDIT, &audit.step)),
            Task::Segments(costs) => {
                steps.extend(costs.iter().map(|cost| (SEGMENT, &cost.step)));
            }
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
        let archive = match missing {
            Some(missing) => self.archive(witness, index, &found, missing)?,
            None => None,
        };
        let present = archive.as_ref().map_or(&found, |archive| &archive.parts);
        let audit = self.plan.audit(message, present, Some(self.sender.address()));
        let (verdict, audit_gas) = (audit.verdict.clone(), audit.step.gas);
        let submitted = Submitted {
            index,
            hash: keccak256(message),
            verdict,
            source: VerdictSource::Prediction,
            audit_gas,
            segments: Vec::new(),
            transactions: Vec::new(),
        };
        if matches!(submitted.verdict, MessageVerdict::Unavailable { .. }) {
            return Ok(Next::Nothing(submitted));
        }
        if self.only.is_some() || !audit.step.fits() {
            let code = code_of(&found);
            let costs = self.segments(witness, index, code.as_ref())?;
            return Ok(segmented(submitted, costs));
        }
        if matches!(submitted.verdict, MessageVerdict::Inconclusive { .. }) {
            return Ok(Next::Nothing(submitted));
        }
        if let Some(archive) = archive.as_ref().filter(|archive| !archive.step.fits_cap) {
            let (what, gas) = ("the archive of its code", archive.step.gas);
            return Err(SubmitError::TooMuchGas { index, what, gas });
        }
        let pending = Pending { archive, task: Task::Whole(Box::new(audit)) };
        Ok(Next::Send(Box::new(pending), submitted))
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
