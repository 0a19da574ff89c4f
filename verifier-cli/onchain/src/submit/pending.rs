//! What has to be sent before a message can be audited, in the state that the chain is in.

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

use super::{AUDIT, Submission, SubmitError};
use crate::{
    contracts::Archives,
    host::UNLIMITED,
    plan::{ArchiveCost, AuditCost, Part, Route, Step},
    register::Standing,
};

/// What stands in the way of the audit of a message.
pub(super) struct Pending {
    pub(super) archive: Option<ArchiveCost>,
    pub(super) commit: Option<Step>,
    pub(super) audit: AuditCost,
}

impl Pending {
    /// The transactions, in order, by what they do.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'static str, &Step)> {
        let archive = self.archive.as_ref().map(|archive| ("archive", &archive.step));
        let commit = self.commit.as_ref().map(|step| ("commit", step));
        [archive, commit, Some((AUDIT, &self.audit.step))].into_iter().flatten()
    }
}

impl Submission<'_> {
    /// What has to be sent, in the state that the chain is in, and with these archives.
    pub(super) fn pending(
        &self,
        witness: &Opened<'_>,
        index: usize,
        standing: Option<Standing>,
        planned: &[Part],
    ) -> Result<Pending, SubmitError> {
        let message = &witness.messages[index].bytes();
        let (mut archives, missing) = self.archives(message, planned)?;
        let archive = match missing {
            Some(missing) => self.archive(witness, index, &archives, missing)?,
            None => None,
        };
        if let Some(archive) = &archive {
            archives.clone_from(&archive.parts);
        }
        let audit = self.plan.audit(message, &archives, self.route, Some(self.sender.address()));
        let commit = match (self.route, standing) {
            (Route::Register { register, operator }, Some(Standing::None)) => {
                if !self.commit {
                    return Err(SubmitError::NotCommitted { index, operator });
                }
                self.scheduled(witness, index)?;
                Some(self.plan.commit(message, &witness.block, register, operator))
            }
            _ => None,
        };
        Ok(Pending { archive, commit, audit })
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
        self.holds("archive factory", factory.address, &factory.code)?;
        let sender = self.sender.address();
        match self.plan.contracts().archives {
            Archives::Account { registrar } if registrar != sender => {
                return Err(SubmitError::NotTheRegistrar { index, registrar, sender });
            }
            Archives::Account { .. } | Archives::CodeHash => {}
        }
        if !archive.step.fits_cap {
            let (what, gas) = ("the archive of its code", archive.step.gas);
            return Err(SubmitError::TooMuchGas { index, what, gas });
        }
        Ok(Some(archive))
    }
}
