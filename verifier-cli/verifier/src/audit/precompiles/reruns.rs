//! Precompiles, run again for many calls. What they were called with, no file says: each message is
//! run by the native engine against its records, which have the inputs' hashes, and each precompile
//! is run again where that run comes to its call. What succeeded once is not run a second time.

use std::collections::HashMap;

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, NativeEngine};
use iso_evm_wire::{
    OpenedMessage, Rules, Witness,
    records::{CallRecord, Record},
};
use revm::precompile::Precompile;

use super::{at, run};
use crate::{audit::Subject, hash::keccak256};

/// Gas of hashing a word, as `KECCAK256` has it.
const HASHED_WORD: u64 = 6;
/// Most bytes of a result that is kept: a copy of more is made again in no more time.
const KEPT: usize = 1024;

/// Why a call was not run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) enum NotRerun {
    /// No run of its message comes to it, so there is no input.
    Input,
    /// A run of the call would take more than the transaction has paid for.
    Unbounded,
}

/// How a call ended that was run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Rerun {
    /// 1 success, 0 failed.
    pub(in crate::audit) status: u8,
    /// Gas that it spent.
    pub(in crate::audit) gas_used: u64,
    /// Hash of what it returned, if that is not what its record says.
    pub(in crate::audit) output: Option<B256>,
}

/// The runs of one transaction's precompiles.
#[derive(Debug)]
pub(in crate::audit) struct Reruns<'s, 'a> {
    subject: &'s Subject<'a>,
    engine: Option<NativeEngine>,
    /// Gas that messages may still spend on opcodes of their own, and on hashing what they pass.
    gas: u64,
    precompiles: Precompiles,
}

/// The calls of precompiles in one message.
#[derive(Debug)]
pub(in crate::audit) struct OfMessage {
    /// Calls that the message's run came to, by index of their record.
    calls: HashMap<usize, Result<Rerun, NotRerun>>,
    /// Whether the run came to its end.
    ended: bool,
}

impl<'s, 'a> Reruns<'s, 'a> {
    /// None so far. What the transaction has paid for counts for no more than `most` gas.
    pub(in crate::audit) fn new(subject: &'s Subject<'a>, most: u64) -> Self {
        let paid = paid(subject, most);
        let precompiles = Precompiles::new(subject.rules, paid);
        Self { subject, engine: None, gas: own_gas(subject, most), precompiles }
    }

    /// Runs the message with this index, and all precompiles that it calls.
    ///
    /// Time and memory are at most what the execution audit takes for it, and bounded for all
    /// messages together by what the transaction has paid for, and by the length of the witness.
    pub(in crate::audit) fn of(&mut self, index: usize, message: &OpenedMessage) -> OfMessage {
        let Self { subject, engine, gas, precompiles } = self;
        let engine = engine.get_or_insert_with(|| NativeEngine::new(subject.rules));
        let mut calls = HashMap::new();
        let mut observer = |record: usize, input: &[u8]| {
            let told = message.records().get(record).and_then(|record| record.as_ref().ok());
            let call = told.and_then(|record| precompiles.again(record, input));
            calls.extend(call.map(|call| (record, call)));
        };
        let (bytes, code) = (subject.messages[index].bytes(), subject.codes().of(message));
        let verdict = engine.audit_with(&bytes, code, gas, &mut observer);
        let ended = verdict != MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
        OfMessage { calls, ended }
    }
}

impl OfMessage {
    /// How the call in a record ends.
    ///
    /// # Errors
    ///
    /// [`NotRerun`], if the record's call was not run again.
    pub(in crate::audit) fn at(&self, record: usize) -> Result<Rerun, NotRerun> {
        let none = if self.ended { NotRerun::Input } else { NotRerun::Unbounded };
        self.calls.get(&record).copied().unwrap_or(Err(none))
    }
}

/// Most gas that a transaction's messages, and its precompiles, can spend between them: its gas limit,
/// and what callees got for nothing. A stipend of 2,300 stands against 9,000 that its caller paid, of
/// which it gets them back where the callee does not spend them: never twice the limit.
fn paid(witness: &Witness, most: u64) -> u64 {
    let limit = witness.transaction.body().gas_limit().min(witness.block.gas_limit);
    limit.min(most).saturating_mul(2)
}

/// Most gas that the messages of an honest witness spend between them on opcodes of their own and on
/// hashing what they pass, if its transaction has paid for no more than `most`.
pub(crate) fn own_gas(witness: &Witness, most: u64) -> u64 {
    // What a child is passed is its calldata, which stands in the witness.
    let words: usize = witness.messages.iter().map(|message| message.len() / 32).sum();
    paid(witness, most).saturating_add((words as u64).saturating_mul(HASHED_WORD))
}

/// The precompiles of a fork.
#[derive(Debug)]
struct Precompiles {
    rules: Rules,
    /// Gas that they may still take.
    gas: u64,
    /// Runs that succeeded. What they give and cost does not depend on the gas they got.
    succeeded: HashMap<(Address, B256), (u64, Bytes)>,
}

impl Precompiles {
    fn new(rules: Rules, gas: u64) -> Self {
        Self { rules, gas, succeeded: HashMap::new() }
    }

    /// Runs the precompile that a record calls on `input`, which has the record's hash; `None` if it
    /// calls none.
    fn again(&mut self, record: &Record, input: &[u8]) -> Option<Result<Rerun, NotRerun>> {
        let Record::Call(_, call) = record else { return None };
        let precompile = at(self.rules, call.account)?;
        let key = (call.account, call.calldataHash);
        Some(match self.succeeded.get(&key) {
            Some((gas_used, output)) if *gas_used <= call.gas => {
                Ok(ended(call, 1, *gas_used, output))
            }
            _ => self.run(precompile, call, input),
        })
    }

    /// Runs a precompile on as much gas as there is for it. What succeeds does so with more, too; what
    /// fails has used all that its record gives it.
    fn run(
        &mut self,
        precompile: &Precompile,
        call: &CallRecord,
        input: &[u8],
    ) -> Result<Rerun, NotRerun> {
        let gas = call.gas.min(self.gas);
        let run = run(precompile, self.rules, input, gas).ok_or(NotRerun::Unbounded)?;
        self.gas -= run.gas_used;
        if run.status == 0 && gas < call.gas {
            return Err(NotRerun::Unbounded);
        }
        let rerun = ended(call, run.status, run.gas_used, &run.output);
        if run.status == 1 && run.output.len() <= KEPT {
            let key = (call.account, call.calldataHash);
            self.succeeded.insert(key, (run.gas_used, run.output));
        }
        Ok(rerun)
    }
}

/// How the call of a record ended. No hash is taken of what is as the record says.
fn ended(call: &CallRecord, status: u8, gas_used: u64, output: &Bytes) -> Rerun {
    let output = (*output != call.returndata).then(|| keccak256(output));
    Rerun { status, gas_used, output }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_wire::Fork;

    use super::*;
    use crate::audit::precompiles::Ended;

    /// A call of a precompile on `input` with this much gas, which is said to return this.
    fn call(account: Address, input: &[u8], gas: u64, returndata: &[u8]) -> Record {
        let returndata = Bytes::copy_from_slice(returndata);
        let calldata_hash = keccak256(input);
        let call = CallRecord {
            account,
            calldataHash: calldata_hash,
            gas,
            returndata,
            ..Default::default()
        };
        Record::Call(0xfa, call)
    }

    #[test]
    fn a_second_run_is_as_the_first() {
        let mut precompiles = Precompiles::new(Fork::Cancun.into(), 10_000);
        let account = Address::with_last_byte(2);
        let sha256 = at(Fork::Cancun.into(), account).unwrap();
        // 60 and 12 a word
        for gas in [71, 72, 1000, 72, 71, 0] {
            let input = b"what goes in";
            let once = run(sha256, Fork::Cancun.into(), input, gas).unwrap();
            assert_eq!(once.status, u8::from(gas >= 72));
            let Ended { status, gas_used, output } = once;
            let again = precompiles.again(&call(account, input, gas, &output), input);
            assert_eq!(again, Some(Ok(Rerun { status, gas_used, output: None })), "{gas}");
            // What is not as the record says is told by its hash.
            let again = precompiles.again(&call(account, input, gas, b"else"), input);
            let output = Some(keccak256(&output));
            assert_eq!(again, Some(Ok(Rerun { status, gas_used, output })), "{gas}");
        }
        // Four times 71 for the failures; one success.
        assert_eq!(precompiles.gas, 10_000 - 4 * 71 - 72);
        let none = call(Address::repeat_byte(2), &[], 1000, &[]);
        assert_eq!(precompiles.again(&none, &[]), None);
    }

    /// Precompiles get what was paid for; a failure takes what its record gives it.
    #[test]
    fn reruns_together_take_no_more_than_was_paid_for() {
        let mut precompiles = Precompiles::new(Fork::Prague.into(), 1_000_000);
        let identity = Address::with_last_byte(4);
        // A point that is on no curve.
        let (pairing, point) = (Address::with_last_byte(8), [1; 192]);
        for _ in 0..9 {
            let failed = precompiles.again(&call(pairing, &point, 100_000, &[]), &point);
            let rerun = Rerun { status: 0, gas_used: 100_000, output: None };
            assert_eq!(failed, Some(Ok(rerun)));
        }
        assert_eq!(precompiles.gas, 100_000);
        // All the gas there is: that it fails for want of gas, nobody can say.
        let unbounded = Some(Err(NotRerun::Unbounded));
        assert_eq!(precompiles.again(&call(pairing, &point, u64::MAX, &[]), &point), unbounded);
        assert_eq!(precompiles.gas, 0);
        precompiles.gas = 18;
        let once = |input| call(identity, input, 99, input);
        assert!(matches!(precompiles.again(&once(&[1]), &[1]), Some(Ok(_))));
        assert_eq!(precompiles.again(&once(&[2]), &[2]), unbounded);
        // What is known takes nothing, and neither does a call with no gas.
        assert!(matches!(precompiles.again(&once(&[1]), &[1]), Some(Ok(_))));
        let none = Rerun { status: 0, gas_used: 0, output: None };
        assert_eq!(precompiles.again(&call(identity, &[3], 0, &[]), &[3]), Some(Ok(none)));
    }
}
