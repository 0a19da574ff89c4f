//! What one verification takes, from the file to the report, counted: times are noisy, counts are not. The table
//! is in `specs/measurements.md`, section Counts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    fmt::Debug,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use alloy_primitives::Bytes;
use iso_evm_hypervisor::Engine;
use iso_evm_testing::{
    cases,
    measurements::{self, Table, thousands},
    witness,
};
use iso_evm_verifier::{EngineKind, Options, Verdict, hash::CRYPTO, verify_opened};
use iso_evm_wire::Opened;
use iso_evm_witness::record;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// The system's heap, which counts what each thread takes.
#[derive(Debug)]
struct Counting;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: all of it is the system's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.set(TAKEN.get() + 1);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        TAKEN.set(TAKEN.get() + 1);
        // SAFETY: the caller's.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

/// What the libraries told of their work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    messages: u64,
    records: u64,
    /// Strings that stand under a hash in the file, or that one names.
    strings: u64,
    /// Trie nodes that the walk wrote.
    nodes: u64,
    /// Blocks of keccak in both.
    blocks: u64,
    signers: u64,
}

#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Counts>>);

impl<S: Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut counts = self.0.lock().unwrap();
        let blocks = fields.length / 136 + 1;
        match fields.message.as_str() {
            "message decoded" => counts.messages += 1,
            "record decoded" => counts.records += 1,
            "hashed" => {
                counts.strings += 1;
                counts.blocks += blocks;
            }
            "node hashed" => {
                counts.nodes += 1;
                counts.blocks += blocks;
            }
            "signer recovered" => counts.signers += 1,
            "witness hashed" => panic!("nobody has asked for the witness's hash"),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    length: u64,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "length" {
            self.length = value;
        }
    }
}

/// All audits of a file, by the native engine.
fn verified(engine: &Engine, file: &Bytes) {
    let opened = Opened::decode(file, CRYPTO).unwrap();
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let report = verify_opened(engine, &opened, &options).unwrap();
    assert_eq!(report.verdict(), Verdict::Valid);
}

/// What is counted of one verification, and how often it took memory.
fn counted(file: &Bytes) -> (Counts, u64) {
    let engine = Engine::new(Opened::decode(file, CRYPTO).unwrap().rules);
    // What is made once for a process is made.
    verified(&engine, file);
    let before = TAKEN.get();
    verified(&engine, file);
    let taken = TAKEN.get() - before;
    let told = Told::default();
    let subscriber = tracing_subscriber::registry().with(told.clone());
    tracing::subscriber::with_default(subscriber, || verified(&engine, file));
    let counts = *told.0.lock().unwrap();
    (counts, taken)
}

/// Names and files.
fn files() -> Vec<(&'static str, Bytes)> {
    let fixture = |name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name);
        Bytes::from(fs::read(path).unwrap())
    };
    let [_, swap, _, storage, ..] = cases::all().map(|case| {
        let execution = &case.execution;
        Bytes::from(witness(execution, &record(execution).unwrap()).encode())
    });
    vec![
        ("ERC-20 transfer, signed", fixture("erc20-transfer.witness.bin")),
        ("Uniswap V2 swap", swap),
        ("storage loop", storage),
        ("call tree", fixture("call-tree.witness.bin")),
    ]
}

/// Whether a row tells what another does; memory is taken as often within a twentieth, which depends on the
/// compiler's library.
fn alike(row: &str, other: &str) -> bool {
    let cells = |row: &str| row.rsplit(" | ").map(str::to_owned).collect::<Vec<_>>();
    let (row, other) = (cells(row), cells(other));
    let taken = |cells: &[String]| {
        let digits: String = cells[0].chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap_or_default()
    };
    row[1..] == other[1..] && taken(&row).abs_diff(taken(&other)) * 20 <= taken(&row)
}

/// More work for the same verdict, or less, is a change of the page.
#[test]
fn a_verification_takes_what_the_page_says() {
    for (name, file) in files() {
        let (counts, taken) = counted(&file);
        let Counts { messages, records, strings, nodes, blocks, signers } = counts;
        let numbers =
            [file.len() as u64, messages, records, signers, strings, nodes, blocks, taken];
        let mut table = Table::new([""; 9]);
        table.row([name.to_owned()].into_iter().chain(numbers.map(thousands)));
        let table = table.to_string();
        let row = table.lines().last().unwrap();
        measurements::compare_row("counts", row, |shown| alike(row, shown));
    }
}
