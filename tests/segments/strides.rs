//! The same verdict at every stride: official state tests, mainnet, random programs. `iso-verify
//! statetest --segments --stride N` does the same with whole sets.

use alloy_primitives::Bytes;
use iso_evm_batch::statetest::{self, CaseAudit};
use iso_evm_hypervisor::Code;
use iso_evm_verifier::verify::{AuditSelection, EngineKind};
use iso_evm_wire::{Rules, encoding::encode, records::FrameKind, segment::Cut};

use crate::{
    harness::{audit, fixtures, guest::Guest, parallel, random::Random, segments},
    mainnet,
    random::program,
    replay,
    statetests::{self, Located},
};

/// The strides, each with the most gas of a transaction that is cut so: one of more has too many
/// segments for a test.
const STRIDES: [(u64, u64); 4] =
    [(1, 60_000), (10, 300_000), (1_000, 5_000_000), (100_000, u64::MAX)];

/// Checks a case at every stride.
fn check(located: &Located) -> Result<(), String> {
    let Some(execution) = located.execution() else { return Ok(()) };
    let gas = execution.tx.gas_limit;
    let audits = AuditSelection::ALL;
    let fork = located.case.fork().expect("others are not taken");
    for (stride, most) in STRIDES {
        if gas > most {
            continue;
        }
        let how = CaseAudit { engine: EngineKind::Both, audits, cut: Some(Cut::Stride(stride)) };
        statetest::check(&located.case, audit::engine(fork), &how)
            .map_err(|problem| format!("{}, stride {stride}: {problem}", located.name()))?;
    }
    Ok(())
}

#[test]
fn a_state_test_has_the_same_verdict_by_segments_whatever_the_stride() {
    let cases: Vec<_> = statetests::sample("statetests");
    parallel::check_all(&cases, check);
}

#[test]
fn a_mainnet_transaction_has_the_same_verdict_by_segments_whatever_the_stride() {
    let Some(folder) = fixtures::third_party("mainnet") else { return };
    let folders = mainnet::FORKS.iter().map(|fork| fixtures::json_files(&folder.join(fork)));
    // Some of every fork; `statetest --segments` takes all.
    let files = folders.flat_map(|files| files.into_iter().step_by(4));
    let cases: Vec<_> = files.flat_map(|path| statetests::cases(&path)).collect();
    assert!(cases.len() > 20, "only {} transactions", cases.len());
    parallel::check_all(&cases, check);
}

#[test]
fn a_fixture_has_the_same_verdict_by_segments_whatever_the_stride() {
    let mut compared = 0;
    for name in replay::NAMES {
        let (fork, recording) = replay::recorded(name);
        let both = audit::engine(fork);
        for message in &recording.messages {
            let (calldata, code) =
                (encode(&message.witness).into(), Code::new(message.code.clone()));
            for (stride, most) in STRIDES {
                if message.witness.gasUsed.saturating_to::<u64>() <= most {
                    let cut = Cut::Stride(stride);
                    let bytes = &message.code;
                    compared +=
                        segments::check(both, &both.native, &calldata, &code, bytes, cut).segments;
                }
            }
            let cut = Cut::default();
            segments::check(both, &both.native, &calldata, &code, &message.code, cut);
        }
    }
    assert!(compared > 10_000, "only {compared} segments");
}

/// Programs of random opcodes, in frames of all kinds and under all rules, at all strides.
#[test]
fn a_random_program_has_the_same_verdict_by_segments_whatever_the_stride() {
    let seeds: Vec<u64> = (0..600).collect();
    parallel::check_all(&seeds, |seed| {
        let mut random = Random::new(*seed);
        let rules = Rules::ALL[random.below(Rules::ALL.len())];
        let kind = FrameKind::ALL[random.below(6)];
        let code = program(&mut random, rules.fork());
        let guest = Guest::new(format!("seed {seed}"), rules, code).gas(40_000).kind(kind);
        let both = audit::engine(rules);
        for message in guest.record().recording.messages {
            let calldata: Bytes = encode(&message.witness).into();
            let code = Code::new(message.code.clone());
            for stride in [1, 10, 1_000, 100_000] {
                let cut = Cut::Stride(stride);
                segments::check(both, &both.native, &calldata, &code, &message.code, cut);
            }
        }
        Ok(())
    });
}
