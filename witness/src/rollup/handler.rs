//! The stages of a run that an OP Stack chain does otherwise ("Deposits", "Execution engine").
//!
//! In the data's way this stands inside revm's run: each method is one of its stages.

use std::marker::PhantomData;

use alloy_primitives::U256;
use iso_evm_wire::{
    optimism::{
        Change, Upgrade,
        predeploys::{BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT},
    },
    protocol,
};
use revm::{
    Database,
    context::{
        Block, Cfg, ContextTr, JournalTr, Transaction,
        journaled_state::account::JournaledAccountTr,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultGas},
    },
    handler::{
        EthFrame, FrameResult, Handler, MainnetContext, MainnetEvm, MainnetHandler, post_execution,
        pre_execution::{calculate_caller_fee, validate_account_nonce_and_code_with_components},
    },
    inspector::{Inspector, InspectorHandler},
    interpreter::{InitialAndFloorGas, interpreter::EthInterpreter},
};

use super::{Fees, Rollup};

type Evm<DB, I> = MainnetEvm<MainnetContext<DB>, I>;
type Error<DB> = EVMError<<DB as Database>::Error>;

/// A run by the rules of an upgrade.
pub(super) struct RollupHandler<'a, DB: Database, I> {
    upgrade: Upgrade,
    rollup: &'a Rollup,
    /// What fees follow from, and what the L1 data fee is for; none for a deposit.
    fees: Option<&'a Fees>,
    mainnet: MainnetHandler<Evm<DB, I>, Error<DB>, EthFrame<EthInterpreter>>,
    evm: PhantomData<(DB, I)>,
}

impl<'a, DB: Database, I> RollupHandler<'a, DB, I> {
    pub(super) fn new(upgrade: Upgrade, rollup: &'a Rollup, fees: Option<&'a Fees>) -> Self {
        Self { upgrade, rollup, fees, mainnet: MainnetHandler::default(), evm: PhantomData }
    }

    /// Gas that a deposit uses whatever it does, before Regolith and where it is invalid: its limit,
    /// and nothing if it was a system transaction, before Regolith.
    fn flat_gas(&self, limit: u64) -> u64 {
        let is_system = matches!(self.rollup, Rollup::Deposit { is_system: true, .. });
        let metered = self.upgrade.has(Change::MeteredDeposits);
        if is_system && !metered { 0 } else { limit }
    }
}

impl<DB: Database, I> Handler for RollupHandler<'_, DB, I> {
    type Evm = Evm<DB, I>;
    type Error = Error<DB>;
    type HaltReason = HaltReason;

    fn validate_env(&self, evm: &mut Self::Evm) -> Result<(), Self::Error> {
        let (tx, cfg) = (&evm.ctx.tx, &evm.ctx.cfg);
        let refused = |error: InvalidTransaction| Err(error.into());
        match self.rollup {
            Rollup::Deposit { is_system: true, .. }
                if self.upgrade.has(Change::MeteredDeposits) =>
            {
                refused(InvalidTransaction::Str("a system transaction, from Regolith on".into()))
            }
            Rollup::Deposit { .. } => {
                // EIP-3860, which revm looks at in what is not run for a deposit.
                let bounded = self.upgrade.fork().has(protocol::Change::InitcodeLimit)
                    && tx.kind().is_create();
                if bounded && tx.input().len() > cfg.max_initcode_size() {
                    return refused(InvalidTransaction::CreateInitCodeSizeLimit);
                }
                Ok(())
            }
            Rollup::Encoded(_) if tx.tx_type() == 3 => {
                refused(InvalidTransaction::Eip4844NotSupported)
            }
            Rollup::Encoded(_) => self.mainnet.validate_env(evm),
        }
    }

    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Self::Evm,
        _: &mut InitialAndFloorGas,
    ) -> Result<(), Self::Error> {
        let (block, tx, cfg, journal, ..) = evm.ctx.all_mut();
        let mut caller = journal.load_account_with_code_mut(tx.caller())?.data;
        let balance = *caller.balance();
        let lacks = |fee: U256, balance: U256| InvalidTransaction::LackOfFundForMaxFee {
            fee: Box::new(fee),
            balance: Box::new(balance),
        };
        let left = match (self.rollup, self.fees) {
            (Rollup::Deposit { mint, .. }, _) => {
                let balance = balance.saturating_add(U256::from(*mint));
                if balance < tx.value() {
                    return Err(lacks(tx.value(), balance).into());
                }
                balance
            }
            (Rollup::Encoded(_), fees) => {
                validate_account_nonce_and_code_with_components(&caller.account().info, tx, cfg)?;
                let more = fees.map_or(U256::ZERO, |fees| {
                    fees.data.saturating_add(fees.l1.operator_fee(tx.gas_limit()))
                });
                let rest = balance.checked_sub(more).ok_or_else(|| lacks(more, balance))?;
                calculate_caller_fee(rest, tx, block, cfg)?
            }
        };
        caller.set_balance(left);
        if tx.kind().is_call() {
            caller.bump_nonce();
        }
        Ok(())
    }

    fn refund(
        &self,
        evm: &mut Self::Evm,
        result: &mut FrameResult,
        eip7702_refund: i64,
    ) -> Result<(), Self::Error> {
        if self.fees.is_some() || self.upgrade.has(Change::MeteredDeposits) {
            return self.mainnet.refund(evm, result, eip7702_refund);
        }
        let used = self.flat_gas(evm.ctx.tx.gas_limit());
        let gas = result.gas_mut();
        gas.set_spent(used);
        gas.set_refund(0);
        Ok(())
    }

    fn reimburse_caller(
        &self,
        evm: &mut Self::Evm,
        result: &mut FrameResult,
    ) -> Result<(), Self::Error> {
        let Some(Fees { l1, .. }) = self.fees else { return Ok(()) };
        let gas = result.gas();
        let bought = l1.operator_fee(evm.ctx.tx.gas_limit());
        let back = bought.saturating_sub(l1.operator_fee(gas.used()));
        Ok(post_execution::reimburse_caller(&mut evm.ctx, gas, back)?)
    }

    fn reward_beneficiary(
        &self,
        evm: &mut Self::Evm,
        result: &mut FrameResult,
    ) -> Result<(), Self::Error> {
        let Some(Fees { l1, data, .. }) = self.fees else { return Ok(()) };
        self.mainnet.reward_beneficiary(evm, result)?;
        let used = result.gas().used();
        let base_fee = U256::from(evm.ctx.block.basefee()) * U256::from(used);
        let journal = evm.ctx.journal_mut();
        journal.balance_incr(BASE_FEE_VAULT, base_fee)?;
        journal.balance_incr(L1_FEE_VAULT, *data)?;
        if self.upgrade.has(Change::OperatorFee) {
            journal.balance_incr(OPERATOR_FEE_VAULT, l1.operator_fee(used))?;
        }
        Ok(())
    }

    /// A deposit is in the block whatever becomes of it: one that is invalid keeps its mint, and its
    /// sender's nonce grows.
    fn catch_error(
        &self,
        evm: &mut Self::Evm,
        error: Self::Error,
    ) -> Result<ExecutionResult<HaltReason>, Self::Error> {
        let caught = self.mainnet.catch_error(evm, error);
        let (Rollup::Deposit { mint, .. }, Err(EVMError::Transaction(_))) = (self.rollup, &caught)
        else {
            return caught;
        };
        let (caller, limit) = (evm.ctx.tx.caller(), evm.ctx.tx.gas_limit());
        let journal = evm.ctx.journal_mut();
        {
            let mut account = journal.load_account_mut(caller)?.data;
            account.incr_balance(U256::from(*mint));
            account.bump_nonce();
        }
        journal.commit_tx();
        let gas = ResultGas::default().with_total_gas_spent(self.flat_gas(limit));
        Ok(ExecutionResult::Halt { reason: HaltReason::OutOfFunds, gas, logs: Vec::new() })
    }
}

impl<DB: Database, I> InspectorHandler for RollupHandler<'_, DB, I>
where
    I: Inspector<MainnetContext<DB>>,
{
    type IT = EthInterpreter;
}
