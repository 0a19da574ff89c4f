//! A claim out of a witness: what it says, with the instants that follow from it.

use std::collections::HashMap;

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_hypervisor::NativeEngine;
use iso_evm_wire::{
    MessageWitness, Witness,
    claim::{Environment, Instant},
    protocol::BLOCK_HASHES,
    records::Record,
    segment::{Head, Leaf, RecordTree, records::to_bytes},
};

use super::{
    items::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants},
    runs::{checkpoints, segments},
    steps::StepPlaces,
};
use crate::{
    audit::{
        Missing, Subject, ancestors::ancestor_hash, replay::replay_watched, state::State,
        watch::Watch,
    },
    hash::keccak256,
    transaction_hash::encode,
};

/// Transactions that a block is taken to have at most: a place behind them is a witness's invention, and no tree is
/// made for it.
const MOST_TRANSACTIONS: usize = 1 << 16;

/// What is claimed of a witness's transaction, at its place of the block if that is known, with the
/// checkpoints where an honest operator cuts: what the witness says, be it true or not, and the instants
/// that the walk over it comes by. Behind what ends the walk nobody knows an instant, and its digest is
/// zero. None if a message is there that nobody can commit to: one without an opening record; or if the transaction's
/// place is behind all that a block has.
pub fn claim(subject: &Subject<'_>, gas_limit: u64) -> Option<ClaimedBlock> {
    let witness = subject.hashes().witness();
    let messages = (0..witness.messages.len()).map(|index| witness.message(index).ok());
    let messages: Vec<MessageWitness> = messages.collect::<Option<_>>()?;
    let counts = messages.iter().map(|told| told.stateAccessList.len().saturating_sub(1));
    let mut taken = Taken::new(counts);
    replay_watched(subject, gas_limit, &mut taken);
    let ancestors = ancestors(subject);
    let engine = NativeEngine::new(witness.rules);
    let cut = |message| checkpoints(&segments(&engine, subject, message, gas_limit));
    let both = messages.iter().zip(taken.messages).enumerate();
    let built = both.map(|(index, (message, taken))| built(message, taken, cut(index)));
    let messages = built.collect::<Option<_>>()?;
    let bytes = encode(&witness.transaction);
    let hashes = [keccak256(&bytes), receipt_hash(witness, taken.steps.last())];
    let sender = witness.transaction.from().into_word();
    let places = StepPlaces::of(witness.transaction.body(), witness.rules, taken.steps.len());
    let steps = Instants::new(taken.steps.into_iter().map(Some).collect());
    let transaction = ClaimedTransaction::new(hashes, sender, (steps, places), messages);
    let environment = Environment::of(witness.chain_id, witness.rules, &witness.block);
    let header = subject.hashes().header().unwrap_or_default();
    let index = witness.inclusion.as_ref().map_or(0, |inclusion| inclusion.index);
    let first = usize::try_from(index).ok().filter(|first| *first < MOST_TRANSACTIONS)?;
    let roots = [witness.roots.enter, witness.roots.leave];
    Some(ClaimedBlock::new(environment, header, ancestors, roots, (first, vec![transaction])))
}

/// Hash of the receipt's bytes; zero where the witness does not tell its logs, and there are some.
fn receipt_hash(witness: &Witness, last: Option<&Instant>) -> B256 {
    let receipt = &witness.receipt;
    if receipt.logs.is_none() && last.is_none_or(|last| !last.logs.is_zero()) {
        return B256::ZERO;
    }
    keccak256(&receipt.encode_2718(witness.transaction.body(), receipt.gas_used))
}

/// Hashes of the ancestors that `BLOCKHASH` knows, as far back as the witness tells: of its headers, then
/// what these say, then what its first record says that asks for one; zero for one that it does not tell.
fn ancestors(subject: &Subject<'_>) -> Vec<B256> {
    let witness = subject.hashes().witness();
    let own = subject.hashes().ancestors();
    let asked = asked(subject);
    let hash = |back: u64| {
        let given = usize::try_from(back - 1).ok().and_then(|place| own.get(place).copied());
        let number = witness.block.number.checked_sub(back)?;
        let told = given.or_else(|| ancestor_hash(witness, number));
        told.or_else(|| asked.get(&U256::from(number)).copied())
    };
    let mut hashes: Vec<Option<B256>> = (1..=BLOCK_HASHES).map(hash).collect();
    let told = hashes.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    hashes.truncate(told);
    hashes.into_iter().map(Option::unwrap_or_default).collect()
}

/// What the first record says of each block that `BLOCKHASH` is asked for.
fn asked(subject: &Subject<'_>) -> HashMap<U256, B256> {
    let mut asked = HashMap::new();
    let messages = (0..subject.messages.len()).filter_map(|index| subject.message(index));
    for record in messages.flat_map(|told| told.records()) {
        if let Ok(Record::Blockhash(told)) = record {
            asked.entry(told.number).or_insert(told.hash);
        }
    }
    asked
}

fn built(
    message: &MessageWitness,
    taken: TakenMessage,
    checkpoints: Vec<Leaf>,
) -> Option<ClaimedMessage> {
    let head = Head::of(message)?;
    let records = message.stateAccessList.iter().skip(1);
    let records: Vec<Bytes> = records.map(|record| to_bytes(record).into()).collect();
    let (entry, instants) = (taken.entry, Instants::new(taken.instants));
    let tree = RecordTree::of(message);
    Some(ClaimedMessage::new(head, (records, tree), entry, instants, checkpoints))
}

/// Instants as the walk comes by them.
#[derive(Debug)]
struct Taken {
    steps: Vec<Instant>,
    messages: Vec<TakenMessage>,
}

#[derive(Clone, Debug)]
struct TakenMessage {
    entry: Option<Instant>,
    instants: Vec<Option<Instant>>,
}

impl Taken {
    fn new(counts: impl Iterator<Item = usize>) -> Self {
        let message = |count| TakenMessage { entry: None, instants: vec![None; count] };
        Self { steps: Vec::new(), messages: counts.map(message).collect() }
    }
}

impl Watch for Taken {
    fn stepped(&mut self, state: &mut State) -> Result<(), Missing> {
        self.steps.extend(state.instant()?);
        Ok(())
    }

    fn entered(&mut self, message: usize, state: &mut State) -> Result<(), Missing> {
        if let Some(message) = self.messages.get_mut(message) {
            message.entry = state.instant()?;
        }
        Ok(())
    }

    fn behind(&mut self, at: (usize, usize), state: &mut State) -> Result<(), Missing> {
        let message = self.messages.get_mut(at.0);
        let place = at.1.checked_sub(1);
        if let (Some(message), Some(place)) = (message, place)
            && let Some(instant) = message.instants.get_mut(place)
        {
            *instant = state.instant()?;
        }
        Ok(())
    }
}
