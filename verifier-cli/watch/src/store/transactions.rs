//! The rows of a block's transactions, of their messages and of what was found false in them.
//!
//! In the data's way this stands between a report and the tables.

use iso_evm_verifier::{FalseClaim, MessageReport};

use super::{
    StoreError,
    cell::Cell,
    database::{Database, insert},
};
use crate::block::{AuditedBlock, AuditedTransaction, Outcome};

/// Writes the transactions of a block of which nothing is there.
pub(super) fn put(database: &mut dyn Database, block: &AuditedBlock) -> Result<(), StoreError> {
    let hash = Cell::from(block.place.hash);
    let (mut transactions, mut messages, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    for (position, transaction) in block.transactions.iter().enumerate() {
        let place = [hash.clone(), position.into()];
        transactions.push(row(&place, transaction));
        let Outcome::Audited(audited) = &transaction.outcome else { continue };
        let report = &audited.report;
        messages.extend(report.messages.iter().enumerate().map(|it| message(&place, it)));
        findings.extend(report.findings.iter().enumerate().map(|it| finding(&place, it)));
    }
    insert(
        database,
        "transactions (block, position, hash, status, verdict, execution_audit, access_audit, tree_audit, \
         transaction_audit, gas_used, reason, witness, certificate)",
        &transactions,
    )?;
    insert(
        database,
        "messages (block, position, message, parent, depth, kind, recipient, status, gas_used, records, \
         witness_bytes, verdict)",
        &messages,
    )?;
    insert(
        database,
        "findings (block, position, finding, audit, kind, message, record, pc, expected, found)",
        &findings,
    )
}

fn row(place: &[Cell; 2], transaction: &AuditedTransaction) -> Vec<Cell> {
    let outcome = &transaction.outcome;
    let audited = match outcome {
        Outcome::Audited(audited) => Some(audited),
        _ => None,
    };
    // As JSON writes them.
    let audits = audited.and_then(|audited| serde_json::to_value(audited.report.audits).ok());
    let audit = |name: &str| {
        let said = audits.as_ref().and_then(|audits| audits.get(name)).and_then(|it| it.as_str());
        Cell::from(said)
    };
    let certificate = audited.map(|it| String::from_utf8_lossy(&it.certificate).into_owned());
    let mut cells = place.to_vec();
    cells.extend([
        transaction.hash.into(),
        outcome.name().into(),
        outcome.verdict().map(|verdict| verdict.name()).into(),
        audit("execution"),
        audit("access"),
        audit("tree"),
        audit("transaction"),
        audited.map(|it| it.report.gas_used).into(),
        outcome.reason().into(),
        outcome.witness().map(|witness| witness.hash).into(),
        certificate.into(),
    ]);
    cells
}

fn message(place: &[Cell; 2], (index, report): (usize, &MessageReport)) -> Vec<Cell> {
    let claimed = report.message.as_ref();
    let mut cells = place.to_vec();
    cells.extend([
        index.into(),
        report.place.parent.into(),
        report.place.depth.into(),
        report.kind.map(|kind| kind.name()).into(),
        claimed.map(|it| it.to.to_string()).into(),
        claimed.map(|it| it.status.to_string()).into(),
        claimed.map(|it| it.gas_used.to_string()).into(),
        claimed.map(|it| it.records).into(),
        report.witness_bytes.into(),
        report.verdict().name().into(),
    ]);
    cells
}

fn finding(place: &[Cell; 2], (index, claim): (usize, &FalseClaim)) -> Vec<Cell> {
    let mut cells = place.to_vec();
    cells.extend([
        index.into(),
        claim.kind.audit().name().into(),
        claim.kind.name().into(),
        claim.message.into(),
        claim.record.into(),
        claim.pc.into(),
        claim.words.map(|words| words.expected).into(),
        claim.words.map(|words| words.found).into(),
    ]);
    cells
}
