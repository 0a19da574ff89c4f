//! The verdicts, as the chain gives them: from a receipt, by a call.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::B256;
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{StateOverride, StateOverridesBuilder},
};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_rpc::RpcError;

use super::{
    Submission, SubmitError, Submitted, VerdictSource,
    pending::{Pending, Task},
};
use crate::{
    chain::{CallAnswer, HostReceipt},
    plan::{SegmentCost, Step, Told, of_machine},
};

impl Submission<'_> {
    /// The verdict by calls, with what would be sent before them in place.
    pub(super) fn call(
        &self,
        pending: &Pending,
        submitted: &mut Submitted,
    ) -> Result<(), SubmitError> {
        let archives = pending.archive.iter().flat_map(|archive| &archive.parts);
        let overrides = archives
            .fold(StateOverridesBuilder::default(), |overrides, (address, code)| {
                overrides.with_code(*address, code.clone())
            })
            .build();
        match &pending.task {
            Task::Whole(audit) | Task::WithCode(audit) => {
                let answer = self.at(&audit.step, BlockId::latest(), &overrides)?;
                submitted.verdict = of_hypervisor(answer);
            }
            Task::Segments(costs) => {
                let mut told = Vec::new();
                for cost in costs {
                    let answer = self.at(&cost.step, BlockId::latest(), &overrides)?;
                    told.push(of_segment(answer, cost.end));
                }
                submitted.told(costs, told);
            }
        }
        submitted.source = VerdictSource::Call;
        Ok(())
    }

    /// A step as a call.
    fn at(
        &self,
        step: &Step,
        block: BlockId,
        overrides: &StateOverride,
    ) -> Result<CallAnswer, RpcError> {
        let request = TransactionRequest::default()
            .with_from(self.sender.address())
            .with_to(step.to)
            .with_input(step.data.clone())
            .with_gas_limit(step.gas_limit);
        self.chain.call(&request, block, overrides)
    }

    /// What a step that is on the chain answered: a receipt does not hold it; what a call answers in that
    /// block does, for the same gas.
    fn answered(&self, step: &Step, receipt: &HostReceipt) -> Result<CallAnswer, RpcError> {
        // By EIP-1898's object: a bare hash some nodes take for a number.
        let named = |hash| BlockId::from((hash, Some(true)));
        let block = receipt.block.map_or_else(BlockId::latest, named);
        self.at(step, block, &StateOverride::default())
    }

    /// The verdict of an audit in one piece that is on the chain.
    pub(super) fn read(
        &self,
        step: &Step,
        receipt: &HostReceipt,
    ) -> Result<MessageVerdict, SubmitError> {
        let verdict = of_hypervisor(self.answered(step, receipt)?);
        let agree = receipt.success == (verdict == MessageVerdict::Valid);
        Ok(if agree { verdict } else { OTHER })
    }

    /// What the chain says of a segment that is on it.
    pub(super) fn read_segment(
        &self,
        cost: &SegmentCost,
        receipt: &HostReceipt,
    ) -> Result<Told, SubmitError> {
        let answer = self.answered(&cost.step, receipt)?;
        let returned = matches!(answer, CallAnswer::Returned(_));
        let told = of_segment(answer, cost.end);
        let other = Told::NotProven(SegmentVerdict::Message(OTHER));
        Ok(if returned == receipt.success { told } else { other })
    }
}

const OTHER: MessageVerdict = MessageVerdict::Inconclusive { reason: Inconclusive::Other };
const OUT_OF_GAS: MessageVerdict =
    MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas };

/// The verdict that an answer of the hypervisor stands for.
fn of_hypervisor(answer: CallAnswer) -> MessageVerdict {
    match answer {
        CallAnswer::Returned(data) => MessageVerdict::from_returned(&data),
        CallAnswer::Reverted(data) => MessageVerdict::from_reverted(&data),
        CallAnswer::OutOfGas => OUT_OF_GAS,
    }
}

/// What an answer of the segment machine says of a segment that leads to this digest.
fn of_segment(answer: CallAnswer, end: Option<B256>) -> Told {
    match answer {
        CallAnswer::Returned(data) => of_machine(true, &data, end),
        CallAnswer::Reverted(data) => of_machine(false, &data, end),
        CallAnswer::OutOfGas => Told::NotProven(SegmentVerdict::Message(OUT_OF_GAS)),
    }
}
