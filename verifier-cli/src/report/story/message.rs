//! A message of a story from within, as text.

use alloy_primitives::U256;
use iso_evm_explain::{
    Story,
    story::{Instant, MessageStory, RecordLine, RootEvent},
    words::record::Field,
};

use super::{
    super::{
        layout::{filled, labelled},
        text::thousands,
    },
    way::way,
};

/// Records on either side of one that a finding is about.
const NEAR: usize = 6;
/// Records of a message that are listed whole.
const MOST: usize = 24;

/// The code, the machine, the records, the roots, and the way through the trie.
pub(super) fn message(story: &Story, message: &MessageStory, width: usize) -> String {
    let call = story.calls.get(message.index);
    let name = call.and_then(|call| call.contract.as_deref());
    let name = name.map_or_else(String::new, |name| format!(", {name}"));
    let mut text = format!("message {}{name}\n", message.index);
    if let (Some(hash), Some(size)) = (message.code_hash, message.code_size) {
        text +=
            &labelled("  code", &format!("{hash}, {} bytes", thousands(U256::from(size))), width);
    } else if let Some(hash) = message.code_hash {
        text += &labelled("  code", &format!("{hash}, which the witness lacks"), width);
    }
    if let Some(at) = &message.at {
        text += &instant(at, message, width);
    }
    text += &records(story, &message.records, width);
    text += &roots(&message.roots, width);
    if let Some(found) = &message.way {
        text += &way(found, width);
    }
    text
}

fn instant(at: &Instant, message: &MessageStory, width: usize) -> String {
    let (step, total) = at.step;
    let shown = format!(
        "pc {}, {}: opcode {} of {total}, which costs {} gas, with {} left",
        at.pc,
        at.why,
        step + 1,
        at.cost,
        at.gas
    );
    let mut text = labelled("  shown", &shown, width);
    if let Some(halt) = &at.halt {
        text += &labelled("  halts", halt, width);
    }
    if let Some(place) = &at.place {
        text += &labelled("  source", place, width);
    }
    for caller in at.functions.iter().rev().skip(1) {
        text += &labelled("  called by", caller, width);
    }
    if let Some(line) = &at.line {
        text += &labelled("", line.trim(), width);
    }
    text.push('\n');
    for line in &message.code {
        if let Some(place) = &line.place {
            text += &format!("           {place}\n");
        }
        let mark = if line.at { ">" } else { " " };
        let operand = line.operand.as_deref().unwrap_or_default();
        text += format!("{mark} {:>7}  {} {operand}", line.pc, line.name).trim_end();
        text.push('\n');
    }
    text.push('\n');
    text += &stack(at);
    text += &memory(at);
    text
}

fn stack(at: &Instant) -> String {
    if at.height == 0 {
        return "  stack      empty\n".to_owned();
    }
    let mut text = format!("  stack      {} word{}, the top first\n", at.height, plural(at.height));
    for (index, word) in at.stack.iter().enumerate() {
        text += &format!("    {index:>5}  {word}\n");
    }
    if at.height > at.stack.len() {
        text += &format!("           … {} more\n", at.height - at.stack.len());
    }
    text
}

fn memory(at: &Instant) -> String {
    if at.memory_size == 0 {
        return "  memory     empty\n".to_owned();
    }
    let size = at.memory_size;
    let mut text = format!("  memory     {size} bytes\n");
    for (index, row) in
        at.memory.iter().enumerate().filter(|(_, row)| !row.bytes().all(|it| it == b'0'))
    {
        text += &format!("    {:>5}  {row}\n", index * 32);
    }
    if size > at.memory.len() * 32 {
        text += &format!("           … {} bytes more\n", size - at.memory.len() * 32);
    }
    text
}

fn records(story: &Story, records: &[RecordLine], width: usize) -> String {
    let mut text = format!("  records    {}\n", records.len());
    let about: Vec<_> = records
        .iter()
        .filter(|record| !record.findings.is_empty())
        .map(|record| record.index)
        .collect();
    let is_near = |index: usize| about.iter().any(|about| about.abs_diff(index) <= NEAR);
    let all = records.len() <= MOST;
    let mut left_out = 0;
    for record in records {
        let first = about.is_empty() && record.index < MOST;
        if !(all || first || is_near(record.index)) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            text += &format!("           … {left_out} more\n");
            left_out = 0;
        }
        text += &line(story, record, width);
    }
    if left_out > 0 {
        text += &format!("           … {left_out} more\n");
    }
    text
}

fn line(story: &Story, record: &RecordLine, width: usize) -> String {
    let is_false = !record.findings.is_empty();
    let mark = if is_false { ">" } else { " " };
    let mut what = record.title.clone();
    if let Some(pc) = record.pc {
        what += &format!(" (pc {pc})");
    }
    if let Some(place) = &record.place {
        what += &format!(", {place}");
    }
    let mut text = filled(&what, width, &format!("{mark} {:>7}  ", record.index), "           ");
    // Of a record that is true only what says something.
    let fields = record.fields.iter().filter(|field| is_false || says_something(record, field));
    let fields: Vec<_> = fields.map(|field| format!("{} {}", field.name, field.value)).collect();
    if !fields.is_empty() {
        text += &filled(&fields.join(", "), width, "           ", "           ");
    }
    for told in story.findings.iter().filter(|told| record.findings.contains(&told.finding)) {
        text += &filled(
            &format!("^ {}: {}", told.audit, told.title),
            width,
            "           ",
            "             ",
        );
    }
    text
}

/// Whether a field is other than nothing, and does not stand in the record's title.
fn says_something(record: &RecordLine, field: &Field) -> bool {
    let nothing = ["0", "no", "empty", "0x0000000000000000000000000000000000000000"];
    let in_title = ["account", "key", "value", "kind", "beneficiary"].contains(&&*field.name)
        && record.title.contains(&field.value);
    let is_named = field.name == "key" && record.name.is_some();
    !nothing.contains(&&*field.value) && !in_title && !is_named
}

fn roots(events: &[RootEvent], width: usize) -> String {
    let mut text = "  roots\n".to_owned();
    let mut same = 0;
    for event in events {
        if event.record.is_some() && !event.changed {
            same += 1;
            continue;
        }
        let number = event.record.map_or_else(String::new, |record| record.to_string());
        text += &filled(&event.what, width, &format!("  {number:>7}  "), "           ");
        text += &format!("           {}\n", event.root);
    }
    if same > 0 {
        text += &format!("           {same} record{} left the root as it was\n", plural(same));
    }
    text
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
