//! Proofs for `Included.sol`, out of a whole claim.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_provers::proof::{InBlock, InTransaction, Instant, Opened};
use iso_evm_verifier::claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction};
use iso_evm_wire::{
    claim::sets,
    layout::{CONTEXT, STATUS},
};

/// A message that opened another: it, the instants before and behind the record.
type Caller = (InTransaction, Opened, Opened);

/// A claim of one transaction.
#[derive(Debug)]
pub(crate) struct Prover<'a> {
    pub(crate) claimed: &'a ClaimedBlock,
}

/// A log that a transaction left: who, the hash of what, topics.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    emitter: Address,
    data_hash: B256,
    pub(crate) topics: Vec<B256>,
    /// The chain before it.
    before: B256,
    hash: B256,
}

impl Prover<'_> {
    fn told(&self) -> &ClaimedTransaction {
        &self.claimed.transactions[0]
    }

    pub(crate) fn status(&self, message: usize) -> U256 {
        self.told().messages[message].head.word(STATUS)
    }

    fn in_block(&self) -> InBlock {
        let place = self.claimed.first as u64;
        InBlock {
            block_: (&self.claimed.claim).into(),
            transaction: (&self.told().claim).into(),
            index: U256::from(place),
            path: self.claimed.tree.prove(place..place + 1),
        }
    }

    fn in_transaction(&self, message: usize) -> InTransaction {
        let (told, place) = (&self.told().messages[message], message as u64);
        InTransaction {
            message: (&told.claim).into(),
            index: U256::from(place),
            path: self.told().tree.prove(place..place + 1),
            head: told.head.to_bytes().into(),
        }
    }

    /// The messages that a message ran in, from the inside, each with the record that opened the next.
    pub(crate) fn callers(&self, message: usize) -> Vec<(usize, usize)> {
        let (mut inner, mut callers) = (message, Vec::new());
        while inner > 0 {
            let found = (0..inner).rev().find_map(|outer| {
                let told = &self.told().messages[outer];
                Some((outer, opening(told, inner as u64)?))
            });
            callers.push(found.unwrap());
            inner = found.unwrap().0;
        }
        callers
    }

    /// What `effective` is asked.
    pub(crate) fn message(&self, message: usize) -> Bytes {
        let callers = self.callers(message);
        let callers: Vec<Caller> = callers
            .into_iter()
            .map(|(outer, record)| {
                let told = &self.told().messages[outer];
                (self.in_transaction(outer), opened(told, record - 1), opened(told, record))
            })
            .collect();
        let proof = (self.in_block(), self.in_transaction(message), callers);
        (self.claimed.root(), proof).abi_encode_params().into()
    }

    /// All logs that the transaction has left, in order.
    pub(crate) fn logs(&self) -> Vec<Log> {
        let mut all = HashMap::new();
        for told in &self.told().messages {
            for (place, record) in told.records.iter().enumerate() {
                let words: Vec<B256> = record.chunks_exact(32).map(B256::from_slice).collect();
                // Opcode, offset and size; then the hash of the data, and the topics.
                let opcode = words[0].0[31];
                if !(0xa0..=0xa4).contains(&opcode) {
                    continue;
                }
                let topics = words[4..4 + usize::from(opcode - 0xa0)].to_vec();
                let emitter = Address::from_word(told.head.word(CONTEXT).into());
                let hash = sets::log(emitter, words[3], &topics);
                let before = told.behind(place).unwrap().logs;
                let log = Log { emitter, data_hash: words[3], topics, before, hash };
                all.insert(sets::chained(before, hash), log);
            }
        }
        let (mut chain, mut logs) = (self.end().logs, Vec::new());
        while chain != B256::ZERO {
            logs.push(all[&chain].clone());
            chain = all[&chain].before;
        }
        logs.reverse();
        logs
    }

    fn end(&self) -> &iso_evm_wire::claim::Instant {
        self.told().steps.known.last().unwrap().as_ref().unwrap()
    }

    /// What `logged` is asked about one of the logs.
    pub(crate) fn log(&self, logs: &[Log], index: usize) -> Bytes {
        let (log, behind) = (&logs[index], &logs[index + 1..]);
        let behind: Vec<B256> = behind.iter().map(|log| log.hash).collect();
        let count = self.told().steps.known.len() as u64;
        let path = self.told().steps.tree.prove(count - 1..count);
        let topics = log.topics.clone();
        let end = Instant::from(self.end());
        let log = (log.emitter, topics, log.data_hash, log.before, behind);
        let (emitter, topics, data_hash, before, behind) = log;
        let proof = (self.in_block(), end, path, emitter, topics, data_hash, before, behind);
        (self.claimed.root(), proof).abi_encode_params().into()
    }
}

/// The record of a message that opened the message with an index.
fn opening(told: &ClaimedMessage, inner: u64) -> Option<usize> {
    (1..=told.records.len()).find(|&record| {
        let count = |record| told.behind(record).map(|instant| instant.messages);
        let opened = (count(record - 1), count(record));
        matches!(opened, (Some(before), Some(behind)) if before == inner && behind > inner)
    })
}

fn opened(told: &ClaimedMessage, record: usize) -> Opened {
    let place = record as u64;
    let path = if record == 0 { Vec::new() } else { told.instants.tree.prove(place - 1..place) };
    Opened { instant: told.behind(record).unwrap().into(), index: U256::from(place), path }
}
