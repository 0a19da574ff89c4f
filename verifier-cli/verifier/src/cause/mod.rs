//! Which findings are causes, and which follow from others: what is false is put right, and the audits
//! say what is left. `specs/07-verdicts.md`, section Causes.
//!
//! In the data's way this stands behind the report, before whoever tells it. A verdict does not go by it.

pub mod order;
mod repair;
#[cfg(test)]
mod tests;
mod when;

use iso_evm_hypervisor::{Engine, MismatchKind};
use iso_evm_wire::{Opened, Witness};

use crate::{
    audit::{AccessKind, Subject, TransactionKind, TreeKind, anchors::Expected},
    verify::{
        Audit, AuditVerdict, Audits, ClaimKind, EngineKind, FalseClaim, Options, Report,
        verify_opened,
    },
};
pub use repair::put_right;
pub use when::When;

/// The most verifications that looking for causes takes.
const RUNS: usize = 12;

/// What explains the findings of a report, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    follows: Vec<Option<usize>>,
    mended: Vec<usize>,
    holds: bool,
}

impl Causes {
    /// Looks for what explains the findings of a report: each is put right as its audit says, and what the
    /// audits no longer find then follows from it. Takes at most a dozen verifications by the native engine;
    /// none where nothing is false.
    pub fn of(engine: &Engine, opened: &Opened<'_>, options: &Options, report: &Report) -> Self {
        let findings = &report.findings;
        let mut search = Search {
            engine,
            options: Options {
                engine: EngineKind::Native,
                host_gas_limit: None,
                expected: Expected::default(),
                ..*options
            },
            audits: report.audits,
            has_header: Subject::new(opened).hashes().header().is_some(),
            runs: RUNS,
        };
        let mut causes = Self { follows: vec![None; findings.len()], ..Self::default() };
        let mut open: Vec<usize> = (0..findings.len()).collect();
        if open.len() > 1 {
            let when = When::of(opened);
            open.sort_by_key(|index| when.when(&findings[*index]));
        }
        let mut left = findings.clone();
        let mut witness: Option<Witness> = None;
        while !open.is_empty() {
            let now = witness.as_ref().map(Opened::of);
            let now = now.as_ref().unwrap_or(opened);
            let Some(best) = search.best(now, &left, findings, &open) else { break };
            left = best.left;
            open.retain(|&index| {
                let stays = left.iter().any(|claim| is_same(claim, &findings[index]));
                if !stays && index != best.cause {
                    causes.follows[index] = Some(best.cause);
                }
                stays
            });
            causes.mended.push(best.cause);
            witness = Some(best.witness);
        }
        causes.holds = left.is_empty() && !findings.is_empty();
        causes
    }

    /// The index of the finding that explains this one; `None` if no other does.
    pub fn cause_of(&self, finding: usize) -> Option<usize> {
        self.follows.get(finding).copied().flatten()
    }

    /// Whether putting this finding's claim right leaves fewer findings.
    pub fn is_cause(&self, finding: usize) -> bool {
        self.mended.contains(&finding)
    }

    /// The findings that follow from this one.
    pub fn following(&self, finding: usize) -> impl Iterator<Item = usize> {
        let following = self.follows.iter().enumerate();
        following.filter(move |(_, cause)| **cause == Some(finding)).map(|(index, _)| index)
    }

    /// Whether nothing is found false where all causes are put right.
    pub const fn holds_when_put_right(&self) -> bool {
        self.holds
    }
}

/// Whether such a finding says that something is missing, or is there and should not be: a record, a message, or
/// the bytes of one. What is found behind it, or in the same message, was computed on top of that.
pub fn is_structural(kind: ClaimKind) -> bool {
    use MismatchKind::{RecordCount, RecordMissing, RecordOpcode};
    match kind {
        ClaimKind::Execution(kind) => matches!(kind, RecordMissing | RecordOpcode | RecordCount),
        ClaimKind::Malformed { .. } => true,
        ClaimKind::Tree(kind) => matches!(kind, TreeKind::ChildMissing | TreeKind::ParentMissing),
        ClaimKind::Access(_) | ClaimKind::Transaction(_) => false,
    }
}

/// Verifications that are left.
struct Search<'a> {
    engine: &'a Engine,
    options: Options,
    /// What the audits say of the witness as it is.
    audits: Audits,
    /// Whether a header binds what the block gives.
    has_header: bool,
    runs: usize,
}

/// The finding that is put right, and what is found then.
struct Mended {
    cause: usize,
    witness: Witness,
    left: Vec<FalseClaim>,
}

impl Search<'_> {
    /// The one of the open findings, in the order in which they came about, that leaves the fewest where it is put
    /// right. It must leave fewer, and none that was not there before: a finding that has moved is not explained.
    /// And it must explain another, or be the first: whatever came about behind something that is not explained
    /// may rest on that. No audit may come to no end that did before: what it does not look at any more is not
    /// put right. Nothing may be left that is missing or too much: no word that is put right gives that back, and
    /// what comes behind it is anything.
    fn best(
        &mut self,
        now: &Opened<'_>,
        left: &[FalseClaim],
        findings: &[FalseClaim],
        open: &[usize],
    ) -> Option<Mended> {
        let mut best: Option<Mended> = None;
        for &cause in open {
            let Some(claim) = left.iter().find(|claim| is_same(claim, &findings[cause])) else {
                continue;
            };
            // It follows from the block's fields too, which may be what is false.
            if !self.has_header && rests_on_block(now, claim) {
                continue;
            }
            let Some(witness) = put_right(now, claim) else { continue };
            let Some(runs) = self.runs.checked_sub(1) else { break };
            self.runs = runs;
            let Ok(report) = verify_opened(self.engine, &Opened::of(&witness), &self.options)
            else {
                continue;
            };
            let has_ended = |audit: Audit| {
                let said = report.audits.of(audit);
                matches!(said, AuditVerdict::Valid | AuditVerdict::Invalid)
                    || said == self.audits.of(audit)
            };
            if !self.options.audits.audits().all(has_ended) {
                continue;
            }
            // What another message says is true if that message is: its run, its state and its own calls.
            let is_proved = |audit| report.audits.of(audit) == AuditVerdict::Valid;
            let of_messages = [Audit::Execution, Audit::Access, Audit::Tree];
            if claim.kind.audit() == Audit::Tree && !of_messages.into_iter().all(is_proved) {
                continue;
            }
            let then = report.findings;
            if then.iter().any(|claim| is_structural(claim.kind)) {
                continue;
            }
            let fewest = best.as_ref().map_or(left.len(), |best| best.left.len());
            let was_there = |claim: &FalseClaim| left.iter().any(|known| known == claim);
            let is_first = open.first() == Some(&cause);
            let explains = then.len() + 1 < left.len();
            if then.len() < fewest && then.iter().all(was_there) && (explains || is_first) {
                best = Some(Mended { cause, witness, left: then });
            }
        }
        best
    }
}

/// Whether what the audit computes follows from the block's own fields too, which only a header binds: the price of
/// gas, what code asks of the block, who is warm for getting the fees.
fn rests_on_block(witness: &Opened<'_>, claim: &FalseClaim) -> bool {
    use TransactionKind as Of;
    match claim.kind {
        ClaimKind::Access(AccessKind::Block) => true,
        ClaimKind::Access(AccessKind::Cold | AccessKind::DelegateCold) => {
            names_beneficiary(witness, claim).unwrap_or(true)
        }
        ClaimKind::Transaction(kind) => matches!(
            kind,
            Of::StateRootEnter
                | Of::StateRootLeave
                | Of::GasPrice
                | Of::Fee
                | Of::GasLimit
                | Of::BlobBaseFee
        ),
        _ => false,
    }
}

/// Whether a finding's record is about whoever gets the block's fees.
fn names_beneficiary(witness: &Opened<'_>, claim: &FalseClaim) -> Option<bool> {
    let record = usize::try_from(claim.record?).ok()?;
    let message = witness.message(claim.message?)?;
    let words = &message.fields().stateAccessList.get(record)?.metadata;
    let beneficiary = witness.block.beneficiary.into_word();
    Some(words.chunks(32).any(|word| word == beneficiary.as_slice()))
}

/// Whether two findings are of one kind and about one message.
fn is_same(one: &FalseClaim, other: &FalseClaim) -> bool {
    (one.kind, one.message) == (other.kind, other.message)
}
