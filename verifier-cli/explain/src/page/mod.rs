//! [`html`]: the whole explanation as one HTML file, in which a reader walks the steps of each message.
//! Normative text: `specs/22-explanations.md`, section The page.
//!
//! | what | where |
//! |---|---|
//! | the file: policy, styles, program, data | `document` |
//! | the data: what the story tells, made small | `data`, `texts` |
//! | steps, words and codes, for a reader to walk | `steps`, `walks`, `words`, `codes` |
//! | what draws it | `report.html`, `report.css`, `js/` |
//!
//! [`LOOK`], [`escaped`] and [`hash_of`] are for other pages of the same look.
//!
//! # What the file may do
//!
//! Nothing but be read. Its policy lets it ask for nothing, be it of a network or of the disk beside it, and lets no
//! program run but its own, by its hash. What comes from outside (names, source lines, revert reasons) stands in it
//! as data, and is shown as text, what cannot be seen in it written out.

mod codes;
mod data;
mod document;
mod steps;
mod texts;
mod walks;
mod words;

use iso_evm_hypervisor::Engine;
use iso_evm_verifier::Report;
use iso_evm_wire::Opened;

use crate::{
    artifacts::Artifacts,
    story::{Story, Within, story},
};
use data::Data;
pub use document::{escaped, hash_of};

/// The look of what people open in a browser, as a style sheet: tokens, elements, and the classes that its first lines
/// name.
pub const LOOK: &str = include_str!("look.css");

/// What a witness holds, as an HTML file. The report is of this witness, by this engine's rules.
///
/// All messages are told from within; it opens at the one with this index, else where it went wrong. Of steps and
/// records it holds as many as a browser takes easily, those of that message first, and says what it had to leave out.
pub fn html(
    engine: &Engine,
    witness: &Opened<'_>,
    report: &Report,
    artifacts: Option<&Artifacts>,
    message: Option<usize>,
) -> String {
    let story = story(engine, witness, report, artifacts, Within::All);
    of_story(engine, witness, report, artifacts, message, story)
}

/// The same of a story that is told already, of [all messages](Within::All) from within.
pub fn of_story(
    engine: &Engine,
    witness: &Opened<'_>,
    report: &Report,
    artifacts: Option<&Artifacts>,
    message: Option<usize>,
    mut story: Story,
) -> String {
    if let Some(index) = message.filter(|index| *index < witness.messages.len()) {
        story.at_hand = Some(index);
        story.messages.sort_by_key(|told| (told.index != index, told.index));
    }
    let beginning = document::Beginning::of(&story, report);
    let walks = walks::walks(engine.native(), witness, report, artifacts, &story);
    let data = Data::of(story, report, walks);
    document::document(&beginning, &data)
}
