//! The end of a run: what the execution gave against what the message claims, in the contract's
//! order. Normative text: `specs/05-hypervisor.md`, section Exit.

use alloy_primitives::{Bytes, U256, keccak256};
use iso_evm_wire::{
    layout as wire,
    protocol::{Change, RESERVED_CODE_PREFIX},
};

use super::{frame::Frame, step::Audit};
use crate::rules::{
    gas::MAX_CODE_SIZE,
    verdict::{MessageVerdict, MismatchKind},
};

/// How the guest ended.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// 0 exceptional halt, 1 success, 2 revert.
    pub(super) status: u8,
    pub(super) gas_left: u64,
    /// Bytes that the guest returned.
    pub(super) output: Bytes,
    /// Program counter at which the run ended.
    pub(super) pc: u64,
}

impl End {
    /// The end of a run that halts exceptionally at `pc`.
    pub(super) fn fault(pc: usize) -> Self {
        Self { status: 0, gas_left: 0, output: Bytes::new(), pc: pc as u64 }
    }

    /// The end of a creation that returned: limit (EIP-170) and first byte (EIP-3541, from London)
    /// of the code, and the deposit. None of them may fail.
    fn stored(self, audit: &Audit) -> Self {
        let rules = &audit.rules;
        let code = &self.output;
        let refused = code.len() as u64 > MAX_CODE_SIZE
            || (rules.fork.has(Change::ReservedCode)
                && code.first() == Some(&RESERVED_CODE_PREFIX));
        match self.gas_left.checked_sub(rules.gas.code_deposit_cost(code.len())) {
            Some(gas_left) if !refused => Self { gas_left, ..self },
            // Behind the RETURN.
            _ => Self::fault(self.pc as usize + 1),
        }
    }
}

impl Frame {
    /// How the guest ends where a creation's code is stored, and whether any is.
    pub(super) fn deposit(&self, end: End) -> (End, bool) {
        let audit = &self.interpreter.extend;
        let stores = audit.creation && end.status == 1 && !end.output.is_empty();
        let end = if stores { end.stored(audit) } else { end };
        let stored = stores && end.status == 1;
        (end, stored)
    }

    /// The verdict.
    ///
    /// # Errors
    ///
    /// [`MessageVerdict`], if it is not that the claim is true.
    pub(super) fn exit(&self, end: End) -> Result<MessageVerdict, MessageVerdict> {
        let (end, stored) = self.deposit(end);
        let Audit { calldata, records, state_root, .. } = &self.interpreter.extend;
        records.finish(calldata, end.pc)?;
        let equal = |kind, expected, position| {
            records.equal(kind, Some(end.pc), expected, calldata.word(position))
        };
        equal(MismatchKind::Status, U256::from(end.status), wire::STATUS)?;
        let used = calldata.word(wire::GAS_AVAILABLE) - U256::from(end.gas_left);
        equal(MismatchKind::GasUsed, used, wire::GAS_USED)?;
        let hash = keccak256(&end.output);
        equal(MismatchKind::ReturndataHash, hash.into(), wire::RETURNDATA_HASH)?;
        // Stored code changes the root, which the access audit checks.
        if !stored {
            let entered = calldata.word(wire::STATE_ROOT_ENTER);
            let root = if end.status == 1 { *state_root } else { entered };
            equal(MismatchKind::StateRootLeave, root, wire::STATE_ROOT_LEAVE)?;
        }
        Ok(MessageVerdict::Valid)
    }
}
