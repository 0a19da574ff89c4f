//! `iso-verify cost`: what auditing a witness on a chain takes, committing to it, and each proof about it, before
//! anything is spent.

use std::path::PathBuf;

use alloy_primitives::{Address, U64, U256};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use iso_evm_batch::files;
use iso_evm_onchain::{
    host::{GAS_CAP, MEMPOOL_LIMIT},
    plan::{ArchiveCost, AuditCost, MessageCost, Plan, SegmentCost, Way},
};
use iso_evm_verifier::verify::{Audit, NamedVerdict, Verdict};
use serde::Serialize;

use super::{
    archives::ContractArgs,
    commitment::{Commitment, commitment, in_words},
    proofs::{Proof, of_provers, proofs},
};
use crate::{
    Exit,
    commands::verify::open,
    error::CommandError,
    report::{
        layout::{filled, narrowed},
        text::thousands,
    },
    terminal,
};

/// Say what auditing a witness on a chain costs, message by message, and every proof about what is claimed of it
#[derive(Debug, Args)]
pub(in crate::commands) struct Cost {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    contracts: ContractArgs,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    hypervisor: Address,
    machine: Address,
    factory: Address,
    gas_cap: U64,
    mempool_limit: u64,
    messages: Vec<Row>,
    total_gas: U64,
    /// Null if nobody can commit to the witness.
    commitment: Option<Commitment>,
    proofs: Vec<Proof>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    index: usize,
    verdict: NamedVerdict,
    calldata_bytes: usize,
    calldata_gas: U64,
    floor_gas: U64,
    hypervisor_gas: U64,
    audit_gas: U64,
    archive: Option<Archive>,
    with_code: Option<WithCode>,
    way: &'static str,
    segments: Vec<Segment>,
    total_gas: U64,
    fits_cap: bool,
    fits_mempool: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Segment {
    index: u64,
    from_gas: U64,
    to_gas: Option<U64>,
    records: usize,
    calldata_bytes: usize,
    gas: U64,
    verdict: NamedVerdict,
    fits_cap: bool,
    fits_mempool: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WithCode {
    calldata_bytes: usize,
    hypervisor_gas: U64,
    gas: U64,
    fits_cap: bool,
    fits_mempool: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Archive {
    code_bytes: usize,
    parts: Vec<Address>,
    gas: U64,
}

impl Cost {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let witness = open(&self.file)?;
        if witness.messages.is_empty() {
            return Err(CommandError::NoMessages { file: files::name(&self.file) });
        }
        let contracts = self.contracts.contracts(None)?;
        let plan = Plan::new(contracts, witness.rules);
        let costs = plan.costs(&witness);
        let proofs = proofs(&plan, &witness);
        let commitment = commitment(contracts, &witness);
        if self.json {
            let document = document(&plan, &costs, commitment.ok(), proofs);
            let json = serde_json::to_string_pretty(&document)
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else {
            let text = human(&costs, &in_words(&commitment), &proofs, terminal::width());
            files::print(text.as_bytes())?;
        }
        Ok(Exit::Valid)
    }
}

fn total(costs: &[MessageCost]) -> u64 {
    costs.iter().map(MessageCost::total).sum()
}

fn document(
    plan: &Plan,
    costs: &[MessageCost],
    commitment: Option<Commitment>,
    proofs: Vec<Proof>,
) -> Document {
    let row = |(index, cost): (usize, &MessageCost)| Row {
        index,
        verdict: NamedVerdict::of(Audit::Execution, Verdict::from(&cost.audit.verdict)),
        calldata_bytes: cost.audit.step.data.len(),
        calldata_gas: U64::from(cost.audit.calldata_gas),
        floor_gas: U64::from(cost.audit.floor_gas),
        hypervisor_gas: U64::from(cost.audit.hypervisor_gas),
        audit_gas: U64::from(cost.audit.step.gas),
        archive: cost.archive.as_ref().map(archive),
        with_code: cost.with_code.as_ref().map(with_code),
        way: way(cost.way),
        segments: cost.segments.iter().map(segment).collect(),
        total_gas: U64::from(cost.total()),
        fits_cap: cost.fits_cap(),
        fits_mempool: cost.fits_mempool(),
    };
    Document {
        hypervisor: plan.hypervisor().address,
        machine: plan.machine().address,
        factory: plan.factory().address,
        gas_cap: U64::from(GAS_CAP),
        mempool_limit: MEMPOOL_LIMIT,
        messages: costs.iter().enumerate().map(row).collect(),
        total_gas: U64::from(total(costs)),
        commitment,
        proofs,
    }
}

fn segment(cost: &SegmentCost) -> Segment {
    Segment {
        index: cost.index,
        from_gas: U64::from(cost.from),
        to_gas: cost.to.map(U64::from),
        records: cost.records,
        calldata_bytes: cost.step.data.len(),
        gas: U64::from(cost.step.gas),
        verdict: NamedVerdict::of(Audit::Execution, Verdict::from(&cost.told.verdict())),
        fits_cap: cost.step.fits_cap,
        fits_mempool: cost.step.fits_mempool,
    }
}

fn with_code(cost: &AuditCost) -> WithCode {
    WithCode {
        calldata_bytes: cost.step.data.len(),
        hypervisor_gas: U64::from(cost.hypervisor_gas),
        gas: U64::from(cost.step.gas),
        fits_cap: cost.step.fits_cap,
        fits_mempool: cost.step.fits_mempool,
    }
}

const fn way(way: Way) -> &'static str {
    match way {
        Way::Archived => "archived",
        Way::WithCode => "with code",
        Way::Segments => "segments",
    }
}

fn archive(cost: &ArchiveCost) -> Archive {
    Archive {
        code_bytes: cost.bytes,
        parts: cost.parts.iter().map(|(address, _)| *address).collect(),
        gas: U64::from(cost.step.gas),
    }
}

fn human(costs: &[MessageCost], commitment: &str, proofs: &[Proof], width: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header([
        "#",
        "bytes",
        "calldata",
        "floor",
        "hypervisor",
        "audit",
        "archive",
        "with code",
        "total",
        "fits",
    ]);
    let number = |gas: u64| thousands(U256::from(gas));
    for (index, cost) in costs.iter().enumerate() {
        table.add_row([
            index.to_string(),
            number(cost.audit.step.data.len() as u64),
            number(cost.audit.calldata_gas),
            number(cost.audit.floor_gas),
            number(cost.audit.hypervisor_gas),
            number(cost.audit.step.gas),
            (cost.archive.as_ref())
                .map_or_else(|| "-".to_owned(), |archive| number(archive.step.gas)),
            (cost.with_code.as_ref())
                .map_or_else(|| "-".to_owned(), |audit| number(audit.step.gas)),
            number(cost.total()),
            fits(cost).to_owned(),
        ]);
    }
    for index in 0..9 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // What the total is made of goes first.
    let mut text = narrowed(table, width, &[3, 4, 2, 1, 5, 6, 7]);
    text.push_str(&segments(costs, width));
    text.push_str(&of_provers(proofs, width));
    let archived = "code is sent along, or archived where that is cheaper";
    let fits = format!(
        "a transaction fits up to {} gas (EIP-7825) and {} bytes (mempools)",
        number(GAS_CAP),
        number(MEMPOOL_LIMIT)
    );
    for line in [commitment, &format!("{} gas in all; {archived}", number(total(costs))), &fits] {
        text += &filled(line, width, "", "  ");
    }
    text
}

fn fits(cost: &MessageCost) -> &'static str {
    fits_in_words(cost.fits_cap(), cost.fits_mempool())
}

const fn fits_in_words(cap: bool, mempool: bool) -> &'static str {
    match (cap, mempool) {
        (true, true) => "yes",
        (false, true) => "gas: no",
        (true, false) => "bytes: no",
        (false, false) => "no",
    }
}

/// The segments of messages that are audited by them.
fn segments(costs: &[MessageCost], width: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(["#", "segment", "from", "to", "records", "bytes", "gas", "fits"]);
    let number = |gas: u64| thousands(U256::from(gas));
    for (index, cost) in costs.iter().enumerate() {
        for segment in &cost.segments {
            table.add_row([
                index.to_string(),
                segment.index.to_string(),
                number(segment.from),
                segment.to.map_or_else(|| "the end".to_owned(), number),
                segment.records.to_string(),
                number(segment.step.data.len() as u64),
                number(segment.step.gas),
                fits_in_words(segment.step.fits_cap, segment.step.fits_mempool).to_owned(),
            ]);
        }
    }
    for index in 0..7 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    match table.row_count() {
        0 => String::new(),
        _ => narrowed(table, width, &[4, 5, 2, 3]),
    }
}
