//! The verdicts, as the chain gives them: from a receipt, from the register, by a call.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes};
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{StateOverride, StateOverridesBuilder},
};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_rpc::RpcError;

use super::{
    Submission, SubmitError, Submitted, VerdictSource,
    pending::{Pending, Task},
    segments::end_of,
};
use crate::{
    chain::{CallAnswer, HostReceipt},
    plan::{Case, Route, SegmentCost, Step, Told, of_machine},
    register::{self, Standing},
};

impl Submission<'_> {
    /// A call that nothing depends on.
    pub(super) fn ask(&self, to: Address, data: Bytes) -> Result<CallAnswer, RpcError> {
        let request = TransactionRequest::default().with_to(to).with_input(data);
        self.chain.call(&request, BlockId::latest(), &StateOverride::default())
    }

    /// What the register has of a commitment.
    pub(super) fn standing(
        &self,
        index: usize,
        register: Address,
        operator: Address,
        commitment: B256,
    ) -> Result<Standing, SubmitError> {
        let call = register::commitmentsCall { operator, commitment };
        let answer = match self.ask(register, call.abi_encode().into())? {
            CallAnswer::Returned(data) => register::commitmentsCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = answer.and_then(|found| {
            Standing::from_number(found.standing).map(|standing| (found.fork, standing))
        });
        let Some((fork, standing)) = found else {
            return Err(SubmitError::NoRegister { register });
        };
        let expected = self.plan.rules();
        if standing != Standing::None && fork != expected.position() {
            let known = expected.family().rules().get(usize::from(fork));
            let found = known.map_or_else(|| fork.to_string(), |known| known.to_string());
            return Err(SubmitError::OtherFork { index, operator, expected, found });
        }
        Ok(standing)
    }

    /// The verdict by calls, with what would be sent before them in place.
    pub(super) fn call(
        &self,
        pending: &Pending,
        submitted: &mut Submitted,
    ) -> Result<(), SubmitError> {
        let placed = |reached: Option<B256>, case: Option<&Case>, segment: u64| {
            let mut overrides = StateOverridesBuilder::default();
            for (address, code) in pending.archives.iter().flat_map(|archive| &archive.parts) {
                overrides = overrides.with_code(*address, code.clone());
            }
            if let (Route::Register { register, operator }, Some(case)) = (self.route, case) {
                let reached = reached.map(|digest| (self.plan.key(case, segment), digest));
                let slots = self.plan.open_slots(operator, case.commitment().hash(), reached);
                let slots = slots.into_iter().map(|(slot, value)| (slot, B256::from(value)));
                overrides = overrides.with_state_diff(register, slots);
            }
            overrides.build()
        };
        match &pending.task {
            Task::Whole(audit) => {
                let overrides = placed(None, None, 0);
                let answer = self.at(&audit.step, BlockId::latest(), &overrides)?;
                submitted.verdict = of_hypervisor(answer);
            }
            Task::Segments(case, costs) => {
                let mut told = Vec::new();
                for cost in costs {
                    let overrides = placed(cost.reached, Some(case), cost.index);
                    let answer = self.at(&cost.step, BlockId::latest(), &overrides)?;
                    told.push(match self.route {
                        Route::Hypervisor => of_segment(answer, end_of(case, cost)),
                        Route::Register { .. } => of_register(answer),
                    });
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
        index: usize,
        case: &Case,
        cost: &SegmentCost,
        receipt: &HostReceipt,
    ) -> Result<Told, SubmitError> {
        let Route::Register { register, operator } = self.route else {
            let answer = self.answered(&cost.step, receipt)?;
            let returned = matches!(answer, CallAnswer::Returned(_));
            let told = of_segment(answer, end_of(case, cost));
            return Ok(if returned == receipt.success { told } else { other() });
        };
        let commitment = case.commitment().hash();
        let logs = receipt.logs.iter().filter(|log| log.address == register);
        let said =
            logs.filter_map(|log| register::said_of_log(&log.data, operator, commitment)).next();
        if let Some(said) = said {
            return Ok(Told::Said(said));
        }
        // Somebody else was faster, or there was not enough gas.
        match self.standing(index, register, operator, commitment)? {
            Standing::Fraud if cost.told.is_fraud() => Ok(cost.told.clone()),
            _ => Ok(other()),
        }
    }
}

const OTHER: MessageVerdict = MessageVerdict::Inconclusive { reason: Inconclusive::Other };
const OUT_OF_GAS: MessageVerdict =
    MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas };

const fn other() -> Told {
    Told::NotProven(SegmentVerdict::Message(OTHER))
}

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

/// What an answer of the register says.
fn of_register(answer: CallAnswer) -> Told {
    let said = match answer {
        CallAnswer::Returned(data) => register::said_of_returned(&data).map(Told::Said),
        CallAnswer::Reverted(data) => register::verdict_of_revert(&data).map(Told::NotProven),
        CallAnswer::OutOfGas => Some(Told::NotProven(SegmentVerdict::Message(OUT_OF_GAS))),
    };
    said.unwrap_or_else(other)
}
