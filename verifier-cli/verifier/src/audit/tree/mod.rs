//! The tree audit: parent and child, pair by pair. `specs/12-audits.md`, section Tree audit.
//!
//! In the data's way this stands beside the hypervisor, which proves each message by itself: what a
//! parent passes and what a child gives back are proved there, that both speak of the same call is
//! proved here. No state is needed. Frames are opened as the records say (`walk`), each record of
//! a call or creation says what its callee must be (`callee`), and is compared with the child
//! (`child`) or with what the precompile gives (`precompiles`).
//!
//! # What is compared, and in which order
//!
//! Records are looked at in the order of execution: those of a message from the first on, those of
//! a child where its record stands. The audit ends at the first that is false; finding and record
//! are the parent's, whose child the record's place in the pre-order tells. For each record of a
//! call or creation:
//!
//! 1. `depth`: the outcome is *depth* if and only if the parent stands 1,024 frames below the top
//!    (or the outcome is *none*, for gas runs out before depth is looked at);
//! 2. outcome *child*: `child-missing`, then what the child was given, which the parent's record
//!    says and the child must have: `kind`, `origin`, `gas-price`, `caller`, `to`, `context`,
//!    `value`, `gas`, `static`, `calldata` (for a creation the opening record's code hash too), and
//!    where no value moves the root (`state-root`); then what came of it, which the child says and
//!    the record must have: `status`, `gas-used`, `returndata`, and after a success the root
//!    (`state-root`);
//! 3. outcome *precompile*: it is run again, on the input that a run of the message gives;
//!    `precompile-status`, `precompile-gas`, `precompile-output`;
//! 4. `state-root`, once the callee's own records are through: what had no effect leaves the root
//!    where it was (`callee::Callee::leaves_root`).
//!
//! After the last record, a message that is left over has no parent: `parent-missing`.
//!
//! That *precompile* is the outcome if and only if the account is one, and what *nocode* and the
//! refusals imply for status, gas and data, the hypervisor proves; that there is no code, too little
//! balance, a nonce at its end or a collision, the access audit.

mod callee;
mod child;
mod stop;
mod walk;

use iso_evm_wire::{Opened, Witness};

use self::{stop::Stop, walk::TreeWalk};
use super::{AuditOutcome, Finding, Subject, TreeKind, word::AsWord};

/// Compares every call's and creation's record with the message that it opens.
///
/// It ends at the first false claim, or where a message or record cannot be read: what belongs
/// together behind that is not known. A precompile's input that cannot be had is told only if all
/// the rest is true.
pub fn tree(witness: &Witness) -> AuditOutcome<TreeKind> {
    tree_within(&Subject::new(&Opened::of(witness)), u64::MAX)
}

/// [`tree()`], for which the transaction's gas limit, which is a claim, counts for no more than
/// `gas_limit`: that bounds the runs that tell precompiles' inputs, and those of the precompiles.
pub fn tree_within(subject: &Subject<'_>, gas_limit: u64) -> AuditOutcome<TreeKind> {
    let mut walk = TreeWalk::new(subject, gas_limit);
    match (walk.run(), walk.missing) {
        (Err(Stop::Finding(finding)), _) => AuditOutcome::Invalid(finding),
        (_, Some(missing)) | (Err(Stop::Missing(missing)), None) => AuditOutcome::NotRun(missing),
        (Ok(()), None) => AuditOutcome::Valid,
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
struct RecordPlace {
    message: usize,
    record: usize,
}

impl RecordPlace {
    /// Checks that two words are one, as they must be.
    fn agree(
        self,
        kind: TreeKind,
        expected: impl AsWord,
        found: impl AsWord,
    ) -> Result<(), Finding<TreeKind>> {
        let (expected, found) = (expected.word(), found.word());
        if expected == found {
            return Ok(());
        }
        let (message, record) = (Some(self.message), Some(self.record));
        Err(Finding { kind, message, record, expected, found })
    }
}
