//! Official state tests, a fixed sample: the first files of every folder, of each some cases of
//! every fork. `iso-verify statetest` checks all of them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy_primitives::B256;
use iso_evm_batch::statetest::{self, CaseAudit};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::verify::{AuditSelection, EngineKind};
use iso_evm_wire::encoding::encode;
use iso_evm_witness::{
    Execution,
    input::state_test::{self, Case},
    record,
};

use crate::harness::{audit, fixtures, parallel};

/// All audits, the hypervisor alone.
const HYPERVISOR: CaseAudit =
    CaseAudit { engine: EngineKind::Hypervisor, audits: AuditSelection::ALL, cut: None };
/// All audits, by both engines.
const BOTH: CaseAudit = CaseAudit { engine: EngineKind::Both, ..HYPERVISOR };
/// Files of a folder that are taken.
const FILES: usize = 3;
/// Cases of a fork and file that are taken.
const CASES: usize = 6;
/// A file that is larger has cases that run long.
const MOST_BYTES: u64 = 200_000;

/// A case, and the file that it is in.
pub(crate) struct Located {
    pub(crate) path: PathBuf,
    pub(crate) case: Case,
}

impl Located {
    /// File, test, fork and indexes.
    pub(crate) fn name(&self) -> String {
        let Self { path, case } = self;
        format!("{}: {} {} {}", path.display(), case.test, case.fork_name, case.indexes)
    }

    /// What runs; `None` if it must be rejected.
    pub(crate) fn execution(&self) -> Option<Execution> {
        match self.case.exception {
            Some(_) => None,
            None => Some(self.case.execution().expect("nothing is rejected")),
        }
    }
}

/// The cases of a file that are audited.
pub(crate) fn cases(path: &Path) -> Vec<Located> {
    let cases = state_test::cases(fixtures::read(path).as_bytes())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let located = |case| Located { path: path.to_owned(), case };
    cases.into_iter().filter(|case| case.fork().is_ok()).map(located).collect()
}

/// Checks one case as the command does.
pub(crate) fn check(located: &Located) -> Result<(), String> {
    let case = &located.case;
    let fork = case.fork().expect("others are not taken");
    statetest::check(case, audit::engine(fork), &BOTH)
        .map(|_| ())
        .map_err(|problem| format!("{}: {problem}", located.name()))
}

/// The sample of all folders under `name`.
pub(crate) fn sample(name: &str) -> Vec<Located> {
    let Some(folder) = fixtures::third_party(name) else { return Vec::new() };
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in fixtures::json_files(&folder) {
        let parent = path.parent().expect("a file is in a folder").to_owned();
        folders.entry(parent).or_default().push(path);
    }
    let small = |path: &&PathBuf| path.metadata().is_ok_and(|meta| meta.len() <= MOST_BYTES);
    let files = folders.values().flat_map(|files| {
        let first = files.iter().filter(small).take(FILES);
        // A folder of nothing but large files still has its first.
        first.chain(files.iter().take(1).filter(move |_| !files.iter().any(|path| small(&path))))
    });
    let mut sample = Vec::new();
    for path in files {
        let mut taken: BTreeMap<_, usize> = BTreeMap::new();
        sample.extend(cases(path).into_iter().filter(|located| {
            let count = taken.entry(located.case.fork_name.clone()).or_default();
            *count += 1;
            *count <= CASES
        }));
    }
    sample
}

#[test]
fn a_sample_of_every_folder() {
    let cases: Vec<_> =
        ["statetests", "statetests_older_forks"].into_iter().flat_map(sample).collect();
    if cases.is_empty() {
        return;
    }
    println!("{} cases", cases.len());
    parallel::check_all(&cases, check);
}

/// What the file says is compared, each thing by itself.
#[test]
fn another_root_other_logs_or_an_unmet_exception_fail() {
    let Some(folder) = fixtures::third_party("mainnet/Cancun") else { return };
    let path = fixtures::json_files(&folder).remove(0);
    let Located { case, .. } = cases(&path).remove(0);
    let engine = audit::engine(case.fork().expect("Cancun"));
    assert!(statetest::check(&case, engine, &HYPERVISOR).is_ok_and(|passed| passed.messages > 0));
    type Change = fn(&mut Case);
    let changes: [(&str, Change); 3] = [
        ("state-root", |case| case.state_root = Some(B256::repeat_byte(0x11))),
        ("logs-hash", |case| case.logs_hash = Some(B256::repeat_byte(0x11))),
        ("not-rejected", |case| case.exception = Some("any".to_owned())),
    ];
    for (kind, change) in changes {
        let mut changed = case.clone();
        change(&mut changed);
        let problem = statetest::check(&changed, engine, &HYPERVISOR).expect_err(kind);
        assert_eq!((problem.audit, problem.kind), ("recording", kind));
    }
}

/// A hypervisor of other rules finds fault, and where it does is said.
#[test]
fn the_problem_names_message_pc_and_record() {
    let Some(folder) = fixtures::third_party("mainnet/Istanbul") else { return };
    let all = fixtures::json_files(&folder).into_iter().flat_map(|path| cases(&path));
    let mut found = 0;
    for Located { case, .. } in all {
        let recording = record(&case.execution().expect("it ran")).expect("it ran");
        let other = audit::engine(iso_evm_wire::Fork::Osaka);
        let first = recording.messages.iter().position(|message| {
            let calldata = encode(&message.witness).into();
            other.audit(&calldata, &message.code, None).verdict != MessageVerdict::Valid
        });
        match (statetest::check(&case, other, &HYPERVISOR), first) {
            (Ok(_), None) => {}
            (Err(problem), Some(message)) => {
                assert_eq!((problem.audit, problem.message), ("execution", Some(message)));
                assert!(problem.expected.is_some() && problem.found.is_some());
                assert!(problem.to_string().contains(&format!("message {message}: ")));
                found += usize::from(problem.pc.is_some());
            }
            (checked, first) => panic!("{}: {checked:?}, {first:?}", case.test),
        }
    }
    assert!(found > 0);
}
