//! What the record of a call or creation says of its callee.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::{
    MessageWitness,
    records::{CallOpcode, CallRecord, FrameKind, Outcome, Record},
};

use crate::audit::created;

/// The precompile that stays touched when its call is undone. See [`Callee::leaves_root`].
pub(super) const RIPEMD160: Address = Address::with_last_byte(3);

/// What a callee must be, by its record and the message that the record is in, and what the record
/// says of its end.
#[derive(Clone, Debug)]
pub(super) struct Callee {
    pub(super) kind: FrameKind,
    /// What became of it; `None` if the number names nothing.
    pub(super) outcome: Option<Outcome>,
    /// The account that is called; for a creation the new one.
    pub(super) account: Address,
    pub(super) caller: Address,
    /// Whose code runs; zero in a creation.
    pub(super) to: Address,
    pub(super) context: Address,
    pub(super) value: U256,
    /// Hash of calldata or initcode.
    pub(super) input_hash: B256,
    pub(super) gas: u64,
    pub(super) gas_used: u64,
    pub(super) status: u8,
    pub(super) state_root: B256,
    pub(super) returndata: Bytes,
}

impl Callee {
    /// The callee of a record of `parent`; `None` if it is no call's and no creation's.
    pub(super) fn of(record: &Record, parent: &MessageWitness) -> Option<Self> {
        macro_rules! creation {
            ($kind:ident, $record:expr, $account:expr) => {{
                let (record, account) = ($record, $account);
                Some(Self {
                    kind: FrameKind::$kind,
                    outcome: Outcome::from_number(record.outcome),
                    account,
                    caller: parent.context,
                    to: Address::ZERO,
                    context: account,
                    value: record.value,
                    input_hash: record.initcodeHash,
                    gas: record.gas,
                    gas_used: record.gasUsed,
                    status: record.status,
                    state_root: record.stateRoot,
                    returndata: record.returndata.clone(),
                })
            }};
        }
        match record {
            Record::Call(opcode, record) => Some(Self::call(*opcode, record, parent)),
            Record::Create(record) => {
                let account = created::by_nonce(parent.context, record.nonce);
                creation!(Create, record, account)
            }
            Record::Create2(record) => {
                let account = created::by_salt(parent.context, record.salt, record.initcodeHash);
                creation!(Create2, record, account)
            }
            _ => None,
        }
    }

    fn call(opcode: u8, record: &CallRecord, parent: &MessageWitness) -> Self {
        let kind = match CallOpcode::of(opcode) {
            Some(CallOpcode::Call) => FrameKind::Call,
            Some(CallOpcode::Callcode) => FrameKind::Callcode,
            Some(CallOpcode::Delegatecall) => FrameKind::Delegatecall,
            // A record that was decoded has one of these opcodes.
            Some(CallOpcode::Staticcall) | None => FrameKind::Staticcall,
        };
        let account = record.account;
        let (caller, value) = match kind {
            FrameKind::Delegatecall => (parent.caller, parent.callvalue),
            FrameKind::Staticcall => (parent.context, U256::ZERO),
            _ => (parent.context, record.value),
        };
        let context = match kind {
            FrameKind::Callcode | FrameKind::Delegatecall => parent.context,
            _ => account,
        };
        Self {
            kind,
            outcome: Outcome::from_number(record.outcome),
            account,
            caller,
            // EIP-7702.
            to: if record.delegated { record.delegate } else { account },
            context,
            value,
            input_hash: record.calldataHash,
            gas: record.gas,
            gas_used: record.gasUsed,
            status: record.status,
            state_root: record.stateRoot,
            returndata: record.returndata.clone(),
        }
    }

    /// Whether the frame starts at the root that was there before the opcode: no value moves, and
    /// an account that runs code is not empty, so that touching it removes nothing.
    pub(super) fn starts_at_root(&self) -> bool {
        match self.kind {
            FrameKind::Callcode | FrameKind::Delegatecall | FrameKind::Staticcall => true,
            FrameKind::Call => self.value.is_zero() || self.context == self.caller,
            FrameKind::Create | FrameKind::Create2 => false,
        }
    }

    /// Whether the opcode must leave the root where it was: it was refused before anything
    /// happened, or undone, or nobody but the caller's own account was touched.
    ///
    /// A creation that failed leaves its creator's nonce grown, unless it was refused before. An
    /// account that is empty but there is gone once touched, and `0x03` stays touched when its call
    /// is undone: on the main chain an undone touch removed it once (EIP-716 tells the story), and
    /// revm has kept it so. A callee that may have touched it (`touched`, or a call of it) can
    /// leave another root.
    pub(super) fn leaves_root(&self, touched: bool) -> bool {
        let in_place = matches!(self.kind, FrameKind::Callcode | FrameKind::Delegatecall);
        let undone = self.status != 1 && !self.kind.is_create();
        match self.outcome {
            Some(Outcome::Depth | Outcome::Balance | Outcome::Nonce) => true,
            Some(Outcome::Child) => undone && !touched,
            Some(Outcome::Precompile) => in_place || undone && self.account != RIPEMD160,
            Some(Outcome::Nocode) => in_place,
            Some(Outcome::None | Outcome::Collision) | None => false,
        }
    }
}
