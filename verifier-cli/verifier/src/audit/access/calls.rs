//! Records of calls: the facts that price and steer them, and what they do to the state.
//! `specs/03-records.md`, section Outcomes.

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::{
    protocol::Change,
    records::{CallRecord, Outcome},
};

use super::{AccessWalk, Entering, Frame};
use crate::audit::{
    AccessKind, Missing,
    codes::{EMPTY_CODE_HASH, delegation_target},
};

const CALL: u8 = 0xf1;
const CALLCODE: u8 = 0xf2;
const DELEGATECALL: u8 = 0xf4;

impl AccessWalk<'_> {
    /// A call of any kind. If a child runs, what comes before its code is returned.
    pub(super) fn call(
        &mut self,
        frame: &mut Frame<'_>,
        opcode: u8,
        record: &CallRecord,
    ) -> Result<Option<Entering>, Missing> {
        let code_of = self.callee(record)?;
        let caller = frame.context;
        let (context, value) = match opcode {
            CALL => (record.account, Some(record.value)),
            CALLCODE => (caller, Some(record.value)),
            DELEGATECALL => (caller, None),
            // STATICCALL, which touches
            _ => (record.account, Some(U256::ZERO)),
        };
        let outcome = Outcome::from_number(record.outcome);
        let mut code_hash = None;
        // Gas and depth decide before the state does, and are not of it.
        if !matches!(outcome, Some(Outcome::None | Outcome::Depth)) {
            let expected;
            (expected, code_hash) = self.call_outcome(caller, value, record.account, code_of)?;
            self.check(AccessKind::Outcome, expected as u8, record.outcome);
        }
        let transfer = value.map(|value| (caller, value));
        let entering = Entering { context, creates: false, transfer, code_hash };
        match outcome {
            Some(Outcome::Child) => {
                frame.pending = record.stateRoot;
                return Ok(Some(entering));
            }
            Some(Outcome::Nocode) => {
                self.enter(&entering)?;
            }
            Some(Outcome::Precompile) => {
                let checkpoint = self.enter(&entering)?;
                if record.status != 1 {
                    self.state.revert(checkpoint);
                }
            }
            _ => {}
        }
        self.root_is(record.stateRoot)?;
        Ok(None)
    }

    /// Compares what a call finds at the account that it names. Returns whose code runs.
    fn callee(&mut self, record: &CallRecord) -> Result<Address, Missing> {
        self.accessed(record.account, record.cold);
        let empty = self.state.is_empty(record.account)?;
        self.check(AccessKind::Empty, empty, record.empty);
        let delegate = self.delegate(record.account)?;
        self.check(AccessKind::Delegate, delegate.is_some(), record.delegated);
        self.check(AccessKind::Delegate, delegate.unwrap_or_default(), record.delegate);
        let cold = delegate.is_some_and(|delegate| self.state.is_cold(delegate));
        self.check(AccessKind::DelegateCold, cold, record.delegateCold);
        if let Some(delegate) = delegate {
            self.state.warm(delegate);
        }
        Ok(delegate.unwrap_or(record.account))
    }

    /// The account to which one has delegated its code (EIP-7702).
    fn delegate(&mut self, address: Address) -> Result<Option<Address>, Missing> {
        if !self.witness.rules.has(Change::Delegation) {
            return Ok(None);
        }
        let account = self.state.account(address)?;
        Ok(delegation_target(self.codes.get(account.code_hash, address)?))
    }

    /// What must become of a call for which gas and depth suffice, and the hash of the code that
    /// runs, if any is asked for.
    fn call_outcome(
        &mut self,
        caller: Address,
        value: Option<U256>,
        account: Address,
        code_of: Address,
    ) -> Result<(Outcome, Option<B256>), Missing> {
        if self.state.account(caller)?.balance < value.unwrap_or_default() {
            return Ok((Outcome::Balance, None));
        }
        if self.witness.rules.is_precompile(account) {
            return Ok((Outcome::Precompile, None));
        }
        let code_hash = self.state.account(code_of)?.code_hash;
        let runs = code_hash != EMPTY_CODE_HASH;
        Ok((if runs { Outcome::Child } else { Outcome::Nocode }, Some(code_hash)))
    }
}
