//! What an instruction that takes a record does: the message and its records stand beside revm's
//! interpreter.

use std::sync::Arc;

use alloy_primitives::{B256, U256, keccak256};
use iso_evm_wire::protocol::Change;
use revm::{
    context_interface::{Host, cfg::GasParams},
    interpreter::{
        InstructionContext, InstructionExecResult, InstructionResult, InstructionTable,
        Interpreter, host::DummyHost, interpreter::EthInterpreter, interpreter_types::Jumps,
    },
    primitives::KECCAK_EMPTY,
};

use super::{
    calldata::Calldata, large, records::Records, rules::GuestRules, segment::withheld::Withheld,
    watch,
};
use crate::rules::{
    message::STACK_LIMIT,
    segment::SegmentVerdict,
    verdict::{MessageVerdict, MismatchKind},
};

/// revm's interpreter, with the audit beside it.
pub(super) type Eth = EthInterpreter<Audit>;

/// Instructions by opcode. The host only has revm's gas rules: nothing asks it for state.
pub(super) type Table = InstructionTable<Eth, DummyHost>;

/// What revm hands to an instruction.
pub(super) type Context<'a> = InstructionContext<'a, DummyHost, Eth>;

/// The message under audit: it stands beside revm's interpreter.
#[derive(Debug)]
pub(super) struct Audit {
    pub(super) rules: Arc<GuestRules>,
    pub(super) calldata: Calldata,
    pub(super) records: Records,
    /// State root that the records have led to.
    pub(super) state_root: U256,
    pub(super) creation: bool,
    /// What a segment is not given.
    pub(super) withheld: Withheld,
    /// What is noted for whoever watches, if anybody does.
    pub(super) watch: Option<watch::Watch>,
    /// Why an instruction that takes a record did not go on.
    pub(super) stop: Option<Stop>,
}

/// Why an instruction does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// The guest halts exceptionally, and the pc stays at the opcode: it was refused.
    Refused,
    /// The guest halts exceptionally, and the pc is behind the opcode.
    Failed,
    /// The guest ends with success and no data.
    Ended,
    /// The claim is judged.
    Judged(SegmentVerdict),
}

impl From<MessageVerdict> for Stop {
    fn from(verdict: MessageVerdict) -> Self {
        Self::Judged(verdict.into())
    }
}

impl From<SegmentVerdict> for Stop {
    fn from(verdict: SegmentVerdict) -> Self {
        Self::Judged(verdict)
    }
}

impl From<InstructionResult> for Stop {
    fn from(_: InstructionResult) -> Self {
        Self::Failed
    }
}

/// An instruction that takes a record, under way: operands and base gas have been checked.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) interpreter: &'a mut Interpreter<Eth>,
    /// What depends on operands and facts costs this.
    pub(super) gas: &'a GasParams,
    /// Offset of the opcode in the code.
    pub(super) pc: u64,
    pub(super) opcode: u8,
}

/// Runs `body` once the stack holds the operands and has room for the result, and the gas that
/// needs no fact and no operand is paid.
pub(super) fn step(
    context: Context<'_>,
    body: impl FnOnce(&mut Step<'_>) -> Result<(), Stop>,
) -> InstructionExecResult {
    let (interpreter, gas) = (context.interpreter, context.host.gas_params());
    let pc = interpreter.bytecode.pc() - 1;
    let opcode = interpreter.bytecode.bytes_ref()[pc];
    let mut step = Step { interpreter, gas, pc: pc as u64, opcode };
    let Err(stop) = step.begin().and_then(|()| body(&mut step)) else {
        return Ok(());
    };
    let result = match stop {
        Stop::Ended => InstructionResult::SelfDestruct,
        _ => InstructionResult::FatalExternalError,
    };
    step.interpreter.extend.stop = Some(stop);
    Err(result)
}

impl Step<'_> {
    fn begin(&mut self) -> Result<(), Stop> {
        let row = self.interpreter.extend.rules.row(self.opcode).copied().ok_or(Stop::Refused)?;
        let height = self.interpreter.stack.len();
        if height < row.inputs || height - row.inputs + row.outputs > STACK_LIMIT {
            return Err(Stop::Refused);
        }
        self.charge(row.base).map_err(|_| Stop::Refused)
    }

    /// Whether the fork has the change.
    pub(super) fn has(&self, change: Change) -> bool {
        self.interpreter.extend.rules.fork.has(change)
    }

    pub(super) fn audit(&mut self) -> &mut Audit {
        &mut self.interpreter.extend
    }

    /// Refuses the opcode in a static context (EIP-214).
    pub(super) fn refuse_static(&self) -> Result<(), Stop> {
        if self.interpreter.runtime_flag.is_static { Err(Stop::Refused) } else { Ok(()) }
    }

    pub(super) fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        if self.interpreter.gas.record_regular_cost(gas) { Ok(()) } else { Err(Stop::Failed) }
    }

    pub(super) fn pop(&mut self) -> Result<U256, Stop> {
        Ok(self.interpreter.stack.pop()?)
    }

    pub(super) fn push(&mut self, value: U256) -> Result<(), Stop> {
        if self.interpreter.stack.push(value) { Ok(()) } else { Err(Stop::Failed) }
    }

    /// Charges memory, and gives where the bytes are: nowhere, if there are none.
    pub(super) fn touch(&mut self, offset: U256, length: U256) -> Result<(usize, usize), Stop> {
        if length.is_zero() {
            return Ok((0, 0));
        }
        let (offset, length) = large::range(offset, length).ok_or(Stop::Failed)?;
        watch::count_memory(self.interpreter, self.gas, offset + length)?;
        self.interpreter.resize_memory(self.gas, offset, length)?;
        self.audit().withheld.memory(offset, length)?;
        Ok((offset, length))
    }

    /// keccak256 of the guest's memory there.
    pub(super) fn hash(&self, (offset, length): (usize, usize)) -> B256 {
        match length {
            0 => KECCAK_EMPTY,
            _ => keccak256(&*self.interpreter.memory.slice_len(offset, length)),
        }
    }

    /// Takes the opcode's record, whose metadata has `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<usize, Stop> {
        let (pc, opcode) = (Some(self.pc), self.opcode);
        let Audit { records, calldata, .. } = self.audit();
        Ok(records.take(calldata, opcode, length, pc)?)
    }

    /// Takes the opcode's record, whose last field is `bytes`.
    pub(super) fn take_bytes(&mut self, head: usize) -> Result<usize, Stop> {
        let (pc, opcode) = (Some(self.pc), self.opcode);
        let Audit { records, calldata, .. } = self.audit();
        Ok(records.take_bytes(calldata, opcode, head, pc)?)
    }

    /// A field of a record.
    pub(super) fn word(&self, position: usize) -> U256 {
        self.interpreter.extend.calldata.word(position)
    }

    /// Compares an output with the field at `position`.
    pub(super) fn expect(
        &self,
        kind: MismatchKind,
        expected: U256,
        position: usize,
    ) -> Result<(), Stop> {
        self.equal(kind, expected, self.word(position))
    }

    /// Compares two words.
    pub(super) fn equal(
        &self,
        kind: MismatchKind,
        expected: U256,
        found: U256,
    ) -> Result<(), Stop> {
        Ok(self.interpreter.extend.records.equal(kind, Some(self.pc), expected, found)?)
    }

    /// A mismatch of two words.
    pub(super) fn mismatch(&self, kind: MismatchKind, expected: U256, found: U256) -> Stop {
        let records = &self.interpreter.extend.records;
        records.mismatch(kind, Some(self.pc), expected, found).into()
    }

    /// The record's fields are not canonical.
    pub(super) fn malformed(&self) -> Stop {
        self.interpreter.extend.records.malformed().into()
    }

    /// A fact that is 0 or 1; where the fork does not know it, 0.
    pub(super) fn flag(&self, position: usize, known: bool) -> Result<bool, Stop> {
        let word = self.word(position);
        match u8::try_from(word) {
            Ok(0) => Ok(false),
            Ok(1) if known => Ok(true),
            _ => Err(self.malformed()),
        }
    }

    /// The state root after an effect, which cannot be zero.
    pub(super) fn take_root(&mut self, position: usize) -> Result<(), Stop> {
        let root = self.word(position);
        if root.is_zero() {
            return Err(self.mismatch(MismatchKind::StateRoot, U256::MAX, root));
        }
        self.audit().state_root = root;
        Ok(())
    }
}
