//! What the register answers: by a log, by what a call returns, by what it reverts with.

use alloy_primitives::{Address, B256, LogData};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, SegmentVerdict};

use super::{
    AuditRegister::{Advanced, Fraud, Held, NotProven},
    advanceCall,
};

/// The numbers of the contract's outcomes.
const HELD: u8 = 0;
const ADVANCED: u8 = 1;
const FRAUD: u8 = 2;

/// What became of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The segment ends as the operator says.
    Held,
    /// A machine came to this digest, which is not yet the segment's end.
    Advanced(B256),
    /// The commitment is fraud, for this reason.
    Fraud(MessageVerdict),
}

/// What a log of the register says of an operator's commitment; none if it is about something else.
pub fn said_of_log(log: &LogData, operator: Address, commitment: B256) -> Option<Said> {
    let (about, said) = if let Ok(held) = Held::decode_log_data(log) {
        ((held.operator, held.commitment), Said::Held)
    } else if let Ok(advanced) = Advanced::decode_log_data(log) {
        ((advanced.operator, advanced.commitment), Said::Advanced(advanced.digest))
    } else {
        let fraud = Fraud::decode_log_data(log).ok()?;
        let reason = MessageVerdict::from_reverted(&fraud.reason);
        ((fraud.operator, fraud.commitment), Said::Fraud(reason))
    };
    (about == (operator, commitment)).then_some(said)
}

/// What a call of `advance` returned; none if the register returns no such thing.
pub fn said_of_returned(data: &[u8]) -> Option<Said> {
    let returned = advanceCall::abi_decode_returns(data).ok()?;
    match returned.outcome {
        HELD => Some(Said::Held),
        ADVANCED => Some(Said::Advanced(B256::try_from(&returned.said[..]).ok()?)),
        FRAUD => Some(Said::Fraud(MessageVerdict::from_reverted(&returned.said))),
        _ => None,
    }
}

/// What the machine answered that left a segment not proven; none if it was not asked.
pub fn verdict_of_revert(data: &[u8]) -> Option<SegmentVerdict> {
    let answer = NotProven::abi_decode(data).ok()?.answer;
    Some(match SegmentVerdict::from_reverted(&answer) {
        verdict @ (SegmentVerdict::NotProven(_)
        | SegmentVerdict::Message(
            MessageVerdict::Unavailable { .. } | MessageVerdict::Inconclusive { .. },
        )) => verdict,
        // Said of an end that the caller chose: nothing follows from it.
        SegmentVerdict::Reached(_) | SegmentVerdict::Message(_) => {
            SegmentVerdict::Message(MessageVerdict::Inconclusive { reason: Inconclusive::Other })
        }
    })
}
