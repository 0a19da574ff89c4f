//! `iso-verify mutate`: changes everything in a valid witness and verifies each mutant.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    num::NonZeroUsize,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use iso_evm_batch::{
    files,
    mutate::{self, Campaign, MutateError, MutateEvent, MutateOptions},
};
use iso_evm_verifier::verify::{Audit, NamedVerdict, Verdict};

use super::{
    say, tell,
    verify::{read, selection},
};
use crate::{Exit, error::CommandError};

/// Change everything in a valid witness, one thing at a time and several at once, and verify each
/// mutant
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 no mutant survives, 1 one does, 2 unusable input or usage, 3 the \
                        witness itself is inconclusive."
)]
pub(super) struct Mutate {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    /// What the random changes follow from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many random changes of several fields
    #[arg(long, value_name = "N", default_value_t = mutate::COUNT)]
    count: u64,
    /// Number of threads [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Only these audits; the witness must be valid under them [default: all four]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Prove each mutant that an audit kills to the contracts that decide on a chain, too
    #[arg(long)]
    on_chain: bool,
    /// All mutants as JSON, each with the audit and the mismatch that killed it
    #[arg(long)]
    json: bool,
}

impl Mutate {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = read(&self.file)?;
        let audits = selection(&self.audit);
        let options = MutateOptions {
            seed: self.seed,
            count: self.count,
            jobs: self.jobs,
            audits,
            on_chain: false,
        };
        let screen = Screen::new();
        let campaign = mutate::run(&witness, &options, &|event| screen.show(event));
        screen.bar.finish_and_clear();
        let open = matches!(
            campaign,
            Err(MutateError::Original(NamedVerdict { verdict: Verdict::Inconclusive, .. }))
        );
        let campaign =
            campaign.map_err(|error| CommandError::Mutate { file: files::name(&self.file), error });
        let campaign = match campaign {
            Err(error) if open => {
                tell(&error.to_string(), self.json, say);
                return Ok(Exit::Inconclusive);
            }
            campaign => campaign?,
        };
        let text = if self.json {
            serde_json::to_string_pretty(&campaign).expect("only numbers and strings")
        } else {
            human(&campaign)
        };
        files::print(format!("{text}\n").as_bytes())?;
        let caught = campaign.survived == 0 && campaign.acquitted().count() == 0;
        Ok(if caught { Exit::Valid } else { Exit::Invalid })
    }
}

/// The survivors, then how many died of what.
fn human(campaign: &Campaign) -> String {
    let mut causes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for killer in campaign.mutants.iter().filter_map(|mutant| mutant.killer.as_ref()) {
        *causes.entry((killer.audit, killer.mismatch)).or_default() += 1;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(["mutants", "killed by", "mismatch"]);
    for ((audit, mismatch), count) in causes {
        table.add_row([&count.to_string(), audit, mismatch]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let proofs = if campaign.mutants.iter().any(|mutant| mutant.trial.is_some()) {
        proofs(campaign)
    } else {
        String::new()
    };
    let survivors = campaign.survivors().map(|mutant| format!("survived: {}\n", mutant.change));
    let audits: Vec<_> = campaign.selected.audits().map(Audit::name).collect();
    format!(
        "{}{table}\n{proofs}{} killed, {} survived; audits: {}",
        survivors.collect::<String>(),
        campaign.killed,
        campaign.survived,
        audits.join(", ")
    )
}

/// What the provers convict of, with what a proof takes, and whom nobody can convict.
fn proofs(campaign: &Campaign) -> String {
    let trials = || campaign.mutants.iter().filter_map(|mutant| mutant.trial.as_ref());
    let mut provers: BTreeMap<&str, Vec<(u64, usize)>> = BTreeMap::new();
    for conviction in trials().flat_map(|trial| &trial.convictions) {
        provers.entry(conviction.prover).or_default().push((conviction.gas, conviction.bytes));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(["convicted", "by", "gas, median", "gas, most", "bytes, most"]);
    for (prover, mut proofs) in provers {
        proofs.sort_unstable();
        let bytes = proofs.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
        let gas = |at: usize| proofs.get(at).map_or(0, |(gas, _)| *gas).to_string();
        let (median, most) = (gas(proofs.len() / 2), gas(proofs.len() - 1));
        table.add_row([&proofs.len().to_string(), prover, &median, &most, &bytes.to_string()]);
    }
    for column in [0, 2, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let acquitted = campaign.acquitted().map(|mutant| {
        let why = mutant.trial.iter().flat_map(|trial| &trial.unproven);
        let why: Vec<&str> = why.map(String::as_str).collect();
        format!("not convicted: {}: {}\n", mutant.change, why.join("; "))
    });
    let (acquitted, count) = (acquitted.collect::<String>(), trials().count());
    let free = campaign.acquitted().count();
    format!("{acquitted}{table}\n{count} claimed, {} convicted on a chain\n", count - free)
}

/// A bar, if somebody watches.
struct Screen {
    bar: ProgressBar,
    survived: AtomicUsize,
}

impl Screen {
    fn new() -> Self {
        const STYLE: &str = "{elapsed_precise} {wide_bar} {pos}/{len} {msg}";
        let bar = if io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template(STYLE).expect("a template that parses"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, survived: AtomicUsize::new(0) }
    }

    fn show(&self, event: MutateEvent) {
        match event {
            MutateEvent::Sites(count) => self.bar.set_length(count as u64),
            MutateEvent::Site => self.bar.inc(1),
            MutateEvent::Survivor => {
                let survived = self.survived.fetch_add(1, Ordering::Relaxed) + 1;
                self.bar.set_message(format!("{survived} survived"));
            }
        }
    }
}
