//! Stories of witnesses, true and changed anyhow: whatever is in a file, something true is told of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use alloy_primitives::hex;
use iso_evm_explain::{
    Story, Within, story,
    trace::{
        Step,
        window::{Around, window},
    },
};
use iso_evm_hypervisor::{Code, Engine};
use iso_evm_verifier::{EngineKind, Options, Verdict, verify_opened};
use iso_evm_wire::{Opened, Witness, encoding};

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

/// The step that a second run of a message meets where its story shows an instant; its number, and of how many.
fn again(
    engine: &Engine,
    opened: &Opened<'_>,
    told: &Story,
    index: usize,
) -> Option<(u64, u64, Step)> {
    let message = opened.message(index)?;
    let finding = told.findings.iter().find(|told| told.message == Some(index));
    let initcode = message.kind().is_some_and(|kind| kind.is_create());
    let code = match opened.code(index).filter(|_| !initcode) {
        Some(code) => Some(code.clone()),
        None => initcode.then(|| message.call_data().bytes()),
    };
    let code = code.map(Code::new);
    let bytes = opened.messages[index].bytes();
    let at = |around| window(engine.native(), (&bytes, code.as_ref()), None, around, (0, 0));
    let record = finding.and_then(|told| told.record).map(|record| Around::Record(record as u64));
    let pc = finding.and_then(|told| told.pc).map(|pc| Around::Pc(pc as usize));
    let mut places = record.into_iter().chain(pc).chain([Around::End]);
    let found = places.find_map(|around| Some(at(around)).filter(|found| found.at.is_some()))?;
    Some((found.at?, found.total, found.steps.first()?.clone()))
}

/// What was kept on the way is what stood there: each instant of true and of changed witnesses.
#[test]
fn the_instant_that_is_shown_is_the_one_that_another_run_meets() {
    let (mut shown, mut of_records) = (0, 0);
    for (name, bytes) in fixtures() {
        let witness = Witness::decode(&bytes).unwrap();
        if witness.messages.is_empty() || bytes.len() > 100_000 {
            continue;
        }
        let engine = Engine::new(witness.rules);
        for lied in 0..=witness.messages.len().min(4) {
            let mut changed = witness.clone();
            if let Some(index) = lied.checked_sub(1) {
                // The last word of the last record's first words, whatever it is.
                let mut message = changed.message(index).unwrap();
                let Some(access) = message.stateAccessList.iter_mut().skip(1).next_back() else {
                    continue;
                };
                let mut metadata = access.metadata.to_vec();
                metadata[31] ^= 1;
                access.metadata = metadata.into();
                changed.messages[index] = encoding::encode(&message).into();
            }
            let opened = Opened::of(&changed);
            let report = verify_opened(&engine, &opened, &OPTIONS()).unwrap();
            let told = story(&engine, &opened, &report, None, Within::All);
            for message in &told.messages {
                let again = again(&engine, &opened, &told, message.index);
                let Some(at) = &message.at else {
                    assert!(again.is_none(), "{name} {}", message.index);
                    continue;
                };
                let (number, total, step) = again.unwrap();
                assert_eq!((at.step, at.pc), ((number, total), step.pc), "{name} {}", at.why);
                assert_eq!(at.gas.replace(',', ""), step.gas.to_string());
                assert_eq!(at.cost.replace(',', ""), step.cost.to_string());
                assert_eq!((at.height, at.memory_size), (step.stack.len(), step.memory_size));
                let memory = step.memory.unwrap();
                let rows: Vec<_> = memory.chunks(32).take(32).map(hex::encode).collect();
                assert_eq!(at.memory, rows);
                let top = step.stack.last().map(|word| word.to_string());
                let told = at.stack.first().map(|word| word.replace(',', ""));
                assert!(told == top || told.is_some_and(|told| told.starts_with("0x")));
                assert_eq!(at.halt, step.halt.map(|halt| halt.to_string()));
                shown += 1;
                of_records += usize::from(at.why.starts_with("where record"));
            }
        }
    }
    assert!(shown > 100 && of_records > 5, "{shown} shown, {of_records} of records");
}
