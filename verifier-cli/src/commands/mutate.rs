//! `iso-verify mutate`: changes everything in valid witnesses and verifies each mutant.

use std::{
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
    mutate::{self, Campaign, MutateError, MutateEvent, MutateOptions, Mutated, Tally},
};
use iso_evm_verifier::verify::{Audit, AuditSelection, NamedVerdict, Verdict};
use serde_json::{Value, json};

use super::{say, verify::selection};
use crate::{Exit, error::CommandError, terminal};

/// Change everything in valid witnesses, one thing at a time and several at once, and verify each
/// mutant
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 no mutant survives, 1 one does, 2 unusable input or usage, 3 a \
                        witness itself is inconclusive; of all witnesses the worst counts, in the \
                        order 2, 1, 3, 0."
)]
pub(super) struct Mutate {
    /// Witnesses, or inputs that are recorded first; folders of them, patterns, .tar.zst and .tar.gz
    /// archives; `-` for stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the random changes follow from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many random changes of several fields, of each witness
    #[arg(long, value_name = "N", default_value_t = mutate::COUNT)]
    count: u64,
    /// Number of threads [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Only these audits; a witness must be valid under them [default: all four]
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
        let options = MutateOptions {
            seed: self.seed,
            count: self.count,
            jobs: self.jobs,
            audits: selection(&self.audit),
            on_chain: self.on_chain,
        };
        let screen = Screen::new();
        let mut summary = Summary::default();
        let done = |mutated: Mutated| {
            let (lines, is_error) = told(&mutated);
            for line in lines {
                screen.line(&line, is_error || self.json);
            }
            summary.count(mutated, self.json);
        };
        let ran = mutate::each(&self.paths, &options, &|event| screen.show(event), done);
        screen.bar.finish_and_clear();
        ran?;
        let text = if self.json {
            serde_json::to_string_pretty(&summary.json()).expect("only numbers and strings")
        } else {
            let text = summary.human(options.audits, self.on_chain);
            match text.rsplit_once('\n') {
                Some((_, last)) if terminal::is_quiet() => last.to_owned(),
                _ => text,
            }
        };
        files::print(format!("{text}\n").as_bytes())?;
        Ok(summary.exit())
    }
}

/// A witness's name among others.
fn name(mutated: &Mutated) -> String {
    mutated.place.to_string()
}

/// What is to be told of a witness at once: who survived, whom nobody convicts, or why there is nobody. Whether it
/// is an error.
fn told(mutated: &Mutated) -> (Vec<String>, bool) {
    let name = name(mutated);
    let campaign = match &mutated.campaign {
        Ok(campaign) => campaign,
        Err(error) => return (vec![format!("error: {}", reason(&name, error))], true),
    };
    let survivors =
        campaign.survivors().map(|mutant| format!("{name}: survived: {}", mutant.change));
    let acquitted = campaign.acquitted().map(|mutant| {
        let why = mutant.trial.iter().flat_map(|trial| &trial.unproven);
        let why: Vec<&str> = why.map(String::as_str).collect();
        format!("{name}: not convicted: {}: {}", mutant.change, why.join("; "))
    });
    (survivors.chain(acquitted).collect(), false)
}

/// Why there was no campaign. What cannot be read names its file itself.
fn reason(name: &str, error: &MutateError) -> String {
    match error {
        MutateError::Item(error) => error.to_string(),
        error => format!("{name}: {error}"),
    }
}

/// What all campaigns have come to.
#[derive(Debug, Default)]
struct Summary {
    tally: Tally,
    /// Witnesses that are inconclusive themselves.
    open: usize,
    /// What cannot be read or mutated.
    unusable: usize,
    /// Each witness with its mutants, for JSON.
    witnesses: Vec<Value>,
}

impl Summary {
    fn count(&mut self, mutated: Mutated, keep: bool) {
        let name = name(&mutated);
        match &mutated.campaign {
            Ok(campaign) => self.tally.count(campaign),
            Err(MutateError::Original(NamedVerdict { verdict: Verdict::Inconclusive, .. })) => {
                self.open += 1
            }
            Err(_) => self.unusable += 1,
        }
        if keep {
            self.witnesses.push(match &mutated.campaign {
                Ok(Campaign { killed, survived, mutants, selected }) => json!({
                    "file": name, "selected": selected, "killed": killed, "survived": survived,
                    "mutants": mutants,
                }),
                Err(error) => json!({ "file": name, "error": reason(&name, error) }),
            });
        }
    }

    /// The worst counts.
    fn exit(&self) -> Exit {
        let Tally { survived, claimed, convicted, .. } = self.tally;
        let met = [
            (self.unusable > 0, Exit::Unusable),
            (survived > 0 || convicted < claimed, Exit::Invalid),
            (self.open > 0, Exit::Inconclusive),
        ];
        met.into_iter().find(|(met, _)| *met).map_or(Exit::Valid, |(_, exit)| exit)
    }

    fn json(&self) -> Value {
        let Tally { killed, survived, claimed, convicted, .. } = self.tally;
        json!({
            "killed": killed, "survived": survived, "claimed": claimed, "convicted": convicted,
            "proofs": self.tally.proofs(), "witnesses": self.witnesses,
        })
    }

    /// How many died of what, what the provers convict of, and the sums.
    fn human(&self, audits: AuditSelection, on_chain: bool) -> String {
        let Tally { killed, survived, claimed, convicted, .. } = self.tally;
        let killers = self.tally.killers.iter();
        let mut text = table(
            ["mutants", "killed by", "mismatch"],
            &[0],
            killers.map(|(by, count)| [count.to_string(), by.audit.into(), by.mismatch.into()]),
        );
        if on_chain {
            let proofs = self.tally.proofs().into_iter().map(|proofs| {
                let figures = [proofs.gas_median, proofs.gas_most].map(|gas| gas.to_string());
                let [median, most] = figures;
                let bytes = [proofs.bytes_median, proofs.bytes_most].map(|bytes| bytes.to_string());
                let [bytes_median, bytes_most] = bytes;
                let (count, prover) = (proofs.convictions.to_string(), proofs.prover.to_owned());
                [count, prover, median, most, bytes_median, bytes_most]
            });
            let head =
                ["convicted", "by", "gas, median", "gas, most", "bytes, median", "bytes, most"];
            text.push_str(&table(head, &[0, 2, 3, 4, 5], proofs));
            text.push_str(&format!("{claimed} claimed, {convicted} convicted on a chain\n"));
        }
        let mut besides = String::new();
        for (count, what) in [(self.open, "inconclusive"), (self.unusable, "unusable")] {
            if count > 0 {
                besides.push_str(&format!("; {count} {what}"));
            }
        }
        let audits: Vec<_> = audits.audits().map(Audit::name).collect();
        let audits = audits.join(", ");
        format!("{text}{killed} killed, {survived} survived{besides}; audits: {audits}")
    }
}

/// A table, these columns of which are numbers.
fn table<const N: usize>(
    head: [&str; N],
    numbers: &[usize],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(head);
    for row in rows {
        table.add_row(row);
    }
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n")
}

/// A bar, if somebody watches.
struct Screen {
    bar: ProgressBar,
    survived: AtomicUsize,
}

impl Screen {
    fn new() -> Self {
        const STYLE: &str = "{elapsed_precise} {wide_bar} {pos}/{len} {msg}";
        let bar = if io::stderr().is_terminal() && !terminal::is_quiet() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
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
            MutateEvent::Sites(count) => self.bar.inc_length(count as u64),
            MutateEvent::Site => self.bar.inc(1),
            MutateEvent::Survivor => {
                let survived = self.survived.fetch_add(1, Ordering::Relaxed) + 1;
                self.bar.set_message(format!("{survived} survived"));
            }
        }
    }

    /// Writes a line out at once, so that a run that is stopped has told what it has found.
    fn line(&self, line: &str, to_stderr: bool) {
        if terminal::is_quiet() && !to_stderr {
            return;
        }
        self.bar.suspend(|| {
            if to_stderr {
                say(line);
            } else {
                // What stdout does not take now, the summary's error tells.
                let _ = terminal::print_text(&format!("{}\n", terminal::line(line)));
            }
        });
    }
}
