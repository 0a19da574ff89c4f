//! [`Walks`]: the steps of a witness's messages, the one at hand first, as far as the budget goes.

use iso_evm_hypervisor::NativeEngine;
use iso_evm_verifier::Report;
use iso_evm_wire::Opened;

use super::{
    codes::{Codes, WrittenCode, WrittenPlace},
    steps::{Budget, Kept, Steps, Subject},
    texts::Texts,
    words::Words,
};
use crate::{
    artifacts::Artifacts,
    sources,
    story::{MessageStory, Story},
};

/// The most steps of one message that are kept.
const EACH: u64 = 6_000;

/// The steps of messages, and what they stand on.
#[derive(Debug)]
pub(super) struct Walks {
    /// Of each message of the story its steps and the number of its code.
    pub(super) walks: Vec<Option<(Steps, usize)>>,
    pub(super) words: Words,
    pub(super) codes: Vec<WrittenCode>,
    pub(super) places: Vec<WrittenPlace>,
    pub(super) texts: Texts,
}

/// The steps of a story's messages, in its order.
pub(super) fn walks(
    engine: &NativeEngine,
    witness: &Opened<'_>,
    report: &Report,
    artifacts: Option<&Artifacts>,
    story: &Story,
) -> Walks {
    let (mut budget, mut words) = (Budget::default(), Words::default());
    let mut codes = Codes::default();
    let walk = |message: &MessageStory| {
        let code = sources::code(witness, message.index)?;
        let subject = Subject {
            engine,
            calldata: witness.messages.get(message.index)?.bytes(),
            code: Some(code.clone()),
            gas_limit: report.guest_gas_limit,
        };
        let (at, total) = message.at.as_ref()?.step;
        let most = EACH.min(budget.steps);
        let kept = Kept { first: first(at, total, most), most, total };
        let steps = Steps::of(&subject, kept, &mut budget, &mut words);
        if steps.cost.is_empty() {
            return None;
        }
        let number = codes.number(&code, steps.offsets(&code));
        Some((steps, number))
    };
    let walks = story.messages.iter().map(walk).collect();
    let mut texts = Texts::default();
    let (codes, places) = codes.written(artifacts, &mut texts);
    Walks { walks, words, codes, places, texts }
}

/// The first of a message's steps that is kept, so that as many stand before the instant as behind it.
const fn first(at: u64, total: u64, most: u64) -> u64 {
    let first = at.saturating_sub(most / 2);
    let last = total.saturating_sub(most);
    if first < last { first } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instant_is_among_the_steps_that_are_kept() {
        for (at, total, most, expected) in
            [(0, 10, 20, 0), (9, 10, 20, 0), (0, 100, 20, 0), (50, 100, 20, 40), (99, 100, 20, 80)]
        {
            let first = first(at, total, most);
            assert_eq!(first, expected);
            assert!(first <= at && at < first + most);
        }
    }
}
