//! The verdicts, as the chain gives them: from a receipt, from the register, by a call.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::keccak256;
use alloy_primitives::{Address, B256, Bytes};
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{StateOverride, StateOverridesBuilder},
};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{Inconclusive, MessageVerdict};
use iso_evm_rpc::RpcError;

use super::{Submission, SubmitError, pending::Pending};
use crate::{
    chain::{CallAnswer, HostReceipt},
    plan::{Route, Step},
    register::{self, Standing},
};

impl Submission<'_> {
    /// A call that nothing depends on.
    pub(super) fn ask(&self, to: Address, data: Bytes) -> Result<CallAnswer, RpcError> {
        let request = TransactionRequest::default().with_to(to).with_input(data);
        self.chain.call(&request, BlockId::latest(), &StateOverride::default())
    }

    /// What the register has of a commitment; none without a register.
    pub(super) fn standing(
        &self,
        index: usize,
        witness: B256,
    ) -> Result<Option<Standing>, SubmitError> {
        let Route::Register { register, operator } = self.route else { return Ok(None) };
        let call = register::commitmentsCall { operator, witness };
        let answer = match self.ask(register, call.abi_encode().into())? {
            CallAnswer::Returned(data) => register::commitmentsCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = answer.and_then(|found| {
            Standing::from_number(found.verdict).map(|standing| (found.fork, standing))
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
        Ok(Some(standing))
    }

    /// The verdict by a call, with what would be sent before it in place.
    pub(super) fn call(
        &self,
        message: &Bytes,
        pending: &Pending,
    ) -> Result<MessageVerdict, SubmitError> {
        let mut overrides = StateOverridesBuilder::default();
        if let Some(archive) = &pending.archive {
            for (address, code) in &archive.parts {
                overrides = overrides.with_code(*address, code.clone());
            }
        }
        if let (Route::Register { register, operator }, Some(_)) = (self.route, &pending.commit) {
            let open = self.plan.register_slots(Some((operator, message, self.plan.rules())));
            let slots = open.into_iter().map(|(slot, value)| (slot, B256::from(value)));
            overrides = overrides.with_state_diff(register, slots);
        }
        let overrides = overrides.build();
        let answer = self.at(&pending.audit.step, BlockId::latest(), &overrides)?;
        let Route::Register { .. } = self.route else { return Ok(of_hypervisor(answer)) };
        match answer {
            CallAnswer::Returned(data) => {
                let number = register::auditCall::abi_decode_returns(&data).ok();
                match number.and_then(Standing::from_number) {
                    Some(standing @ (Standing::Accepted | Standing::Fraud)) => {
                        self.decided(message, standing, &overrides)
                    }
                    _ => Ok(OTHER),
                }
            }
            CallAnswer::Reverted(data) => Ok(register::verdict_of_revert(&data).unwrap_or(OTHER)),
            CallAnswer::OutOfGas => Ok(OUT_OF_GAS),
        }
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

    /// The verdict that the register gives, with its reason asked of the hypervisor.
    pub(super) fn decided(
        &self,
        message: &Bytes,
        standing: Standing,
        overrides: &StateOverride,
    ) -> Result<MessageVerdict, SubmitError> {
        if standing == Standing::Accepted {
            return Ok(MessageVerdict::Valid);
        }
        let hypervisor = self.plan.hypervisor().address;
        let request = TransactionRequest::default().with_to(hypervisor).with_input(message.clone());
        Ok(of_hypervisor(self.chain.call(&request, BlockId::latest(), overrides)?))
    }

    /// The verdict of an audit that is on the chain.
    pub(super) fn read(
        &self,
        index: usize,
        message: &Bytes,
        step: &Step,
        receipt: &HostReceipt,
    ) -> Result<MessageVerdict, SubmitError> {
        let Route::Register { register, operator } = self.route else {
            // The receipt does not hold what was returned; what a call returns in that block does,
            // for the same gas.
            // By EIP-1898's object: a bare hash some nodes take for a number.
            let named = |hash| BlockId::from((hash, Some(true)));
            let block = receipt.block.map_or_else(BlockId::latest, named);
            let verdict = of_hypervisor(self.at(step, block, &StateOverride::default())?);
            let agree = receipt.success == (verdict == MessageVerdict::Valid);
            return Ok(if agree { verdict } else { OTHER });
        };
        let commitment = keccak256(message);
        let logs = receipt.logs.iter().filter(|log| log.address == register);
        let verdict =
            logs.filter_map(|log| register::verdict_of_log(&log.data, operator, commitment)).next();
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        // Somebody else was faster, or there was not enough gas.
        match self.standing(index, commitment)? {
            Some(standing @ (Standing::Accepted | Standing::Fraud)) => {
                self.decided(message, standing, &StateOverride::default())
            }
            _ => Ok(OTHER),
        }
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
