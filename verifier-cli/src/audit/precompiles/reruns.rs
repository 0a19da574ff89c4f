//! Precompiles, run again for many calls. What they were called with, no file says: each message is
//! run by the native engine against its records, which have the inputs' hashes, and each precompile
//! is run again where that run comes to its call. What succeeded once is not run a second time.

use std::collections::HashMap;

use alloy_primitives::{Address, B256};
use iso_evm_hypervisor::{Inconclusive, NativeEngine, Verdict};
use iso_evm_witness::{AccessWitness, Fork, MessageWitness, Witness, records::Record};

use super::{at, run, run::MOST_GAS};
use crate::{codes::Codes, hash::keccak256};

/// Most gas that a failed run is taken to have cost the verifier, beside what its input's length
/// makes: none costs more before it fails.
const FAILED: u64 = 1 << 16;
/// The same for each byte of its input.
const FAILED_BYTE: u64 = 1 << 8;

/// Why a call was not run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) enum NotRerun {
    /// No run of its message comes to it, so there is no input.
    Input,
    /// It would take more than a verifier should give.
    Unbounded,
}

/// How a call ended that was run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Rerun {
    /// 1 success, 0 failed.
    pub(in crate::audit) status: u8,
    /// Gas that it spent.
    pub(in crate::audit) gas_used: u64,
    /// Hash of what it returned.
    pub(in crate::audit) output: B256,
}

/// The runs of one transaction's precompiles.
#[derive(Debug)]
pub(in crate::audit) struct Reruns<'a> {
    witness: &'a Witness,
    codes: Codes<'a>,
    engine: Option<NativeEngine>,
    /// Gas that messages may still spend on opcodes of their own: [`MOST_GAS`] at first.
    gas: u64,
    precompiles: Precompiles,
}

/// The calls of precompiles in one message.
#[derive(Debug)]
pub(in crate::audit) struct OfMessage {
    /// Those that the message's run came to, by record.
    calls: HashMap<usize, Result<Rerun, NotRerun>>,
    /// Whether the run came to its end.
    ended: bool,
}

impl<'a> Reruns<'a> {
    /// None so far.
    pub(in crate::audit) fn new(witness: &'a Witness) -> Self {
        let precompiles = Precompiles::new(witness.fork);
        let codes = Codes::new(witness);
        Self { witness, codes, engine: None, gas: MOST_GAS, precompiles }
    }

    /// Runs the message with this index, and all precompiles that it calls.
    ///
    /// Time and memory are at most what the execution audit takes for it, and bounded for all
    /// messages together: they get [`MOST_GAS`] gas for opcodes of their own, and so do precompiles.
    pub(in crate::audit) fn of(&mut self, index: usize, message: &MessageWitness) -> OfMessage {
        let Self { witness, codes, engine, gas, precompiles } = self;
        let engine = engine.get_or_insert_with(|| NativeEngine::new(witness.fork));
        let mut calls = HashMap::new();
        let mut observer = |record: usize, input: &[u8]| {
            let access = message.stateAccessList.get(record);
            let call = access.and_then(|access| precompiles.again(access, input));
            calls.extend(call.map(|call| (record, call)));
        };
        let (bytes, code) = (&witness.messages[index], codes.of(message));
        let verdict = engine.audit_with(bytes, code, gas, &mut observer);
        let ended = verdict != Verdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
        OfMessage { calls, ended }
    }
}

impl OfMessage {
    /// How the call in a record ends.
    ///
    /// # Errors
    ///
    /// If it was not run again.
    pub(in crate::audit) fn at(&self, record: usize) -> Result<Rerun, NotRerun> {
        let none = if self.ended { NotRerun::Input } else { NotRerun::Unbounded };
        self.calls.get(&record).copied().unwrap_or(Err(none))
    }
}

/// The precompiles of a fork.
#[derive(Debug)]
struct Precompiles {
    fork: Fork,
    /// Gas that they may still take: [`MOST_GAS`] at first.
    gas: u64,
    /// Runs that succeeded. What they give and cost does not depend on the gas they got.
    succeeded: HashMap<(Address, B256), Rerun>,
}

impl Precompiles {
    fn new(fork: Fork) -> Self {
        Self { fork, gas: MOST_GAS, succeeded: HashMap::new() }
    }

    /// Runs the precompile that a record calls on `input`, which has the record's hash; `None` if it
    /// calls none.
    fn again(&mut self, access: &AccessWitness, input: &[u8]) -> Option<Result<Rerun, NotRerun>> {
        let Ok(Record::Call(_, call)) = Record::decode(access) else { return None };
        let precompile = at(self.fork, call.account)?;
        let key = (call.account, call.calldataHash);
        if let Some(ended) = self.succeeded.get(&key).filter(|ended| ended.gas_used <= call.gas) {
            return Some(Ok(*ended));
        }
        if self.gas == 0 {
            return Some(Err(NotRerun::Unbounded));
        }
        let Some(ended) = run(precompile, self.fork, input, call.gas) else {
            return Some(Err(NotRerun::Unbounded));
        };
        let output = keccak256(&ended.output);
        let rerun = Rerun { status: ended.status, gas_used: ended.gas_used, output };
        let mut taken = rerun.gas_used;
        if rerun.status == 1 {
            self.succeeded.insert(key, rerun);
        } else {
            // All of its gas, which may be any amount, for work that its input bounds.
            let length = input.len() as u64;
            taken = taken.min(FAILED.saturating_add(length.saturating_mul(FAILED_BYTE)));
        }
        self.gas = self.gas.saturating_sub(taken);
        Some(Ok(rerun))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_witness::records::CallRecord;

    use super::*;
    use crate::audit::precompiles::Ended;

    /// A call of a precompile on `input` with this much gas.
    fn call(account: Address, input: &[u8], gas: u64) -> AccessWitness {
        let calldata_hash = keccak256(input);
        let record = CallRecord { account, calldataHash: calldata_hash, gas, ..Default::default() };
        Record::Call(0xfa, record).encode()
    }

    fn as_rerun(ended: &Ended) -> Rerun {
        let Ended { status, gas_used, output } = ended;
        Rerun { status: *status, gas_used: *gas_used, output: keccak256(output) }
    }

    #[test]
    fn a_second_run_is_as_the_first() {
        let mut precompiles = Precompiles::new(Fork::Cancun);
        let account = Address::with_last_byte(2);
        let sha256 = at(Fork::Cancun, account).unwrap();
        // 60 and 12 a word
        for gas in [71, 72, 1000, 72, 71, 0] {
            let input = b"what goes in";
            let once = run(sha256, Fork::Cancun, input, gas).unwrap();
            assert_eq!(once.status, u8::from(gas >= 72));
            let again = precompiles.again(&call(account, input, gas), input);
            assert_eq!(again, Some(Ok(as_rerun(&once))), "{gas}");
        }
        // Twice 71 and 0 for the failures; one success.
        assert_eq!(precompiles.gas, MOST_GAS - 2 * 71 - 72);
        let none = call(Address::repeat_byte(2), &[], 1000);
        assert_eq!(precompiles.again(&none, &[]), None);
    }

    /// Precompiles get as much gas as one of them may take; failures count by what they read.
    #[test]
    fn all_together_are_bounded() {
        let mut precompiles = Precompiles::new(Fork::Prague);
        let identity = Address::with_last_byte(4);
        // A point that is on no curve, and all the gas there is.
        let (pairing, point) = (Address::with_last_byte(8), [1; 192]);
        for _ in 0..1000 {
            let failed = precompiles.again(&call(pairing, &point, u64::MAX), &point);
            let empty = keccak256(&[]);
            let rerun = Rerun { status: 0, gas_used: u64::MAX, output: empty };
            assert_eq!(failed, Some(Ok(rerun)));
        }
        assert_eq!(precompiles.gas, MOST_GAS - 1000 * (FAILED + 192 * FAILED_BYTE));
        precompiles.gas = 16;
        assert!(matches!(precompiles.again(&call(identity, &[1], 99), &[1]), Some(Ok(_))));
        let unbounded = Some(Err(NotRerun::Unbounded));
        assert_eq!(precompiles.again(&call(identity, &[2], 99), &[2]), unbounded);
        // What is known takes nothing.
        assert!(matches!(precompiles.again(&call(identity, &[1], 99), &[1]), Some(Ok(_))));
    }
}
