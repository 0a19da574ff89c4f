//! Messages with one lie, held against the checkpoints of the truth: the first segment that is false is the
//! one where the lie stands, and it is false in the whole's words.

use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::Bytes;
use iso_evm_hypervisor::{Code, MessageVerdict, SegmentVerdict};
use iso_evm_wire::{
    Fork, MessageWitness,
    encoding::{decode, encode},
    segment::{Checkpoint, ClaimedLeaf, Cut, Head},
};

use crate::{
    harness::{
        audit::{self, Both},
        parallel,
    },
    replay,
    tamper::changes::{self, Change, Expected},
};

/// Gas that a guest may spend of its own: some lies make it run for ever.
const GAS: u64 = 1 << 24;
/// One lie of so many is put before the contract too.
const CONTRACT: usize = 23;

/// Where a message differs from the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In one record.
    Record(u64),
    /// In the list, from this record on.
    List(u64),
    /// Beside the list.
    Head,
}

impl Place {
    fn of(truth: &MessageWitness, lie: &MessageWitness) -> Self {
        let (ours, theirs) = (&truth.stateAccessList, &lie.stateAccessList);
        let pairs = ours.iter().zip(theirs).enumerate();
        let mut differ = pairs.filter(|(_, (one, other))| one != other).map(|(at, _)| at as u64);
        match (differ.next(), differ.next()) {
            // The opening record's fields are in the head.
            (None, _) | (Some(0), None) if ours.len() == theirs.len() => Self::Head,
            (Some(record), None) if ours.len() == theirs.len() => Self::Record(record),
            (first, _) => Self::List(first.unwrap_or(ours.len().min(theirs.len()) as u64)),
        }
    }
}

/// A message of a fixture, with the checkpoints of the truth.
struct Truth {
    name: String,
    fork: Fork,
    message: MessageWitness,
    code: Code,
    bytes: Bytes,
    /// At every instruction.
    all: Vec<Checkpoint>,
    /// At a fifth of the gas each.
    fifths: Vec<Checkpoint>,
}

impl Truth {
    fn of(name: &str) -> Vec<Self> {
        let (fork, recording) = replay::recorded(name);
        let native = &audit::engine(fork).native;
        let messages = recording.messages.into_iter().enumerate();
        // Those of the deep calls are alike.
        let messages = messages.take(if name == "deep-calls" { 2 } else { usize::MAX });
        let truth = messages.map(|(index, recorded)| {
            let (message, bytes) = ((*recorded.witness).clone(), recorded.code);
            let (calldata, code) = (encode(&message).into(), Code::new(bytes.clone()));
            let cut = |stride| {
                let (mut ends, cut) = (Vec::new(), Cut::Stride(stride));
                let each = &mut |cutting: iso_evm_hypervisor::Cutting| ends.extend(cutting.end);
                let verdict = native.cut(&calldata, Some(&code), cut, each);
                assert_eq!(verdict, MessageVerdict::Valid, "{name}");
                ends
            };
            let gas: u64 = message.gasUsed.to();
            let (all, fifths) = (cut(1), cut((gas / 5).max(1)));
            let name = format!("{name} message {index}");
            Self { name, fork, message, code, bytes, all, fifths }
        });
        truth.collect()
    }

    /// Checkpoints with one instruction between two, where the lie stands; at most so many others.
    fn instructions(&self, place: Place) -> Vec<Checkpoint> {
        let Place::Record(record) = place else {
            return self.all.iter().step_by(self.all.len() / 40 + 1).copied().collect();
        };
        let taken = segment_of(&self.all, record);
        let range = taken.saturating_sub(2)..self.all.len().min(taken + 2);
        self.all[range].to_vec()
    }
}

/// Index of the segment that takes a record.
fn segment_of(checkpoints: &[Checkpoint], record: u64) -> usize {
    checkpoints.partition_point(|checkpoint| checkpoint.record.0 <= record)
}

/// The first segment of a message that is false, held against these checkpoints. Each is judged on its
/// own, by the contract too if it is asked.
fn first_false(
    both: &Both,
    truth: &Truth,
    calldata: &Bytes,
    claimed: &[Checkpoint],
    ask_contract: bool,
) -> Option<(usize, MessageVerdict)> {
    let gas: Vec<u64> = claimed.iter().map(|checkpoint| checkpoint.gas_used.0).collect();
    let (mut found, mut index) = (None, 0);
    both.native.cut_at(calldata, Some(&truth.code), &gas, Some(GAS), &mut |cutting| {
        if found.is_some() {
            return;
        }
        let (mut segment, end) = (cutting.segment, claimed.get(index));
        segment.end = end.map(|end| end.gas_used.0);
        let said = both.native.segment_within(&segment, Some(&truth.code), Some(GAS));
        if ask_contract {
            let contract = both.segment(&segment, Some(&truth.bytes), None).verdict;
            assert_eq!(contract, said, "{}", truth.name);
        }
        let said = match end {
            Some(end) => said.of_end(&ClaimedLeaf::Checkpoint(*end)),
            None => said,
        };
        match said {
            SegmentVerdict::Message(MessageVerdict::Valid) => index += 1,
            SegmentVerdict::Message(verdict) => found = Some((index, verdict)),
            said => panic!("{}: {said:?}", truth.name),
        }
    });
    found
}

/// What has become of the lies.
#[derive(Debug, Default)]
struct Count {
    /// Found as the whole message's mismatch.
    exact: AtomicUsize,
    /// Found because the checkpoint behind them is not the one that they lead to.
    by_checkpoint: AtomicUsize,
    contract: AtomicUsize,
}

fn check(truth: &Truth, change: &Change, number: usize, count: &Count) -> Result<(), String> {
    let both = audit::engine(truth.fork);
    // What has no head, nobody can commit to.
    let Some(lie) = decode(&change.calldata).ok().filter(|lie| Head::of(lie).is_some()) else {
        return Ok(());
    };
    let place = Place::of(&truth.message, &lie);
    let whole = both.native.audit_within(&change.calldata, Some(&truth.code), Some(GAS));
    if matches!(whole, MessageVerdict::Inconclusive { .. } | MessageVerdict::Unavailable { .. }) {
        return Ok(());
    }
    let ask_contract = number.is_multiple_of(CONTRACT);
    for claimed in [truth.instructions(place), truth.fifths.clone()] {
        let found = first_false(both, truth, &change.calldata, &claimed, ask_contract);
        let told = || {
            let Truth { name, .. } = truth;
            let segments = claimed.len() + 1;
            Err(format!(
                "{name}, {}: {place:?}, {segments} segments: {found:?}, as a whole {whole:?}",
                change.name
            ))
        };
        count.contract.fetch_add(usize::from(ask_contract), Ordering::Relaxed);
        let Some((segment, verdict)) = &found else {
            // Some facts matter to nobody but another audit.
            if whole == MessageVerdict::Valid {
                continue;
            }
            return told();
        };
        let stands = match place {
            Place::Record(record) => *segment == segment_of(&claimed, record),
            Place::List(record) => *segment >= segment_of(&claimed, record),
            Place::Head => !is_of_end(change) || *segment == claimed.len(),
        };
        let as_whole = match (verdict, &whole) {
            (MessageVerdict::Mismatch(_), whole) => verdict == whole,
            // Positions count in the segment's input.
            (MessageVerdict::Malformed { .. }, MessageVerdict::Malformed { .. }) => true,
            _ => false,
        };
        let by_checkpoint = matches!(verdict, MessageVerdict::Mismatch(mismatch)
            if mismatch.kind.is_of_checkpoint());
        let exact = matches!(change.expected, Expected::Mismatch(..))
            && !change.name.starts_with("stateRootEnter");
        if !stands || !(as_whole || by_checkpoint && !exact) {
            return told();
        }
        let counted = if as_whole { &count.exact } else { &count.by_checkpoint };
        counted.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Whether it is what the end is claimed to be that was changed.
fn is_of_end(change: &Change) -> bool {
    let fields = ["gasUsed:", "status:", "returndataHash:", "stateRootLeave:"];
    matches!(change.expected, Expected::Mismatch(..))
        && fields.iter().any(|field| change.name.starts_with(field))
}

/// Every field of every record and of the message, in all fixtures: at a stride of one instruction, and
/// at a fifth of the gas.
#[test]
fn a_lie_is_found_in_the_segment_where_it_stands_with_the_words_of_the_whole() {
    let truths: Vec<Truth> = replay::NAMES.iter().flat_map(|name| Truth::of(name)).collect();
    let (count, mut cases) = (Count::default(), Vec::new());
    for truth in &truths {
        cases.extend(changes::all(&truth.message).into_iter().map(|change| (truth, change)));
    }
    let cases: Vec<_> = cases.into_iter().enumerate().collect();
    parallel::check_all(&cases, |(number, (truth, change))| check(truth, change, *number, &count));
    println!("{} lies: {count:?}", cases.len());
    let least = |counted: &AtomicUsize, least| counted.load(Ordering::Relaxed) > least;
    assert!(least(&count.exact, 10_000) && least(&count.by_checkpoint, 100), "{count:?}");
    assert!(least(&count.contract, 500), "{count:?}");
}
