//! Whether the first message is what the transaction says. `specs/12-audits.md`, section Transaction
//! audit.
//!
//! In the data's way this stands between the transaction and the walk over the records. Code hash
//! and root are the access audit's to check, as in every other message.

use alloy_primitives::U256;
use iso_evm_wire::{Opened, OpenedMessage, records::OpeningRecord};

use super::{Missing, Top, TopMessage, TransactionKind as Kind, claims::Findings};
use crate::hash::{call_data_hash, keccak256};

/// Compares the first message with the top call or creation, and that there is one with that it runs
/// code.
pub(super) fn check(
    witness: &Opened<'_>,
    top: &Top,
    findings: &mut Findings<Kind>,
) -> Result<(), Missing> {
    let messages = witness.messages.len();
    match (top, witness.opened().first()) {
        (Top::Ended(_) | Top::Invalid, None) => Ok(()),
        (Top::Ended(_) | Top::Invalid, Some(_)) => {
            findings.compare(Kind::Message, 0, messages);
            Ok(())
        }
        (Top::Message(_), None) => {
            findings.compare(Kind::Message, 1, messages);
            Err(Missing::Message { message: 0 })
        }
        (Top::Message(top), Some(message)) => {
            let message = message.as_ref().map_err(|_| Missing::Message { message: 0 })?;
            let opening = message.opening().ok_or(Missing::Record { message: 0, record: 0 })?;
            compare(top, message, opening, findings);
            Ok(())
        }
    }
}

/// Compares field by field.
fn compare(
    top: &TopMessage,
    opened: &OpenedMessage,
    opening: &OpeningRecord,
    findings: &mut Findings<Kind>,
) {
    let (message, call_data) = (opened.fields(), opened.call_data());
    findings.compare_top(Kind::Kind, top.kind as u8, opening.kind);
    findings.compare_top(Kind::Origin, top.caller, message.origin);
    findings.compare_top(Kind::GasPrice, top.gas_price, message.gasPrice);
    findings.compare_top(Kind::Caller, top.caller, message.caller);
    findings.compare_top(Kind::To, top.to, message.to);
    findings.compare_top(Kind::Context, top.target, message.context);
    findings.compare_top(Kind::Value, top.value, message.callvalue);
    if *call_data != top.call_data[..] {
        let hashes = [keccak256(&top.call_data), call_data_hash(call_data)];
        findings.compare_top(Kind::Calldata, hashes[0], hashes[1]);
    }
    findings.compare_top(Kind::Gas, U256::from(top.gas), message.gasAvailable);
    findings.compare_top(Kind::Static, false, message.isStatic);
}
