//! The record of an opcode that has run: its operands, its result, and the facts it met.
//! `specs/03-records.md`.
//!
//! In the data's way this stands between [`super::inspect`], which has noted the opcode and how it
//! went, and the message whose list the record joins.

use alloy_primitives::{Address, B256, U256};
use revm::{
    bytecode::opcode,
    context::{ContextTr, JournalEntry, JournalTr},
    inspector::JournalExt,
    interpreter::{Interpreter, interpreter::EthInterpreter},
    primitives::PRECOMPILE3,
    state::{AccountInfo, Bytecode},
};

use super::{
    Recorder,
    facts::{self, SlotFacts},
    frame::Pending,
    hash::hash,
    opcodes::Step,
};
use iso_evm_wire::{
    protocol::Change,
    records::{
        BalanceRecord, BlobhashRecord, BlockhashRecord, CallRecord, ExtcodecopyRecord,
        ExtcodehashRecord, ExtcodesizeRecord, LogRecord, Outcome, Record, SelfdestructRecord,
        SloadRecord, SstoreRecord, TransientRecord, ValueOpcode, ValueRecord,
    },
};

/// How a recorded opcode went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The opcode did its work.
    Done,
    /// The opcode asks for a frame.
    Frame,
    /// The opcode ran out of gas although all that needs no fact was paid.
    OutOfGas,
}

impl Recorder {
    /// The record of an opcode that has run. `None` if it comes later, or if the database failed.
    pub(super) fn record_of<CTX>(
        &mut self,
        step: &Step,
        end: End,
        interp: &Interpreter<EthInterpreter>,
        context: &mut CTX,
    ) -> Option<Record>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let executing = interp.input.target_address;
        let top = || interp.stack.peek(0).unwrap_or_default();
        Some(match step.opcode {
            opcode::BALANCE => {
                let (account, cold) = self.accessed(step, context);
                let balance = facts::account(context, account, false)?.balance;
                Record::Balance(BalanceRecord { account, cold, balance })
            }
            opcode::EXTCODESIZE => {
                let (account, cold) = self.accessed(step, context);
                let info = facts::account(context, account, true)?;
                self.code_of(&info);
                let size = U256::from(info.code.unwrap_or_default().len());
                Record::Extcodesize(ExtcodesizeRecord { account, cold, size })
            }
            opcode::EXTCODEHASH => {
                let (account, cold) = self.accessed(step, context);
                let code_hash = facts::code_hash(&facts::account(context, account, false)?);
                Record::Extcodehash(ExtcodehashRecord { account, cold, codeHash: code_hash })
            }
            opcode::EXTCODECOPY => {
                let (account, cold) = self.accessed(step, context);
                let info = facts::account(context, account, true)?;
                self.code_of(&info);
                let (offset, size) = (step.input(2), step.input(3));
                let code = info.code.unwrap_or_default().original_bytes();
                let start = offset.saturating_to::<usize>().min(code.len());
                let end = start.saturating_add(size.saturating_to()).min(code.len());
                let code = code.slice(start..end);
                Record::Extcodecopy(ExtcodecopyRecord { account, cold, offset, size, code })
            }
            opcode::BLOCKHASH => {
                let (number, hash) = (step.input(0), top().into());
                Record::Blockhash(BlockhashRecord { number, hash })
            }
            opcode::BLOBHASH => {
                let (index, hash) = (step.input(0), top().into());
                Record::Blobhash(BlobhashRecord { index, hash })
            }
            opcode::SLOAD => {
                let key = step.input(0);
                self.slot_named(executing, key, context);
                // What was read is on the stack; only what was not has to be looked up.
                let (cold, value) = if end == End::Done {
                    let journal = context.journal_ref();
                    (self.warm.has_warmed(journal, step.journal, executing, key), top())
                } else {
                    let slot = self.warm.slot(context, step.journal, executing, key)?;
                    (slot.cold, slot.present)
                };
                Record::Sload(SloadRecord { key: key.into(), cold, value: value.into() })
            }
            opcode::SSTORE => self.sstore(step, end, executing, context)?,
            opcode::TLOAD => {
                Record::Tload(TransientRecord { key: step.input(0).into(), value: top().into() })
            }
            opcode::TSTORE => Record::Tstore(TransientRecord {
                key: step.input(0).into(),
                value: step.input(1).into(),
            }),
            opcode::LOG0..=opcode::LOG4 => {
                let size = step.input(1).saturating_to::<usize>();
                let offset = step.input(0).saturating_to::<usize>();
                // Memory need not reach to the offset of nothing.
                let offset = if size == 0 { 0 } else { offset };
                let data_hash = hash(&interp.memory.slice_len(offset, size));
                let topics = step.topics().iter().map(|topic| B256::from(*topic)).collect();
                Record::Log(LogRecord { data_hash, topics })
            }
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL => {
                let record = self.call_facts(step, context)?;
                if end == End::Frame {
                    self.frames.last_mut()?.pending = Some(Pending::Call(step.opcode, record));
                    return None;
                }
                Record::Call(step.opcode, record)
            }
            // The record starts when revm has put its inputs together.
            opcode::CREATE | opcode::CREATE2 => return None,
            opcode::SELFDESTRUCT => self.selfdestruct(step, end, executing, context)?,
            opcode if ValueOpcode::of(opcode).is_some() => {
                Record::Value(opcode, ValueRecord { value: top() })
            }
            // No other is noted: it has no record.
            _ => return None,
        })
    }

    /// The account that an opcode's first operand names, and whether the access was cold.
    fn accessed<CTX>(&mut self, step: &Step, context: &CTX) -> (Address, bool)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let account = step.address(0);
        if let Some(evidence) = self.evidence() {
            evidence.account(account);
        }
        (account, self.warm.is_cold(context.journal_ref(), step.journal, account))
    }

    /// Notes a slot that a record names.
    fn slot_named<CTX>(&mut self, executing: Address, key: U256, context: &CTX)
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        if let Some(evidence) = self.evidence() {
            evidence.slot(context.journal_ref(), executing, key);
        }
    }

    /// Notes the code of an account that a record tells of.
    fn code_of(&mut self, info: &AccountInfo) {
        if let Some(evidence) = self.evidence() {
            evidence.code_of(info);
        }
    }

    fn sstore<CTX>(
        &mut self,
        step: &Step,
        end: End,
        executing: Address,
        context: &mut CTX,
    ) -> Option<Record>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let (key, value) = (step.input(0), step.input(1));
        self.slot_named(executing, key, context);
        let slot = self.warm.slot(context, step.journal, executing, key)?;
        let SlotFacts { cold, original, present } = slot;
        let before =
            facts::entries(context.journal_ref(), step.journal).iter().find_map(
                |entry| match entry {
                    JournalEntry::StorageChanged { had_value, .. } => Some(*had_value),
                    _ => None,
                },
            );
        Some(Record::Sstore(SstoreRecord {
            key: key.into(),
            value: value.into(),
            cold,
            original: original.into(),
            current: before.unwrap_or(present).into(),
            stateRoot: self.root_after(end, context),
        }))
    }

    fn selfdestruct<CTX>(
        &mut self,
        step: &Step,
        end: End,
        executing: Address,
        context: &mut CTX,
    ) -> Option<Record>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let (beneficiary, cold) = self.accessed(step, context);
        let info = facts::account(context, beneficiary, false)?;
        let moved = facts::entries(context.journal_ref(), step.journal).iter().any(|entry| {
            matches!(
                entry,
                JournalEntry::AccountDestroyed { .. } | JournalEntry::BalanceTransfer { .. }
            )
        });
        let balance_before = match moved {
            _ if beneficiary == executing => step.balance,
            true => info.balance.wrapping_sub(step.balance),
            false => info.balance,
        };
        let empty =
            info.nonce == 0 && info.is_code_hash_empty_or_zero() && balance_before.is_zero();
        if end == End::OutOfGas {
            touched_by_none(step.journal, context);
        }
        Some(Record::Selfdestruct(SelfdestructRecord {
            beneficiary,
            cold,
            empty,
            balance: step.balance,
            stateRoot: self.root_after(end, context),
        }))
    }

    /// What a call finds at the account it names.
    fn call_facts<CTX>(&mut self, step: &Step, context: &mut CTX) -> Option<CallRecord>
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        let account = step.address(1);
        let cold = self.warm.is_cold(context.journal_ref(), step.journal, account);
        let delegations = self.fork.has(Change::Delegation);
        let info = facts::account(context, account, delegations)?;
        let delegate = info.code.as_ref().and_then(Bytecode::eip7702_address);
        let delegate = delegate.filter(|_| delegations);
        if let Some(evidence) = self.evidence() {
            evidence.account(account);
            if delegations {
                evidence.code_of(&info);
                // Not loaded if gas has run out: then there is nothing of it to prove.
                let state = context.journal_ref().evm_state();
                if let Some(target) = delegate.and_then(|target| state.get(&target)) {
                    evidence.code_of(&target.info);
                }
            }
        }
        Some(CallRecord {
            account,
            value: step.call_value(),
            cold,
            empty: info.is_empty(),
            delegated: delegate.is_some(),
            delegate: delegate.unwrap_or_default(),
            delegateCold: delegate.is_some_and(|delegate| {
                delegate != account
                    && self.warm.is_cold(context.journal_ref(), step.journal, delegate)
            }),
            outcome: Outcome::None as u8,
            ..CallRecord::default()
        })
    }

    /// Root after an opcode's effect; zero if it had none.
    fn root_after<CTX>(&mut self, end: End, context: &CTX) -> B256
    where
        CTX: ContextTr<Journal: JournalExt>,
    {
        if end == End::OutOfGas {
            return B256::ZERO;
        }
        self.follow(context.journal_ref());
        let root = self.root();
        self.of_record(root)
    }
}

/// revm moves the balance before it charges for a SELFDESTRUCT, and what has not been paid for is undone
/// with the frame. The touch of `0x03` alone would stay; by the execution specs there was none.
fn touched_by_none<CTX>(since: usize, context: &mut CTX)
where
    CTX: ContextTr<Journal: JournalExt>,
{
    let touches = |entry: &JournalEntry| matches!(entry, JournalEntry::AccountTouched { address } if *address == PRECOMPILE3);
    if facts::entries(context.journal_ref(), since).iter().any(touches)
        && let Some(account) = context.journal_mut().evm_state_mut().get_mut(&PRECOMPILE3)
    {
        account.unmark_touch();
    }
}
