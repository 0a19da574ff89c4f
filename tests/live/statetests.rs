//! The messages of official state tests: each frame as it begins, natively and through the live
//! machine, in the same state.
//!
//! A frame of a fork before Cancun runs under Cancun's rules on both sides: the machine's host has
//! no older ones. What is excluded, by rule: frames in which `GAS` ran or gas ran out, themselves or
//! below where gas was not a fixed amount ([`Rule`]); and those for which the budget of a
//! transaction's steps is spent, since each frame is run again with all below it.

use std::{collections::BTreeMap, ops::AddAssign, sync::Mutex};

use alloy_primitives::Bytes;
use iso_evm_wire::Fork;
use iso_evm_witness::Execution;
use revm::{
    InspectEvm, Inspector, JournalEntry, MainBuilder,
    context::journal::JournalInner,
    interpreter::{
        CallInput, Interpreter,
        interpreter::EthInterpreter,
        interpreter_types::{InputsTr, LegacyBytecode, RuntimeFlag},
    },
};

use crate::{
    harness::{
        fixtures,
        frame::{self, Compared, Frame, Rule, World},
        parallel,
    },
    statetests::{Located, cases, sample},
};

/// Steps of a transaction's frames, each with all below it, that are compared.
const BUDGET: u64 = 3_000_000;

/// How many messages there were, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    compared: usize,
    reads_gas: usize,
    out_of_gas: usize,
    over_budget: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.compared += other.compared;
        self.reads_gas += other.reads_gas;
        self.out_of_gas += other.out_of_gas;
        self.over_budget += other.over_budget;
    }
}

/// Compares every frame as it begins.
struct Frames {
    fork: Fork,
    blank: World,
    counts: Counts,
    steps: u64,
    failures: Vec<String>,
}

impl Inspector<World, EthInterpreter> for Frames {
    fn initialize_interp(&mut self, interp: &mut Interpreter<EthInterpreter>, context: &mut World) {
        if self.steps > BUDGET {
            self.counts.over_budget += 1;
            return;
        }
        let input = match interp.input.input() {
            CallInput::Bytes(bytes) => bytes.clone(),
            CallInput::SharedBuffer(range) => {
                let buffer = context.local.shared_memory_buffer.borrow();
                Bytes::copy_from_slice(buffer.get(range.clone()).unwrap_or_default())
            }
        };
        let frame = Frame {
            code: Bytes::copy_from_slice(interp.bytecode.bytecode_slice()),
            input,
            caller: interp.input.caller_address,
            account: interp.input.target_address,
            value: interp.input.call_value,
            is_static: interp.runtime_flag.is_static(),
            gas: interp.gas.limit(),
            depth: interp.input.depth,
        };
        let world = self.at(&context.journaled_state.inner);
        match frame.compare(&world, frame::machine(self.fork)) {
            Ok(Compared::Same { steps, .. }) => {
                self.counts.compared += 1;
                self.steps += steps;
            }
            Ok(Compared::Excluded(rule, steps)) => {
                self.steps += steps;
                match rule {
                    Rule::ReadsGas => self.counts.reads_gas += 1,
                    Rule::OutOfGas => self.counts.out_of_gas += 1,
                }
            }
            Err(error) => self.failures.push(error),
        }
    }
}

impl Frames {
    /// The world in which the state is the journal's.
    fn at(&self, journal: &JournalInner<JournalEntry>) -> World {
        let mut world = frame::copy(&self.blank);
        let rules = world.journaled_state.inner.cfg.clone();
        world.journaled_state.inner = journal.clone();
        world.journaled_state.inner.cfg = rules;
        world
    }
}

/// Runs a case and compares all its frames.
fn check(fork: Fork, execution: &Execution) -> Result<Counts, String> {
    let state = frame::state(execution);
    let host = frame::host_of(fork);
    let block = frame::with_one_difficulty(execution.block.clone());
    let world = |rules: Fork, block| {
        let mut world = frame::world(state.clone(), rules.spec_id(), block, execution.tx.clone());
        world.cfg.chain_id = execution.chain_id;
        world.cfg.max_blobs_per_tx = Some(9);
        world
    };
    let block = if fork < Fork::Paris { block } else { execution.block.clone() };
    let frames = Frames {
        fork: host,
        blank: world(host, block.clone()),
        counts: Counts::default(),
        steps: 0,
        failures: Vec::new(),
    };
    let mut evm = world(fork, block).build_mainnet_with_inspector(frames);
    // A transaction that has to be rejected has no frames.
    let _ = evm.inspect_tx(execution.tx.clone());
    match evm.inspector.failures.first() {
        Some(failure) => Err(failure.clone()),
        None => Ok(evm.inspector.counts),
    }
}

/// Compares the frames of all cases; adds up what became of them.
fn check_all(cases: &[Located], by_fork: &mut BTreeMap<Fork, Counts>) {
    let all = Mutex::new(by_fork);
    parallel::check_all(cases, |Located { path, case }| {
        let fork = case.fork().expect("others are not taken");
        let Ok(execution) = case.execution() else { return Ok(()) };
        let counts = check(fork, &execution).map_err(|error| {
            format!("{}: {} {fork} {}: {error}", path.display(), case.test, case.indexes)
        })?;
        *all.lock().expect("no thread panics with the lock").entry(fork).or_default() += counts;
        Ok(())
    });
}

/// Prints the counts, and returns their sum.
fn print(by_fork: &BTreeMap<Fork, Counts>) -> Counts {
    println!("| frames of | compared | read gas | ran out of gas | over budget |");
    println!("|---|---|---|---|---|");
    let show = |name: String, counts: Counts| {
        let Counts { compared, reads_gas, out_of_gas, over_budget } = counts;
        println!("| {name} | {compared} | {reads_gas} | {out_of_gas} | {over_budget} |");
    };
    let mut all = Counts::default();
    for (fork, counts) in by_fork {
        show(fork.to_string(), *counts);
        all += *counts;
    }
    show("all".to_owned(), all);
    all
}

#[test]
fn messages_of_a_sample_of_every_folder() {
    let cases = sample("statetests");
    if cases.is_empty() {
        return;
    }
    let mut by_fork = BTreeMap::new();
    check_all(&cases, &mut by_fork);
    let counts = print(&by_fork);
    assert!(counts.compared > 8_000, "{counts:?}");
}

/// Every message of every official state test: a long run, in CI.
#[test]
#[ignore = "takes minutes: cargo test --release -p iso-evm-tests live::statetests -- --ignored --nocapture"]
fn messages_of_every_state_test() {
    let mut by_fork = BTreeMap::new();
    for name in ["statetests", "statetests_older_forks"] {
        let Some(folder) = fixtures::third_party(name) else { return };
        // Some files at a time: all of them at once do not fit.
        for chunk in fixtures::json_files(&folder).chunks(200) {
            let located: Vec<_> = chunk.iter().flat_map(|path| cases(path)).collect();
            if !located.is_empty() {
                check_all(&located, &mut by_fork);
            }
        }
    }
    let counts = print(&by_fork);
    assert!(counts.compared > 100_000, "{counts:?}");
}
