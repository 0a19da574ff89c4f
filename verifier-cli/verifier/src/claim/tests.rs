#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_wire::{
    Fork, MessageWitness,
    claim::{BlockClaim, Environment, Instant, MessageClaim, TransactionClaim},
    records::{OpeningRecord, Record, SloadRecord},
    segment::{Head, RecordTree, records::to_bytes},
};

use super::{
    ClaimedBlock, ClaimedMessage, ClaimedTransaction, Difference, Instants, NotOneBlock, Published,
    StepPlaces, TreeOf, first_difference,
};

/// A claim with this many records in each of its messages, of which the first opens the second by its
/// record 3; `change` changes a message before it is claimed.
fn claimed(
    counts: &[usize],
    change: impl Fn(usize, &mut MessageWitness, &mut Vec<Instant>),
) -> ClaimedBlock {
    let messages = counts.iter().enumerate().map(|(index, count)| {
        let mut records = vec![Record::Opening(OpeningRecord::default()).encode()];
        let record = |key: usize| {
            Record::Sload(SloadRecord { key: U256::from(key).into(), ..Default::default() })
        };
        records.extend((0..*count).map(|key| record(key).encode()));
        let mut message = MessageWitness { stateAccessList: records, ..Default::default() };
        let opens = |record: usize| index == 0 && record > 3 && counts.len() > 1;
        let instant = |record: usize| Instant {
            messages: index as u64 + 1 + u64::from(opens(record)),
            refund: record as i64,
            ..Instant::entry(B256::ZERO)
        };
        // The entry, then what is behind each record.
        let mut instants: Vec<Instant> = (1..=*count + 1).map(instant).collect();
        change(index, &mut message, &mut instants);
        let records = message.stateAccessList.iter().skip(1);
        let bytes: Vec<Bytes> = records.map(|record| to_bytes(record).into()).collect();
        let known = instants[1..].iter().copied().map(Some).collect();
        let tree = RecordTree::of(&message);
        let head = Head::of(&message).unwrap();
        let entry = Some(instants[0]);
        ClaimedMessage::new(head, (bytes, tree), entry, Instants::new(known), Vec::new())
    });
    let steps = (0..6).map(|step| Some(Instant { refund: step, ..Instant::entry(B256::ZERO) }));
    let places = StepPlaces { top: 3, before_removals: 6 };
    let steps = (Instants::new(steps.collect()), places);
    let hashes = [B256::ZERO; 2];
    let transaction = ClaimedTransaction::new(hashes, B256::ZERO, steps, messages.collect());
    let environment = Environment::of(1, Fork::Osaka.into(), &Default::default());
    let roots = [B256::ZERO; 2];
    ClaimedBlock::new(environment, B256::ZERO, Vec::new(), roots, (0, vec![transaction]))
}

/// Counts what is read of a claim.
struct Counted(ClaimedBlock, usize);

impl Published for Counted {
    fn block(&mut self) -> Option<BlockClaim> {
        self.1 += 1;
        (&self.0).block()
    }

    fn transaction(&mut self, place: usize) -> Option<TransactionClaim> {
        self.1 += 1;
        Published::transaction(&mut &self.0, place)
    }

    fn message(&mut self, transaction: usize, message: usize) -> Option<MessageClaim> {
        self.1 += 1;
        (&self.0).message(transaction, message)
    }

    fn node(&mut self, tree: TreeOf, level: u32, place: u64) -> Option<B256> {
        self.1 += 1;
        (&self.0).node(tree, level, place)
    }
}

/// Where a changed claim of these messages differs, and how much of it was read.
fn found(
    counts: &[usize],
    change: impl Fn(usize, &mut MessageWitness, &mut Vec<Instant>),
) -> (Option<Difference>, usize) {
    let own = claimed(counts, |_, _, _| {});
    let mut theirs = Counted(claimed(counts, change), 0);
    (first_difference(&own, &mut theirs).unwrap(), theirs.1)
}

#[test]
fn claims_that_are_alike_differ_nowhere() {
    assert_eq!(found(&[5, 2], |_, _, _| {}), (None, 1));
}

#[test]
fn one_record_of_ten_thousand_is_found_by_a_logarithm_of_reads() {
    for place in [0_usize, 1, 4_999, 9_998, 9_999] {
        let (difference, reads) = found(&[10_000], |_, message, _| {
            message.stateAccessList[place + 1] =
                Record::Sload(SloadRecord { cold: true, ..Default::default() }).encode();
        });
        let item = Difference::Item(TreeOf::Records(0, 0), place as u64);
        assert_eq!(difference, Some(item));
        assert!(reads < 40, "{reads}");
    }
}

#[test]
fn the_first_of_two_differences_is_told() {
    let record = |place: usize, message: &mut MessageWitness| {
        message.stateAccessList[place + 1] =
            Record::Sload(SloadRecord { cold: true, ..Default::default() }).encode();
    };
    let (difference, _) = found(&[100], |_, message, instants| {
        record(70, message);
        instants[31].depth = 9;
    });
    assert_eq!(difference, Some(Difference::Item(TreeOf::Instants(0, 0), 30)));
    // A record is claimed before the instant behind it.
    let (difference, _) = found(&[100], |_, message, instants| {
        record(30, message);
        instants[31].depth = 9;
    });
    assert_eq!(difference, Some(Difference::Item(TreeOf::Records(0, 0), 30)));
}

#[test]
fn what_follows_from_a_child_is_looked_for_in_it() {
    let (difference, _) = found(&[8, 4], |index, _, instants| match index {
        0 => instants[3].depth = 7,
        _ => instants[2].depth = 7,
    });
    assert_eq!(difference, Some(Difference::Item(TreeOf::Instants(0, 1), 1)));
    let (difference, _) = found(&[8, 4], |index, _, instants| {
        if index == 0 {
            instants[3].depth = 7;
        }
    });
    assert_eq!(difference, Some(Difference::Item(TreeOf::Instants(0, 0), 2)));
}

#[test]
fn heads_and_entries_that_differ_are_told_apart() {
    let (difference, _) = found(&[3, 4], |index, message, _| {
        if index == 1 {
            message.gasUsed = U256::from(5);
        }
    });
    assert_eq!(difference, Some(Difference::Head(0, 1)));
    let (difference, _) = found(&[3, 4], |index, _, instants| {
        if index == 1 {
            instants[0].depth = 5;
        }
    });
    assert_eq!(difference, Some(Difference::Entry(0, 1)));
}

/// What lies at its premises lies first, and nothing that is put behind a lie hides it.
#[test]
fn more_messages_or_steps_hide_no_lie_before_them() {
    let own = claimed(&[8, 4], |_, _, _| {});
    for counts in [&[8, 4, 2][..], &[8, 4, 2, 2, 2], &[8]] {
        let lie = claimed(counts, |index, _, instants| {
            // Alike where the second message is missing, too.
            instants.iter_mut().skip(4).filter(|_| index == 0).for_each(|told| told.messages = 2);
            if index == 0 {
                instants[2].depth = 7;
            }
        });
        let difference = first_difference(&own, &mut Counted(lie, 0)).unwrap();
        let item = Difference::Item(TreeOf::Instants(0, 0), 1);
        assert_eq!(difference, Some(item), "{counts:?}");
    }
    let (difference, _) = found(&[8, 4], |_, _, _| {});
    assert_eq!(difference, None);
    for (counts, place) in [(&[8, 4, 2][..], 2), (&[8, 4, 2, 2, 2], 2)] {
        let more = claimed(counts, |_, _, _| {});
        let difference = first_difference(&own, &mut Counted(more, 0)).unwrap();
        let item = Difference::Item(TreeOf::Messages(0), place);
        assert_eq!(difference, Some(item), "{counts:?}");
    }
}

/// A claim of two messages with so many steps, of which the first six follow from the bytes; `depth` is that of an
/// instant behind a record.
fn with_steps(count: i64, depth: u64) -> ClaimedBlock {
    let lies = |index: usize, _: &mut MessageWitness, instants: &mut Vec<Instant>| {
        if index == 0 {
            instants[2].depth = depth;
        }
    };
    let ClaimedBlock { environment, mut transactions, .. } = claimed(&[8, 4], lies);
    let told = transactions.remove(0);
    let step = |step| Some(Instant { refund: step, ..Instant::entry(B256::ZERO) });
    let steps = (Instants::new((0..count).map(step).collect()), told.places);
    let told = ClaimedTransaction::new([B256::ZERO; 2], B256::ZERO, steps, told.messages);
    let roots = [B256::ZERO; 2];
    ClaimedBlock::new(environment, B256::ZERO, Vec::new(), roots, (0, vec![told]))
}

/// Fewer steps than the bytes have are a lie by themselves; how many there are behind follows from the messages.
#[test]
fn how_many_accounts_go_hides_no_lie_about_who_is_destroyed() {
    let own = with_steps(8, 0);
    let found =
        |count, depth| first_difference(&own, &mut Counted(with_steps(count, depth), 0)).unwrap();
    for count in [6, 7, 8, 9, 20] {
        let item = Difference::Item(TreeOf::Instants(0, 0), 1);
        assert_eq!(found(count, 7), Some(item), "{count}");
    }
    for (count, place) in [(4, 4), (5, 5), (6, 6), (7, 7), (9, 8), (20, 8)] {
        let item = Difference::Item(TreeOf::Steps(0), place);
        assert_eq!(found(count, 0), Some(item), "{count}");
    }
    // Of an invalid deposit there are no others.
    for (count, depth) in [(3, 7), (3, 0)] {
        assert_eq!(found(count, depth), Some(Difference::Item(TreeOf::Steps(0), 3)));
    }
    assert_eq!(found(8, 0), None);
}

#[test]
fn a_block_that_begins_elsewhere_differs_there() {
    let own = claimed(&[8, 4], |_, _, _| {});
    let told = claimed(&[8, 4], |_, _, instants| instants[1].depth = 3);
    let roots = [B256::repeat_byte(1), B256::ZERO];
    let transactions = (0, told.transactions.clone());
    let lie = ClaimedBlock::new(told.environment, B256::ZERO, Vec::new(), roots, transactions);
    let difference = first_difference(&own, &mut Counted(lie, 0)).unwrap();
    assert_eq!(difference, Some(Difference::Block));
}

/// A claim of one transaction between two roots that tells of these ancestors; the roots and hashes are of one byte.
fn between(enter: u8, leave: u8, ancestors: &[u8]) -> ClaimedBlock {
    let ClaimedBlock { environment, transactions, .. } = claimed(&[1], |_, _, _| {});
    let ancestors = ancestors.iter().map(|byte| B256::repeat_byte(*byte)).collect();
    let roots = [enter, leave].map(B256::repeat_byte);
    ClaimedBlock::new(environment, B256::repeat_byte(9), ancestors, roots, (3, transactions))
}

#[test]
fn transactions_that_follow_each_other_are_not_one_claim() {
    let second = |first| ClaimedBlock { first, ..between(2, 5, &[0, 8]) };
    // One whose place nobody knows follows too.
    assert!(ClaimedBlock::join([between(1, 2, &[7]), second(0)]).is_ok());
    let joined = ClaimedBlock::join([between(1, 2, &[7]), second(4)]).unwrap();
    assert_eq!(joined.claim.header, B256::ZERO);
    assert_eq!([joined.claim.enter, joined.claim.leave], [1, 5].map(B256::repeat_byte));
    assert_eq!(
        (joined.first, joined.transactions.len(), joined.claim.transactions.count),
        (0, 2, 2)
    );
    assert_eq!(joined.ancestors, [7, 8].map(B256::repeat_byte));
    // One alone is what is committed to of one.
    let one = ClaimedBlock::join([between(1, 2, &[7])]).unwrap();
    assert_eq!(one.root(), between(1, 2, &[7]).of_run().root());
}

#[test]
fn transactions_that_do_not_follow_each_other_are_one_claim() {
    let mut other = between(2, 3, &[]);
    other.environment.number += 1;
    let other = other.rebuilt();
    let roots = [2, 4].map(B256::repeat_byte);
    let ancestors = [7, 8].map(B256::repeat_byte);
    for (claims, expected) in [
        (vec![], NotOneBlock::Empty),
        (vec![between(1, 2, &[]), other], NotOneBlock::Environment { index: 1 }),
        (
            vec![between(1, 2, &[]), between(4, 5, &[])],
            NotOneBlock::Roots { index: 1, expected: roots[0], found: roots[1] },
        ),
        (
            vec![between(1, 2, &[]), between(2, 5, &[])],
            NotOneBlock::Place { index: 1, expected: 4, found: 3 },
        ),
        (
            vec![between(1, 2, &[0, 7]), between(2, 5, &[3, 8])],
            NotOneBlock::Ancestor {
                index: 1,
                back: 2,
                expected: ancestors[0],
                found: ancestors[1],
            },
        ),
    ] {
        assert_eq!(ClaimedBlock::join(claims).unwrap_err(), expected);
    }
}
