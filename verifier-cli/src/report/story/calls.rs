//! The call tree of a story, as text.

use iso_evm_explain::{Story, story::Call};

use super::{
    super::{layout::filled, text::short},
    Detail,
};

/// The deepest indentation.
const MAX_INDENT: usize = 10;

/// The call tree: who called whom for what, and how it ended. The message at hand has a mark.
pub(super) fn tree(story: &Story, detail: &Detail, width: usize) -> String {
    let mut text = "calls\n".to_owned();
    let mut left_out = 0;
    let (most, above) = (detail.calls, above(story));
    for call in &story.calls {
        let is_first = call.index < most;
        let wanted = is_first || above.contains(&call.index) || !call.findings.is_empty();
        if !wanted {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            text += &format!("    … {left_out} more\n");
            left_out = 0;
        }
        text += &line(story, call, width);
    }
    if left_out > 0 {
        text += &format!("    … {left_out} more\n");
    }
    if story.calls.is_empty() {
        text += "  none: no code ran\n";
    }
    text
}

/// The message at hand, and those above it.
fn above(story: &Story) -> Vec<usize> {
    let mut above = Vec::new();
    let mut at = story.at_hand;
    while let Some(index) = at.filter(|index| !above.contains(index)) {
        above.push(index);
        at = story.calls.get(index).and_then(|call| call.parent);
    }
    above
}

fn line(story: &Story, call: &Call, width: usize) -> String {
    let mark = if story.at_hand == Some(call.index) { ">" } else { " " };
    let indent = "  ".repeat(call.depth.min(MAX_INDENT));
    let mut what = format!("{} {}", call.index, call.kind);
    if !call.readable {
        let said = format!("{what}: its bytes are no message");
        return filled(&said, width, &format!("{mark} {indent}"), &format!("    {indent}"));
    }
    if let Some(name) = &call.contract {
        what += &format!(" {name}");
    }
    what += &format!(" {}", short(call.to));
    if let Some(context) = call.context {
        what += &format!(" as {}", short(context));
    }
    if let Some(function) = &call.function {
        what += &format!(" {function}");
    }
    if let Some(value) = &call.value {
        what += &format!(", {value} wei");
    }
    what += &format!(": {}, {} of {} gas", call.status, call.gas_used, call.gas);
    let is_success = call.status == "success";
    // What nobody can read is shown only where it may say why.
    if let Some(returned) = call.returned.as_ref().filter(|it| !is_success || !it.starts_with("0x"))
    {
        what += &format!(", {returned}");
    }
    if !call.findings.is_empty() {
        what += &format!(" [{}]", call.verdict);
    }
    let (first, rest) = (format!("{mark} {indent}"), format!("    {indent}"));
    filled(&what, width, &first, &rest)
}
