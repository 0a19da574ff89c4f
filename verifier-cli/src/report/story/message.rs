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
        text::{counted, thousands},
    },
    Detail,
    way::way,
};

/// The code, the machine, the records, the roots, and the way through the trie.
pub(super) fn message(
    story: &Story,
    message: &MessageStory,
    detail: &Detail,
    width: usize,
) -> String {
    let call = story.calls.get(message.index);
    let name = call.and_then(|call| call.contract.as_deref());
    let name = name.map_or_else(String::new, |name| format!(", {name}"));
    let mut text = filled(&format!("message {}{name}", message.index), width, "", "  ");
    if let (Some(hash), Some(size)) = (message.code_hash, message.code_size) {
        text += &labelled("  code", &format!("{hash}, {}", counted(size, "byte")), width);
    } else if let Some(hash) = message.code_hash {
        text += &labelled("  code", &format!("{hash}, which the witness lacks"), width);
    }
    if let Some(at) = &message.at {
        text += &instant(at, message, detail, width);
    }
    text += &records(story, &message.records, detail, width);
    text += &roots(&message.roots, detail, width);
    if let Some(found) = &message.way {
        text += &way(found, width);
    }
    text
}

fn instant(at: &Instant, message: &MessageStory, detail: &Detail, width: usize) -> String {
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
            text += &filled(place, width, "           ", "           ");
        }
        let mark = if line.at { ">" } else { " " };
        let operand = line.operand.as_deref().unwrap_or_default();
        let first = format!("{mark} {:>7}  ", line.pc);
        text += &filled(&format!("{} {operand}", line.name), width, &first, "           ");
    }
    text.push('\n');
    text += &stack(at, detail, width);
    text += &memory(at, detail, width);
    text
}

fn stack(at: &Instant, detail: &Detail, width: usize) -> String {
    if at.height == 0 {
        return "  stack      empty\n".to_owned();
    }
    let mut text = format!("  stack      {}, the top first\n", counted(at.height, "word"));
    let shown = at.stack.len().min(detail.words);
    for (index, word) in at.stack[..shown].iter().enumerate() {
        text += &filled(word, width, &format!("    {index:>5}  "), "           ");
    }
    text + &more(at.height - shown)
}

fn memory(at: &Instant, detail: &Detail, width: usize) -> String {
    if at.memory_size == 0 {
        return "  memory     empty\n".to_owned();
    }
    let size = at.memory_size;
    let mut text = format!("  memory     {}\n", counted(size, "byte"));
    let rows = at.memory.iter().enumerate();
    let mut rows = rows.filter(|(_, row)| !row.bytes().all(|digit| digit == b'0'));
    for (index, row) in rows.by_ref().take(detail.rows) {
        text += &filled(row, width, &format!("    {:>5}  ", index * 32), "           ");
    }
    // Behind a row that is not shown, all is left out.
    let seen = rows.next().map_or(at.memory.len(), |(index, _)| index) * 32;
    if size > seen {
        text += &format!("           … {} more\n", counted(size - seen, "byte"));
    }
    text
}

fn records(story: &Story, records: &[RecordLine], detail: &Detail, width: usize) -> String {
    let mut text = format!("  records    {}\n", records.len());
    let about: Vec<_> = records
        .iter()
        .filter(|record| !record.findings.is_empty())
        .map(|record| record.index)
        .collect();
    let is_near = |index: usize| about.iter().any(|about| about.abs_diff(index) <= detail.near);
    let mut left_out = 0;
    for record in records {
        let first = about.is_empty() && record.index < detail.records;
        if !(first || is_near(record.index)) {
            left_out += 1;
            continue;
        }
        text += &more(left_out);
        left_out = 0;
        text += &line(story, record, width);
    }
    text + &more(left_out)
}

/// How many there are that are not shown.
fn more(left_out: usize) -> String {
    if left_out == 0 {
        return String::new();
    }
    format!("           … {} more\n", thousands(U256::from(left_out)))
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
    // What a slot or an account has is told though it is nothing.
    let is_state = ["value", "original", "current", "balance"].contains(&&*field.name);
    is_state || !nothing.contains(&&*field.value) && !in_title && !is_named
}

fn roots(events: &[RootEvent], detail: &Detail, width: usize) -> String {
    let mut text = "  roots\n".to_owned();
    let (mut same, mut shown, mut left_out) = (0, 0, 0);
    for event in events {
        if event.record.is_some() && !event.changed {
            same += 1;
            continue;
        }
        if event.record.is_some() {
            shown += 1;
            if shown > detail.roots {
                left_out += 1;
                continue;
            }
        }
        text += &more(std::mem::take(&mut left_out));
        let number = event.record.map_or_else(String::new, |record| record.to_string());
        text += &filled(&event.what, width, &format!("  {number:>7}  "), "           ");
        text += &format!("           {}\n", event.root);
    }
    if same > 0 {
        let said = format!("{} left the root as it was", counted(same, "record"));
        text += &filled(&said, width, "           ", "             ");
    }
    text
}
