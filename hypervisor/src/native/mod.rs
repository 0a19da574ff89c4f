//! The native engine: what the contract says, computed without it. Normative text:
//! `specs/16-native-engine.md`.
//!
//! revm's own interpreter runs the guest's code; only the opcodes that take a record are replaced,
//! by instructions that read the record in place, in the order in which the contract reads it, and
//! charge by revm's gas rules what its facts cost.
//!
//! What the engines share is in `rules` and in the protocol's table: which opcodes a
//! fork has and what they take and leave, where a record's fields stand, which outcomes there are,
//! which accounts are precompiles and how much of an input they read, the limits of code, the
//! addresses of archives, the verdicts. Everything else is computed twice, by the contract's own
//! routines and by revm and this folder: what an opcode does, all gas, memory, the stack, jumps, and
//! each check of a message and its records. The two must agree on every message, true, false or
//! malformed: the verdict, the kind of mismatch, pc, record, and both words.
//!
//! `code` is made ready beforehand, `calldata` reads words of the message, `setup` its head and what
//! runs, `table` says which instruction does what, `ranges` which memory it touches, `step` is what
//! the instructions share, `frame` runs the guest, `exit` compares its end with the claim, `watch` runs for somebody who wants to
//! know what precompiles are called with, or to be done with a certain amount of gas, `run` for somebody who looks at every
//! opcode, to whom `halt` says why the guest halted; `segment` cuts a message and runs a part of it.

mod accounts;
mod calldata;
mod calls;
mod code;
mod creations;
mod exit;
mod facts;
mod fault;
mod frame;
mod halt;
mod large;
mod outcome;
mod ranges;
mod records;
mod rules;
mod run;
mod segment;
mod setup;
mod step;
mod storage;
mod table;
mod watch;

use std::{fmt, sync::Arc};

use alloy_primitives::Bytes;
use iso_evm_wire::Rules;

use self::{calldata::Calldata, exit::End, frame::Frame, rules::GuestRules, setup::Setup};
pub use self::{
    code::Code,
    halt::Halt,
    run::{Callee, Ended, GuestState, Run, Stepped},
    segment::Cutting,
};
use crate::{
    options::EmitOptions,
    rules::{segment::SegmentVerdict, verdict::MessageVerdict},
};

/// Re-executes messages of one fork against their records. Made once, used for any number of
/// messages, from any number of threads.
///
/// ```
/// use alloy_primitives::{Bytes, U256, hex, keccak256};
/// use iso_evm_hypervisor::{Code, NativeEngine, MessageVerdict};
/// use iso_evm_wire::{Fork, MessageWitness, encoding::encode, records::{FrameKind, OpeningRecord, Record}};
///
/// // PUSH1 2, PUSH1 3, ADD, STOP: 9 gas.
/// let code = Code::new(Bytes::from(hex!("600260030100")));
/// let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: code.hash() };
/// let claim = MessageWitness {
///     gasAvailable: U256::from(100),
///     gasUsed: U256::from(9),
///     stateAccessList: vec![Record::Opening(opening).encode()],
///     status: U256::from(1),
///     returndataHash: keccak256([]),
///     ..MessageWitness::default()
/// };
/// let engine = NativeEngine::new(Fork::Osaka);
/// assert_eq!(engine.audit(&encode(&claim).into(), Some(&code)), MessageVerdict::Valid);
/// ```
#[derive(Clone)]
pub struct NativeEngine {
    options: EmitOptions,
    rules: Arc<GuestRules>,
}

impl fmt::Debug for NativeEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeEngine").field("options", &self.options).finish_non_exhaustive()
    }
}

impl NativeEngine {
    /// The engine that agrees with the hypervisor of these rules, with archives by code hash.
    pub fn new(rules: impl Into<Rules>) -> Self {
        Self::with_options(&EmitOptions::new(rules))
    }

    /// The engine that agrees with a hypervisor emitted otherwise.
    pub fn with_options(options: &EmitOptions) -> Self {
        Self { options: *options, rules: table::rules_of(options.rules) }
    }

    /// The rules that it runs under.
    pub fn rules(&self) -> Rules {
        self.options.rules
    }

    /// Audits one message: `calldata` is its encoding, `code` the code that is archived for it
    /// (unused in a creation, whose initcode is in the message), if there is any.
    ///
    /// Time is bounded by the message's `gasAvailable`, memory by its length, the code's and what
    /// that gas buys, at most 8 GiB.
    pub fn audit(&self, calldata: &Bytes, code: Option<&Code>) -> MessageVerdict {
        self.audit_within(calldata, code, None)
    }

    /// [`Self::audit`] with a limit for messages that claim to have any amount of gas: as much as the
    /// guest's own opcodes may spend, what callees used not counted. A run that needs more is
    /// [`Inconclusive::GuestGasLimit`]; what is judged before the first opcode is judged as ever.
    ///
    /// Time and memory are bounded by what that gas buys. A message with no more `gasAvailable`
    /// than the limit takes no longer than in [`Self::audit`].
    ///
    /// [`Inconclusive::GuestGasLimit`]: crate::Inconclusive::GuestGasLimit
    ///
    /// ```
    /// # use alloy_primitives::{Bytes, U256, hex, keccak256};
    /// # use iso_evm_hypervisor::{Code, Inconclusive, NativeEngine, MessageVerdict};
    /// # use iso_evm_wire::{MessageWitness, encoding::encode};
    /// # use iso_evm_wire::{Fork, records::{FrameKind, OpeningRecord, Record}};
    /// // JUMPDEST, PUSH0, JUMP: without end, on 2^63 gas.
    /// let code = Code::new(Bytes::from(hex!("5b5f56")));
    /// let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: code.hash() };
    /// let claim = MessageWitness {
    ///     gasAvailable: U256::from(1_u64 << 63),
    ///     stateAccessList: vec![Record::Opening(opening).encode()],
    ///     ..MessageWitness::default()
    /// };
    /// let engine = NativeEngine::new(Fork::Osaka);
    /// let verdict = engine.audit_within(&encode(&claim).into(), Some(&code), Some(1_000_000));
    /// assert_eq!(verdict, MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit });
    /// ```
    pub fn audit_within(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        gas_limit: Option<u64>,
    ) -> MessageVerdict {
        self.audit_by(calldata, code, |frame| match gas_limit {
            Some(mut gas) if frame.gas_available() > gas => {
                frame.run_watched(&mut gas, &mut |_, _| {})
            }
            _ => frame.run(),
        })
    }

    /// [`Self::audit`] with an observer, who is told of every call of a precompile that the run comes
    /// to: the index of its record, and the input. The input is certified: the observer is called
    /// only if the record's `calldataHash` is its keccak256, so what an honest message's run tells is
    /// what the precompile got, and a false message's run ends before it tells anything else. Records
    /// that the run does not come to are not told.
    ///
    /// `gas` bounds the run as in [`Self::audit_within`]. What the guest's own opcodes spend is taken
    /// from it.
    ///
    /// ```
    /// use iso_evm_hypervisor::{Code, NativeEngine, MessageVerdict};
    /// use iso_evm_wire::{Fork, encoding::encode};
    /// use iso_evm_witness::{Input, record};
    ///
    /// // STATICCALL(gas, 4, 0, 32, 0, 0) after MSTORE8(0, 7)
    /// let json = r#"{"fork": "cancun",
    ///     "block": {"number": "0x1", "timestamp": "0x1", "gasLimit": "0x100000"},
    ///     "transaction": {"from": "0x0101010101010101010101010101010101010101",
    ///         "to": "0x0202020202020202020202020202020202020202", "gas": "0x10000"},
    ///     "prestate": {"0x0202020202020202020202020202020202020202":
    ///         {"code": "0x60075f535f5f60205f60045afa00"}}}"#;
    /// let recording = record(&Input::parse(json.as_bytes(), None).unwrap().execution).unwrap();
    /// let message = &recording.messages[0];
    /// let (mut gas, mut told) = (1 << 20, Vec::new());
    /// let verdict = NativeEngine::new(Fork::Cancun).audit_with(
    ///     &encode(&message.witness).into(),
    ///     Some(&Code::new(message.code.clone())),
    ///     &mut gas,
    ///     &mut |record, input| told.push((record, input.to_vec())),
    /// );
    /// assert_eq!(verdict, MessageVerdict::Valid);
    /// let mut input = vec![7];
    /// input.resize(32, 0);
    /// assert_eq!(told, [(1, input)]);
    /// ```
    pub fn audit_with(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        gas: &mut u64,
        observer: &mut dyn FnMut(usize, &[u8]),
    ) -> MessageVerdict {
        let observer = &mut |record, input: &[u8]| observer(record as usize, input);
        self.audit_by(calldata, code, |frame| frame.run_watched(gas, observer))
    }

    /// What is said of a message whose frame `run` brings to its end.
    fn audit_by(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        run: impl FnOnce(&mut Frame) -> Result<End, SegmentVerdict>,
    ) -> MessageVerdict {
        let audit = || {
            let mut frame = Frame::new(self.rules.clone(), self.set_up(calldata, code)?);
            let end = run(&mut frame)?;
            Ok::<_, SegmentVerdict>(frame.exit(end)?)
        };
        audit().unwrap_or_else(segment::of_whole)
    }

    /// What is known of a message before its first opcode.
    fn set_up(&self, calldata: &Bytes, code: Option<&Code>) -> Result<Setup, SegmentVerdict> {
        Setup::of(Calldata::new(calldata.clone()), self.options.archive, code)
    }
}
