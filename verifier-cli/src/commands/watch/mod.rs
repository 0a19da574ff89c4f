//! `iso-verify watch`: follows a chain, audits every block, and keeps what it finds. `specs/23-watch.md`.

mod beside;
mod lines;
#[cfg(feature = "onchain")]
mod operators;
#[cfg(not(feature = "onchain"))]
#[path = "without_operators.rs"]
mod operators;

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    str::FromStr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use clap::Args;
use iso_evm_batch::files;
use iso_evm_verifier::{EngineKind, Options};
use iso_evm_watch::{
    AuditOptions, CommitmentNews, Event, Keep, Policy, Sample, Start, Stop, Store, StoreOptions,
    WatchOptions, Watcher,
};
use iso_evm_wire::Rules;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use self::operators::Operators;
use super::node::node_url;
use crate::{Exit, error::CommandError};

/// The variable that names the database if no option does: a URL may hold a password.
const DATABASE_VARIABLE: &str = "ISO_WATCH_DB";

/// The database, if nothing names one.
const DATABASE: &str = "watch.db";

/// Follow a chain, audit every block, keep what is found
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: with --once or --until the worst verdict of the blocks that were audited; 0 when a signal \
                  has ended it; 2 for what keeps it from going on."
)]
pub(super) struct Watch {
    /// A node of the chain, its JSON-RPC by HTTP; given again, one that is compared with the first and stands in
    /// for it; otherwise $ETH_RPC_URL
    #[arg(long, value_name = "URL")]
    rpc_url: Vec<String>,
    /// A node's WebSocket, ws://… or wss://…: it says when there is a new block, so that the nodes are asked at once;
    /// may be given again
    #[arg(long, value_name = "URL")]
    ws_url: Vec<String>,
    /// The block to begin with: a number, latest, safe or finalized; a database that has blocks is gone on with
    /// [default: latest]
    #[arg(long, value_name = "N", value_parser = start)]
    from: Option<Start>,
    /// The last block; without it, on and on
    #[arg(long, value_name = "N")]
    until: Option<u64>,
    /// End as soon as all that there is of the chain is audited
    #[arg(long)]
    once: bool,
    /// Where what is found is kept: a file of SQLite's, or the URL of a PostgreSQL database, postgres://…;
    /// otherwise $ISO_WATCH_DB [default: watch.db]
    #[arg(long, value_name = "FILE|URL")]
    db: Option<String>,
    /// The folder of the witnesses [default: beside the file of the database, watch.witnesses]
    #[arg(long, value_name = "DIR")]
    witnesses: Option<PathBuf>,
    /// Which witnesses are kept: all, invalid (those of what is not valid), or N-days (the rest so long)
    #[arg(long, value_name = "WHICH", default_value_t, value_parser = Keep::from_str)]
    keep_witnesses: Keep,
    /// Who answers for the execution audit: native, hypervisor or both
    #[arg(long, value_name = "NAME", default_value = "native", value_parser = engine)]
    engine: EngineKind,
    /// The share of transactions that is audited, by their hashes [default: all]
    #[arg(long, value_name = "P", value_parser = Sample::from_str)]
    sample: Option<Sample>,
    /// Number of blocks that are audited at once [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// The rules that blocks go by, if their chain does not tell
    #[arg(long, value_name = "NAME", value_parser = super::rules)]
    fork: Option<Rules>,
    /// One JSON object for each thing that happens
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    beside: beside::Beside,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    operators: Operators,
}

/// How patient it is.
#[derive(Debug, Args)]
struct Patience {
    /// How often a node is asked where its chain is
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    poll: Duration,
    /// How many blocks must follow one before it is audited
    #[arg(long, value_name = "N", default_value_t = 0)]
    confirmations: u64,
    /// How long an answer may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// How often a question is asked again before a node counts as silent
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..=100))]
    retries: u32,
    /// How many questions are under way at once, to each node
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// How many blocks a node may be behind the others before it is not asked
    #[arg(long, value_name = "N", default_value_t = 16)]
    behind: u64,
}

impl Watch {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let nodes = match node_url(None) {
            Some(url) if self.rpc_url.is_empty() => vec![url],
            _ if self.rpc_url.is_empty() => {
                return Err(CommandError::Needs { option: "watch", needed: "--rpc-url" });
            }
            _ => self.rpc_url.clone(),
        };
        let stop = stop_at_signals()?;
        let beside = self.beside.prepare()?;
        let options = self.store();
        let mut store = Store::open(&options)?;
        store.tell(&beside.receivers())?;
        let ends = self.once || self.until.is_some();
        let json = self.json;
        let file = self.file();
        let (watched, operators) = self.options(nodes);
        let watcher = Watcher::begin(watched, store, stop.clone())?;
        let mut watcher = operators.watched(watcher, &file)?;
        let beside = beside.begin(options, watcher.vitals())?;
        let mut exit = Exit::Valid;
        while let Some(event) = watcher.next() {
            let event = event?;
            beside.saw(&event);
            match &event {
                Event::Block { block, .. } => exit = exit.worst(block.verdict().into()),
                Event::Commitment { what: CommitmentNews::False(_), .. } => {
                    exit = exit.worst(Exit::Invalid);
                }
                _ => {}
            }
            if json {
                files::print(format!("{}\n", event.json()).as_bytes())?;
            } else {
                lines::print(&event, watcher.store())?;
            }
        }
        if !json {
            lines::print_totals(watcher.store())?;
        }
        beside.end();
        Ok(if ends && !stop.is_wished() { exit } else { Exit::Valid })
    }

    fn database(&self) -> String {
        let variable = || std::env::var(DATABASE_VARIABLE).ok().filter(|name| !name.is_empty());
        self.db.clone().or_else(variable).unwrap_or_else(|| DATABASE.to_owned())
    }

    /// The file that what is written lies beside: that of the database, if it is one.
    fn file(&self) -> PathBuf {
        let database = self.database();
        if StoreOptions::is_url(&database) { DATABASE.into() } else { database.into() }
    }

    fn store(&self) -> StoreOptions {
        let database = self.database();
        let beside = self.file().with_extension("witnesses");
        let witnesses = self.witnesses.clone().unwrap_or(beside);
        StoreOptions { database, witnesses, keep: self.keep_witnesses }
    }

    fn options(self, nodes: Vec<String>) -> (WatchOptions, Operators) {
        let Patience { poll, confirmations, timeout, retries, concurrency, behind } = self.patience;
        let concurrency = concurrency.into();
        let options = WatchOptions {
            nodes,
            bells: self.ws_url,
            start: self.from.unwrap_or_default(),
            until: self.until,
            once: self.once,
            audit: AuditOptions {
                verify: Options { engine: self.engine, ..Options::default() },
                sample: self.sample.unwrap_or_default(),
                rules: self.fork,
            },
            jobs: self.jobs,
            policy: Policy {
                poll,
                confirmations,
                timeout,
                retries,
                concurrency,
                behind,
                ..Policy::default()
            },
        };
        (options, self.operators)
    }
}

/// A wish to end that the first signal makes; the second ends the process.
fn stop_at_signals() -> Result<Stop, CommandError> {
    let wished = Arc::<AtomicBool>::default();
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, wished.clone())
            .and_then(|_| flag::register(signal, wished.clone()))
            .map_err(CommandError::Signals)?;
    }
    Ok(Stop::of(wished))
}

/// Where to begin, as an argument.
fn start(text: &str) -> Result<Start, String> {
    match text {
        "latest" => return Ok(Start::Latest),
        "safe" => return Ok(Start::Safe),
        "finalized" => return Ok(Start::Finalized),
        "earliest" => return Ok(Start::Number(0)),
        _ => {}
    }
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number
        .map(Start::Number)
        .map_err(|_| "a number, latest, safe or finalized is expected".to_owned())
}

/// An engine of this machine's, as an argument.
fn engine(name: &str) -> Result<EngineKind, String> {
    let expected = || format!("unknown engine {name:?}: expected native, hypervisor or both");
    let kind = super::engine(name).map_err(|_| expected())?;
    if kind.asks_node() { Err(expected()) } else { Ok(kind) }
}

/// A time in seconds, as an argument.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.05..=86_400.0).contains(seconds));
    let expected = "a number of seconds from 0.05 to 86400 is expected";
    seconds.map(Duration::from_secs_f64).ok_or_else(|| expected.to_owned())
}
