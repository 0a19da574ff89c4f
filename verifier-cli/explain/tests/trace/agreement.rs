//! Every step that revm traces is ours, and the other way round.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use iso_evm_explain::trace::{Bounds, Compared, Event, Lines, Scope, Walk, compare};
use iso_evm_testing::{fixtures, parallel};
use iso_evm_witness::{Input, input::state_test};
use serde_json::Value;

use crate::revm_tracer::{Traced, fixture};

/// A number as either writes it.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
        value => value.as_u64(),
    }
}

/// Holds every line of revm's against one of ours: pc, opcode, gas left, stack, size of memory, depth, and memory
/// itself where both have it. How many steps there are.
fn agree(traced: &Traced, memory: bool) -> Result<usize, String> {
    let Traced { opened, revm } = traced;
    let mut walk = Walk::new(opened, Scope::Transaction, memory, Bounds::default());
    let mut steps_of = Walk::new(opened, Scope::Transaction, false, Bounds::default());
    let is_step = |line: &Value| !line["pc"].is_null() && !line["op"].is_null();
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let mut ours = Lines::new(&mut walk).map(|line| parse(&line));
    let (mut steps, mut summary) = (0, None);
    for (index, theirs) in revm.lines().map(parse).enumerate() {
        let line = ours.next().unwrap_or_default();
        if !is_step(&theirs) {
            summary = Some((line, theirs));
            break;
        }
        for key in ["pc", "op", "gas", "memSize", "depth"] {
            if number(&line[key]) != number(&theirs[key]) {
                return Err(format!("line {index}: {key}: ours {line}, revm's {theirs}"));
            }
        }
        let step = match steps_of.next() {
            Some(Event::Step(step)) => step,
            event => return Err(format!("line {index}: {event:?}, revm's {theirs}")),
        };
        // Of its own frame, as revm counts them, and with all that a callee is given.
        let refund = number(&theirs["refund"]).map(u64::cast_signed);
        let given = step.callee.map_or(0, |callee| callee.given);
        let cost = (step.halt.is_none()).then_some(step.cost + given);
        if refund != Some(step.refund.frame)
            || cost.is_some_and(|cost| number(&theirs["gasCost"]) != Some(cost))
        {
            return Err(format!("line {index}: {step:?}, revm's {theirs}"));
        }
        for key in ["stack", "memory"] {
            if line[key] != theirs[key] {
                return Err(format!("line {index}: {key}: ours {line}, revm's {theirs}"));
            }
        }
        steps += 1;
    }
    if let Some((line, theirs)) = summary {
        // After a halt revm prints what was returned before; ours is empty then.
        let is_told = line["pass"] == true || line["output"] != "0x";
        if line["pass"] != theirs["pass"] || (is_told && line["output"] != theirs["output"]) {
            return Err(format!("the end: ours {line:.200}, revm's {theirs:.200}"));
        }
    }
    match ours.next() {
        None => Ok(steps),
        Some(line) => Err(format!("one more of ours: {line}")),
    }
}

/// The same as the comparison sees it, and each message by itself.
fn equal(traced: &Traced, steps: usize) -> Result<(), String> {
    let Traced { opened, revm } = traced;
    let compared = |message| {
        compare(opened, message, Bounds::default(), revm.as_bytes())
            .map_err(|error| error.to_string())
    };
    match compared(None)? {
        Compared::Equal { steps: found, judged: None, .. } if found == steps as u64 => {}
        other => return Err(format!("{steps} steps: {other}")),
    }
    let mut of_messages = 0;
    // Each comparison reads the whole.
    let most = if revm.len() < 1 << 20 { 20 } else { 2 };
    for message in 0..opened.messages.len().min(most) {
        match compared(Some(message))? {
            Compared::Equal { steps, judged: None, .. } => of_messages += steps,
            other => return Err(format!("message {message}: {other}")),
        }
    }
    if opened.messages.len() <= most && of_messages != steps as u64 {
        return Err(format!("{of_messages} steps of messages, {steps} of the transaction"));
    }
    Ok(())
}

fn check(input: &Input, memory: bool) -> Result<usize, String> {
    let Some(traced) = Traced::of(input, memory) else { return Ok(0) };
    let steps = agree(&traced, memory)?;
    equal(&traced, steps)?;
    Ok(steps)
}

#[test]
fn steps_of_the_fixtures_are_revms() {
    let folder = fixtures::own();
    let names = fixtures::json_files(&folder).into_iter().filter(|path| {
        path.parent().is_some_and(|parent| parent.file_name() == folder.file_name())
    });
    let names: Vec<_> =
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names.len() > 10, "{names:?}");
    parallel::check_all(&names, |name| {
        let steps = check(&fixture(name), true).map_err(|error| format!("{name}: {error}"))?;
        assert!(steps > 0 || name == "plain-transfer" || name == "blobs", "{name}");
        Ok(())
    });
}

/// Checks the cases of state tests; how many files of so many are taken.
fn check_cases(files: &[PathBuf], least: usize) {
    let (cases, steps) = (AtomicUsize::new(0), AtomicUsize::new(0));
    parallel::check_all(files, |path| {
        let all = state_test::cases(fixtures::read(path).as_bytes()).unwrap();
        let ran = all.iter().filter(|case| case.fork().is_ok() && case.exception.is_none());
        for case in ran.take(4) {
            let execution = case.execution().map_err(|error| error.to_string())?;
            let input = case.input(execution).map_err(|error| error.to_string())?;
            let name = || format!("{} {} {}", path.display(), case.fork_name, case.indexes);
            let count = check(&input, false).map_err(|error| format!("{}: {error}", name()))?;
            cases.fetch_add(1, Ordering::Relaxed);
            steps.fetch_add(count, Ordering::Relaxed);
        }
        Ok(())
    });
    let [cases, steps] = [cases, steps].map(AtomicUsize::into_inner);
    println!("{cases} cases, {steps} steps");
    assert!(cases >= least, "{cases} cases");
}

#[test]
fn steps_of_mainnet_are_revms() {
    let Some(folder) = fixtures::third_party("mainnet") else { return };
    check_cases(&fixtures::json_files(&folder), 50);
}

#[test]
fn steps_of_state_tests_are_revms() {
    let Some(folder) = fixtures::third_party("statetests") else { return };
    let small = |path: &PathBuf| path.metadata().is_ok_and(|meta| meta.len() < 60_000);
    let files: Vec<_> = fixtures::json_files(&folder).into_iter().filter(small).collect();
    let every = (files.len() / 200).max(1);
    let sample: Vec<_> = files.into_iter().step_by(every).collect();
    check_cases(&sample, 100);
}
