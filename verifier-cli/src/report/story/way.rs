//! A way through the trie, as text.

use iso_evm_explain::story::{Node, Way};

use super::super::layout::{filled, labelled};

/// Account, slot, node by node, what the root proves, and what was written before.
pub(super) fn way(way: &Way, width: usize) -> String {
    let mut text = "  the way through the state\n".to_owned();
    text += &labelled("  root", &format!("{}, where the transaction starts", way.root), width);
    text += &nodes(&way.account_nodes, width);
    text += &labelled("  account", &way.account.to_string(), width);
    if let Some(fields) = &way.account_fields {
        let said = format!("nonce {}, balance {} wei", fields.nonce, fields.balance);
        text += &labelled("", &said, width);
        if way.slot.is_none() {
            text += &labelled("", &format!("code {}", fields.code_hash), width);
        }
    }
    if let Some(slot) = way.slot {
        if let Some(fields) = &way.account_fields {
            text += &labelled("  storage", &fields.storage_root.to_string(), width);
        }
        text += &nodes(&way.slot_nodes, width);
        text += &labelled("  slot", &slot.to_string(), width);
    }
    text += &labelled("  ends", &way.ends, width);
    for write in &way.writes {
        let undone = if write.undone { ", which was undone" } else { "" };
        let said = format!(
            "message {} record {} wrote {}{undone}",
            write.message, write.record, write.value
        );
        text += &labelled("  then", &said, width);
    }
    text
}

fn nodes(nodes: &[Node], width: usize) -> String {
    let mut text = String::new();
    for (depth, node) in nodes.iter().enumerate() {
        let hash = node.hash.map_or_else(
            || "within the one above".to_owned(),
            |hash| {
                let hex = hash.to_string();
                format!("{}…{}", &hex[..10], &hex[58..])
            },
        );
        let takes = match (node.kind, node.takes.as_str()) {
            (_, "") => String::new(),
            ("branch", nibble) => format!(", takes {nibble}"),
            (_, nibbles) if nibbles.len() > 16 => {
                format!(", takes {}… ({} nibbles)", &nibbles[..12], nibbles.len())
            }
            (_, nibbles) => format!(", takes {nibbles}"),
        };
        let said = format!("{} {hash}{takes}", node.kind);
        text += &filled(&said, width, &format!("    {depth:>5}  "), "           ");
    }
    text
}
