//! A story as text: the cause in the first line, the findings, the call tree, and one message from within.
//! `specs/22-explanations.md`.

mod calls;
mod detail;
mod message;
mod way;

pub(crate) use detail::Detail;

use iso_evm_explain::Story;

use super::{
    findings::most,
    layout::{filled, labelled},
};

/// A story in lines of this width, with as much of it as is wanted.
pub(crate) fn story(story: &Story, detail: &Detail, width: usize) -> String {
    let mut text = shown(story, detail, width);
    if let Some(all) = detail.all()
        && text != shown(story, &Detail::FULL, width)
    {
        text.push('\n');
        let next = format!("{all} shows all findings, calls, records and roots");
        text += &filled(&next, width, "", "  ");
    }
    text
}

fn shown(story: &Story, detail: &Detail, width: usize) -> String {
    let mut text = filled(&story.headline, width, "", "  ");
    text.push('\n');
    let all = detail.all().unwrap_or("--json");
    text += &most(&story.findings, detail.findings, all, width);
    for line in &story.open {
        text += &filled(line, width, "", "  ");
    }
    if !story.open.is_empty() {
        text.push('\n');
    }
    text += &transaction(story, width);
    text.push('\n');
    text += &calls::tree(story, detail, width);
    for message in &story.messages {
        text.push('\n');
        text += &message::message(story, message, detail, width);
    }
    text
}

fn transaction(story: &Story, width: usize) -> String {
    let about = &story.transaction;
    let hash = about.hash.map_or_else(|| "unsigned".to_owned(), |hash| hash.to_string());
    let to = about.to.map_or_else(|| "creates a contract".to_owned(), |to| format!("to {to}"));
    let ended = if about.success { "success" } else { "failed" };
    let mut text = labelled("transaction", &hash, width);
    text += &labelled("", &format!("from {}", about.from), width);
    text += &labelled("", &format!("{to}, {} wei", about.value), width);
    text += &labelled("", &format!("{ended}, {} gas", about.gas_used), width);
    let chain = format!("chain {}, block {}, fork {}", about.chain_id, about.block, about.fork);
    text += &labelled("where", &chain, width);
    text += &labelled("state root", &about.root_enter.to_string(), width);
    text += &labelled("  after", &about.root_leave.to_string(), width);
    text
}
