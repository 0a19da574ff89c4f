//! The replay of a block on the nodes of its file: the calls of the system, the transactions one after
//! the other, each recorded, what comes after the last.
//!
//! In the data's way this stands between the file and the witnesses.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, U256};
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_wire::{
    Rules,
    block::{Block, BlockError, blob_base_fee},
    optimism::{
        self, L1Block,
        predeploys::{L1_BLOCK, MESSAGE_PASSER},
    },
    protocol::Change,
    receipt::{self, Receipt, ReceiptLogs},
    schedule,
    transaction::{Transaction, TransactionBody},
};
use revm::{
    DatabaseRef, SystemCallEvm,
    database_interface::WrapDatabaseRef,
    inspector::NoOpInspector,
    primitives::KECCAK_EMPTY,
    state::{Account, EvmState},
};

use super::{
    BlockFile, BlockFileError, Head, Notice, Place, RecordedBlock, header::Outcome, requests,
    state::State,
};
use crate::{
    ExecuteError, RecorderError, Recording,
    alone::record_alone,
    env::block_env,
    execute::{Run, RunError, Setting, record_on, run_error},
    prestate::PrestateError,
    rollup::RunTransaction,
    state_root::MissingNode,
    system,
};

impl BlockFile {
    /// Replays the block, records each transaction, and holds what came out against the header.
    ///
    /// # Errors
    ///
    /// [`BlockFileError`], if the file lacks something that the replay looks at, if a transaction is
    /// none that the block can have, or if the header says something else than the replay.
    pub fn record(&self) -> Result<RecordedBlock<'_>, BlockFileError> {
        let mut replay = Replay::new(self)?;
        replay.begin()?;
        for (index, transaction) in self.transactions.iter().enumerate() {
            replay.record(index, transaction)?;
        }
        replay.finish()
    }
}

/// A block, as far as it has been replayed.
struct Replay<'a> {
    file: &'a BlockFile,
    block: Block,
    setting: Setting,
    state: State<'a>,
    recordings: Vec<Recording>,
    receipts: Vec<Receipt>,
    gas_used: u64,
    /// Gas of all blobs (EIP-4844); on the OP Stack, which has none, the data's footprint.
    blob_gas_used: u64,
    /// Transactions whose roots are not those of the whole state, each with the node that it lacks.
    alone: Vec<(usize, MissingNode)>,
}

impl<'a> Replay<'a> {
    /// Stands on the parent's state.
    fn new(file: &'a BlockFile) -> Result<Self, BlockFileError> {
        let (fork, header) = (file.rules.fork(), file.head.header());
        let blobs =
            schedule::blob_params(file.rules, file.chain_id, header.number, header.timestamp);
        let fee = |excess| {
            let fee = blob_base_fee(excess, blobs).ok_or(BlockError::BlobFee(excess));
            fee.map_err(BlockFileError::Header)
        };
        let fee = header.excess_blob_gas.map(fee).transpose()?;
        let block = Block::from_header(header.clone(), fork, fee);
        let setting =
            Setting { rules: file.rules, chain_id: file.chain_id, block: block_env(&block) };
        let state = State::before(file);
        let (recordings, receipts, alone) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            file,
            block,
            setting,
            state,
            recordings,
            receipts,
            gas_used: 0,
            blob_gas_used: 0,
            alone,
        })
    }

    /// Makes the system calls that come before the transactions.
    fn begin(&mut self) -> Result<(), BlockFileError> {
        for (contract, data) in system::before(self.file.rules, self.file.head.header()) {
            self.system_call(contract, data)?;
            let root = self.state.trie.root();
            root.map_err(|missing| Place::System(contract).lacks_node(missing))?;
        }
        Ok(())
    }

    /// Records the next transaction.
    fn record(&mut self, index: usize, transaction: &Transaction) -> Result<(), BlockFileError> {
        let place = Place::Transaction(index);
        self.take_room(index, transaction)?;
        let recording = match self.run(transaction) {
            Ok(Run { recording, state, after }) => {
                self.state.goes_on(after, &state);
                recording
            }
            Err(RunError::Execute(error))
                if let ExecuteError::Recorder(RecorderError::MissingNode(missing)) = *error =>
            {
                let alone = self.run_alone(transaction);
                let (recording, state) = alone.map_err(|error| place.failed(error))?;
                self.state.commit(&state);
                self.alone.push((index, missing));
                recording
            }
            Err(error) => return Err(place.failed(error)),
        };
        self.gas_used += recording.gas_used;
        let (success, gas_used) = (recording.success, recording.gas_used);
        let (logs, deposit) = (recording.logs.clone(), recording.deposit);
        let bloom = Bloom::from_iter(&logs);
        let logs = Some(ReceiptLogs { bloom, logs });
        self.receipts.push(Receipt { success, gas_used, logs, deposit });
        self.recordings.push(recording);
        Ok(())
    }

    /// Makes sure that the block has room for the next transaction: gas, and on the OP Stack from Jovian
    /// on what its data take.
    fn take_room(&mut self, index: usize, transaction: &Transaction) -> Result<(), BlockFileError> {
        let (rules, body) = (self.file.rules, transaction.body());
        let most = self.block.gas_limit;
        let (limit, left) = (body.gas_limit(), most.saturating_sub(self.gas_used));
        let metered = match body {
            TransactionBody::Deposit(deposit) if deposit.is_system_transaction => {
                rules.has_optimism(optimism::Change::MeteredDeposits)
            }
            _ => true,
        };
        if metered && limit > left {
            return Err(BlockFileError::GasLimit { index, limit, left });
        }
        match rules {
            Rules::Ethereum(_) => {
                self.blob_gas_used += body.blob_gas_used().unwrap_or_default();
            }
            Rules::Optimism(upgrade)
                if upgrade.has(optimism::Change::Footprint) && !body.is_deposit() =>
            {
                let read = |slot| self.state.storage_ref(L1_BLOCK, slot);
                let block = L1Block::read(upgrade, read);
                let block = block.map_err(|error| Place::Transaction(index).lacks(error))?;
                let footprint = block.footprint(&transaction.encode());
                let footprint = self.blob_gas_used.saturating_add(footprint);
                if footprint > most {
                    let limit = most;
                    return Err(BlockFileError::Footprint { index, footprint, limit });
                }
                self.blob_gas_used = footprint;
            }
            Rules::Optimism(_) => {}
        }
        Ok(())
    }

    fn run(&self, transaction: &Transaction) -> Result<Run, RunError<PrestateError>> {
        let database = WrapDatabaseRef(&self.state);
        let transaction = RunTransaction::of(self.setting.rules, transaction);
        record_on(&self.setting, database, self.state.trie.clone(), transaction)
    }

    /// Runs a transaction at some instant of which the root of the whole state is not known: a slot was
    /// set to zero, and what stands beside it in the trie is needed for that moment alone.
    fn run_alone(
        &self,
        transaction: &Transaction,
    ) -> Result<(Recording, EvmState), RunError<PrestateError>> {
        let transaction = RunTransaction::of(self.setting.rules, transaction);
        record_alone(&self.setting, WrapDatabaseRef(&self.state), transaction)
    }

    /// Does what comes after the last transaction, and holds the header against what came out.
    fn finish(mut self) -> Result<RecordedBlock<'a>, BlockFileError> {
        let file = self.file;
        let returned = self.after()?;
        let mut notices = Vec::new();
        let outcome = self.outcome(&returned, &mut notices)?;
        let header = outcome.header(&file.head)?;
        if let [(_, missing), ..] = self.alone[..] {
            let indices = self.alone.iter().map(|(index, _)| *index).collect();
            notices.push(Notice::Alone { indices, missing });
        }
        if let Head::Draft { hash: None, .. } = file.head {
            notices.push(Notice::NoHash);
        }
        let Self { block, setting, recordings, receipts, .. } = self;
        Ok(RecordedBlock { file, setting, block, header, recordings, receipts, notices })
    }

    /// Pays what is paid after the last transaction, and makes the system calls that come then; what
    /// they return.
    fn after(&mut self) -> Result<Vec<(Address, Bytes)>, BlockFileError> {
        let BlockFile { rules, chain_id, withdrawals, head, .. } = self.file;
        let payments = system::payments(*rules, *chain_id, head.header(), withdrawals);
        for (address, amount) in payments.ok_or(BlockFileError::Payments)? {
            self.pay(address, amount)?;
        }
        let mut returned = Vec::new();
        for (contract, data) in system::after(*rules) {
            match self.system_call(contract, data)? {
                Some((true, output)) => returned.push((contract, output)),
                Some((false, _)) => return Err(BlockFileError::System(contract)),
                None => {}
            }
        }
        Ok(returned)
    }

    /// Makes a system call: whether it succeeded, and what it returned. A contract that is not there is
    /// not called.
    fn system_call(
        &mut self,
        contract: Address,
        data: Bytes,
    ) -> Result<Option<(bool, Bytes)>, BlockFileError> {
        let place = Place::System(contract);
        let there = self.state.basic_ref(contract).map_err(|error| place.lacks(error))?;
        if there.is_none_or(|info| info.code_hash == KECCAK_EMPTY) {
            return Ok(None);
        }
        let mut evm = self.setting.evm(WrapDatabaseRef(&self.state), NoOpInspector);
        let run = evm.system_call(contract, data);
        let run = run.map_err(|error| place.failed(run_error(error)))?;
        self.state.commit(&run.state);
        let success = run.result.is_success();
        Ok(Some((success, run.result.into_output().unwrap_or_default())))
    }

    fn pay(&mut self, address: Address, amount: U256) -> Result<(), BlockFileError> {
        let info = self.state.basic_ref(address).map_err(|error| Place::End.lacks(error))?;
        let mut info = info.unwrap_or_default();
        info.balance = info.balance.saturating_add(amount);
        let mut account = Account::from(info);
        account.mark_touch();
        self.state.commit(&EvmState::from_iter([(address, account)]));
        Ok(())
    }

    /// What the run gives of the header.
    fn outcome(
        &mut self,
        returned: &[(Address, Bytes)],
        notices: &mut Vec<Notice>,
    ) -> Result<Outcome, BlockFileError> {
        let BlockFile { rules, chain_id, transactions, .. } = self.file;
        let state_root = self.state.trie.root();
        let state_root = state_root.map_err(|missing| Place::End.lacks_node(missing))?;
        let encoded: Vec<_> = transactions.iter().map(Transaction::encode).collect();
        let receipts = receipt::encoded(&self.receipts, transactions);
        let mut requests_hash = None;
        if let Rules::Ethereum(fork) = rules
            && fork.has(Change::Requests)
        {
            requests_hash = requests::hash(*chain_id, self.logs(), returned);
            if requests_hash.is_none() {
                notices.push(Notice::Requests(*chain_id));
            }
        }
        Ok(Outcome {
            state_root,
            transactions_root: ordered_trie_root_encoded(&encoded),
            receipts_root: ordered_trie_root_encoded(&receipts),
            logs_bloom: Bloom::from_iter(self.logs()),
            gas_used: self.gas_used,
            blob_gas_used: rules.has(Change::Blobs).then_some(self.blob_gas_used),
            requests_hash,
            message_passer: self.message_passer()?,
        })
    }

    fn logs(&self) -> impl Iterator<Item = &Log> {
        self.receipts.iter().filter_map(|receipt| receipt.logs.as_ref()).flat_map(|told| &told.logs)
    }

    /// The storage root of the message passer, where the header has it.
    fn message_passer(&self) -> Result<Option<B256>, BlockFileError> {
        if !self.file.rules.has_optimism(optimism::Change::MessagePasserRoot) {
            return Ok(None);
        }
        let root = self.state.trie.storage_root(MESSAGE_PASSER);
        root.map(Some).map_err(|missing| Place::End.lacks_node(missing))
    }
}

impl Place {
    /// The error of a run here.
    fn failed(self, error: RunError<PrestateError>) -> BlockFileError {
        match error {
            RunError::Database(error) => self.lacks(error),
            RunError::Execute(error) => match *error {
                ExecuteError::Recorder(RecorderError::MissingNode(missing)) => {
                    self.lacks_node(missing)
                }
                ExecuteError::Prestate(error) => self.lacks(error),
                error => BlockFileError::Execute { place: self, error: Box::new(error) },
            },
        }
    }

    /// The error of a state that does not have what is asked for here.
    fn lacks(self, error: PrestateError) -> BlockFileError {
        let place = self;
        match error {
            PrestateError::MissingNode(missing) => self.lacks_node(missing),
            PrestateError::MissingCode(hash) => BlockFileError::Code { place, hash },
            PrestateError::MissingBlockHash(number) => BlockFileError::Ancestor { place, number },
            error => {
                let error = Box::new(ExecuteError::Prestate(error));
                BlockFileError::Execute { place, error }
            }
        }
    }

    const fn lacks_node(self, missing: MissingNode) -> BlockFileError {
        BlockFileError::Node { place: self, missing }
    }
}
