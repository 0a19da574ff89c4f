//! What is false, in words: causes first, what follows from them behind.

use iso_evm_explain::{Role, Told};

use super::{
    layout::{filled, labelled},
    text::counted,
};

/// The most findings that are told whole; a witness of many false messages has more.
pub(super) const MOST: usize = 20;

/// A paragraph for each finding.
pub(super) fn findings(told: &[Told], width: usize) -> String {
    most(told, MOST, "--json", width)
}

/// A paragraph for each of the first findings; what has all of them.
pub(super) fn most(told: &[Told], most: usize, all: &str, width: usize) -> String {
    let shown = told.iter().take(most);
    let mut text: String = shown.map(|one| finding(one, told, width) + "\n").collect();
    if told.len() > most {
        let more = counted(told.len() - most, "more finding");
        text += &filled(&format!("… and {more}: {all} has all of them"), width, "", "  ");
        text.push('\n');
    }
    text
}

fn finding(one: &Told, all: &[Told], width: usize) -> String {
    let title = format!("{} ({}): {}", one.audit, one.kind, one.title);
    let mut text = filled(&title, width, "", "  ");
    text += &labelled("  where", &one.place, width);
    if let (Some(says), Some(truth)) = (&one.says, &one.truth) {
        // What is computed may rest on something else that is false: only with a cause put right less is found.
        let label = if one.is_cause() { "  true" } else { "  computed" };
        text += &labelled("  says", says, width);
        text += &labelled(label, &format!("{truth}: {}", one.by), width);
    }
    let role = match &one.role {
        Role::Cause { explains } if explains.is_empty() => return text,
        Role::Cause { explains } => {
            let names: Vec<_> = explains.iter().filter_map(|index| name(all, *index)).collect();
            let holds = if names.len() == 1 { "holds" } else { "hold" };
            format!("the cause: with it put right, {} {holds} too", names.join(", "))
        }
        Role::Follows { from } => match name(all, *from) {
            Some(name) => format!("follows from {name}: with that put right, this holds"),
            None => return text,
        },
        Role::Behind { of } => match name(all, *of) {
            Some(name) => format!("computed behind {name}, so that it may be another"),
            None => return text,
        },
        Role::Alone => return text,
    };
    text += &labelled("  why", &role, width);
    text
}

/// What a finding is called by another.
fn name(all: &[Told], finding: usize) -> Option<String> {
    let told = all.iter().find(|told| told.finding == finding)?;
    Some(match told.message {
        Some(message) => format!("{} of message {message} ({})", told.audit, told.kind),
        None => format!("{} ({})", told.audit, told.kind),
    })
}
