//! State roots by another way: at every instant of which a witness names a root, the whole trie is
//! built anew from pre-state and journal.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{TrieAccount, root};
use iso_evm_witness::{
    Execution, RecordedMessage, Recorder,
    prestate::Prestate,
    state_root::{Account, StateTrie},
};
use revm::{
    Context, InspectEvm, Inspector, MainBuilder, MainContext,
    bytecode::opcode,
    context::{ContextTr, JournalTr},
    database::InMemoryDB,
    inspector::JournalExt,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, Interpreter,
        InterpreterAction, interpreter::EthInterpreter, interpreter_types::Jumps,
    },
    state::{AccountInfo, Bytecode, EvmState},
};

/// Runs with a recorder in a revm of our own. Returns its messages and the rebuilt roots, in order
/// of time.
pub(crate) fn run(execution: &Execution) -> (Vec<RecordedMessage>, Vec<B256>) {
    let mut database = InMemoryDB::default();
    let mut trie = StateTrie::new();
    for (number, hash) in &execution.block_hashes {
        database.cache.block_hashes.insert(U256::from(*number), *hash);
    }
    for (address, account) in &execution.prestate {
        let code_hash = keccak256(&account.code);
        let legacy = Bytecode::new_legacy(account.code.clone());
        let code = if execution.rules >= iso_evm_wire::Fork::Prague.into() {
            Bytecode::new_raw_checked(account.code.clone()).unwrap_or(legacy)
        } else {
            legacy
        };
        let info = AccountInfo::new(account.balance, account.nonce, code_hash, code);
        database.insert_account_info(*address, info);
        let (nonce, balance) = (account.nonce, account.balance);
        trie.set_account(*address, Some(Account { nonce, balance, code_hash }));
        for (key, value) in &account.storage {
            let (slot, value) = ((*key).into(), (*value).into());
            database.insert_account_storage(*address, slot, value).expect("in memory");
            trie.set_storage(*address, *key, value);
        }
    }
    let rebuilder = Rebuilder::new(&execution.prestate);
    let mut evm = Context::mainnet()
        .with_db(database)
        .with_block(execution.block.clone())
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(execution.rules.fork().spec_id());
            cfg.chain_id = execution.chain_id;
        })
        .build_mainnet_with_inspector((Recorder::new(trie), rebuilder));
    evm.inspect_tx(execution.tx.clone()).expect("a run that was recorded before");
    let (recorder, rebuilder) = evm.inspector;
    (recorder.into_messages().expect("a run that was recorded before"), rebuilder.roots)
}

struct Rebuilder<'a> {
    prestate: &'a Prestate,
    /// Opcode that runs.
    opcode: u8,
    /// For each running frame whether it is a message's: all are, but not all calls open one.
    open: usize,
    entered: bool,
    roots: Vec<B256>,
    storage_roots: HashMap<Vec<(B256, U256)>, B256>,
}

impl<'a> Rebuilder<'a> {
    fn new(prestate: &'a Prestate) -> Self {
        Self {
            prestate,
            opcode: 0,
            open: 0,
            entered: false,
            roots: Vec::new(),
            storage_roots: HashMap::new(),
        }
    }

    fn push(&mut self, state: &EvmState) {
        let root = self.root(state);
        self.roots.push(root);
    }

    fn root(&mut self, state: &EvmState) -> B256 {
        let mut addresses: Vec<Address> = self.prestate.keys().copied().collect();
        addresses.extend(state.keys().filter(|address| !self.prestate.contains_key(*address)));
        let mut accounts = Vec::new();
        for address in addresses {
            let before = self.prestate.get(&address);
            let mut storage: BTreeMap<B256, U256> = BTreeMap::new();
            let now = state.get(&address);
            if !now.is_some_and(|account| account.is_created()) {
                let slots = before.iter().flat_map(|account| &account.storage);
                storage.extend(slots.map(|(key, value)| (*key, U256::from_be_bytes(value.0))));
            }
            let info = match (now, before) {
                (Some(account), _) => {
                    let slots = account.storage.iter();
                    storage.extend(slots.map(|(key, slot)| ((*key).into(), slot.present_value)));
                    if account.is_touched() && account.is_empty() {
                        continue;
                    }
                    if before.is_none() && account.is_empty() {
                        continue;
                    }
                    account.info.clone()
                }
                (None, Some(account)) => {
                    let code_hash = keccak256(&account.code);
                    AccountInfo::new(account.balance, account.nonce, code_hash, Bytecode::new())
                }
                (None, None) => continue,
            };
            let slots: Vec<_> = storage.into_iter().filter(|(_, value)| !value.is_zero()).collect();
            let storage_root = *self
                .storage_roots
                .entry(slots)
                .or_insert_with_key(|slots| root::storage_root_unhashed(slots.iter().copied()));
            let account = TrieAccount::new(info.nonce, info.balance, storage_root, info.code_hash);
            accounts.push((address, account));
        }
        root::state_root_unhashed(accounts)
    }
}

impl<CTX> Inspector<CTX, EthInterpreter> for Rebuilder<'_>
where
    CTX: ContextTr<Journal: JournalExt>,
{
    fn initialize_interp(&mut self, _: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        self.open += 1;
        self.entered = true;
        self.push(context.journal_ref().evm_state());
    }

    fn step(&mut self, interp: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        self.opcode = interp.bytecode.opcode();
    }

    fn step_end(&mut self, interp: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        let done = match &interp.bytecode.action {
            None => self.opcode == opcode::SSTORE,
            Some(InterpreterAction::Return(result)) => {
                result.result == InstructionResult::SelfDestruct
            }
            Some(InterpreterAction::NewFrame(_)) => false,
        };
        if done {
            self.push(context.journal_ref().evm_state());
        }
    }

    fn call(&mut self, _: &mut CTX, _: &mut CallInputs) -> Option<CallOutcome> {
        self.entered = false;
        None
    }

    fn call_end(&mut self, context: &mut CTX, _: &CallInputs, outcome: &mut CallOutcome) {
        self.leave(context, outcome.result.result);
    }

    fn create(&mut self, _: &mut CTX, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.entered = false;
        None
    }

    fn create_end(&mut self, context: &mut CTX, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.leave(context, outcome.result.result);
    }
}

impl Rebuilder<'_> {
    /// A call or creation is over.
    fn leave<CTX>(&mut self, context: &CTX, result: InstructionResult)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let opened = std::mem::replace(&mut self.entered, true);
        let state = context.journal_ref().evm_state();
        if opened {
            self.open -= 1;
            // A message that failed names the root it began with: no instant of its own.
            if result.is_ok() {
                self.push(state);
            }
        }
        if self.open > 0 {
            self.push(state);
        }
    }
}
