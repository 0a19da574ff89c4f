//! The frames that people get wrong, each in every fork that has it: recorded, compared with plain
//! revm and with what the EIPs say, every message audited.

mod calls;
mod creations;
mod delegation;
mod depth;
mod gas;
mod memory;
mod refused;
mod selfdestruct;
mod state;
mod storage_collision;
mod touched;
mod warmth;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_wire::{
    Fork,
    records::{Outcome, Record},
};
use iso_evm_witness::{
    Execution, RecordedMessage, Recording,
    prestate::{Prestate, state_trie},
    record,
};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    context::result::ExecutionResult,
    database::InMemoryDB,
    state::{AccountInfo, Bytecode, EvmState},
};

use crate::harness::{
    audit,
    guest::Guest,
    parallel,
    program::{Program, op},
    proved,
};

/// An account that a guest calls.
const OTHER: Address = Address::repeat_byte(0x55);
/// An account that does not exist.
const NOBODY: Address = Address::repeat_byte(0x99);

const GAS: u8 = 0x5a;

/// How the guest must end.
#[derive(Clone, Debug)]
enum End {
    Halt,
    Revert,
    /// A success with any output.
    Success,
    /// With these words as its output.
    Words(Vec<U256>),
}

/// What must come of a guest.
struct Case {
    guest: Guest,
    /// What is unusual about the transaction.
    change: Box<dyn Fn(&mut Execution) + Sync + Send>,
    end: End,
    /// Outcomes of the guest's calls and creations, in order; `None`: not looked at.
    outcomes: Option<Vec<Outcome>>,
}

impl Case {
    fn new(guest: Guest, end: End) -> Self {
        Self { guest, change: Box::new(|_| {}), end, outcomes: None }
    }

    fn change(mut self, change: impl Fn(&mut Execution) + Sync + Send + 'static) -> Self {
        self.change = Box::new(change);
        self
    }

    fn outcomes(mut self, outcomes: impl Into<Vec<Outcome>>) -> Self {
        self.outcomes = Some(outcomes.into());
        self
    }

    fn check(&self) -> Result<(), String> {
        self.record().map(|_| ())
    }

    /// The recording of a case that must pass.
    fn recorded(&self) -> Recording {
        self.record().unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Records and checks all that is checked.
    fn record(&self) -> Result<Recording, String> {
        let Guest { name, rules, .. } = &self.guest;
        let problem = |what: String| format!("{name}: {rules}: {what}");
        let mut execution = self.guest.execution();
        (self.change)(&mut execution);
        let recording = record(&execution).map_err(|error| problem(error.to_string()))?;
        agrees_with_plain_revm(&execution, &recording).map_err(problem)?;
        let guest = &recording.messages[1];
        let (status, output) = match &self.end {
            End::Halt => (0, Some(Vec::new())),
            End::Revert => (2, None),
            End::Success => (1, None),
            End::Words(words) => {
                (1, Some(words.iter().flat_map(U256::to_be_bytes::<32>).collect()))
            }
        };
        if guest.witness.status != U256::from(status) {
            return Err(problem(format!("status {}, not {status}", guest.witness.status)));
        }
        if output.is_some_and(|output| keccak256(output) != guest.witness.returndataHash) {
            return Err(problem(format!("output is not {:?}", self.end)));
        }
        let found = outcomes(guest);
        if self.outcomes.as_ref().is_some_and(|expected| *expected != found) {
            return Err(problem(format!("outcomes {found:?}, not {:?}", self.outcomes)));
        }
        audit::all_valid(name, *rules, &recording)?;
        proved::all_proved(name, &execution, &recording)?;
        Ok(recording)
    }
}

/// Checks all cases, on all cores.
fn check_all(cases: Vec<Case>) {
    parallel::check_all(&cases, Case::check);
}

/// Forks from one on.
fn since(first: Fork) -> impl Iterator<Item = Fork> {
    Fork::ALL.into_iter().filter(move |fork| *fork >= first)
}

fn words<const N: usize>(words: [u64; N]) -> End {
    End::Words(words.map(U256::from).to_vec())
}

/// The outcomes of a message's calls and creations.
fn outcomes(message: &RecordedMessage) -> Vec<Outcome> {
    let list = message.witness.stateAccessList.iter();
    let outcome = |record| match record {
        Record::Call(_, record) => Outcome::from_number(record.outcome),
        Record::Create(record) => Outcome::from_number(record.outcome),
        Record::Create2(record) => Outcome::from_number(record.outcome),
        _ => None,
    };
    list.filter_map(|access| outcome(Record::decode(access).expect("a record"))).collect()
}

/// Runs the transaction without a recorder and compares receipt, output and final root.
fn agrees_with_plain_revm(execution: &Execution, recording: &Recording) -> Result<(), String> {
    let mut database = InMemoryDB::default();
    for (address, account) in &execution.prestate {
        let code = match Bytecode::new_raw_checked(account.code.clone()) {
            Ok(code) if execution.rules >= Fork::Prague.into() => code,
            _ => Bytecode::new_legacy(account.code.clone()),
        };
        let hash = keccak256(&account.code);
        let info = AccountInfo::new(account.balance, account.nonce, hash, code);
        database.insert_account_info(*address, info);
        for (key, value) in &account.storage {
            let (key, value) = ((*key).into(), (*value).into());
            database.insert_account_storage(*address, key, value).expect("in memory");
        }
    }
    let mut evm = Context::mainnet()
        .with_db(database)
        .with_block(execution.block.clone())
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(execution.rules.fork().spec_id())
        })
        .build_mainnet();
    let run = evm.transact(execution.tx.clone()).map_err(|error| format!("{error:?}"))?;
    let output = match &run.result {
        ExecutionResult::Halt { .. } => Bytes::new(),
        other => other.output().cloned().unwrap_or_default(),
    };
    let plain = (run.result.tx_gas_used(), run.result.is_success(), output);
    let recorded = (recording.gas_used, recording.success, recording.output.clone());
    if plain != recorded {
        return Err(format!("recorded {recorded:?}, plain revm {plain:?}"));
    }
    if run.result.logs() != recording.logs {
        return Err("logs differ from plain revm's".to_owned());
    }
    let root = root_after(&execution.prestate, &run.state);
    if root != recording.state_root_leave {
        return Err(format!("final root {}, plain revm {root}", recording.state_root_leave));
    }
    Ok(())
}

/// The root of a state after a transaction's changes.
fn root_after(prestate: &Prestate, changes: &EvmState) -> B256 {
    let mut after = prestate.clone();
    for (address, change) in changes.iter().filter(|(_, change)| change.is_touched()) {
        let before = after.remove(address).unwrap_or_default();
        if change.is_selfdestructed() || change.is_empty() {
            continue;
        }
        let mut account = before;
        if change.is_created() {
            account.storage.clear();
        }
        (account.nonce, account.balance) = (change.info.nonce, change.info.balance);
        if let Some(code) = &change.info.code {
            account.code = code.original_bytes();
        }
        for (key, slot) in &change.storage {
            account.storage.insert((*key).into(), slot.present_value.into());
        }
        after.insert(*address, account);
    }
    state_trie(&after).root().expect("no node is missing")
}

/// Pieces of code that these tests share.
trait Pieces {
    /// A call without data; all gas if none is said.
    fn call(self, opcode: u8, to: Address, value: u64, gas: Option<u64>) -> Self;
    /// A creation of `size` bytes of memory; CREATE2 with salt 0.
    fn create(self, opcode: u8, value: u64, size: u64) -> Self;
    /// Puts up to 32 bytes of code at memory 0.
    fn put(self, code: &[u8]) -> Self;
    /// Puts the word on top of the stack in the `n`th word of memory.
    fn keep(self, n: u64) -> Self;
    /// Returns the first `n` words of memory.
    fn give(self, n: u64) -> Self;
    /// What is left of the gas now less what was left before, as a positive number: the gas before
    /// is on the stack.
    fn spent(self) -> Self;
}

impl Pieces for Program {
    fn call(self, opcode: u8, to: Address, value: u64, gas: Option<u64>) -> Self {
        let program = self.push(0).push(0).push(0).push(0);
        let program = match opcode {
            op::CALL | op::CALLCODE => program.push(value),
            _ => program,
        };
        let program = program.push_address(to);
        match gas {
            Some(gas) => program.push(gas),
            None => program.op([GAS]),
        }
        .op([opcode])
    }

    fn create(self, opcode: u8, value: u64, size: u64) -> Self {
        let program = if opcode == op::CREATE2 { self.push(0) } else { self };
        program.push(size).push(0).push(value).op([opcode])
    }

    fn put(self, code: &[u8]) -> Self {
        let mut word = [0; 32];
        word[..code.len()].copy_from_slice(code);
        self.push(U256::from_be_bytes(word)).push(0).op([op::MSTORE])
    }

    fn keep(self, n: u64) -> Self {
        self.push(32 * n).op([op::MSTORE])
    }

    fn give(self, n: u64) -> Self {
        self.push(32 * n).push(0).op([op::RETURN])
    }

    fn spent(self) -> Self {
        self.op([GAS, op::SWAP1, op::SUB])
    }
}

/// Code that returns 32 bytes.
fn returning(number: u64) -> Vec<u8> {
    Program::new().push(number).return_word().build()
}

/// Code that reverts with 32 bytes.
fn reverting(number: u64) -> Vec<u8> {
    Program::new().push(number).push(0).op([op::MSTORE]).push(32).push(0).op([op::REVERT]).build()
}
