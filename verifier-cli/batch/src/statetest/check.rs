//! One case: recorded, compared with what its file says, and audited as its witness.

use std::fmt;

use alloy_primitives::{B256, Log, keccak256, logs_bloom};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{
    audit::anchors::{Expected, ancestors_digest},
    hash::CRYPTO,
    segments::{Places, verify_by_segments},
    verify::{AuditSelection, EngineKind, NotRun, Options, VerifyError, verify_opened},
};
use iso_evm_wire::{
    Opened, Witness,
    container::{Receipt, ReceiptLogs},
    segment::Cut,
};
use iso_evm_witness::{
    ExecuteError, Execution, Recording,
    input::state_test::{Case, CaseError},
    record,
};

use super::problem::{Problem, text};

/// How a case is audited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseAudit {
    /// Who answers for the execution audit.
    pub engine: EngineKind,
    /// Audits that every case must pass.
    pub audits: AuditSelection,
    /// Where the execution audit cuts each message, if it is done by segments.
    pub cut: Option<Cut>,
}

/// What a case that passed was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// The case's messages; none where the transaction had to be rejected, and was.
    pub messages: usize,
    /// Segments that these were audited by, if they were.
    pub segments: usize,
    /// Checks that were left out, and why.
    pub unchecked: Vec<String>,
}

/// Checks a case with the hypervisor of its fork, or what stands in for it, and the other audits.
///
/// # Errors
///
/// The first [`Problem`].
pub fn check(case: &Case, engine: &Engine, how: &CaseAudit) -> Result<Passed, Problem> {
    let Some((execution, recording)) = recording(case)? else { return Ok(Passed::default()) };
    let filled = [
        agree("state-root", case.state_root, recording.state_root_leave)?,
        agree("logs-hash", case.logs_hash, logs_hash(&recording.logs))?,
    ];
    let witness = witness(case, execution, recording)?;
    // The file is what whoever runs it has chosen: its messages may spend what they have.
    let guest_gas_limit = Some(u64::MAX);
    let expected = Expected { ancestors: ancestors(&witness), ..Expected::default() };
    let CaseAudit { engine: kind, audits, .. } = *how;
    let options = Options { engine: kind, audits, guest_gas_limit, expected, ..Options::default() };
    let report = match how.cut {
        None => verify_opened(engine, &witness, &options),
        Some(cut) => verify_by_segments(engine, &witness, &options, |_| Places::By(cut)),
    };
    let report = match report {
        Ok(report) => report,
        Err(VerifyError::EnginesDiffer { message, verdicts }) => {
            return Err(Problem::engines_differ(message, &verdicts));
        }
        Err(error) => return Err(Problem { found: text(&error), ..Problem::container() }),
    };
    match Problem::of(&report) {
        Some(problem) => Err(problem),
        None => Ok(Passed {
            messages: report.messages.len(),
            segments: report.segments.iter().flatten().map(|message| message.rows.len()).sum(),
            unchecked: unchecked(&report.not_run, filled),
        }),
    }
}

/// The digest of the hashes of ancestors that the format's own rule gives: the keccak of the number
/// in decimal digits. No header proves them, and none has to.
fn ancestors(witness: &Witness) -> Option<B256> {
    let numbers = witness.block_hashes.keys();
    ancestors_digest(&numbers.map(|number| (*number, keccak256(number.to_string()))).collect())
}

/// The witness as its file brings it, with the logs, whose hash the test has proved. What it was made
/// from is gone then: a case can have hundreds of megabytes of it.
fn witness(
    case: &Case,
    execution: Execution,
    recording: Recording,
) -> Result<Opened<'static>, Problem> {
    let mut input = case.input(execution).map_err(|error| unusable(&error))?;
    input.receipt = Some(Receipt {
        success: recording.success,
        gas_used: recording.gas_used,
        logs: Some(ReceiptLogs {
            bloom: logs_bloom(&recording.logs),
            logs: recording.logs.clone(),
        }),
        deposit: None,
    });
    let witness = recording.witness(&input);
    drop((input, recording));
    let bytes = witness.encode().into();
    drop(witness);
    Opened::decode(&bytes, CRYPTO)
        .map_err(|error| Problem { found: text(&error), ..Problem::container() })
}

/// The recording; `None` if the transaction is rejected as it must be.
fn recording(case: &Case) -> Result<Option<(Execution, Recording)>, Problem> {
    // What was rejected, and why.
    let rejected = match case.execution() {
        Err(error @ CaseError::Transaction(_)) => error.to_string(),
        Err(error) => return Err(unusable(&error)),
        Ok(execution) => match (record(&execution), &case.exception) {
            (Ok(recording), None) => return Ok(Some((execution, recording))),
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

/// Checks that were left out: in an audit, or because the file does not say what must come.
fn unchecked(not_run: &[NotRun], filled: [Option<&'static str>; 2]) -> Vec<String> {
    let audits = not_run.iter().filter(|not_run| not_run.check.is_some()).map(NotRun::to_string);
    let unfilled = filled.into_iter().flatten();
    let unfilled = unfilled.map(|kind| format!("{kind} is not compared: the file is not filled"));
    audits.chain(unfilled).collect()
}

/// Compares a hash with the file's. If the file has none, its kind is returned.
fn agree(
    kind: &'static str,
    expected: Option<B256>,
    found: B256,
) -> Result<Option<&'static str>, Problem> {
    let Some(expected) = expected else { return Ok(Some(kind)) };
    if expected == found {
        return Ok(None);
    }
    let (expected, found) = (text(&expected), text(&found));
    Err(Problem { expected, found, ..Problem::recording(kind) })
}

fn logs_hash(logs: &[Log]) -> B256 {
    let mut rlp = Vec::new();
    alloy_rlp::encode_list(logs, &mut rlp);
    keccak256(rlp)
}
