//! A row of the results: what is said of one message, and of the witness that it is in.
//! `specs/schemas/README.md`.

use alloy_primitives::B256;
use iso_evm_verifier::{
    report::json::{self, JsonAnchors, JsonFinding, JsonNotRun, Message},
    verify::{AuditSelection, Audits, EngineKind, NamedVerdict, Report},
};
use iso_evm_wire::Rules;
use serde::Serialize;

use super::{Done, Place, Settings};

/// One line of the results.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Row {
    /// A message, or a witness that has none.
    Verified(Box<Verified>),
    /// An item that cannot be verified.
    Error(Box<UnusableItem>),
}

/// What is said of one message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    source: String,
    container: usize,
    line: Option<u64>,
    id: Option<String>,
    /// How many messages the witness has: so many rows belong together.
    of: usize,
    #[serde(flatten)]
    message: MessageOrNone,
    witness: Whole,
    options: Settings,
}

/// The message's part of the report; a witness without messages has an index of `null`, and the
/// verdict on the whole.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum MessageOrNone {
    Message(Box<Message>),
    None { index: Option<usize>, verdict: NamedVerdict },
}

/// What is said of the whole witness.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    hash: B256,
    verdict: NamedVerdict,
    selected: AuditSelection,
    strict: bool,
    audits: Audits,
    findings: Vec<JsonFinding>,
    not_run: Vec<JsonNotRun>,
    anchors: JsonAnchors,
    chain_id: u64,
    fork: Rules,
    transaction_hash: Option<B256>,
    hypervisor: B256,
    engine: EngineKind,
    tool: &'static str,
}

/// An item that cannot be verified, and why.
#[derive(Clone, Debug, Serialize)]
pub struct UnusableItem {
    source: String,
    container: usize,
    line: Option<u64>,
    id: Option<String>,
    of: usize,
    index: Option<usize>,
    error: String,
    options: Settings,
}

/// The rows of an item, by what it was verified with: one for each message, one if there is none.
pub fn rows(done: &Done, options: &Settings) -> Vec<Row> {
    let Done { place: Place { source, container, line, id }, report, .. } = done;
    let (source, container, line) = (source.to_string(), *container, *line);
    let id = id.as_ref().map(|id| id.to_string());
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            let (of, index, error, options) = (0, None, error.to_string(), options.clone());
            let unusable = UnusableItem { source, container, line, id, of, index, error, options };
            return vec![Row::Error(Box::new(unusable))];
        }
    };
    let of = report.messages.len();
    let witness = whole(report);
    let row = |message| {
        let (source, id) = (source.clone(), id.clone());
        let (witness, options) = (witness.clone(), options.clone());
        let verified = Verified { source, container, line, id, of, message, witness, options };
        Row::Verified(Box::new(verified))
    };
    if of == 0 {
        let verdict = report.named(report.verdict());
        return vec![row(MessageOrNone::None { index: None, verdict })];
    }
    let messages = json::messages(report);
    messages.map(|message| row(MessageOrNone::Message(Box::new(message)))).collect()
}

fn whole(report: &Report) -> Whole {
    // Those of a message are in its row.
    let of_whole = report.findings.iter().filter(|finding| finding.message.is_none());
    Whole {
        hash: report.witness_hash.get(),
        verdict: report.named(report.verdict()),
        selected: report.selected,
        strict: report.strict,
        audits: report.audits,
        findings: of_whole.map(json::finding).collect(),
        not_run: report.not_run.iter().map(json::not_run).collect(),
        anchors: json::anchors(&report.anchors),
        chain_id: report.chain_id,
        fork: report.fork,
        transaction_hash: report.transaction_hash,
        hypervisor: report.hypervisor_code_hash,
        engine: report.engine,
        tool: env!("CARGO_PKG_VERSION"),
    }
}
