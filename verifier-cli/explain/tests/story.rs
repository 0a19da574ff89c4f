//! Stories of witnesses, true and changed anyhow: whatever is in a file, something true is told of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use iso_evm_explain::{Within, story};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{EngineKind, Options, Verdict, verify_opened};
use iso_evm_wire::{Opened, Witness};

/// The project's own witnesses.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let witnesses = files.filter(|path| path.to_str().unwrap().ends_with(".witness.bin"));
    let mut fixtures: Vec<_> = witnesses
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect();
    fixtures.sort();
    fixtures
}

const OPTIONS: fn() -> Options = || Options { engine: EngineKind::Native, ..Options::default() };

#[test]
fn a_true_witness_is_told_with_a_pc_for_every_record_and_a_root_that_goes_on() {
    for (name, bytes) in fixtures() {
        let witness = Witness::decode(&bytes).unwrap();
        let engine = Engine::new(witness.rules);
        let opened = Opened::of(&witness);
        let report = verify_opened(&engine, &opened, &OPTIONS()).unwrap();
        let told = story(&engine, &opened, &report, None, Within::All);
        let begins = if report.verdict() == Verdict::Valid {
            "valid: the transaction "
        } else {
            "inconclusive: "
        };
        assert!(told.headline.starts_with(begins), "{name}: {}", told.headline);
        assert_eq!(
            (told.calls.len(), told.messages.len()),
            (opened.messages.len(), opened.messages.len())
        );
        for message in &told.messages {
            let opened = opened.message(message.index).unwrap();
            assert_eq!(message.records.len(), opened.records().len());
            let (first, others) = message.records.split_first().unwrap();
            assert_eq!(first.pc, None);
            // A record that its opcode could not pay for is taken all the same.
            assert!(others.iter().all(|record| record.pc.is_some()), "{name} {}", message.index);
            // Each opcode stands where its record was taken.
            let code = opened.code_hash().map(|hash| &witness.codes[&hash]);
            let code = code.map_or_else(|| opened.call_data().bytes(), Clone::clone);
            for (line, record) in others.iter().zip(&opened.records()[1..]) {
                let opcode = record.as_ref().unwrap().opcode();
                assert_eq!(code[line.pc.unwrap()], opcode, "{name} {}", message.index);
            }
            assert_eq!(message.roots.first().unwrap().root, opened.fields().stateRootEnter);
            assert_eq!(message.roots.last().unwrap().root, opened.fields().stateRootLeave);
        }
    }
}

/// Bytes of messages are changed at places that follow from a seed.
#[test]
fn whatever_is_changed_in_a_message_there_is_a_story_and_no_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut invalid, mut open) = (0, 0);
    for (name, bytes) in fixtures() {
        let witness = Witness::decode(&bytes).unwrap();
        if witness.messages.is_empty() || bytes.len() > 100_000 {
            continue;
        }
        let engine = Engine::new(witness.rules);
        for _ in 0..20 {
            let mut changed = witness.clone();
            let message = next(changed.messages.len());
            let mut bytes = changed.messages[message].to_vec();
            let at = next(bytes.len());
            bytes[at] ^= 1 << next(8);
            changed.messages[message] = bytes.into();
            let opened = Opened::of(&changed);
            let mut report = verify_opened(&engine, &opened, &OPTIONS()).unwrap();
            report.look_for_causes(&engine, &opened, &OPTIONS());
            let told = story(&engine, &opened, &report, None, Within::All);
            let verdict = report.verdict();
            assert!(told.headline.starts_with(&told.verdict), "{name}: {}", told.headline);
            assert_eq!(told.findings.len(), report.findings.len());
            assert_eq!(told.findings.is_empty(), verdict != Verdict::Invalid);
            invalid += usize::from(verdict == Verdict::Invalid);
            open += usize::from(verdict == Verdict::Inconclusive);
        }
    }
    assert!(invalid > 100 && open + invalid > 200, "{invalid} invalid, {open} open");
}
