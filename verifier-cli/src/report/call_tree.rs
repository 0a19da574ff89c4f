//! The call tree of a witness: what it claims, nothing verified.

use std::fmt::Write;

use alloy_primitives::U256;
use iso_evm_wire::{Opened, records::FrameKind};

use super::text::{MAX_INDENT, status, target, thousands};

/// The call tree of a witness: what it claims, nothing verified.
pub(crate) fn tree(witness: &Opened<'_>) -> String {
    let mut text = String::new();
    let hash = witness.transaction.hash();
    let transaction = hash.map_or("unsigned transaction".to_owned(), |hash| hash.to_string());
    let _ = writeln!(
        text,
        "{transaction} from {} on chain {} ({}), block {}: {}, {} gas",
        witness.transaction.from(),
        witness.chain_id,
        witness.rules,
        witness.block.number,
        if witness.receipt.success { "success" } else { "failed" },
        thousands(U256::from(witness.receipt.gas_used)),
    );
    for (index, (place, bytes)) in witness.tree().into_iter().zip(&witness.messages).enumerate() {
        let indent = "  ".repeat(place.depth.unwrap_or_default().min(MAX_INDENT));
        let Some(opened) = witness.message(index) else {
            let _ = writeln!(text, "{indent}{index} unreadable, {} bytes", bytes.len());
            continue;
        };
        let (kind, message) = (opened.kind(), opened.fields());
        let _ = write!(
            text,
            "{indent}{index} {} {}",
            kind.map_or("?", FrameKind::name),
            target(message.to, message.context)
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
