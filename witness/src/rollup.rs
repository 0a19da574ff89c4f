//! How a transaction of an OP Stack chain runs: revm's own run, but for deposits and fees.
//! `specs/18-chains.md`.
//!
//! In the data's way this stands between the transaction and revm. What a fee is, and where it goes,
//! is [`iso_evm_wire::optimism`]'s; here is when it is taken and paid.

mod handler;

use alloy_primitives::{Bytes, U256};
use iso_evm_wire::{
    Rules,
    container::DepositReceipt,
    optimism::{Change, L1Block, predeploys::L1_BLOCK},
    transaction::{Transaction, TransactionBody},
};
use revm::{
    Database,
    context::{
        ContextSetters, ContextTr, TxEnv,
        result::{EVMError, InvalidTransaction, ResultAndState},
    },
    handler::{MainnetContext, MainnetEvm},
    inspector::{InspectEvm, Inspector, InspectorHandler},
};

use crate::env::tx_env;
use handler::RollupHandler;

/// What a chain of the OP Stack knows of a transaction beside what revm takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rollup {
    /// A deposit: nobody signed it, and it pays no gas.
    Deposit {
        /// Wei that the sender gets before all else.
        mint: u128,
        /// Whether it says that it takes no gas from the block.
        is_system: bool,
    },
    /// Any other transaction, as the chain has it (EIP-2718): what its data costs on L1 follows.
    Encoded(Bytes),
}

/// A transaction as a run takes it.
#[derive(Clone, Debug)]
pub struct RunTransaction {
    /// What revm takes.
    pub env: TxEnv,
    /// What an OP Stack chain knows beside it.
    pub rollup: Option<Rollup>,
}

impl From<TxEnv> for RunTransaction {
    fn from(env: TxEnv) -> Self {
        Self { env, rollup: None }
    }
}

impl RunTransaction {
    /// A transaction of a chain that goes by these rules.
    pub fn of(rules: Rules, transaction: &Transaction) -> Self {
        let rollup = match transaction.body() {
            TransactionBody::Deposit(deposit) => Some(Rollup::Deposit {
                mint: deposit.mint,
                is_system: deposit.is_system_transaction,
            }),
            TransactionBody::Ethereum(_) => {
                rules.upgrade().map(|_| Rollup::Encoded(transaction.encode().into()))
            }
        };
        Self { env: tx_env(transaction), rollup }
    }
}

/// The fees of a transaction beside what its gas costs.
#[derive(Clone, Debug)]
pub(crate) struct Fees {
    l1: L1Block,
    /// What the transaction's data costs on L1.
    data: U256,
    /// The slots of the L1Block contract that they follow from.
    pub(crate) slots: Vec<U256>,
}

/// The fees of a transaction by these rules, from the state before it; none on Ethereum, and none for
/// a deposit.
pub(crate) fn fees<DB: Database>(
    rules: Rules,
    transaction: &RunTransaction,
    database: &mut DB,
) -> Result<Option<Fees>, DB::Error> {
    let (Some(upgrade), Some(Rollup::Encoded(encoded))) = (rules.upgrade(), &transaction.rollup)
    else {
        return Ok(None);
    };
    // The account comes before its slots, as some databases want it.
    database.basic(L1_BLOCK)?;
    let mut slots = Vec::new();
    let l1 = L1Block::read(upgrade, |slot| {
        slots.push(slot);
        database.storage(L1_BLOCK, slot)
    })?;
    Ok(Some(Fees { l1, data: l1.data_fee(encoded), slots }))
}

/// What only a deposit's receipt tells, from the state before it: from Regolith on the sender's nonce,
/// from Canyon on with a version (`protocol/deposits.html`, "Deposit Receipt").
pub(crate) fn deposit_receipt<DB: Database>(
    rules: Rules,
    transaction: &RunTransaction,
    database: &mut DB,
) -> Result<Option<DepositReceipt>, DB::Error> {
    let told = rules.has_optimism(Change::MeteredDeposits);
    if !told || !matches!(transaction.rollup, Some(Rollup::Deposit { .. })) {
        return Ok(None);
    }
    let sender = database.basic(transaction.env.caller)?;
    let nonce = sender.map_or(0, |sender| sender.nonce);
    let version = rules.has_optimism(Change::DepositReceipts).then_some(1);
    Ok(Some(DepositReceipt { nonce, version }))
}

/// Runs a transaction by these rules on an EVM that is set up for them.
pub(crate) fn inspect<DB, I>(
    rules: Rules,
    evm: &mut MainnetEvm<MainnetContext<DB>, I>,
    transaction: RunTransaction,
    fees: Option<&Fees>,
) -> Result<ResultAndState, EVMError<DB::Error>>
where
    DB: Database,
    I: Inspector<MainnetContext<DB>>,
{
    let RunTransaction { env, rollup } = transaction;
    let Some(upgrade) = rules.upgrade() else {
        return match rollup {
            Some(Rollup::Deposit { .. }) => Err(invalid("a deposit is the OP Stack's alone")),
            _ => evm.inspect_tx(env),
        };
    };
    let Some(rollup) = rollup else {
        return Err(invalid("what its data costs on L1 does not follow without its encoding"));
    };
    evm.ctx.set_tx(env);
    let result = RollupHandler::new(upgrade, &rollup, fees).inspect_run(evm)?;
    Ok(ResultAndState::new(result, evm.ctx.journal_mut().finalize()))
}

fn invalid<E>(why: &'static str) -> EVMError<E> {
    EVMError::Transaction(InvalidTransaction::Str(why.into()))
}
