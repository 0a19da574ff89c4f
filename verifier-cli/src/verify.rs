//! [`verify`]: a witness goes in, a typed verdict for each audit comes out. `specs/07-verdicts.md`.
//!
//! In the data's way this stands between the container and the report: it hands each message to
//! the emitted hypervisor and puts the answers together.

use std::{num::NonZero, sync::Mutex, thread};

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{Audited, Engine, Verdict as HypervisorVerdict};
use iso_evm_witness::{
    Fork, MessageWitness, Witness,
    container::{Place, RootSource, opening},
    encoding,
    records::FrameKind,
};

use crate::{hash::keccak256, transaction_hash::transaction_hash};

/// How to verify.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The most gas that the audit of one message may take on the host; no limit if `None`.
    pub host_gas_limit: Option<u64>,
}

/// Why there is nothing to verify. No verdict: it convicts nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Code under another hash.
    #[error("codes.{found}: the code's hash is {expected}")]
    CodeHash {
        /// The code's hash.
        expected: B256,
        /// The hash that it stands under.
        found: B256,
    },
}

/// What is said of a message and of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All that was audited is true.
    Valid,
    /// A claim is false.
    Invalid,
    /// The audit came to no end. Convicts nobody.
    Inconclusive,
}

impl Verdict {
    /// Lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The verdict on parts taken together: one false claim convicts, else one audit without an
    /// end leaves the whole open.
    pub fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Valid, |whole, part| match (whole, part) {
            (Self::Invalid, _) | (_, Self::Invalid) => Self::Invalid,
            (Self::Inconclusive, _) | (_, Self::Inconclusive) => Self::Inconclusive,
            _ => Self::Valid,
        })
    }
}

impl From<&HypervisorVerdict> for Verdict {
    fn from(verdict: &HypervisorVerdict) -> Self {
        match verdict {
            HypervisorVerdict::Valid => Self::Valid,
            HypervisorVerdict::Mismatch(_) | HypervisorVerdict::Malformed { .. } => Self::Invalid,
            HypervisorVerdict::Unavailable { .. } | HypervisorVerdict::Inconclusive { .. } => {
                Self::Inconclusive
            }
        }
    }
}

/// What one audit says of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditVerdict {
    /// All that it asks is true.
    Valid,
    /// A claim is false.
    Invalid,
    /// It came to no end.
    Inconclusive,
    /// It did not run: the witness does not hold what it needs.
    NotRun,
}

impl From<Verdict> for AuditVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Invalid => Self::Invalid,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// What each of the four audits says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Audits {
    /// Does the code, fed these records, do exactly this?
    pub execution: AuditVerdict,
    /// Is every record true in the state before it?
    pub access: AuditVerdict,
    /// Do parents and children agree?
    pub tree: AuditVerdict,
    /// Do the top message and the final state follow from the signed transaction?
    pub transaction: AuditVerdict,
}

impl Audits {
    /// The verdict on all that ran.
    pub fn verdict(&self) -> Verdict {
        let all = [self.execution, self.access, self.tree, self.transaction];
        Verdict::of(all.into_iter().filter_map(|audit| match audit {
            AuditVerdict::Valid => Some(Verdict::Valid),
            AuditVerdict::Invalid => Some(Verdict::Invalid),
            AuditVerdict::Inconclusive => Some(Verdict::Inconclusive),
            AuditVerdict::NotRun => None,
        }))
    }

    /// The audits by name.
    pub const fn by_name(&self) -> [(&'static str, AuditVerdict); 4] {
        [
            ("execution", self.execution),
            ("access", self.access),
            ("tree", self.tree),
            ("transaction", self.transaction),
        ]
    }
}

/// What is said of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageReport {
    /// Where it stands in the call tree.
    pub place: Place,
    /// The message; `None` if its bytes are none.
    pub message: Option<MessageWitness>,
    /// Its kind of frame, as its opening record says.
    pub kind: Option<FrameKind>,
    /// Length of its bytes.
    pub witness_bytes: usize,
    /// What the execution audit says, and what it cost.
    pub execution: Audited,
}

impl MessageReport {
    /// The verdict on the message.
    pub fn verdict(&self) -> Verdict {
        Verdict::from(&self.execution.verdict)
    }
}

/// What is said of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What each audit says.
    pub audits: Audits,
    /// Where the state roots come from.
    pub anchor: RootSource,
    /// The rules.
    pub fork: Fork,
    /// Chain id.
    pub chain_id: u64,
    /// Hash of the transaction; an unsigned one has none.
    pub transaction_hash: Option<B256>,
    /// State root before gas is bought.
    pub state_root_enter: B256,
    /// State root after refund, fees and deletions.
    pub state_root_leave: B256,
    /// Gas used, as the receipt has it.
    pub gas_used: u64,
    /// Code hash of the hypervisor.
    pub hypervisor_code_hash: B256,
    /// Size of the hypervisor's code, in bytes.
    pub hypervisor_size: usize,
    /// keccak256 of `witness.bin`.
    pub witness_hash: B256,
    /// What is said of each message, in pre-order.
    pub messages: Vec<MessageReport>,
}

impl Report {
    /// The verdict on all that was audited.
    pub fn verdict(&self) -> Verdict {
        self.audits.verdict()
    }
}

/// Verifies a witness: emits the hypervisor of its fork and hands it every message.
///
/// # Errors
///
/// If code in the witness stands under another hash than its own. [`Witness::decode`] and
/// [`Witness::from_json`] give no such witness.
pub fn verify(witness: &Witness, options: &Options) -> Result<Report, VerifyError> {
    verify_with(&Engine::new(witness.fork), witness, options)
}

/// [`verify`] with a hypervisor that is emitted already, for many witnesses of one fork. What the
/// hypervisor is emitted for wins over the fork that the witness names.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_with(
    engine: &Engine,
    witness: &Witness,
    options: &Options,
) -> Result<Report, VerifyError> {
    check_codes(witness)?;
    let places = witness.tree();
    let messages = in_parallel(&witness.messages, |index, bytes| {
        let message = encoding::decode(bytes).ok();
        let execution = audit(engine, witness, message.as_ref(), bytes, options);
        tracing::debug!(index, host_gas = execution.host_gas, verdict = ?execution.verdict);
        let kind = message.as_ref().and_then(opening);
        MessageReport {
            place: places[index],
            kind: kind.and_then(|opening| FrameKind::from_number(opening.kind)),
            message,
            witness_bytes: bytes.len(),
            execution,
        }
    });
    let contract = engine.contract();
    Ok(Report {
        audits: Audits {
            execution: Verdict::of(messages.iter().map(MessageReport::verdict)).into(),
            access: AuditVerdict::NotRun,
            tree: AuditVerdict::NotRun,
            transaction: AuditVerdict::NotRun,
        },
        anchor: witness.roots.source,
        fork: witness.fork,
        chain_id: witness.chain_id,
        transaction_hash: transaction_hash(&witness.transaction),
        state_root_enter: witness.roots.enter,
        state_root_leave: witness.roots.leave,
        gas_used: witness.receipt.gas_used,
        hypervisor_code_hash: contract.code_hash(),
        hypervisor_size: contract.code.len(),
        witness_hash: keccak256(&witness.encode()),
        messages,
    })
}

/// Whether all code stands under its own hash.
fn check_codes(witness: &Witness) -> Result<(), VerifyError> {
    for (found, code) in &witness.codes {
        let expected = keccak256(code);
        if expected != *found {
            return Err(VerifyError::CodeHash { expected, found: *found });
        }
    }
    Ok(())
}

/// Runs the hypervisor on one message. Code that the witness does not hold is not archived, and
/// the hypervisor says so.
fn audit(
    engine: &Engine,
    witness: &Witness,
    message: Option<&MessageWitness>,
    bytes: &Bytes,
    options: &Options,
) -> Audited {
    let archives: Vec<(Address, Bytes)> = match message.and_then(|message| witness.code(message)) {
        Some(code) => engine.archives(bytes, code),
        None => Vec::new(),
    };
    engine.run(bytes, &archives, options.host_gas_limit)
}

/// Maps items on as many threads as the machine has cores.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if threads <= 1 {
        return items.iter().enumerate().map(|(index, item)| work(index, item)).collect();
    }
    let next = Mutex::new(items.iter().enumerate());
    let take = || next.lock().ok()?.next();
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let worker = || {
            let mut own = Vec::new();
            while let Some((index, item)) = take() {
                own.push((index, work(index, item)));
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let own = |worker: thread::ScopedJoinHandle<'_, Vec<(usize, R)>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(own).collect()
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_false_claim_convicts_the_whole() {
        use Verdict::{Inconclusive, Invalid, Valid};
        assert_eq!(Verdict::of([]), Valid);
        assert_eq!(Verdict::of([Valid, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::of([Inconclusive, Invalid, Valid]), Invalid);
    }

    #[test]
    fn order_is_kept() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = in_parallel(&items, |index, item| index + item);
        assert_eq!(doubled, (0..1000).map(|item| 2 * item).collect::<Vec<_>>());
    }
}
