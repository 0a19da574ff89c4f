//! `iso-verify cost`: what auditing a witness on a chain takes, before anything is spent.

use std::{fmt::Write, path::PathBuf};

use alloy_primitives::{Address, U64, U256};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::{archives::ArchiveArgs, verify::read};
use crate::{
    Exit, Verdict,
    error::CommandError,
    files,
    onchain::{
        host::{GAS_CAP, MEMPOOL_LIMIT},
        plan::{MessageCost, Plan},
    },
    report::text::thousands,
};

/// Say what auditing a witness on a chain costs, message by message
#[derive(Debug, Args)]
pub(super) struct Cost {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    archives: ArchiveArgs,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    hypervisor: Address,
    factory: Address,
    gas_cap: U64,
    mempool_limit: u64,
    messages: Vec<Row>,
    total_gas: U64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    index: usize,
    verdict: Verdict,
    calldata_bytes: usize,
    calldata_gas: U64,
    floor_gas: U64,
    hypervisor_gas: U64,
    audit_gas: U64,
    archive: Option<Archive>,
    total_gas: U64,
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
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let witness = read(&self.file)?;
        let plan = Plan::new(self.archives.archives(None)?, witness.fork);
        let costs = plan.costs(&witness);
        if self.json {
            let json = serde_json::to_string_pretty(&document(&plan, &costs))
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else {
            files::print(human(&costs).as_bytes())?;
        }
        Ok(Exit::Valid)
    }
}

fn total(costs: &[MessageCost]) -> u64 {
    costs.iter().map(MessageCost::total).sum()
}

fn document(plan: &Plan, costs: &[MessageCost]) -> Document {
    let row = |(index, cost): (usize, &MessageCost)| Row {
        index,
        verdict: Verdict::from(&cost.verdict),
        calldata_bytes: cost.calldata_bytes,
        calldata_gas: U64::from(cost.calldata_gas),
        floor_gas: U64::from(cost.floor_gas),
        hypervisor_gas: U64::from(cost.hypervisor_gas),
        audit_gas: U64::from(cost.audit_gas),
        archive: cost.archive.as_ref().map(|archive| Archive {
            code_bytes: archive.bytes,
            parts: archive.parts.clone(),
            gas: U64::from(archive.gas),
        }),
        total_gas: U64::from(cost.total()),
        fits_cap: cost.fits_cap,
        fits_mempool: cost.fits_mempool,
    };
    Document {
        hypervisor: plan.hypervisor().address(),
        factory: plan.factory().address(),
        gas_cap: U64::from(GAS_CAP),
        mempool_limit: MEMPOOL_LIMIT,
        messages: costs.iter().enumerate().map(row).collect(),
        total_gas: U64::from(total(costs)),
    }
}

fn human(costs: &[MessageCost]) -> String {
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
        "total",
        "fits",
    ]);
    let number = |gas: u64| thousands(U256::from(gas));
    for (index, cost) in costs.iter().enumerate() {
        table.add_row([
            index.to_string(),
            number(cost.calldata_bytes as u64),
            number(cost.calldata_gas),
            number(cost.floor_gas),
            number(cost.hypervisor_gas),
            number(cost.audit_gas),
            cost.archive.as_ref().map_or_else(|| "-".to_owned(), |archive| number(archive.gas)),
            number(cost.total()),
            fits(cost).to_owned(),
        ]);
    }
    for index in 0..8 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{table}\n");
    let _ = writeln!(
        text,
        "{} gas in all; code that several messages run is archived once, with the first",
        number(total(costs))
    );
    let _ = writeln!(
        text,
        "a transaction fits if it takes at most {} gas (EIP-7825) and {} bytes (public mempools)",
        number(GAS_CAP),
        number(MEMPOOL_LIMIT)
    );
    text
}

const fn fits(cost: &MessageCost) -> &'static str {
    match (cost.fits_cap, cost.fits_mempool) {
        (true, true) => "yes",
        (false, true) => "gas: no",
        (true, false) => "bytes: no",
        (false, false) => "no",
    }
}
