//! The call tree of a witness: what it claims, nothing verified.

use alloy_primitives::U256;
use iso_evm_wire::{Opened, records::FrameKind};

use super::{
    layout::filled,
    text::{MAX_INDENT, counted, status, target, thousands},
};

/// The call tree of a witness, in lines of this width: what it claims, nothing verified.
pub(crate) fn tree(witness: &Opened<'_>, width: usize) -> String {
    let hash = witness.transaction.hash();
    let transaction = hash.map_or("unsigned transaction".to_owned(), |hash| hash.to_string());
    let about = format!(
        "{transaction} from {} on chain {} ({}), block {}: {}, {} gas",
        witness.transaction.from(),
        witness.chain_id,
        witness.rules,
        witness.block.number,
        if witness.receipt.success { "success" } else { "failed" },
        thousands(U256::from(witness.receipt.gas_used)),
    );
    let mut text = filled(&about, width, "", "  ");
    for (index, (place, bytes)) in witness.tree().into_iter().zip(&witness.messages).enumerate() {
        let indent = "  ".repeat(place.depth.unwrap_or_default().min(MAX_INDENT));
        let line = message(witness, index)
            .unwrap_or_else(|| format!("{index} unreadable, {}", counted(bytes.len(), "byte")));
        text += &filled(&line, width, &indent, &format!("{indent}    "));
    }
    text
}

/// A message in a line; none if its bytes are no message.
fn message(witness: &Opened<'_>, index: usize) -> Option<String> {
    let opened = witness.message(index)?;
    let message = opened.fields();
    let kind = opened.kind().map_or("?", FrameKind::name);
    let mut line = format!("{index} {kind} {}", target(message.to, message.context));
    if !message.to.is_zero() && message.context != message.to {
        line += &format!(" as {}", message.context);
    }
    if !message.callvalue.is_zero() {
        line += &format!(", value {}", thousands(message.callvalue));
    }
    let (used, available) = (thousands(message.gasUsed), thousands(message.gasAvailable));
    let records = counted(message.stateAccessList.len(), "record");
    line += &format!(": {}, {used} of {available} gas, {records}", status(message.status));
    Some(line)
}
