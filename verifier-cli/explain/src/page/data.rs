//! [`Data`]: what the page draws, as JSON. It is the story, with what many records say written once.

use iso_evm_hypervisor::opcodes::OPCODES;
use iso_evm_verifier::{Audit, Report, verify::AuditVerdict};
use serde::Serialize;

use super::{
    codes::{WrittenCode, WrittenPlace},
    steps::Steps,
    texts::Texts,
    walks::Walks,
    words::Words,
};
use crate::{
    story::{
        Call, CodeLine, Instant, MessageStory, RecordLine, RootEvent, Story, TransactionStory, Way,
    },
    words::{Told, record::Field},
};

/// The most records that are written, those of the message at hand first.
const RECORDS: usize = 40_000;

/// All that the page draws.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data {
    headline: String,
    verdict: String,
    conclusion: &'static str,
    audits: Vec<(&'static str, AuditVerdict)>,
    unchecked: Vec<String>,
    open: Vec<String>,
    made_by: MadeBy,
    transaction: TransactionStory,
    findings: Vec<Told>,
    calls: Vec<Call>,
    at_hand: Option<usize>,
    messages: Vec<Message>,
    /// Names and meanings of the fields of records that are alike.
    shapes: Vec<Vec<(String, &'static str)>>,
    texts: Texts,
    words: Words,
    codes: Vec<WrittenCode>,
    places: Vec<WrittenPlace>,
    /// Byte, name, words taken and words put.
    opcodes: Vec<(u8, &'static str, usize, usize)>,
}

/// By what the report was made, and of what.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MadeBy {
    version: &'static str,
    engine: String,
    hypervisor: String,
    witness: String,
}

/// A message from within.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    index: usize,
    code_size: Option<usize>,
    at: Option<Instant>,
    /// The code around the instant, where there are no steps.
    lines: Vec<CodeLine>,
    /// Number of the code.
    code: Option<usize>,
    steps: Option<Steps>,
    records: Vec<Record>,
    /// How many records the file had no room for.
    left_out: usize,
    /// Record, what happened, the root behind it, whether it is another.
    roots: Vec<(Option<usize>, usize, usize, bool)>,
    way: Option<Way>,
}

/// A record: pc, title, place, shape, values, findings. Titles, places and values are numbers of texts.
type Record = (Option<usize>, usize, Option<usize>, usize, Vec<usize>, Vec<usize>);

impl Data {
    /// What the page draws of a story.
    pub(super) fn of(story: Story, report: &Report, walks: Walks) -> Self {
        let Walks { walks, words, codes, places, mut texts } = walks;
        let mut shapes = Vec::new();
        let mut left = RECORDS;
        let messages = story.messages.into_iter().zip(walks).map(|(told, walk)| {
            let kept = told.records.len().min(left);
            left -= kept;
            Message::of(told, walk, kept, &mut texts, &mut shapes)
        });
        let messages = messages.collect();
        let audits = Audit::ALL.iter().map(|audit| (audit.name(), report.audits.of(*audit)));
        Self {
            headline: story.headline,
            verdict: story.verdict,
            conclusion: report.verdict().name(),
            audits: audits.collect(),
            unchecked: report.not_run.iter().map(ToString::to_string).collect(),
            open: story.open,
            made_by: MadeBy {
                version: env!("CARGO_PKG_VERSION"),
                engine: report.engine.to_string(),
                hypervisor: report.hypervisor_code_hash.to_string(),
                witness: report.witness_hash.get().to_string(),
            },
            transaction: story.transaction,
            findings: story.findings,
            calls: story.calls,
            at_hand: story.at_hand,
            messages,
            shapes,
            texts,
            words,
            codes,
            places,
            opcodes: OPCODES
                .iter()
                .map(|row| (row.byte, row.mnemonic, row.inputs, row.outputs))
                .collect(),
        }
    }
}

impl Message {
    fn of(
        told: MessageStory,
        walk: Option<(Steps, usize)>,
        kept: usize,
        texts: &mut Texts,
        shapes: &mut Vec<Vec<(String, &'static str)>>,
    ) -> Self {
        let left_out = told.records.len() - kept;
        let records = told.records.into_iter().take(kept);
        let records = records.map(|line| record(line, texts, shapes)).collect();
        let roots = told.roots.into_iter().take(kept.saturating_add(2));
        let roots = roots.map(|event: RootEvent| {
            (
                event.record,
                texts.number(event.what),
                texts.number(event.root.to_string()),
                event.changed,
            )
        });
        let roots = roots.collect();
        let (steps, code) = walk.unzip();
        Self {
            index: told.index,
            code_size: told.code_size,
            at: told.at,
            lines: if steps.is_none() { told.code } else { Vec::new() },
            code,
            steps,
            records,
            left_out,
            roots,
            way: told.way,
        }
    }
}

fn record(
    line: RecordLine,
    texts: &mut Texts,
    shapes: &mut Vec<Vec<(String, &'static str)>>,
) -> Record {
    let (shape, values): (Vec<_>, Vec<_>) = line
        .fields
        .into_iter()
        .map(|Field { name, value, meaning }| ((name, meaning), texts.number(value)))
        .unzip();
    let known = shapes.iter().position(|known| *known == shape);
    let shape = known.unwrap_or_else(|| {
        shapes.push(shape);
        shapes.len() - 1
    });
    let title = texts.number(line.title);
    let place = line.place.map(|place| texts.number(place));
    (line.pc, title, place, shape, values, line.findings)
}
