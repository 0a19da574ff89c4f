//! One case: recorded, compared with what its file says, every message audited.

use std::fmt;

use alloy_primitives::{B256, Log, keccak256};
use iso_evm_hypervisor::{Engine, Mismatch, Verdict};
use iso_evm_witness::{
    ExecuteError, Recording, encoding,
    input::state_test::{Case, CaseError},
    record,
};
use serde::Serialize;

/// The first thing that is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where it shows: `recording`, or the audit that says so.
    pub audit: &'static str,
    /// What does not match.
    pub kind: &'static str,
    /// Index of the message, in pre-order.
    pub message: Option<usize>,
    /// Offset in the guest's code.
    pub pc: Option<u64>,
    /// Index of the record.
    pub record: Option<u64>,
    /// What the file or the execution gives.
    pub expected: Option<Box<str>>,
    /// What the recording or the witness says.
    pub found: Option<Box<str>>,
}

impl Problem {
    fn new(audit: &'static str, kind: &'static str) -> Self {
        let (message, pc, record, expected, found) = (None, None, None, None, None);
        Self { audit, kind, message, pc, record, expected, found }
    }

    fn recording(kind: &'static str) -> Self {
        Self::new("recording", kind)
    }

    /// What the hypervisor says of a message that it does not find valid.
    fn execution(message: usize, verdict: &Verdict) -> Option<Self> {
        const AUDIT: &str = "execution";
        let problem = match verdict {
            Verdict::Valid => return None,
            Verdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => Self {
                pc: *pc,
                record: *record,
                expected: text(expected),
                found: text(found),
                ..Self::new(AUDIT, kind.name())
            },
            Verdict::Malformed { position } => Self {
                found: text(&format_args!("byte {position}")),
                ..Self::new(AUDIT, "malformed")
            },
            Verdict::Unavailable { archive } => {
                Self { expected: text(archive), ..Self::new(AUDIT, "unavailable") }
            }
            Verdict::Inconclusive { reason } => {
                Self { found: text(reason), ..Self::new(AUDIT, "inconclusive") }
            }
        };
        Some(Self { message: Some(message), ..problem })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.audit)?;
        if let Some(message) = self.message {
            write!(f, "message {message}: ")?;
        }
        f.write_str(self.kind)?;
        if let Some(pc) = self.pc {
            write!(f, ", at pc {pc}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", in record {record}")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        if let Some(found) = &self.found {
            write!(f, ", found {found}")?;
        }
        Ok(())
    }
}

/// Something as a problem keeps it.
fn text(of: &impl ToString) -> Option<Box<str>> {
    Some(of.to_string().into())
}

/// Checks a case with the hypervisor of its fork. Returns the number of messages; none where the
/// transaction had to be rejected, and was.
///
/// # Errors
///
/// The first [`Problem`].
pub fn check(case: &Case, engine: &Engine) -> Result<usize, Problem> {
    let Some(recording) = recording(case)? else { return Ok(0) };
    agree("state-root", case.state_root, recording.state_root_leave)?;
    agree("logs-hash", case.logs_hash, logs_hash(&recording.logs))?;
    for (index, message) in recording.messages.iter().enumerate() {
        let calldata = encoding::encode(&message.witness).into();
        let audited = engine.audit(&calldata, &message.code, None);
        if let Some(problem) = Problem::execution(index, &audited.verdict) {
            return Err(problem);
        }
    }
    Ok(recording.messages.len())
}

/// The recording; `None` if the transaction is rejected as it must be.
fn recording(case: &Case) -> Result<Option<Recording>, Problem> {
    // What was rejected, and why.
    let rejected = match case.execution() {
        Err(error @ CaseError::Transaction(_)) => error.to_string(),
        Err(error) => return Err(unusable(&error)),
        Ok(execution) => match (record(&execution), &case.exception) {
            (Ok(recording), None) => return Ok(Some(recording)),
            (Ok(_), Some(exception)) => {
                let expected = text(exception);
                return Err(Problem { expected, ..Problem::recording("not-rejected") });
            }
            (Err(error), _) if is_rejection(&error) => error.to_string(),
            (Err(error), _) => return Err(unusable(&error)),
        },
    };
    match case.exception {
        Some(_) => Ok(None),
        None => Err(Problem { found: text(&rejected), ..Problem::recording("rejected") }),
    }
}

/// Whether a chain would not take the transaction; any other error is the recorder's own.
fn is_rejection(error: &ExecuteError) -> bool {
    matches!(error, ExecuteError::InvalidTransaction(_) | ExecuteError::Create(_))
}

fn unusable(error: &impl fmt::Display) -> Problem {
    Problem { found: text(error), ..Problem::recording("not-recorded") }
}

fn agree(kind: &'static str, expected: B256, found: B256) -> Result<(), Problem> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (text(&expected), text(&found));
    Err(Problem { expected, found, ..Problem::recording(kind) })
}

fn logs_hash(logs: &[Log]) -> B256 {
    let mut rlp = Vec::new();
    alloy_rlp::encode_list(logs, &mut rlp);
    keccak256(rlp)
}
