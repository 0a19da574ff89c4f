//! Frames: a message when one opens, its claims when it ends, and the record of the CALL or CREATE
//! that asked for it. `specs/02-message-witness.md` and `specs/03-records.md`, section Outcomes.
//!
//! In the data's way this stands between revm's frame hooks and the [`MessageWitness`]es.

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    context::{Cfg, ContextTr, Host, JournalTr, Transaction},
    inspector::JournalExt,
    interpreter::{
        CallInput, CallInputs, CallOutcome, CallScheme, CreateInputs, CreateScheme,
        InstructionResult, Interpreter, InterpreterResult, interpreter::EthInterpreter,
    },
    primitives::KECCAK_EMPTY,
    state::Bytecode,
};

use super::{
    RecordedMessage, RecordedWitness, Recorder, RecorderError, due::Place, facts::WarmList,
    hash::hash,
};
use crate::state_root::Root;
use iso_evm_wire::{
    CallData, Fork,
    encoding::{message_length, padded, record_length},
    message::MessageWitness,
    precompiles::decisive,
    protocol::Change,
    records::{CallRecord, Create2Record, CreateRecord, FrameKind, OpeningRecord, Outcome, Record},
};

/// Records that a message has room for at first: as many as a transfer of a token makes, and the like.
const RECORDS: usize = 8;

/// A frame that is running.
#[derive(Debug)]
pub(super) struct OpenFrame {
    /// Index of its message.
    pub(super) message: usize,
    /// The record of the CALL or CREATE that it is in.
    pub(super) pending: Option<Pending>,
    /// Root of the state as it opened.
    root: Root,
}

/// A record that waits for its callee to end.
#[derive(Debug)]
pub(super) enum Pending {
    /// The opcode and what is known of its record.
    Call(u8, CallRecord),
    Create(CreateRecord),
    Create2(Create2Record),
}

/// What a frame will be, if it opens.
#[derive(Debug)]
pub(super) struct Entering {
    kind: FrameKind,
    to: Address,
    code: Bytes,
    /// Hash of the account's code; a creation's is known once it opens.
    code_hash: B256,
}

/// What a callee has done, as its record tells it.
struct Ended {
    outcome: Outcome,
    gas_used: u64,
    status: u8,
    returndata: Bytes,
}

impl Entering {
    pub(super) fn call<CTX>(context: &CTX, inputs: &CallInputs, fork: Fork) -> Self
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let (code_hash, code) = &inputs.known_bytecode;
        let called = inputs.bytecode_address;
        let delegate = || {
            let account = context.journal_ref().evm_state().get(&called)?;
            account.info.code.as_ref().and_then(Bytecode::eip7702_address)
        };
        Self {
            kind: match inputs.scheme {
                CallScheme::Call => FrameKind::Call,
                CallScheme::CallCode => FrameKind::Callcode,
                CallScheme::DelegateCall => FrameKind::Delegatecall,
                CallScheme::StaticCall => FrameKind::Staticcall,
            },
            to: delegate().filter(|_| fork.has(Change::Delegation)).unwrap_or(called),
            code: code.original_bytes(),
            code_hash: if code_hash.is_zero() { KECCAK_EMPTY } else { *code_hash },
        }
    }

    pub(super) fn create(inputs: &CreateInputs) -> Self {
        let create2 = matches!(inputs.scheme(), CreateScheme::Create2 { .. });
        Self {
            kind: if create2 { FrameKind::Create2 } else { FrameKind::Create },
            to: Address::ZERO,
            code: inputs.init_code().clone(),
            code_hash: B256::ZERO,
        }
    }
}

impl Pending {
    /// Notes the hash of the data that the call or creation passes.
    fn passes(&mut self, data_hash: B256) {
        match self {
            Self::Call(_, record) => record.calldataHash = data_hash,
            Self::Create(record) => record.initcodeHash = data_hash,
            Self::Create2(record) => record.initcodeHash = data_hash,
        }
    }
}

impl Recorder {
    /// A frame has opened: its value has moved, its new account is made.
    pub(super) fn open<CTX>(
        &mut self,
        entering: Entering,
        interp: &Interpreter<EthInterpreter>,
        context: &mut CTX,
    ) where
        CTX: ContextTr<Journal: JournalExt> + Host,
    {
        let input = &interp.input;
        let Entering { kind, to, code, code_hash } = entering;
        let length = if kind.is_create() { code.len() } else { input.input.len() };
        let opening = |code_hash| {
            Record::Opening(OpeningRecord { kind: kind as u8, codeHash: code_hash }).encode()
        };
        let rest = message_length(0) + record_length(&opening(code_hash));
        self.grow(rest, rest + padded(length), context);
        // After an error all that is left is to come to the end: nothing is copied, nothing hashed.
        let (code, call_data, kept) = match (&self.error, kind.is_create()) {
            (Some(_), _) => Default::default(),
            // The code is kept whole.
            (None, true) => (code.clone(), CallData::of(&code), length),
            (None, false) => {
                let bytes = input.input.as_bytes(context);
                let (call_data, new) = match &input.input {
                    CallInput::Bytes(own) => self.passed.share(&bytes, |part| own.slice_ref(part)),
                    _ => self.passed.share(&bytes, Bytes::copy_from_slice),
                };
                self.pass(|| hash(&bytes));
                (code, call_data, new)
            }
        };
        self.grow(padded(kept), 0, context);
        let code_hash = if kind.is_create() {
            // revm knows that of `CREATE2`.
            let code_hash = interp.bytecode.hash().unwrap_or_else(|| hash(&code));
            self.pass(|| code_hash);
            code_hash
        } else {
            if let Some(evidence) = self.evidence() {
                evidence.code(code_hash, code.clone());
            }
            code_hash
        };
        if self.frames.is_empty() {
            self.warm = WarmList::new(context, input.target_address, self.fork);
            if let Some(proving) = &mut self.proving {
                proving.roots.start(context.journal_ref());
            }
        } else {
            self.follow(context.journal_ref());
        }
        let mut records = Vec::with_capacity(RECORDS);
        records.push(opening(code_hash));
        let (message, root) = (self.messages.len(), self.root());
        self.due.note(Place::Enter(message), &root);
        let witness = MessageWitness {
            stateRootEnter: root.get().unwrap_or_default(),
            isStatic: interp.runtime_flag.is_static,
            origin: context.tx().caller(),
            caller: input.caller_address,
            to,
            context: input.target_address,
            callvalue: input.call_value,
            gasPrice: context.effective_gas_price(),
            gasAvailable: U256::from(interp.gas.limit()),
            stateAccessList: records,
            ..MessageWitness::default()
        };
        self.messages.push(RecordedMessage {
            witness: RecordedWitness::new(witness, call_data),
            parent: self.frames.last().map(|frame| frame.message),
            depth: self.frames.len(),
            code,
        });
        self.frames.push(OpenFrame { message, pending: None, root });
    }

    /// The call or creation that waits in the innermost frame, if one does, passes data of this hash:
    /// only what a callee reads has one.
    fn pass(&mut self, data_hash: impl FnOnce() -> B256) {
        let pending = self.frames.last_mut().and_then(|frame| frame.pending.as_mut());
        if let Some(pending) = pending {
            pending.passes(data_hash());
        }
    }

    /// The innermost frame has ended, and the journal is past its commit or undoing.
    fn close<CTX>(&mut self, context: &CTX, result: &InterpreterResult) -> Option<Ended>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let frame = self.frames.pop()?;
        if result.result == InstructionResult::FatalExternalError {
            self.fail(RecorderError::Unfinished { message: frame.message });
        }
        self.follow(context.journal_ref());
        let status = status(result.result);
        // A frame that was undone leaves the root that it entered with: there is none to compute.
        let root = if status == 1 { self.root() } else { frame.root };
        self.due.note(Place::Leave(frame.message), &root);
        let message = self.messages[frame.message].witness.fields();
        let available = message.gasAvailable.saturating_to::<u64>();
        let gas_used = spent(result, available);
        message.gasUsed = U256::from(gas_used);
        message.status = U256::from(status);
        message.stateRootLeave = root.get().unwrap_or_default();
        message.returndataHash = if status == 0 { KECCAK_EMPTY } else { hash(&result.output) };
        let returndata = if status == 0 { Bytes::new() } else { result.output.clone() };
        Some(Ended { outcome: Outcome::Child, gas_used, status, returndata })
    }

    /// A call has ended, with or without a frame.
    pub(super) fn end_call<CTX>(
        &mut self,
        context: &mut CTX,
        inputs: &CallInputs,
        outcome: &CallOutcome,
    ) where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let result = &outcome.result;
        let ended = if self.entering.take().is_some() {
            let (kind, gas_used, status) = match result.result {
                _ if outcome.was_precompile_called => {
                    self.pass(|| {
                        let input = inputs.input.as_bytes(context);
                        hash(decisive(inputs.bytecode_address, &input, inputs.gas_limit))
                    });
                    (Outcome::Precompile, spent(result, inputs.gas_limit), status(result.result))
                }
                InstructionResult::CallTooDeep => (Outcome::Depth, 0, 0),
                InstructionResult::OutOfFunds => (Outcome::Balance, 0, 0),
                InstructionResult::OverflowPayment => {
                    return self.fail(RecorderError::BalanceOverflow(inputs.target_address));
                }
                _ => (Outcome::Nocode, 0, 1),
            };
            Some(Ended { outcome: kind, gas_used, status, returndata: result.output.clone() })
        } else {
            self.close(context, result)
        };
        if let Some(ended) = ended {
            self.complete(context, ended);
        }
    }

    /// A creation has ended, with or without a frame.
    pub(super) fn end_create<CTX>(
        &mut self,
        context: &mut CTX,
        inputs: &CreateInputs,
        result: &InterpreterResult,
    ) where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let ended = if self.entering.take().is_none() {
            self.close(context, result).map(|mut ended| {
                // The output of a creation that succeeded is code, not data for its caller.
                if ended.status != 2 {
                    ended.returndata = Bytes::new();
                }
                ended
            })
        } else {
            let (outcome, gas_used) = match result.result {
                InstructionResult::CallTooDeep => (Outcome::Depth, 0),
                InstructionResult::OutOfFunds => (Outcome::Balance, 0),
                InstructionResult::CreateCollision => {
                    self.pass(|| inputs.init_code_hash());
                    (Outcome::Collision, inputs.gas_limit())
                }
                InstructionResult::OverflowPayment => {
                    return self.fail(RecorderError::BalanceOverflow(inputs.caller()));
                }
                // How revm tells that the nonce cannot grow.
                _ => (Outcome::Nonce, 0),
            };
            Some(Ended { outcome, gas_used, status: 0, returndata: Bytes::new() })
        };
        if let Some(ended) = ended {
            self.complete(context, ended);
        }
    }

    /// Completes the record that waits in the frame which is innermost now; the top message has none.
    fn complete<CTX>(&mut self, context: &mut CTX, ended: Ended)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        self.follow(context.journal_ref());
        let Some(pending) = self.frames.last_mut().and_then(|frame| frame.pending.take()) else {
            return;
        };
        let root = self.root();
        let state_root = self.of_record(root);
        let Ended { outcome, gas_used, status, returndata } = ended;
        macro_rules! completed {
            ($record:expr) => {{
                let mut record = $record;
                record.outcome = outcome as u8;
                record.gasUsed = gas_used;
                record.status = status;
                record.stateRoot = state_root;
                record.returndata = returndata;
                record
            }};
        }
        let record = match pending {
            Pending::Call(opcode, record) => Record::Call(opcode, completed!(record)),
            Pending::Create(record) => Record::Create(completed!(record)),
            Pending::Create2(record) => Record::Create2(completed!(record)),
        };
        self.push(&record, context);
    }

    /// The root of the record that is made next: zero as long as it is not known.
    pub(super) fn of_record(&mut self, root: Root) -> B256 {
        let known = root.get().unwrap_or_default();
        self.root_of_record = Some(root);
        known
    }

    /// Appends a record to the innermost message.
    pub(super) fn push<CTX: ContextTr>(&mut self, record: &Record, context: &mut CTX) {
        let (record, root) = (record.encode(), self.root_of_record.take());
        let length = record_length(&record);
        self.grow(length, length, context);
        if self.error.is_none()
            && let Some(frame) = self.frames.last()
        {
            let records = &mut self.messages[frame.message].witness.fields().stateAccessList;
            if let Some(root) = root {
                self.due.note(Place::Record(frame.message, records.len()), &root);
            }
            records.push(record);
        }
    }

    /// Whether the context's fork is recorded.
    pub(super) fn check_fork<CTX: ContextTr>(&mut self, context: &CTX) {
        let spec = context.cfg().spec().into();
        match Fork::of_spec(spec) {
            Some(fork) => self.fork = fork,
            None => self.fail(RecorderError::UnsupportedFork(spec)),
        }
    }
}

/// 1 success, 2 revert, 0 exceptional halt.
const fn status(result: InstructionResult) -> u8 {
    match result {
        result if result.is_ok() => 1,
        InstructionResult::Revert => 2,
        _ => 0,
    }
}

/// Gas that a callee spent of what it got: all of it on an exceptional halt.
const fn spent(result: &InterpreterResult, gas: u64) -> u64 {
    if result.result.is_halt() { gas } else { gas.saturating_sub(result.gas.remaining()) }
}
