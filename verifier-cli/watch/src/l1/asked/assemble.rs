//! A claim out of what its operator has shown, with one's own items where his are the same; or what is still to be
//! asked for.
//!
//! In the data's way this stands between the answers and the comparison: what comes out is as good as published.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_onchain::dispute::Answer;
use iso_evm_provers::{asks::Item, dispute::Level};
use iso_evm_verifier::claim::{
    ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants, StepPlaces,
};
use iso_evm_wire::{
    claim::{
        BlockClaim, Environment, Instant, MessageClaim, ToldInstant, TransactionClaim,
        items::TreeRoot,
    },
    segment::{
        Head, Leaf, RecordTree, layout,
        merkle::{self, Tree},
        records,
    },
};

use super::leaves::Leaves;

/// What is known of a claim that is withheld.
#[derive(Debug)]
pub(in crate::l1) enum Assembled {
    /// All of it.
    Whole(Box<ClaimedBlock>),
    /// Not all.
    Lacking(Box<Lacking>),
}

/// A claim of which not all is known.
#[derive(Debug)]
pub(in crate::l1) struct Lacking {
    /// What is known, with one's own items in the place of the others: what items hang in that are asked for is known.
    pub(in crate::l1) known: ClaimedBlock,
    /// What is to be asked for.
    pub(in crate::l1) items: Vec<Item>,
}

/// What is known of a claim by what was shown of it, beside one's own claim of the same transactions.
pub(in crate::l1) fn assembled(
    (claim, environment): (&BlockClaim, Environment),
    own: &ClaimedBlock,
    answers: &[Answer],
) -> Assembled {
    let mut assembly = Assembly { answers, items: Vec::new() };
    let ancestors = assembly.ancestors(claim, own);
    let transactions = assembly.transactions(claim, own);
    let roots = [claim.enter, claim.leave];
    let made = ClaimedBlock::new(environment, claim.header, ancestors, roots, (0, transactions));
    if assembly.items.is_empty() && made.root() == claim.root() {
        return Assembled::Whole(Box::new(made));
    }
    // The words are those that were committed to, whatever is not known under them.
    let known = ClaimedBlock { claim: *claim, ..made };
    Assembled::Lacking(Box::new(Lacking { known, items: assembly.items }))
}

struct Assembly<'a> {
    answers: &'a [Answer],
    items: Vec<Item>,
}

/// Where the items of a tree are asked for.
#[derive(Clone, Copy)]
struct Place {
    level: Level,
    transaction: u64,
    message: u64,
    /// What is added to a place in the tree to have the index: the record with index 1 stands at place 0.
    first: u64,
}

impl Place {
    const fn of_block(level: Level) -> Self {
        Self { level, transaction: 0, message: 0, first: 0 }
    }

    const fn of(level: Level, transaction: u64) -> Self {
        Self { level, transaction, message: 0, first: 0 }
    }

    fn is_of(self, item: &Item) -> bool {
        let transaction = self.level < Level::Signed || item.transaction == self.transaction;
        let message = self.level < Level::Checkpoint || item.message == self.message;
        item.level == self.level && transaction && message
    }
}

impl Assembly<'_> {
    /// The items of a tree: those that were shown, by their places, as `read` reads them with their leaves. What is
    /// neither shown nor one's own is to be asked for.
    fn shown<T>(
        &mut self,
        place: Place,
        (theirs, own): (TreeRoot, &Tree),
        read: impl Fn(&Bytes) -> Option<(T, B256)>,
    ) -> BTreeMap<u64, T> {
        let mut leaves = Leaves::new(theirs);
        let mut shown = BTreeMap::new();
        for Answer { item, shown: answer } in self.answers.iter().filter(|it| place.is_of(&it.item))
        {
            let Some(at) = item.index.checked_sub(place.first) else { continue };
            let Some((told, leaf)) = read(&answer.data) else { continue };
            if leaves.learn(at, leaf, &answer.path) {
                shown.insert(at, told);
            }
        }
        let item = |at: u64| {
            let Place { level, transaction, message, first } = place;
            Item { level, transaction, message, index: at + first }
        };
        self.items.extend(leaves.unknown(own).into_iter().map(item));
        shown
    }

    fn ancestors(&mut self, claim: &BlockClaim, own: &ClaimedBlock) -> Vec<B256> {
        let trees = (claim.ancestors, &own.ancestors_tree);
        let mut shown = self.shown(Place::of_block(Level::Ancestor), trees, digest);
        all(claim.ancestors.count, &mut shown, |at| own.ancestors.get(at).copied())
    }

    fn transactions(&mut self, claim: &BlockClaim, own: &ClaimedBlock) -> Vec<ClaimedTransaction> {
        let place = Place::of_block(Level::Transaction);
        let before = self.items.len();
        let mut shown = self.shown(place, (claim.transactions, &own.tree), |data| {
            let told = TransactionClaim::of_words(&words(data)?)?;
            Some((told, told.leaf()))
        });
        if self.items.len() > before {
            // What is below a transaction hangs in a tree that is not known.
            return own.transactions.clone();
        }
        let told = all(claim.transactions.count, &mut shown, |at| {
            own.transactions.get(at).map(|told| told.claim)
        });
        let both = told.into_iter().enumerate();
        both.map(|(at, told)| match own.transactions.get(at) {
            Some(own) if own.claim == told => own.clone(),
            own => self.transaction(at as u64, told, own),
        })
        .collect()
    }

    fn transaction(
        &mut self,
        at: u64,
        told: TransactionClaim,
        own: Option<&ClaimedTransaction>,
    ) -> ClaimedTransaction {
        let nothing = Tree::new(Vec::new());
        let tree = own.map_or(&nothing, |own| &own.steps.tree);
        let steps = self.shown(Place::of(Level::Step, at), (told.steps, tree), digest);
        let steps = instants(told.steps.count, steps, own.map(|own| &own.steps));
        let tree = own.map_or(&nothing, |own| &own.tree);
        let before = self.items.len();
        let place = Place::of(Level::Message, at);
        let mut shown = self.shown(place, (told.messages, tree), |data| {
            let (words, head) = data.split_at_checked(5 * 32)?;
            let claim = MessageClaim::of_words(&self::words(words)?)?;
            let head = Head::of_bytes(head).filter(|head| head.hash() == claim.head)?;
            Some(((claim, head), claim.leaf()))
        });
        let are_known = self.items.len() == before;
        let heads = all(told.messages.count, &mut shown, |place| {
            let own = own?.messages.get(place)?;
            Some((own.claim, own.head.clone()))
        });
        let messages = heads.into_iter().enumerate().map(|(index, (claim, head))| {
            match own.and_then(|own| own.messages.get(index)) {
                Some(own) if own.claim == claim => own.clone(),
                own => self.message((at, index as u64), (claim, head), own, are_known),
            }
        });
        let messages: Vec<ClaimedMessage> = messages.collect();
        let tree = Tree::new(messages.iter().map(|message| message.claim.leaf()).collect());
        let count = steps.digests.len();
        let places = StepPlaces { top: count, before_removals: count };
        ClaimedTransaction { claim: told, steps, places, messages, tree }
    }

    /// A message. Its items are asked for if the others of its transaction are known, so that it is known where it
    /// stands.
    fn message(
        &mut self,
        (transaction, message): (u64, u64),
        (claim, head): (MessageClaim, Head),
        own: Option<&ClaimedMessage>,
        are_known: bool,
    ) -> ClaimedMessage {
        let before = self.items.len();
        let nothing = Tree::new(Vec::new());
        let place = |level, first| Place { level, transaction, message, first };
        let count = head.record_count().saturating_sub(1);
        let theirs = TreeRoot { count, root: B256::from(head.word(layout::RECORDS_ROOT)) };
        let tree = own.map_or(&nothing, |own| own.record_tree.tree());
        let read = |data: &Bytes| Some((data.clone(), records::leaf(data)));
        let mut shown = self.shown(place(Level::Record, 1), (theirs, tree), read);
        let bytes = all(count, &mut shown, |at| own?.records.get(at).cloned());
        let theirs = TreeRoot { count, root: claim.instants };
        let tree = own.map_or(&nothing, |own| &own.instants.tree);
        let shown = self.shown(place(Level::Instant, 1), (theirs, tree), digest);
        let instants = instants(count, shown, own.map(|own| &own.instants));
        let tree = own.map_or(&nothing, |own| &own.checkpoint_tree);
        let trees = (claim.checkpoints, tree);
        let mut shown = self.shown(place(Level::Checkpoint, 0), trees, checkpoint);
        let checkpoints =
            all(claim.checkpoints.count, &mut shown, |at| own?.checkpoints.get(at).copied());
        if !are_known {
            self.items.truncate(before);
        }
        let entry = known(claim.entry, own.and_then(|own| own.entry.as_ref()));
        let tree = RecordTree::of_bytes(&bytes);
        let made = ClaimedMessage::new(head, (bytes, tree), entry, instants, checkpoints);
        // Its words are those that were shown, whatever is not known under them.
        ClaimedMessage { claim, ..made }
    }
}

/// The items at all places that are known: those that were shown, else one's own.
fn all<T>(count: u64, shown: &mut BTreeMap<u64, T>, own: impl Fn(usize) -> Option<T>) -> Vec<T> {
    let at = |place: u64| shown.remove(&place).or_else(|| own(usize::try_from(place).ok()?));
    // Behind a place of which nothing is known nothing stands where it should.
    (0..count).map_while(at).collect()
}

fn instants(count: u64, mut shown: BTreeMap<u64, B256>, own: Option<&Instants>) -> Instants {
    let digests = all(count, &mut shown, |at| own?.digests.get(at).copied());
    let told = digests
        .into_iter()
        .enumerate()
        .map(|(at, digest)| known(digest, own.and_then(|own| own.known.get(at)?.as_ref())));
    Instants::new(told.collect())
}

/// An instant by its digest, with its words if they are one's own.
fn known(digest: B256, own: Option<&Instant>) -> ToldInstant {
    ToldInstant { digest, known: own.filter(|own| own.digest() == digest).copied() }
}

/// A digest, which is the whole leaf.
fn digest(data: &Bytes) -> Option<(B256, B256)> {
    let digest = B256::try_from(&data[..]).ok()?;
    Some((digest, merkle::leaf(&[digest])))
}

fn checkpoint(data: &Bytes) -> Option<(Leaf, B256)> {
    let [record, gas_used, digest] = words(data)?;
    let number = |word: B256| u64::try_from(U256::from_be_bytes(word.0)).ok();
    let record = number(record)?.into();
    let leaf = Leaf { record, gas_used: number(gas_used)?.into(), digest };
    Some((leaf, leaf.hash()))
}

/// So many words; none of other bytes.
fn words<const COUNT: usize>(bytes: &[u8]) -> Option<[B256; COUNT]> {
    let (words, []) = bytes.as_chunks::<32>() else { return None };
    let words: Vec<B256> = words.iter().map(|word| B256::from(*word)).collect();
    words.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::fs;

    use iso_evm_provers::asks::Behind;
    use iso_evm_testing::fixtures;
    use iso_evm_verifier::{audit::Subject, claim::claim};
    use iso_evm_wire::{Opened, Witness};

    use super::*;

    fn truth() -> ClaimedBlock {
        let path = fixtures::own().join("call-tree.witness.bin");
        let witness = Witness::decode(&fs::read(path).unwrap()).unwrap();
        claim(&Subject::new(&Opened::of(&witness)), 1 << 28).unwrap().of_run()
    }

    /// Asks for everything that is to be asked for until nothing is; how much that was, and in how many rounds.
    fn asked(own: &ClaimedBlock, lie: &ClaimedBlock) -> (usize, usize) {
        let (mut answers, mut rounds) = (Vec::new(), 0);
        loop {
            let made = assembled((&lie.claim, lie.environment), own, &answers);
            let lacking = match made {
                Assembled::Whole(made) => {
                    assert_eq!(
                        serde_json::to_string(&*made).unwrap(),
                        serde_json::to_string(&blind(lie, own)).unwrap()
                    );
                    return (answers.len(), rounds);
                }
                Assembled::Lacking(lacking) => lacking,
            };
            assert!(!lacking.items.is_empty());
            rounds += 1;
            for item in lacking.items {
                // What it hangs in is known.
                assert_eq!(item.question(&lacking.known), item.question(lie), "{item:?}");
                let shown = item.answer(lie, &Behind::default()).unwrap();
                assert!(!answers.iter().any(|answer: &Answer| answer.item == item), "{item:?}");
                answers.push(Answer { item, shown });
            }
        }
    }

    /// The lie without the words of instants that only who lies knows.
    fn blind(lie: &ClaimedBlock, own: &ClaimedBlock) -> ClaimedBlock {
        let mut blind = lie.clone();
        let forget = |told: &mut Instants, own: Option<&Instants>| {
            for (place, known) in told.known.iter_mut().enumerate() {
                let own = own.and_then(|own| own.known.get(place).copied().flatten());
                *known = known.filter(|known| own == Some(*known));
            }
        };
        for (at, told) in blind.transactions.iter_mut().enumerate() {
            let own = own.transactions.get(at);
            forget(&mut told.steps, own.map(|own| &own.steps));
            for (index, told) in told.messages.iter_mut().enumerate() {
                let own = own.and_then(|own| own.messages.get(index));
                forget(&mut told.instants, own.map(|own| &own.instants));
                let entry = own.and_then(|own| own.entry);
                told.entry = told.entry.filter(|told| entry == Some(*told));
            }
        }
        blind
    }

    #[test]
    fn a_claim_is_made_of_few_answers_whatever_is_false_in_it() {
        let own = truth();
        let changed = |change: fn(&mut ClaimedBlock)| {
            let mut lie = own.clone();
            change(&mut lie);
            lie.rebuilt()
        };
        assert_eq!(asked(&own, &own), (0, 0));
        let lies = [
            changed(|lie| lie.claim.leave.0[0] ^= 1),
            changed(|lie| lie.transactions[0].claim.receipt.0[0] ^= 1),
            changed(|lie| {
                let steps = &mut lie.transactions[0].steps;
                steps.known[1].as_mut().unwrap().state_root.0[0] ^= 1;
                *steps = Instants::new(steps.known.clone());
            }),
            changed(|lie| {
                let instants = &mut lie.transactions[0].messages[2].instants;
                instants.known[0].as_mut().unwrap().state_root.0[0] ^= 1;
                *instants = Instants::new(instants.known.clone());
            }),
            changed(|lie| {
                let message = &mut lie.transactions[0].messages[1];
                message.entry.as_mut().unwrap().refund += 1;
                message.claim.entry = message.entry.unwrap().digest();
            }),
            changed(|lie| {
                let records = &mut lie.transactions[0].messages[0].records;
                let last = records.len() - 1;
                let mut bytes = records[last].to_vec();
                bytes[100] ^= 1;
                records[last] = bytes.into();
            }),
            changed(|lie| _ = lie.transactions[0].messages.pop()),
            changed(|lie| {
                let more = lie.transactions[0].clone();
                lie.transactions.push(more);
            }),
            changed(|lie| lie.ancestors.push(B256::repeat_byte(1))),
        ];
        for (index, lie) in lies.iter().enumerate() {
            let (questions, rounds) = asked(&own, lie);
            assert!(rounds <= 3, "lie {index}: {questions} questions in {rounds} rounds");
        }
    }
}
