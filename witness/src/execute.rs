//! [`record`]: runs one transaction on a given state and returns its messages.
//! `specs/02-message-witness.md`.
//!
//! In the data's way this stands between the input and everything else: transaction, block and
//! pre-state come in, messages and roots go out.

use alloy_primitives::{B256, Bytes, Log};
use revm::{
    Context, Database, MainBuilder, MainContext, MainnetEvm,
    context::{
        BlockEnv, ContextTr, TxEnv,
        result::{EVMError, ExecutionResult, InvalidHeader, InvalidTransaction, ResultAndState},
    },
    database_interface::WrapDatabaseRef,
    handler::MainnetContext,
    inspector::Inspector,
    state::EvmState,
};

use crate::{
    prepared::Prepared,
    prestate::{Prestate, PrestateError},
    proof::{Proof, StateProof},
    recorder::{Finished, RecordedMessage, Recorder, RecorderError},
    rollup::{self, Rollup, RunTransaction},
    state_root::StateTrie,
};
use iso_evm_wire::{
    Rules, block::BlockHashes, container::DepositReceipt, optimism::predeploys::L1_BLOCK,
    precompiles, protocol::most_blobs,
};

/// All that decides what a transaction does.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The rules that the block goes by.
    pub rules: Rules,
    /// Chain id, as `CHAINID` gives it and replay protection wants it.
    pub chain_id: u64,
    /// The block that the transaction is in.
    pub block: BlockEnv,
    /// The transaction, as revm takes it.
    pub tx: TxEnv,
    /// What a chain of the OP Stack knows of the transaction beside; none on Ethereum.
    pub rollup: Option<Rollup>,
    /// The state before it, gas not yet bought.
    pub prestate: Prestate,
    /// Hashes of ancestors, at least of those that `BLOCKHASH` asks for.
    pub block_hashes: BlockHashes,
    /// What is known of the tries that the pre-state is part of; without it, it is all there is.
    pub proofs: Option<StateProof>,
}

impl Execution {
    /// The transaction, as a run takes it.
    pub fn transaction(&self) -> RunTransaction {
        RunTransaction { env: self.tx.clone(), rollup: self.rollup.clone() }
    }
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The transaction's messages in pre-order; none if it ran no code.
    pub messages: Vec<RecordedMessage>,
    /// State root before gas is bought.
    pub state_root_enter: B256,
    /// State root after refund, fees and deletions.
    pub state_root_leave: B256,
    /// Gas used, as the receipt has it.
    pub gas_used: u64,
    /// Whether it succeeded, as the receipt has it.
    pub success: bool,
    /// Logs of the message and of all below it.
    pub logs: Vec<Log>,
    /// What only a deposit's receipt tells.
    pub deposit: Option<DepositReceipt>,
    /// What the top message returned; the deployed code of a creation. Empty after a halt.
    pub output: Bytes,
    /// What proves the state accesses.
    pub proof: Proof,
}

/// Why a transaction could not be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The chain would not take it.
    #[error("the transaction is invalid: {0}")]
    InvalidTransaction(InvalidTransaction),
    /// Only calls can carry blobs or authorisations.
    #[error("the transaction is invalid: type {0} cannot create a contract")]
    Create(u8),
    /// The block lacks what its fork wants.
    #[error("the block is invalid: {0}")]
    InvalidBlock(InvalidHeader),
    /// The input lacks something.
    #[error(transparent)]
    Prestate(PrestateError),
    /// The recorder gave up.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// revm failed by itself, in a precompile.
    #[error("execution failed: {0}")]
    Fatal(String),
}

impl From<PrestateError> for ExecuteError {
    fn from(error: PrestateError) -> Self {
        match error {
            PrestateError::MissingNode(missing) => Self::Recorder(missing.into()),
            error => Self::Prestate(error),
        }
    }
}

/// Runs a transaction and records it.
///
/// # Errors
///
/// [`ExecuteError`] if the chain would reject the transaction, or if the input does not have all
/// that the run asks for.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use alloy_primitives::{Address, U256, bytes};
/// use iso_evm_wire::Fork;
/// use iso_evm_witness::{Execution, prestate::{Prestate, PrestateAccount}, record};
/// use revm::{context::{BlockEnv, TxEnv}, primitives::TxKind};
///
/// let (sender, contract) = (Address::repeat_byte(1), Address::repeat_byte(2));
/// let prestate = Prestate::from([
///     (sender, PrestateAccount { balance: U256::from(10).pow(U256::from(18)), ..Default::default() }),
///     // PUSH1 42, PUSH0, SSTORE
///     (contract, PrestateAccount { code: bytes!("602a5f55"), ..Default::default() }),
/// ]);
/// let tx = TxEnv { caller: sender, kind: TxKind::Call(contract), gas_limit: 100_000, ..Default::default() };
/// let execution = Execution {
///     rules: Fork::Cancun.into(),
///     chain_id: 1,
///     block: BlockEnv::default(),
///     tx,
///     rollup: None,
///     prestate,
///     block_hashes: BTreeMap::new(),
///     proofs: None,
/// };
/// let recording = record(&execution).unwrap();
/// assert!(recording.success);
/// // The opening record and that of SSTORE.
/// assert_eq!(recording.messages[0].witness.stateAccessList.len(), 2);
/// ```
pub fn record(execution: &Execution) -> Result<Recording, ExecuteError> {
    Prepared::new(execution)?.record(execution.transaction())
}

impl Prepared<'_> {
    /// Runs a transaction on the state and records it. The state stays as it is. Roots are zero and the
    /// proof is empty if it was made by [`Prepared::without_roots`].
    ///
    /// # Errors
    ///
    /// As [`record`].
    pub fn record(&self, tx: impl Into<RunTransaction>) -> Result<Recording, ExecuteError> {
        let (setting, database, tx) = (self.setting(), WrapDatabaseRef(self), tx.into());
        let recording = if self.roots {
            let run = run(&setting, database, Recorder::new(self.trie.clone()), tx);
            run.map(|run| run.recording)
        } else {
            let recorder = Recorder::without_roots().knowing(self.trie.clone());
            trace(&setting, database, recorder, tx)
        };
        recording.map_err(|error| match error {
            RunError::Database(error) => error.into(),
            RunError::Execute(error) => *error,
        })
    }

    /// A revm on the state, in the execution's block, with an inspector of one's own. What it does
    /// to the state stays in its journal.
    pub fn evm<I>(&self, inspector: I) -> MainnetEvm<MainnetContext<WrapDatabaseRef<&Self>>, I> {
        self.setting().evm(WrapDatabaseRef(self), inspector)
    }

    pub(crate) fn setting(&self) -> Setting {
        let Execution { rules, chain_id, block, .. } = self.execution;
        Setting { rules: *rules, chain_id: *chain_id, block: block.clone() }
    }
}

/// What all transactions of a block have in common.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The rules that the block goes by.
    pub rules: Rules,
    /// Id of the chain.
    pub chain_id: u64,
    /// The block, as revm takes it.
    pub block: BlockEnv,
}

impl Setting {
    /// A revm in this block, on a database and with an inspector of one's own.
    pub fn evm<DB: Database, I>(
        &self,
        database: DB,
        inspector: I,
    ) -> MainnetEvm<MainnetContext<DB>, I> {
        let mut evm = Context::mainnet()
            .with_db(database)
            .with_block(self.block.clone())
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(self.rules.fork().spec_id());
                cfg.chain_id = self.chain_id;
                cfg.max_blobs_per_tx = Some(most_blobs(self.rules.fork()));
            })
            .build_mainnet_with_inspector(inspector);
        evm.precompiles.precompiles = precompiles::revm_precompiles(self.rules);
        evm
    }
}

impl Setting {
    /// Runs a transaction on an EVM of [`Setting::evm`], with its inspector. What it does to the state
    /// comes back and stays out of the database.
    ///
    /// # Errors
    ///
    /// What the database says, or why the chain would not take the transaction.
    pub fn inspect<DB, I>(
        &self,
        evm: &mut MainnetEvm<MainnetContext<DB>, I>,
        tx: impl Into<RunTransaction>,
    ) -> Result<ResultAndState, RunError<DB::Error>>
    where
        DB: Database,
        I: Inspector<MainnetContext<DB>>,
    {
        let tx = tx.into();
        let fees = rollup::fees(self.rules, &tx, evm.ctx.db_mut()).map_err(RunError::Database)?;
        rollup::inspect(self.rules, evm, tx, fees.as_ref()).map_err(run_error)
    }
}

/// A recorded transaction, with what it made of the state.
#[derive(Debug)]
pub struct Run {
    /// Recording of the transaction.
    pub recording: Recording,
    /// The accounts and slots that it loaded, as revm leaves them.
    pub state: EvmState,
    /// State trie after the transaction.
    pub after: StateTrie,
}

/// Why a transaction could not be recorded on a database of one's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError<E> {
    /// The database failed.
    #[error(transparent)]
    Database(E),
    /// The transaction could not be recorded.
    #[error(transparent)]
    Execute(Box<ExecuteError>),
}

impl<E> From<ExecuteError> for RunError<E> {
    fn from(error: ExecuteError) -> Self {
        Self::Execute(Box::new(error))
    }
}

/// Runs a transaction on a database of one's own, and records it. `trie` is the trie of that
/// database's state, as far as it is known. Neither is changed.
///
/// # Errors
///
/// What the database says, or [`ExecuteError`].
///
/// ```
/// use alloy_primitives::Address;
/// use iso_evm_wire::Fork;
/// use iso_evm_witness::{execute::{Setting, record_on}, state_root::StateTrie};
/// use revm::{context::{BlockEnv, TxEnv}, database::InMemoryDB, primitives::TxKind};
///
/// let setting = Setting { rules: Fork::Osaka.into(), chain_id: 1, block: BlockEnv::default() };
/// let to = Address::repeat_byte(2);
/// let tx = TxEnv { kind: TxKind::Call(to), gas_limit: 21_000, ..TxEnv::default() };
/// let mut run = record_on(&setting, InMemoryDB::default(), StateTrie::new(), tx)?;
/// // A plain transfer: no message, but the sender's nonce is in the trie now.
/// assert!(run.recording.messages.is_empty());
/// assert_eq!(run.after.root()?, run.recording.state_root_leave);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_on<DB: Database>(
    setting: &Setting,
    database: DB,
    trie: StateTrie,
    tx: impl Into<RunTransaction>,
) -> Result<Run, RunError<DB::Error>> {
    run(setting, database, Recorder::new(trie), tx.into())
}

pub(crate) fn run<DB: Database>(
    setting: &Setting,
    database: DB,
    recorder: Recorder,
    tx: RunTransaction,
) -> Result<Run, RunError<DB::Error>> {
    let (run, deposit, recorder) = inspect(setting, database, recorder, tx)?;
    let Finished { messages, state_root_enter, state_root_leave, state: after, proof } =
        recorder.finish(&run.state).map_err(ExecuteError::from)?;
    let roots = [state_root_enter, state_root_leave];
    let recording = recording(run.result, deposit, messages, roots, proof);
    Ok(Run { recording, state: run.state, after })
}

/// A recording without roots and proof.
fn trace<DB: Database>(
    setting: &Setting,
    database: DB,
    recorder: Recorder,
    tx: RunTransaction,
) -> Result<Recording, RunError<DB::Error>> {
    let (run, deposit, recorder) = inspect(setting, database, recorder, tx)?;
    let messages = recorder.into_messages().map_err(ExecuteError::from)?;
    Ok(recording(run.result, deposit, messages, [B256::ZERO; 2], Proof::default()))
}

/// Runs a transaction with a recorder, which comes back, with what only a deposit's receipt tells.
fn inspect<DB: Database>(
    setting: &Setting,
    database: DB,
    recorder: Recorder,
    tx: RunTransaction,
) -> Result<(ResultAndState, Option<DepositReceipt>, Recorder), RunError<DB::Error>> {
    if tx.env.tx_type >= 3 && tx.env.kind.is_create() {
        return Err(ExecuteError::Create(tx.env.tx_type).into());
    }
    let mut evm = setting.evm(database, recorder);
    let deposit = rollup::deposit_receipt(setting.rules, &tx, evm.ctx.db_mut());
    let deposit = deposit.map_err(RunError::Database)?;
    let fees = rollup::fees(setting.rules, &tx, evm.ctx.db_mut()).map_err(RunError::Database)?;
    if let Some(fees) = &fees {
        evm.inspector.reads(L1_BLOCK, &fees.slots);
    }
    let sender = tx.env.caller;
    if let Some(Rollup::Deposit { .. }) = tx.rollup
        && tx.env.kind.to() != Some(&sender)
    {
        evm.inspector.passes_over(sender);
    }
    let run = rollup::inspect(setting.rules, &mut evm, tx, fees.as_ref());
    let run = run.map_err(|error| match (error, evm.inspector.error()) {
        // The recorder has ended the run.
        (EVMError::Custom(_), Some(error)) => ExecuteError::from(error.clone()).into(),
        (error, _) => run_error(error),
    })?;
    Ok((run, deposit, evm.inspector))
}

/// What a run came to.
fn recording(
    result: ExecutionResult,
    deposit: Option<DepositReceipt>,
    messages: Vec<RecordedMessage>,
    [state_root_enter, state_root_leave]: [B256; 2],
    proof: Proof,
) -> Recording {
    let (gas_used, success) = (result.tx_gas_used(), result.is_success());
    let (logs, output) = match result {
        ExecutionResult::Success { logs, output, .. } => (logs, output.into_data()),
        ExecutionResult::Revert { output, .. } => (Vec::new(), output),
        ExecutionResult::Halt { .. } => (Vec::new(), Bytes::new()),
    };
    Recording {
        messages,
        state_root_enter,
        state_root_leave,
        gas_used,
        success,
        logs,
        deposit,
        output,
        proof,
    }
}

/// What revm says, as this crate says it.
pub fn run_error<E>(error: EVMError<E>) -> RunError<E> {
    RunError::from(match error {
        EVMError::Transaction(error) => ExecuteError::InvalidTransaction(error),
        EVMError::Header(error) => ExecuteError::InvalidBlock(error),
        EVMError::Database(error) => return RunError::Database(error),
        EVMError::Custom(error) => ExecuteError::Fatal(error),
        EVMError::CustomAny(error) => ExecuteError::Fatal(error.to_string()),
    })
}
