//! How fast a watcher follows a chain whose blocks are full, what its time goes to, and whether its memory grows with
//! the chain. `cargo bench --bench watch`, or `-- rate` or `-- memory` for one of the two; its tables are of
//! `specs/measurements.md`. The chain is anvil's, from npm.

#![allow(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]
#![allow(dead_code, reason = "the node of the tests has more than is needed here")]

#[path = "../../tests/integration/node/anvil.rs"]
mod anvil;
#[path = "../../tests/integration/node/http.rs"]
mod http;
mod memory;

use std::{
    env, thread,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, hex};
use iso_evm_testing::{
    measurements::{self, Table, thousands},
    npm,
};
use iso_evm_watch::{
    AuditOptions, Event, Keep, Policy, Spent, Start, Stop, Store, StoreOptions, WatchOptions,
    Watcher,
};
use serde_json::json;

use self::anvil::{Anvil, STORE, store};

/// Blocks that are watched.
const BLOCKS: u64 = 40;
/// Transactions in each of them.
const FULL: u64 = 200;

/// Adds one to its first slot and logs what that comes to.
const COUNTER: &[u8] = &hex!("5f54600101805f555f5260205fa000");

/// A chain that is filled.
#[derive(Debug)]
struct Chain {
    anvil: Anvil,
    contracts: [Address; 2],
}

impl Chain {
    fn start() -> Option<Self> {
        // The node holds few states, and none on disk: it has hung while it wrote those of hundreds of blocks.
        let anvil = Anvil::start(&[
            "--hardfork",
            "prague",
            "--gas-limit",
            "100000000",
            "--prune-history",
            "400",
        ])?;
        let contracts = [STORE, COUNTER].map(|code| anvil.deploy(code));
        anvil.ask("evm_setAutomine", json!([false]));
        Some(Self { anvil, contracts })
    }

    /// Makes blocks of so many transactions: a third of them each send value, write a slot, and count.
    fn make(&self, blocks: u64, each: u64) {
        let [storing, counting] = self.contracts;
        for block in 0..blocks {
            for index in 0..each {
                let (number, from) = (block * each + index, index as usize % 10);
                match number % 3 {
                    0 => {
                        let somebody = Address::left_padding_from(&(4_096 + number).to_be_bytes());
                        self.anvil.queue(from, Some(somebody), 1, &[])
                    }
                    1 => self.anvil.queue(from, Some(storing), 0, &store(number % 997, number)),
                    _ => self.anvil.queue(from, Some(counting), 0, &[]),
                };
            }
            self.anvil.mine();
        }
    }
}

fn main() {
    // One of the two tables, if it is named.
    let named: Vec<String> = env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_made = |table: &str| named.is_empty() || named.iter().any(|name| name == table);
    if is_made("rate") {
        rate();
    }
    if is_made("memory") {
        memory::measure();
    }
}

/// Measures how fast a watcher follows, and writes its table.
fn rate() {
    let Some(first) = Chain::start() else {
        println!("nothing is watched: npm does not bring anvil");
        return;
    };
    let mut table = Table::new([
        "",
        "transactions",
        "a second",
        "made a second",
        "node",
        "recording",
        "audit",
        "store",
    ]);
    first.make(BLOCKS, FULL);
    let behind = Run::until(&first, first.anvil.height());
    table.row(behind.cells("blocks that are there"));
    drop(first);
    let Some(second) = Chain::start() else { return };
    let making = thread::scope(|scope| {
        let made = scope.spawn(|| {
            let begun = Instant::now();
            second.make(BLOCKS, FULL);
            begun.elapsed()
        });
        // All of them, however late they come.
        let height = second.anvil.height() + BLOCKS;
        let run = Run::until(&second, height);
        Run { made: made.join().unwrap(), ..run }
    });
    table.row(making.cells("blocks that are made meanwhile"));
    measurements::write("watch", &format!("{}{table}", measurements::circumstances()));
}

/// What a watcher did.
#[derive(Debug)]
struct Run {
    transactions: u64,
    time: Duration,
    /// How long it took to make the blocks meanwhile.
    made: Duration,
    spent: [Duration; 4],
}

impl Run {
    /// Watches a chain until a block is audited.
    fn until(chain: &Chain, until: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions {
            database: folder.path().join("watch.db").display().to_string(),
            witnesses: folder.path().join("witnesses"),
            keep: Keep::All,
        });
        let options = WatchOptions {
            nodes: vec![chain.anvil.url()],
            bells: Vec::new(),
            start: Start::Number(1),
            until: Some(until),
            once: false,
            audit: AuditOptions::default(),
            jobs: None,
            policy: Policy { poll: Duration::from_millis(50), ..Policy::default() },
        };
        let begun = Instant::now();
        let (mut transactions, mut spent) = (0, [Duration::ZERO; 4]);
        for event in Watcher::begin(options, store.unwrap(), Stop::default()).unwrap() {
            let Event::Block { block, .. } = event.unwrap() else { continue };
            assert_eq!(block.verdict().name(), "valid", "{:?}", block.problem);
            transactions += block.transactions.len() as u64;
            let Spent { asking, recording, auditing, storing } = block.spent;
            for (sum, time) in spent.iter_mut().zip([asking, recording, auditing, storing]) {
                *sum += time;
            }
        }
        Self { transactions, time: begun.elapsed(), made: Duration::ZERO, spent }
    }

    fn cells(&self, name: &str) -> [String; 8] {
        let rate = |time: Duration| match time.is_zero() {
            true => String::new(),
            false => format!("{:.0}", self.transactions as f64 / time.as_secs_f64()),
        };
        let all: Duration = self.spent.iter().sum();
        let share =
            |time: Duration| format!("{:.0} %", 100.0 * time.as_secs_f64() / all.as_secs_f64());
        let [asking, recording, auditing, storing] = self.spent.map(share);
        [
            name.to_owned(),
            thousands(self.transactions),
            rate(self.time),
            rate(self.made),
            asking,
            recording,
            auditing,
            storing,
        ]
    }
}
