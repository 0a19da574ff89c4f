//! What every proof about a witness takes: each question that the provers can be asked about what is claimed of it.

use std::collections::BTreeMap;

use alloy_primitives::{U64, U256};
use comfy_table::{CellAlignment, Table, presets};
use iso_evm_onchain::{host::fits_mempool, plan::Plan};
use iso_evm_provers::{Accused, Court, Fault, MACHINE, Prover, court::GAS_CAP};
use iso_evm_verifier::{
    audit::Subject,
    claim::claim,
    verify::{Options, UNANCHORED, guest_gas_limit},
};
use iso_evm_wire::Opened;
use serde::Serialize;

use crate::report::{layout::narrowed, text::thousands};

/// What a proof takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proof {
    prover: &'static str,
    /// The message that it is about; null if it is about the transaction or the block.
    message: Option<usize>,
    calldata_bytes: usize,
    gas: U64,
    fits_cap: bool,
    fits_mempool: bool,
}

/// Each question about the claims that are made of a witness, as a transaction that asks the prover alone. Nothing, if
/// nobody can commit to it.
pub(super) fn proofs(plan: &Plan, witness: &Opened<'_>) -> Vec<Proof> {
    let subject = Subject::new(witness);
    let gas_limit = guest_gas_limit(witness, &Options::default()).unwrap_or(UNANCHORED);
    let Some(claimed) = claim(&subject, gas_limit) else { return Vec::new() };
    let engine = plan.engine();
    let transaction = claimed.first;
    let claimed = &claimed;
    let accused =
        Accused { subject: &subject, claimed, engine, machine: MACHINE, transaction, gas_limit };
    let mut court = Court::new(engine);
    let root = claimed.root();
    let mut proof = |message: Option<usize>, fault: Fault| {
        let asked = court.ask(fault.prover, root, &fault.proof);
        Proof {
            prover: fault.prover.name(),
            message,
            calldata_bytes: asked.bytes,
            gas: U64::from(asked.gas),
            fits_cap: asked.gas <= GAS_CAP,
            fits_mempool: fits_mempool(asked.bytes),
        }
    };
    let mut all = Vec::new();
    for message in 0..witness.messages.len() {
        let questions = accused.questions(message, |_| true);
        all.extend(questions.into_iter().map(|fault| proof(Some(message), fault)));
    }
    let questions = accused.questions_of_the_transaction();
    all.extend(questions.into_iter().map(|fault| proof(None, fault)));
    all
}

/// The proofs of each prover: how many, and what they take.
pub(super) fn of_provers(proofs: &[Proof], width: usize) -> String {
    let mut provers: BTreeMap<&str, Vec<&Proof>> = BTreeMap::new();
    for proof in proofs {
        provers.entry(proof.prover).or_default().push(proof);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(["prover", "proofs", "gas, median", "gas, most", "bytes, most", "fit"]);
    for prover in Prover::ALL {
        let Some(proofs) = provers.get(prover.name()) else { continue };
        let mut gas: Vec<u64> = proofs.iter().map(|proof| proof.gas.to()).collect();
        gas.sort_unstable();
        let number = |value: u64| thousands(U256::from(value));
        let most = proofs.iter().map(|proof| proof.calldata_bytes).max().unwrap_or_default();
        let fit = proofs.iter().filter(|proof| proof.fits_cap && proof.fits_mempool).count();
        table.add_row([
            prover.name().to_owned(),
            proofs.len().to_string(),
            number(gas[gas.len() / 2]),
            number(gas.last().copied().unwrap_or_default()),
            number(most as u64),
            if fit == proofs.len() { "all".to_owned() } else { fit.to_string() },
        ]);
    }
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    match table.row_count() {
        0 => String::new(),
        _ => narrowed(table, width, &[2, 4]),
    }
}
