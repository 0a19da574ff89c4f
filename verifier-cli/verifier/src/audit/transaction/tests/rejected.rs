//! Transactions that revm rejects: official state tests with an exception. The rule that the audit
//! finds broken first is that of revm's reason.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use iso_evm_witness::{
    ExecuteError, Recording,
    input::state_test::{Case, cases},
    record,
};
use revm::context::result::InvalidTransaction as Reason;

use super::recorded::stand_on;
use crate::audit::{AuditOutcome, Finding, TransactionKind as Kind, replay};

/// The rule that a reason is about.
fn rule(reason: &Reason) -> Kind {
    match reason {
        Reason::PriorityFeeGreaterThanMaxFee | Reason::GasPriceLessThanBasefee => Kind::Fee,
        Reason::CallerGasLimitMoreThanBlock | Reason::TxGasLimitGreaterThanCap { .. } => {
            Kind::GasLimit
        }
        Reason::CallGasCostMoreThanGasLimit { .. } | Reason::GasFloorMoreThanGasLimit { .. } => {
            Kind::IntrinsicGas
        }
        Reason::RejectCallerWithCode => Kind::SenderCode,
        Reason::LackOfFundForMaxFee { .. } | Reason::OverflowPaymentInTransaction => Kind::Funds,
        Reason::NonceOverflowInTransaction
        | Reason::NonceTooHigh { .. }
        | Reason::NonceTooLow { .. } => Kind::Nonce,
        Reason::CreateInitCodeSizeLimit => Kind::Initcode,
        Reason::InvalidChainId => Kind::ChainId,
        Reason::BlobGasPriceGreaterThanMax { .. }
        | Reason::EmptyBlobs
        | Reason::TooManyBlobs { .. }
        | Reason::BlobVersionNotSupported => Kind::Blob,
        Reason::EmptyAuthorizationList => Kind::Authorization,
        Reason::Eip2930NotSupported
        | Reason::Eip1559NotSupported
        | Reason::Eip4844NotSupported
        | Reason::Eip7702NotSupported => Kind::Type,
        reason => panic!("{reason}"),
    }
}

/// What the audit finds, and the rule of revm's reason; none where the case cannot be written down.
fn rejected(case: &Case) -> Option<(AuditOutcome<Kind>, Kind)> {
    let execution = case.execution().ok()?;
    let Err(ExecuteError::InvalidTransaction(reason)) = record(&execution) else { return None };
    let prestate = execution.prestate.clone();
    let input = case.input(execution).ok()?;
    let nothing = Recording {
        messages: Vec::new(),
        state_root_enter: Default::default(),
        state_root_leave: Default::default(),
        gas_used: 0,
        success: false,
        logs: Vec::new(),
        deposit: None,
        output: Default::default(),
        proof: Default::default(),
    };
    let mut witness = nothing.witness(&input);
    stand_on(&mut witness, &prestate);
    Some((replay::transaction(&witness), rule(&reason)))
}

/// The `.json` files in a folder and below it.
fn json_files(folder: PathBuf) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files
}

/// Skipped where the third-party files are not.
#[test]
fn a_transaction_that_revm_rejects_is_false_for_the_same_reason() {
    let folder = env::var_os("ISO_FIXTURES")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
            PathBuf::from,
        )
        .join("statetests");
    if !folder.exists() {
        eprintln!("skipped: {} is not there (ISO_FIXTURES says where it is)", folder.display());
        return;
    }
    let mut count = 0;
    for path in json_files(folder) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.contains("\"expectException\"") {
            continue;
        }
        for case in cases(text.as_bytes()).unwrap() {
            let Some((outcome, rule)) = rejected(&case) else { continue };
            let AuditOutcome::Invalid(Finding { kind, .. }) = outcome else {
                panic!("{} {}: {outcome:?}", path.display(), case.test)
            };
            assert_eq!(kind, rule, "{} {}", path.display(), case.test);
            count += 1;
        }
    }
    assert!(count > 500, "only {count} cases");
}
