//! `iso-verify watch` on anvil: what stands in its database is what is on the chain, whatever happens to the
//! chain, to the nodes and to the process.

mod callers;
mod course;
mod errors;
mod examples;
mod http;
mod kills;
mod metrics;
mod no_room;
mod nodes;
// What operators commit to elsewhere: who lies is convicted by a watcher alone, who does not is left in peace.
mod operators;
mod page;
mod seeded;
mod serve;
mod tables;
mod webhook;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, Weak},
    thread,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, hex};
use serde_json::{Value, json};

use crate::{
    common,
    node::anvil::{Anvil, STORE, store},
    schema::Schema,
    schemas,
};

/// Code that reverts.
const REVERT: &[u8] = &hex!("5f5ffd");

/// Code that calls the address in its calldata with the rest of it, twice.
const CALL_TWICE: &[u8] = &hex!(
    "6020360360205f37" // the rest to memory
    "5f5f602036035f5f5f355af1" // once
    "5f5f602036035f5f5f355af1" // twice
    "00"
);

/// A chain on which blocks are made when they are asked for.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) anvil: Anvil,
    contracts: [Address; 3],
    made: u64,
}

impl Chain {
    /// A chain with contracts on it; none where npm does not bring anvil.
    pub(super) fn start() -> Option<Self> {
        let anvil = Anvil::start(&["--hardfork", "prague"])?;
        let contracts = [STORE, REVERT, CALL_TWICE].map(|code| anvil.deploy(code));
        anvil.ask("evm_setAutomine", json!([false]));
        Some(Self { anvil, contracts, made: 0 })
    }

    /// Makes so many blocks, of none to four transactions each.
    pub(super) fn make(&mut self, blocks: u64) {
        let [storing, reverting, calling] = self.contracts;
        for _ in 0..blocks {
            let number = self.made;
            self.made += 1;
            for index in 0..number % 5 {
                let value = number * 5 + index + 1;
                match (number + index) % 6 {
                    0 => self.anvil.queue(1, Some(Address::repeat_byte(0x77)), value, &[]),
                    1 | 2 => self.anvil.queue(2, Some(storing), 0, &store(value % 7, value)),
                    3 => self.anvil.queue(3, Some(reverting), 0, &[]),
                    4 => {
                        let data = [storing.into_word().0.to_vec(), store(3, value).to_vec()];
                        self.anvil.queue(4, Some(calling), 0, &data.concat())
                    }
                    _ => self.anvil.queue(5, None, 0, &hex!("60015f55602a5f5260205ff3")),
                };
            }
            self.anvil.mine();
        }
    }

    /// Has the last blocks replaced by as many others.
    pub(super) fn reorganise(&self, depth: u64) {
        self.anvil.ask("anvil_reorg", json!([depth, []]));
    }

    /// Number, hash and transactions of each block, by the node.
    pub(super) fn blocks(&self, from: u64) -> Vec<(u64, String, Vec<String>)> {
        let numbers = from..=self.anvil.height();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let block = |number: u64| {
            let params = json!([format!("{number:#x}"), false]);
            let block = self.anvil.ask("eth_getBlockByNumber", params);
            let transactions = block["transactions"].as_array().unwrap();
            (number, text(&block["hash"]), transactions.iter().map(text).collect())
        };
        numbers.map(block).collect()
    }
}

/// A watcher that runs beside the test, with `--json`; what it says is as the schema has it.
pub(super) struct Beside {
    child: Child,
    lines: BufReader<ChildStdout>,
    schema: Schema,
    said: Arc<Mutex<Vec<String>>>,
    _alive: Arc<()>,
}

/// The longest that a watcher runs beside a test: what it waits for then does not come.
const LONGEST: Duration = Duration::from_secs(300);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends a watcher that is still waited for when it has run for so long.
fn ended_in_time(child: &Child, alive: Weak<()>) {
    let pid = child.id().to_string();
    thread::spawn(move || {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST {
            thread::sleep(Duration::from_secs(1));
            if alive.strong_count() == 0 {
                return;
            }
        }
        let _ = Command::new("kill").args(["-KILL", &pid]).status();
    });
}

impl Beside {
    pub(super) fn start(folder: &Path, options: &str) -> Self {
        Self::start_with(folder, options, &[])
    }

    /// Starts one with variables of its own.
    pub(super) fn start_with(folder: &Path, options: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = common::command("iso-verify");
        command.args(["watch", "--json"]).args(options.split_whitespace()).current_dir(folder);
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let notes = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::<Mutex<Vec<String>>>::default();
        let heard = said.clone();
        thread::spawn(move || {
            for line in notes.lines().map_while(Result::ok) {
                eprintln!("{line}");
                heard.lock().unwrap().push(line);
            }
        });
        let alive = Arc::new(());
        ended_in_time(&child, Arc::downgrade(&alive));
        Self { child, lines, schema: schemas::schema("watch-event"), said, _alive: alive }
    }

    /// What it has said on stderr.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Where it serves, once it has said so.
    pub(super) fn address(&self) -> String {
        for _ in 0..3_000 {
            let said = self.said();
            if let Some(at) = said.iter().find_map(|line| line.split_once("serving http://")) {
                return at.1.trim_end_matches(['"', '}']).to_owned();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not serve: {:?}", self.said())
    }

    /// The next event; none when it has ended.
    pub(super) fn event(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        let event = (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap());
        if let Some(event) = &event {
            self.schema.check(event).unwrap_or_else(|error| panic!("{event}: {error}"));
        }
        event
    }

    /// Waits for an event; all that came before, and it.
    pub(super) fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.event();
            events.push(event.unwrap_or_else(|| panic!("it has ended after {events:#?}")));
            if events.last().is_some_and(&mut wanted) {
                return events;
            }
        }
    }

    /// Waits until a block is audited.
    pub(super) fn until_block(&mut self, number: u64) -> Vec<Value> {
        self.until(|event| event["event"] == "block" && event["number"] == number)
    }

    /// Tells it to end, as systemd does; its exit code.
    pub(super) fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }

    /// Waits for its end; the rest of what it says, and its exit code.
    pub(super) fn rest(mut self) -> (Vec<Value>, Option<i32>) {
        let events = std::iter::from_fn(|| self.event()).collect();
        (events, self.child.wait().unwrap().code())
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it has ended, and how.
    pub(super) fn ended(&mut self) -> Option<Option<i32>> {
        self.child.try_wait().unwrap().map(|status| status.code())
    }
}
