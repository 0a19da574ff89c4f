//! What people read: a table of messages with a last line that says the verdict and its scope, and
//! the call tree of a witness.

use std::fmt::Write;

use alloy_primitives::{Address, U256};
use comfy_table::{CellAlignment, Table, presets};
use iso_evm_hypervisor::{Mismatch, Verdict as HypervisorVerdict};
use iso_evm_witness::{MessageWitness, Witness, container::opening, encoding, records::FrameKind};

use crate::verify::{AuditVerdict, MessageReport, Report, Verdict};

/// The deepest indentation of a call tree in a table.
const MAX_INDENT: usize = 12;

/// The report of `iso-verify`. Colours are terminal escapes, for the stream to take out.
pub fn human(report: &Report) -> String {
    let mut text = String::new();
    if !report.messages.is_empty() {
        text.push_str(&table(report));
        text.push('\n');
    }
    for (index, message) in report.messages.iter().enumerate() {
        if let Some(reason) = reason(message) {
            let _ = writeln!(text, "message {index}: {reason}");
        }
    }
    let transaction = match report.transaction_hash {
        Some(hash) => format!("transaction {hash}"),
        None => "unsigned transaction".to_owned(),
    };
    let gas = thousands(U256::from(report.gas_used));
    let _ =
        writeln!(text, "{transaction}: {gas} gas, fork {}, chain {}", report.fork, report.chain_id);
    let _ = writeln!(text, "state root {} → {}", report.state_root_enter, report.state_root_leave);
    let _ = writeln!(
        text,
        "hypervisor {}, {} bytes",
        report.hypervisor_code_hash,
        thousands(U256::from(report.hypervisor_size))
    );
    text.push_str(&conclusion(report));
    text.push('\n');
    text
}

fn table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header([
        "#", "kind", "to", "status", "gas used", "records", "bytes", "host gas", "verdict",
    ]);
    for (index, message) in report.messages.iter().enumerate() {
        let claim = message.message.as_ref();
        let indent = " ".repeat(message.place.depth.unwrap_or_default().min(MAX_INDENT));
        table.add_row([
            index.to_string(),
            format!("{indent}{}", message.kind.map_or("?", FrameKind::name)),
            claim.map_or_else(unknown, |claim| short(target(claim))),
            claim.map_or_else(unknown, |claim| status(claim.status)),
            claim.map_or_else(unknown, |claim| thousands(claim.gasUsed)),
            claim.map_or_else(unknown, |claim| claim.stateAccessList.len().to_string()),
            thousands(U256::from(message.witness_bytes)),
            thousands(U256::from(message.execution.host_gas)),
            message.verdict().name().to_owned(),
        ]);
    }
    for index in [0, 4, 5, 6, 7] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Why a message is not valid.
pub(crate) fn reason(message: &MessageReport) -> Option<String> {
    Some(match &message.execution.verdict {
        HypervisorVerdict::Valid => return None,
        HypervisorVerdict::Mismatch(Mismatch { kind, pc, record, expected, found }) => {
            let mut text = format!("{kind}: expected {expected}, found {found}");
            if let Some(pc) = pc {
                let _ = write!(text, ", at pc {pc}");
            }
            if let Some(record) = record {
                let _ = write!(text, ", in record {record}");
            }
            text
        }
        HypervisorVerdict::Malformed { position } => {
            format!("malformed: no canonical witness, at byte {position}")
        }
        HypervisorVerdict::Unavailable { archive } => {
            format!("unavailable: the code is not archived at {archive}")
        }
        HypervisorVerdict::Inconclusive { reason } => format!("inconclusive: {reason}"),
    })
}

/// The last line.
fn conclusion(report: &Report) -> String {
    let verdict = report.verdict();
    let colour = match verdict {
        Verdict::Valid => 32,
        Verdict::Invalid => 31,
        Verdict::Inconclusive => 33,
    };
    let named = |ran: bool| {
        let audits = report.audits.by_name().into_iter();
        audits
            .filter(move |(_, audit)| (*audit != AuditVerdict::NotRun) == ran)
            .map(|(name, _)| name)
    };
    let (ran, not_run): (Vec<_>, Vec<_>) = (named(true).collect(), named(false).collect());
    let count = report.messages.len();
    let messages = if count == 1 { "message" } else { "messages" };
    let mut text = format!(
        "\u{1b}[1;{colour}m{}\u{1b}[0m: {} of {count} {messages}, roots from {}",
        verdict.name(),
        ran.join(", "),
        report.anchor.name(),
    );
    if !not_run.is_empty() {
        let _ = write!(text, "; not run: {}", not_run.join(", "));
    }
    text
}

/// The call tree of a witness: what it claims, nothing verified.
pub fn tree(witness: &Witness) -> String {
    let mut text = String::new();
    let hash = witness.transaction.hash();
    let transaction = hash.map_or("unsigned transaction".to_owned(), |hash| hash.to_string());
    let _ = writeln!(
        text,
        "{transaction} from {} on chain {} ({}), block {}: {}, {} gas",
        witness.transaction.from(),
        witness.chain_id,
        witness.fork,
        witness.block.number,
        if witness.receipt.success { "success" } else { "failed" },
        thousands(U256::from(witness.receipt.gas_used)),
    );
    for (index, (place, bytes)) in witness.tree().into_iter().zip(&witness.messages).enumerate() {
        let indent = "  ".repeat(place.depth.unwrap_or_default().min(MAX_INDENT));
        let Ok(message) = encoding::decode(bytes) else {
            let _ = writeln!(text, "{indent}{index} unreadable, {} bytes", bytes.len());
            continue;
        };
        let kind = opening(&message).and_then(|opening| FrameKind::from_number(opening.kind));
        let _ = write!(
            text,
            "{indent}{index} {} {}",
            kind.map_or("?", FrameKind::name),
            target(&message)
        );
        if !message.to.is_zero() && message.context != message.to {
            let _ = write!(text, " as {}", message.context);
        }
        if !message.callvalue.is_zero() {
            let _ = write!(text, ", value {}", thousands(message.callvalue));
        }
        let _ = writeln!(
            text,
            ": {}, {} of {} gas, {} records",
            status(message.status),
            thousands(message.gasUsed),
            thousands(message.gasAvailable),
            message.stateAccessList.len(),
        );
    }
    text
}

fn unknown() -> String {
    "?".to_owned()
}

/// Whose code runs; the new account of a creation.
fn target(message: &MessageWitness) -> Address {
    if message.to.is_zero() { message.context } else { message.to }
}

fn status(status: U256) -> String {
    match u8::try_from(status) {
        Ok(0) => "halt".to_owned(),
        Ok(1) => "success".to_owned(),
        Ok(2) => "revert".to_owned(),
        _ => format!("{status:#x}"),
    }
}

/// First and last bytes of an address.
fn short(address: Address) -> String {
    let hex = format!("{address:#x}");
    format!("{}…{}", &hex[..10], &hex[34..])
}

/// A number with its digits in groups of three.
pub(crate) fn thousands(number: U256) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(U256::from(number)), text);
        }
    }
}
