//! One frame by itself: code in a context, on a state, run natively by revm or through the live
//! machine; what each has done; and by which rules the two must be the same.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use iso_evm_hypervisor::live;
use iso_evm_witness::{Execution, Fork, records::FrameKind};
use revm::{
    Context, Inspector, MainBuilder, MainContext,
    bytecode::{Bytecode, opcode},
    context::{BlockEnv, JournalTr, LocalContext, TxEnv, result::EVMError},
    context_interface::cfg::gas,
    database::{InMemoryDB, WrapDatabaseRef},
    handler::{FrameResult, Handler, MainnetContext, MainnetHandler},
    inspector::InspectorHandler,
    interpreter::{
        CallInput, CallInputs, CallOutcome, CallScheme, CallValue, CreateInputs, CreateOutcome,
        FrameInput, InstructionResult, Interpreter, SharedMemory,
        interpreter::EthInterpreter,
        interpreter_action::FrameInit,
        interpreter_types::{Jumps, LegacyBytecode},
    },
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

use super::guest::{self, Guest};

/// A state that any number of runs start from.
pub(crate) type Db = WrapDatabaseRef<Arc<InMemoryDB>>;
/// State, block, transaction and rules around a frame.
pub(crate) type World = MainnetContext<Db>;

/// Where the live machine is, if anybody asks.
pub(crate) const LIVE: Address = Address::repeat_byte(0x1f);

static MACHINES: LazyLock<[Bytecode; 8]> =
    LazyLock::new(|| Fork::ALL.map(|fork| Bytecode::new_legacy(live::bytecode(fork))));

/// The live machine of a fork.
pub(crate) fn machine(fork: Fork) -> &'static Bytecode {
    &MACHINES[usize::from(fork.number())]
}

/// The rules that a host of the live machine has: the guest's, or the oldest that it runs under.
pub(crate) fn host_of(fork: Fork) -> Fork {
    fork.max(Fork::Cancun)
}

/// A state with these accounts: address, code, balance, storage.
pub(crate) fn state(execution: &Execution) -> Db {
    let mut state = InMemoryDB::default();
    for (address, account) in &execution.prestate {
        let info = AccountInfo {
            nonce: account.nonce,
            balance: account.balance,
            ..AccountInfo::default().with_code(Bytecode::new_raw(account.code.clone()))
        };
        state.insert_account_info(*address, info);
        for (slot, value) in &account.storage {
            let (slot, value) = (U256::from_be_bytes(slot.0), U256::from_be_bytes(value.0));
            state.insert_account_storage(*address, slot, value).expect("memory does not fail");
        }
    }
    for (number, hash) in &execution.block_hashes {
        state.cache.block_hashes.insert(U256::from(*number), *hash);
    }
    WrapDatabaseRef(Arc::new(state))
}

/// A world under the rules of `spec`.
pub(crate) fn world(state: Db, spec: SpecId, block: BlockEnv, tx: TxEnv) -> World {
    Context::mainnet().with_db(state).with_block(block).with_tx(tx).modify_cfg_chained(|cfg| {
        cfg.set_spec_and_mainnet_gas_params(spec);
        cfg.tx_gas_limit_cap = Some(u64::MAX);
    })
}

/// The same world, with buffers of its own.
pub(crate) fn copy(world: &World) -> World {
    world.clone().with_local(LocalContext::default())
}

/// [`copy`], with an account that is about to run loaded.
fn entered(world: &World, account: Address) -> World {
    let mut world = copy(world);
    world.journaled_state.load_account(account).expect("memory does not fail");
    world
}

/// Code, and the context that it runs in. The value has moved already.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) code: Bytes,
    pub(crate) input: Bytes,
    pub(crate) caller: Address,
    pub(crate) account: Address,
    pub(crate) value: U256,
    pub(crate) is_static: bool,
    pub(crate) gas: u64,
    pub(crate) depth: usize,
}

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Stop,
    Return(Bytes),
    SelfDestruct,
    Revert(Bytes),
    /// All gas is gone.
    Halt,
}

/// What differs from the state before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    nonce: u64,
    balance: U256,
    code_hash: B256,
    storage: BTreeMap<U256, U256>,
    status: (bool, bool, bool),
}

/// What a frame has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) end: End,
    pub(crate) logs: Vec<Log>,
    pub(crate) changes: BTreeMap<Address, Change>,
    pub(crate) transient: BTreeMap<(Address, U256), U256>,
}

/// What it took.
#[derive(Clone, Debug)]
pub(crate) struct Cost {
    pub(crate) result: InstructionResult,
    pub(crate) gas_used: u64,
}

/// Why a frame cannot be the same under delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// `GAS` ran in the frame, or below it where gas was not a fixed amount, other than as the operand
    /// of a call that follows at once: the live machine's own gas shows in it.
    ReadsGas,
    /// Gas ran out, in the frame, or below it where gas was not a fixed amount. The sentry of 2300
    /// is such an end.
    OutOfGas,
}

/// What came of a comparison that found no difference.
#[derive(Clone, Debug)]
pub(crate) enum Compared {
    Same {
        native: Cost,
        live: Cost,
        steps: u64,
    },
    /// Why, and how many steps it took to see it.
    Excluded(Rule, u64),
}

/// Watches a native run for what makes it incomparable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    reads_gas: bool,
    out_of_gas: bool,
    pub(crate) steps: u64,
    /// Frames under way: whether a frame's gas depends on what there is left. One that is given a
    /// fixed amount has it under both, and all below it too.
    depends: Vec<bool>,
    /// Gas operand of the call under way.
    asked: U256,
}

const CALLS: [u8; 4] = [opcode::CALL, opcode::CALLCODE, opcode::DELEGATECALL, opcode::STATICCALL];

fn ran_out(result: InstructionResult) -> bool {
    // An operand that no gas pays for runs out under both.
    matches!(
        result,
        InstructionResult::OutOfGas
            | InstructionResult::MemoryOOG
            | InstructionResult::MemoryLimitOOG
            | InstructionResult::PrecompileOOG
            | InstructionResult::ReentrancySentryOOG
    )
}

impl Inspector<World, EthInterpreter> for Watch {
    fn step(&mut self, interp: &mut Interpreter<EthInterpreter>, _: &mut World) {
        self.steps += 1;
        match interp.bytecode.opcode() {
            opcode::GAS => {
                // As a call's operand it is just all that there is left.
                let next = interp.bytecode.bytecode_slice().get(interp.bytecode.pc() + 1);
                let operand = next.is_some_and(|next| CALLS.contains(next));
                self.reads_gas |= self.depends.last() == Some(&true) && !operand;
            }
            byte if CALLS.contains(&byte) => {
                self.asked = interp.stack.peek(0).unwrap_or_default();
            }
            _ => {}
        }
    }

    fn call(&mut self, _: &mut World, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let stipend = if inputs.transfers_value() { gas::CALL_STIPEND } else { 0 };
        let fixed = self.asked == U256::from(inputs.gas_limit.saturating_sub(stipend));
        self.depends.push(self.depends.last().is_none_or(|depends| *depends && !fixed));
        None
    }

    fn create(&mut self, _: &mut World, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.depends.push(self.depends.last().is_none_or(|depends| *depends));
        None
    }

    fn call_end(&mut self, _: &mut World, _: &CallInputs, outcome: &mut CallOutcome) {
        self.end(outcome.result.result);
    }

    fn create_end(&mut self, _: &mut World, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(outcome.result.result);
    }
}

impl Watch {
    fn end(&mut self, result: InstructionResult) {
        self.out_of_gas |= self.depends.pop() == Some(true) && ran_out(result);
    }

    fn rule(&self) -> Option<Rule> {
        if self.reads_gas {
            Some(Rule::ReadsGas)
        } else {
            self.out_of_gas.then_some(Rule::OutOfGas)
        }
    }
}

/// Gas for the live machine: it costs many times as much, and what it hands on must not be less.
fn live_gas(native: u64) -> u64 {
    native.saturating_mul(64).saturating_add(50_000_000)
}

impl Frame {
    /// The frame of a guest's message; `None` for a creation.
    pub(crate) fn of(guest: &Guest) -> Option<Self> {
        (!guest.kind.is_create()).then(|| Self {
            code: guest.code.clone().into(),
            input: guest.calldata.clone().into(),
            caller: guest::DRIVER,
            account: guest::CONTRACT,
            value: U256::from(guest.value),
            is_static: guest.kind == FrameKind::Staticcall,
            gas: guest.gas,
            depth: 1,
        })
    }

    fn inputs(
        &self,
        code: Bytecode,
        bytecode_address: Address,
        input: Bytes,
        gas: u64,
    ) -> FrameInit {
        let inputs = CallInputs {
            input: CallInput::Bytes(input),
            return_memory_offset: 0..0,
            gas_limit: gas,
            reservoir: 0,
            bytecode_address,
            known_bytecode: (code.hash_slow(), code),
            target_address: self.account,
            caller: self.caller,
            value: CallValue::Apparent(self.value),
            scheme: CallScheme::DelegateCall,
            is_static: self.is_static,
            charged_new_account_state_gas: false,
        };
        let memory = SharedMemory::new();
        FrameInit { depth: self.depth, memory, frame_input: FrameInput::Call(Box::new(inputs)) }
    }

    /// Runs it as revm does.
    pub(crate) fn native(&self, world: &World) -> (Done, Cost, Watch) {
        let code = Bytecode::new_legacy(self.code.clone());
        let init = self.inputs(code, self.account, self.input.clone(), self.gas);
        let mut evm = entered(world, self.account).build_mainnet_with_inspector(Watch::default());
        let result = MainnetHandler::<_, EVMError<_>, _>::default()
            .inspect_run_exec_loop(&mut evm, init)
            .expect("memory does not fail");
        let (mut watch, world) = (evm.inspector, evm.ctx);
        let (done, cost) = read(&world, &result);
        watch.out_of_gas |= ran_out(cost.result);
        (done, cost, watch)
    }

    /// Runs it by the live machine, delegate-called with `calldata`.
    pub(crate) fn delegated(
        &self,
        world: &World,
        machine: &Bytecode,
        calldata: Bytes,
        gas: u64,
    ) -> (Done, Cost) {
        let init = self.inputs(machine.clone(), LIVE, calldata, gas);
        let mut evm = entered(world, self.account).build_mainnet();
        let result = MainnetHandler::<_, EVMError<_>, _>::default()
            .run_exec_loop(&mut evm, init)
            .expect("memory does not fail");
        read(&evm.ctx, &result)
    }

    /// Runs it through the live machine.
    pub(crate) fn live(&self, world: &World, machine: &Bytecode) -> (Done, Cost) {
        let calldata = live::encode_call(&self.code, &self.input);
        self.delegated(world, machine, calldata, live_gas(self.gas))
    }

    /// Runs it both ways; an error says what differs.
    pub(crate) fn compare(&self, world: &World, machine: &Bytecode) -> Result<Compared, String> {
        self.compare_on(world, world, machine, |_| {})
    }

    /// [`Self::compare`] where the host has other rules; `adapt` makes what the rules make differ
    /// the same.
    pub(crate) fn compare_on(
        &self,
        native_world: &World,
        live_world: &World,
        machine: &Bytecode,
        adapt: impl Fn(&mut Done),
    ) -> Result<Compared, String> {
        let (mut expected, native, watch) = self.native(native_world);
        if let Some(rule) = watch.rule() {
            return Ok(Compared::Excluded(rule, watch.steps));
        }
        let (mut found, live) = self.live(live_world, machine);
        adapt(&mut expected);
        adapt(&mut found);
        if expected != found {
            let code = &self.code[..self.code.len().min(2_000)];
            return Err(format!(
                "natively {expected:x?} ({:?}), live {found:x?} ({:?}), code {}",
                native.result,
                live.result,
                alloy_primitives::hex::encode(code)
            ));
        }
        Ok(Compared::Same { native, live, steps: watch.steps })
    }
}

fn read(world: &World, result: &FrameResult) -> (Done, Cost) {
    let FrameResult::Call(outcome) = result else { panic!("a call's result is a call's") };
    let output = outcome.result.output.clone();
    let gas = outcome.result.gas;
    let end = match outcome.result.result {
        InstructionResult::Stop => End::Stop,
        InstructionResult::Return => End::Return(output),
        InstructionResult::SelfDestruct => End::SelfDestruct,
        InstructionResult::Revert => End::Revert(output),
        error => {
            assert!(error.is_halt(), "{error:?}");
            End::Halt
        }
    };
    let journal = &world.journaled_state.inner;
    let mut changes = BTreeMap::new();
    for (address, account) in &journal.state {
        let slots = account.storage.iter().filter(|(_, slot)| slot.is_changed());
        let storage: BTreeMap<_, _> =
            slots.map(|(key, slot)| (*key, slot.present_value())).collect();
        let status = (account.is_touched(), account.is_selfdestructed(), account.is_created());
        if status.0 || status.1 || status.2 || !storage.is_empty() {
            let info = &account.info;
            let (nonce, balance, code_hash) = (info.nonce, info.balance, info.code_hash);
            changes.insert(*address, Change { nonce, balance, code_hash, storage, status });
        }
    }
    let transient = journal
        .transient_storage
        .iter()
        .flat_map(|(address, slots)| slots.iter().map(|(key, value)| ((*address, *key), *value)))
        .filter(|(_, value)| !value.is_zero())
        .collect();
    let done = Done { end, logs: journal.logs.clone(), changes, transient };
    (done, Cost { result: outcome.result.result, gas_used: gas.limit() - gas.remaining() })
}

impl Done {
    /// Forgets what rules before Cancun do otherwise with an account that destroys itself, and
    /// how hosts of before and after the merge call their block's word.
    pub(crate) fn forget_changes(&mut self) {
        self.changes.clear();
    }
}

/// A word that is the same as difficulty and as randomness.
pub(crate) fn with_one_difficulty(mut block: BlockEnv) -> BlockEnv {
    let word = keccak256("difficulty");
    block.difficulty = word.into();
    block.prevrandao = Some(word);
    block
}

/// The guest's frame both ways; `None` for a creation, whose account is not there yet.
///
/// Before Cancun the host's rules are not the guest's: an account that destroys itself fares
/// differently, and code that could is compared without the state.
pub(crate) fn compare(guest: &Guest) -> Result<Option<Compared>, String> {
    let Some(frame) = Frame::of(guest) else { return Ok(None) };
    let execution = guest.execution();
    let block = with_one_difficulty(execution.block.clone());
    let state = state(&execution);
    let under =
        |fork: Fork| world(state.clone(), fork.spec_id(), block.clone(), execution.tx.clone());
    let host = host_of(guest.fork);
    let destroys = guest.fork < host && guest.code.contains(&0xff);
    let compared =
        frame.compare_on(&under(guest.fork), &under(host), machine(guest.fork), |done| {
            if destroys {
                done.forget_changes();
            }
        });
    compared.map(Some).map_err(|error| format!("{} {}: {error}", guest.name, guest.fork))
}
