//! The same verdict at every stride: official state tests, mainnet, blocks of a rollup, random programs. `iso-verify
//! statetest --segments --stride N` does the same with whole sets.

use std::{
    fs,
    sync::atomic::{AtomicU64, Ordering},
};

use alloy_primitives::Bytes;
use iso_evm_batch::files;
use iso_evm_hypervisor::{Code, Inconclusive, MessageVerdict};
use iso_evm_wire::{Opened, Rules, encoding::encode, records::FrameKind, segment::Cut};
use iso_evm_witness::{Recording, block_file::BlockFile, record};

use crate::{
    harness::{audit, fixtures, guest::Guest, parallel, random::Random, segments},
    mainnet,
    random::program,
    replay,
    statetests::{self, Located},
};

/// The strides, each with the most gas of a message's own opcodes: one that spends more has too many
/// segments for a test.
const STRIDES: [(u64, u64); 4] =
    [(1, 20_000), (10, 100_000), (1_000, 10_000_000), (100_000, u64::MAX)];

/// Compares a message at every stride, and as an operator cuts it; the number of segments by stride.
fn compare(rules: Rules, calldata: &Bytes, bytes: &Bytes) -> [u64; 4] {
    let both = audit::engine(rules);
    let code = Code::new(bytes.clone());
    let check = |cut| segments::check(both, &both.native, calldata, &code, bytes, cut).segments;
    check(Cut::default());
    STRIDES.map(|(stride, most)| {
        let within = both.native.audit_within(calldata, Some(&code), Some(most));
        let long = MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
        if within == long { 0 } else { check(Cut::Stride(stride)) }
    })
}

/// How many segments were compared, by stride.
#[derive(Debug, Default)]
struct Counts([AtomicU64; 4]);

impl Counts {
    fn recording(&self, rules: Rules, recording: Recording) {
        for message in recording.messages {
            let calldata = encode(&message.witness).into();
            self.add(compare(rules, &calldata, &message.code));
        }
    }

    fn add(&self, counts: [u64; 4]) {
        for (sum, count) in self.0.iter().zip(counts) {
            sum.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Holds the number of segments at each stride to what there must be at least.
    fn at_least(&self, least: [u64; 4]) {
        let found = self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        println!("{found:?} segments");
        assert!(found.iter().zip(least).all(|(found, least)| *found >= least), "{found:?}");
    }

    fn cases(&self, cases: &[Located]) {
        parallel::check_all(cases, |located| {
            let Some(execution) = located.execution() else { return Ok(()) };
            let fork = located.case.fork().expect("others are not taken");
            if let Ok(recording) = record(&execution) {
                self.recording(fork.into(), recording);
            }
            Ok(())
        });
    }
}

#[test]
fn a_state_test_has_the_same_verdict_by_segments_whatever_the_stride() {
    let cases = statetests::sample("statetests");
    if cases.is_empty() {
        return;
    }
    let counts = Counts::default();
    counts.cases(&cases);
    counts.at_least([500_000, 300_000, 100_000, 100_000]);
}

#[test]
fn a_mainnet_transaction_has_the_same_verdict_by_segments_whatever_the_stride() {
    let Some(folder) = fixtures::third_party("mainnet") else { return };
    let files = mainnet::FORKS.iter().flat_map(|fork| fixtures::json_files(&folder.join(fork)));
    let cases: Vec<_> = files.flat_map(|path| statetests::cases(&path)).collect();
    let counts = Counts::default();
    counts.cases(&cases);
    counts.at_least([100_000, 100_000, 4_000, 800]);
}

/// Every sixth transaction of each block of OP Sepolia.
#[test]
fn a_rollups_transaction_has_the_same_verdict_by_segments_whatever_the_stride() {
    let Some(folder) = fixtures::third_party("op_stack") else { return };
    let entries = fs::read_dir(folder).expect("it is there");
    let paths: Vec<_> = entries.map(|entry| entry.expect("it is readable").path()).collect();
    let blocks: Vec<_> =
        paths.iter().filter(|path| path.extension().is_some_and(|end| end == "zst")).collect();
    let counts = Counts::default();
    parallel::check_all(&blocks, |path| {
        let json = files::read_unpacked(path).expect("it is readable");
        let file = BlockFile::parse(&json, None).expect("it is a block");
        for recorded in file.record().expect("it is true").witnesses().step_by(6) {
            let witness = Opened::from(recorded.witness);
            for (index, message) in witness.messages.iter().enumerate() {
                let code = witness.code(index).cloned().unwrap_or_default();
                counts.add(compare(witness.rules, &message.bytes(), &code));
            }
        }
        Ok(())
    });
    counts.at_least([100_000, 50_000, 2_000, 500]);
}

#[test]
fn a_fixture_has_the_same_verdict_by_segments_whatever_the_stride() {
    let counts = Counts::default();
    for name in replay::NAMES {
        let (fork, recording) = replay::recorded(name);
        counts.recording(fork.into(), recording);
    }
    counts.at_least([10_000, 4_000, 500, 200]);
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
