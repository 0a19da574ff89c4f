//! Where messages are cut, and the checkpoints there.

use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_wire::{
    Opened,
    segment::{Checkpoint, Cut},
};

/// How many checkpoints of one cut are changed.
const MOST: usize = 6;
/// The gas of a message that is cut at every instruction too: its segments are that many at most.
const SHORT: u64 = 50_000;

/// A checkpoint that is to be changed, among those that are committed to with it.
#[derive(Clone, Debug)]
pub(in crate::mutate) struct Place {
    /// Index of the message.
    pub(super) message: usize,
    /// Gas that the message uses.
    pub(super) gas: u64,
    /// Gas that it has.
    pub(super) available: u64,
    /// How the message is cut.
    pub(super) how: String,
    /// Index of the checkpoint in the cut.
    pub(super) index: usize,
    /// The checkpoints that are committed to, all of them true.
    pub(super) list: Vec<Checkpoint>,
    /// Index of the checkpoint in the list; behind its last, it is the end that is lied about.
    pub(super) at: usize,
}

impl Place {
    /// Index of the message.
    pub(in crate::mutate) const fn message(&self) -> usize {
        self.message
    }
}

/// The places of all messages: cut as an operator does, in a few parts of the same gas, and at every
/// instruction.
pub(in crate::mutate) fn places(native: &NativeEngine, witness: &Opened<'_>) -> Vec<Place> {
    let messages = 0..witness.messages.len();
    messages.flat_map(|message| of_message(native, witness, message)).collect()
}

fn of_message(native: &NativeEngine, witness: &Opened<'_>, message: usize) -> Vec<Place> {
    let Some(opened) = witness.message(message) else { return Vec::new() };
    let (bytes, code) = (witness.messages[message].bytes(), code(witness, message));
    let cut = |cut| {
        let mut all = Vec::new();
        native.cut(&bytes, code.as_ref(), cut, &mut |cutting| all.extend(cutting.end));
        all
    };
    let gas: u64 = opened.fields().gasUsed.saturating_to();
    let available: u64 = opened.fields().gasAvailable.saturating_to();
    let place = |how: &str, index, list: &[Checkpoint], at| {
        let (how, list) = (how.to_owned(), list.to_vec());
        Place { message, gas, available, how, index, list, at }
    };
    let mut places = Vec::new();
    // An operator may leave out checkpoints: so that there are few.
    let honest = sample(&cut(Cut::default()));
    if !honest.is_empty() {
        let how = "cut as an operator does";
        places.extend((0..honest.len()).map(|at| place(how, at, &honest, at)));
    }
    let stride = (gas / MOST as u64).max(1);
    let strided = sample(&cut(Cut::Stride(stride)));
    let how = format!("cut every {stride} gas");
    places.extend((0..=strided.len()).map(|at| place(&how, at, &strided, at)));
    if stride > 1 && gas <= SHORT {
        let all = cut(Cut::Stride(1));
        let how = "cut at every instruction";
        for index in sample(&(0..all.len()).collect::<Vec<_>>()) {
            let first = index.saturating_sub(1);
            let around = &all[first..all.len().min(index + 2)];
            places.push(place(how, index, around, index - first));
        }
    }
    places
}

/// The code of a message; none if it is in the message, or nowhere.
pub(super) fn code(witness: &Opened<'_>, message: usize) -> Option<Code> {
    witness.code(message).map(|code| Code::new(code.clone()))
}

/// At most [`MOST`] of them, spread over all.
fn sample<T: Copy>(all: &[T]) -> Vec<T> {
    let count = all.len().min(MOST);
    (0..count).map(|index| all[(index * all.len() + all.len() / 2) / count.max(1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all() {
        for length in [0, 1, 2, 5, 6, 7, 12, 100, 1_999] {
            let all: Vec<usize> = (0..length).collect();
            let some = sample(&all);
            assert_eq!(some.len(), length.min(MOST));
            assert!(some.is_sorted_by(|one, next| one < next), "{some:?}");
        }
    }
}
