//! What is looked at before anything is sent: the contracts, the register's schedule, the witness's.

use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use iso_evm_wire::Witness;

use super::{Submission, SubmitError};
use crate::{chain::CallAnswer, plan::Route, register};

impl Submission<'_> {
    /// Checks that the contracts are what they should be, before anything is sent.
    ///
    /// # Errors
    ///
    /// If a contract is not there, or the node does not say.
    pub fn check(&self) -> Result<(), SubmitError> {
        let Route::Register { register, operator } = self.route else {
            let hypervisor = self.plan.hypervisor();
            return self.holds("hypervisor", hypervisor.address, &hypervisor.code);
        };
        self.has_machine()?;
        let knows = self.plan.contracts().register_knows(self.plan.rules());
        knows.map_err(|family| SubmitError::OtherFamily { register, family })?;
        self.holds("register", register, &self.plan.register_code())?;
        let (rules, expected) = (self.plan.rules(), self.plan.machine().code_hash());
        let call = register::machinesCall(U256::from(rules.position()));
        let found = match self.ask(register, call.abi_encode().into())? {
            CallAnswer::Returned(data) => register::machinesCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = found.unwrap_or_default();
        if found != expected {
            return Err(SubmitError::OtherMachine { register, fork: rules, expected, found });
        }
        self.same_schedule(register)?;
        let sender = self.sender.address();
        if self.commit && operator != sender {
            return Err(SubmitError::NotTheOperator { operator, sender });
        }
        Ok(())
    }

    /// Checks that the segment machine is there.
    pub(super) fn has_machine(&self) -> Result<(), SubmitError> {
        let machine = self.plan.machine();
        self.holds("segment machine", machine.address, &machine.code)
    }

    /// Checks that the register goes by the schedule that is expected.
    fn same_schedule(&self, register: Address) -> Result<(), SubmitError> {
        let schedule = &self.plan.contracts().schedule;
        let call = register::scheduleCall {}.abi_encode().into();
        let found = match self.ask(register, call)? {
            CallAnswer::Returned(data) => register::scheduleCall::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        };
        let found = found.ok_or(SubmitError::NoRegister { register })?;
        let chain = schedule.chain_id();
        if found.chainId != U256::from(chain) || found.forks != register::activations(schedule) {
            return Err(SubmitError::OtherSchedule { register, chain });
        }
        Ok(())
    }

    /// Checks that a witness is of the register's chain, and its fork that of its block: else a true
    /// message would be held against another fork's machine.
    pub(super) fn scheduled(&self, witness: &Witness, index: usize) -> Result<(), SubmitError> {
        let schedule = self.plan.contracts().schedule;
        let (expected, found) = (schedule.chain_id(), witness.chain_id);
        if expected != found {
            return Err(SubmitError::OtherChain { index, expected, found });
        }
        let (number, fork) = (witness.block.number, witness.rules);
        let scheduled = schedule.rules_at(number, witness.block.timestamp);
        if scheduled != Some(fork) {
            let schedule = Box::new(schedule);
            return Err(SubmitError::Unscheduled { index, fork, number, scheduled, schedule });
        }
        Ok(())
    }

    /// Checks that an account holds this code.
    pub(super) fn holds(
        &self,
        what: &'static str,
        address: Address,
        code: &Bytes,
    ) -> Result<(), SubmitError> {
        let found = self.chain.code(address)?;
        if found.is_empty() {
            return Err(SubmitError::NoCode { what, address });
        }
        if found != *code {
            let (expected, found) = (keccak256(code), keccak256(&found));
            return Err(SubmitError::OtherCode { what, address, expected, found });
        }
        Ok(())
    }
}
