//! `CREATE`, `CREATE2`: no account is made, the record says what came of it, and the address
//! follows from the creator's nonce or the salt.

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_wire::protocol::Change;
use revm::{bytecode::opcode::CREATE2, interpreter::InstructionExecResult};

use super::{
    outcome::{has, settle},
    step::{Context, Stop, step},
};
use crate::rules::{
    fields::{create, outcome::OUTCOME},
    gas::MAX_INIT_CODE_SIZE,
    outcomes::{CREATE_OUTCOMES, allowed, hashed},
    verdict::MismatchKind,
};

/// Gas: base, memory and words, all before the record; then all but 1/64 goes to the creation.
pub(super) fn create(context: Context<'_>) -> InstructionExecResult {
    step(context, |step| {
        step.refuse_static()?;
        let by_salt = step.opcode == CREATE2;
        let (value, offset, length) = (step.pop()?, step.pop()?, step.pop()?);
        let salt = if by_salt { step.pop()? } else { U256::ZERO };
        let metered = step.has(Change::InitcodeLimit);
        if metered && length > U256::from(MAX_INIT_CODE_SIZE) {
            return Err(Stop::Failed);
        }
        let range = step.touch(offset, length)?;
        let words = if metered { step.gas.initcode_cost(range.1) } else { 0 };
        step.charge(words)?;
        if by_salt {
            // Without what every creation costs, which is charged.
            step.charge(step.gas.create2_cost(range.1) - step.gas.create2_cost(0))?;
        }

        let position = step.take_bytes(create::HEAD)?;
        step.expect(MismatchKind::Value, value, position + create::VALUE)?;
        let nonce_or_salt = step.word(position + create::NONCE_OR_SALT);
        if by_salt {
            step.equal(MismatchKind::Salt, salt, nonce_or_salt)?;
        } else if nonce_or_salt.bit_len() > 64 {
            return Err(step.malformed());
        }
        let given = step.gas.call_stipend_reduction(step.interpreter.gas.remaining());
        step.charge(given)?;
        let from_outcome = position + create::OUTCOME;
        // A creation that is refused has no hash of an initcode that nobody needs.
        let needed = has(hashed(), step.word(from_outcome + OUTCOME));
        let hash = if needed { step.hash(range) } else { B256::ZERO };
        let settled = settle(step, from_outcome, given, hash.into(), allowed(CREATE_OUTCOMES))?;
        if !settled.success {
            return step.push(U256::ZERO);
        }
        // A creation that succeeded returns nothing to its creator.
        step.equal(MismatchKind::Returndata, U256::ZERO, settled.returned)?;
        step.interpreter.return_data.0 = Bytes::new();
        let creator = step.interpreter.input.target_address;
        let address = if by_salt {
            creator.create2(B256::from(salt), hash)
        } else {
            creator.create(nonce_or_salt.saturating_to())
        };
        step.push(address.into_word().into())
    })
}
