//! The transaction audit: what comes before the first message and after the last.
//! `specs/12-audits.md`.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_witness::{Witness, records::FrameKind};

use super::{Finding, Missing, TransactionKind, codes::Codes, state::State};

/// What a transaction's top call or creation is, or came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Top {
    /// It runs code: there is a message.
    Message(TopMessage),
    /// It runs none (no code, a precompile, a collision): this is how it ended, its effect included.
    Ended(TopEnd),
}

/// What the top message must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopMessage {
    /// Call or create.
    pub kind: FrameKind,
    /// The account called, or the new one: who gets the value.
    pub target: Address,
    /// Whose code runs, delegation followed; zero in a creation.
    pub to: Address,
    /// The sender.
    pub caller: Address,
    /// Value, in wei.
    pub value: U256,
    /// Hash of the code that runs.
    pub code_hash: B256,
    /// Calldata or initcode.
    pub call_data: Bytes,
    /// Gas limit less intrinsic gas.
    pub gas: u64,
    /// Effective gas price.
    pub gas_price: U256,
}

/// How the top call or creation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopEnd {
    /// 0 exceptional halt, 1 success, 2 revert.
    pub status: u8,
    /// Gas that it spent of what it got.
    pub gas_used: u64,
}

/// The findings of an audit that goes on behind the first.
#[derive(Clone, Debug, Default)]
pub struct Findings<K> {
    /// The first.
    pub first: Option<Finding<K>>,
}

impl<K> Findings<K> {
    /// Keeps the first.
    pub fn add(&mut self, finding: Finding<K>) {
        self.first.get_or_insert(finding);
    }
}

/// All that comes before the top message: rules, signature, gas bought, nonce, authorisations, warm
/// list. The top's value has not moved yet where there is a message.
pub fn begin(
    witness: &Witness,
    state: &mut State,
    codes: &mut Codes<'_>,
    findings: &mut Findings<TransactionKind>,
) -> Result<Top, Missing> {
    let _ = (witness, state, codes, findings);
    unimplemented!()
}

/// All that comes after it: refund, fees, deletions, final root, receipt.
pub fn end(
    witness: &Witness,
    state: &mut State,
    top: TopEnd,
    findings: &mut Findings<TransactionKind>,
) -> Result<(), Missing> {
    let _ = (witness, state, top, findings);
    unimplemented!()
}
