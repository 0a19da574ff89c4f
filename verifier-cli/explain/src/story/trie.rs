//! The way through the trie to what a finding of the access audit is about: account, slot, node by node,
//! and what the transaction wrote there before.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieAccount,
    nodes::{RlpNode, TrieNode},
};
use iso_evm_verifier::cause::order::{Instant, instants};
use iso_evm_wire::{Opened, records::Record};
use serde::Serialize;

use crate::words::form::{thousands, value};

/// A way through the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The account.
    pub account: Address,
    /// The slot, if it is about one.
    pub slot: Option<B256>,
    /// The state root that the transaction starts from.
    pub root: B256,
    /// From the state root to the account.
    pub account_nodes: Vec<Node>,
    /// What the account's leaf holds; none if it is not there, or not known.
    pub account_fields: Option<AccountFields>,
    /// From the account's storage root to the slot.
    pub slot_nodes: Vec<Node>,
    /// What the way ends at, in a sentence.
    pub ends: String,
    /// What the transaction wrote to the slot before, in order.
    pub writes: Vec<Write>,
}

/// A node on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// The nibbles that lead to it, as hex digits.
    pub path: String,
    /// What it is: *branch*, *extension*, *leaf*, or *not given*.
    pub kind: &'static str,
    /// Where the way goes on: the nibbles that it takes.
    pub takes: String,
    /// Its hash; none if it stands within the node above.
    pub hash: Option<B256>,
}

/// What an account's leaf holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountFields {
    /// The nonce.
    pub nonce: String,
    /// The balance, in wei.
    pub balance: String,
    /// Root of the account's storage.
    pub storage_root: B256,
    /// Hash of the account's code.
    pub code_hash: B256,
}

/// A write to the slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// Index of the message.
    pub message: usize,
    /// Index of the record in it.
    pub record: usize,
    /// What it wrote.
    pub value: String,
    /// Whether its message, or one above it, had failed by then.
    pub undone: bool,
}

/// The way to what a record is about, as of just before it; none if it is about no account.
pub(super) fn way(witness: &Opened<'_>, message: usize, record: usize) -> Option<Way> {
    let opened = witness.message(message)?;
    let fields = opened.fields();
    let (account, slot) = match opened.records().get(record)?.as_ref().ok()? {
        Record::Sload(record) => (fields.context, Some(record.key)),
        Record::Sstore(record) => (fields.context, Some(record.key)),
        Record::Balance(record) => (record.account, None),
        Record::Extcodesize(record) => (record.account, None),
        Record::Extcodehash(record) => (record.account, None),
        Record::Extcodecopy(record) => (record.account, None),
        Record::Call(_, record) => (record.account, None),
        Record::Selfdestruct(record) => (record.beneficiary, None),
        Record::Create(_) | Record::Create2(_) => (fields.context, None),
        Record::Opening(_) if !fields.to.is_zero() => (fields.to, None),
        _ => return None,
    };
    let (account_nodes, leaf) = walk(&witness.nodes, witness.roots.enter, keccak256(account));
    let mut way = Way {
        account,
        slot,
        root: witness.roots.enter,
        account_nodes,
        account_fields: None,
        slot_nodes: Vec::new(),
        ends: String::new(),
        writes: Vec::new(),
    };
    let found = match &leaf {
        Walked::Value(bytes) => TrieAccount::decode(&mut &bytes[..]).ok(),
        Walked::Nothing | Walked::NotGiven => None,
    };
    way.account_fields = found.map(|found| AccountFields {
        nonce: thousands(U256::from(found.nonce)),
        balance: thousands(found.balance),
        storage_root: found.storage_root,
        code_hash: found.code_hash,
    });
    way.ends = match (&leaf, found, slot) {
        (Walked::NotGiven, ..) => "the witness lacks the next node".to_owned(),
        (Walked::Nothing, _, None) => "there is no such account at the start".to_owned(),
        (Walked::Nothing, _, Some(_)) => {
            "there is no such account at the start: all its slots hold 0".to_owned()
        }
        (Walked::Value(_), None, _) => "the leaf holds no account".to_owned(),
        (Walked::Value(_), Some(_), None) => "the leaf holds the account".to_owned(),
        (Walked::Value(_), Some(found), Some(key)) => {
            let (nodes, leaf) = walk(&witness.nodes, found.storage_root, keccak256(key));
            way.slot_nodes = nodes;
            match leaf {
                Walked::NotGiven => "the witness lacks the next node".to_owned(),
                Walked::Nothing => "the slot is not there: it holds 0 at the start".to_owned(),
                Walked::Value(bytes) => match U256::decode(&mut &bytes[..]) {
                    Ok(held) => format!("the slot holds {} at the start", value(held.into())),
                    Err(_) => "the leaf holds no value of a slot".to_owned(),
                },
            }
        }
    };
    if let Some(key) = slot {
        way.writes = writes(witness, (message, record), account, key);
    }
    Some(way)
}

/// What a way comes to.
enum Walked {
    Value(Vec<u8>),
    Nothing,
    NotGiven,
}

/// Walks from a root to a hashed key. No longer than a key has nibbles.
fn walk(nodes: &BTreeMap<B256, Bytes>, root: B256, key: B256) -> (Vec<Node>, Walked) {
    let key = Nibbles::unpack(key);
    let mut way = Vec::new();
    if root == EMPTY_ROOT_HASH {
        return (way, Walked::Nothing);
    }
    let mut next = RlpNode::word_rlp(&root);
    let mut taken = 0;
    loop {
        let hash = next.as_hash();
        let mut node = |kind, count: usize| {
            let digits = |from: usize, to: usize| -> String {
                let nibbles = key.slice(from..to.min(key.len())).to_vec();
                nibbles.iter().map(|nibble| format!("{nibble:x}")).collect()
            };
            let (path, takes) = (digits(0, taken), digits(taken, taken + count));
            way.push(Node { path, kind, takes, hash });
        };
        let rlp = match hash {
            Some(hash) => nodes.get(&hash).map(|bytes| &bytes[..]),
            None => Some(&next[..]),
        };
        let Some(decoded) = rlp.and_then(|rlp| TrieNode::decode(&mut &*rlp).ok()) else {
            node("not given", 0);
            return (way, Walked::NotGiven);
        };
        match decoded {
            TrieNode::EmptyRoot => return (way, Walked::Nothing),
            TrieNode::Branch(branch) => {
                let Some(nibble) = key.get(taken) else { return (way, Walked::NotGiven) };
                node("branch", 1);
                let branch = branch.as_ref();
                let child = branch.children().find(|(at, _)| *at == nibble);
                match child.and_then(|(_, child)| child).cloned() {
                    Some(child) => next = child,
                    None => return (way, Walked::Nothing),
                }
                taken += 1;
            }
            TrieNode::Extension(extension) => {
                node("extension", extension.key.len());
                let rest = key.slice(taken..);
                if extension.key.is_empty() || !rest.starts_with(&extension.key) {
                    return (way, Walked::Nothing);
                }
                taken += extension.key.len();
                next = extension.child;
            }
            TrieNode::Leaf(leaf) => {
                node("leaf", leaf.key.len());
                let is_key = key.slice(taken..) == leaf.key;
                return (way, if is_key { Walked::Value(leaf.value) } else { Walked::Nothing });
            }
        }
    }
}

/// The writes to a slot before a record, in order.
fn writes(witness: &Opened<'_>, before: (usize, usize), account: Address, key: B256) -> Vec<Write> {
    let mut writes = Vec::new();
    // How many writes there were as each open message began.
    let mut open = Vec::new();
    for instant in instants(witness) {
        match instant {
            Instant::Entered(_) => open.push(writes.len()),
            Instant::Record(message, record) if (message, record) == before => break,
            Instant::Record(message, record) => {
                let Some(opened) = witness.message(message) else { continue };
                let context = opened.fields().context;
                if let Some(Ok(Record::Sstore(sstore))) = opened.records().get(record)
                    && (context, sstore.key) == (account, key)
                    && !sstore.stateRoot.is_zero()
                {
                    let value = value(sstore.value);
                    writes.push(Write { message, record, value, undone: false });
                }
            }
            Instant::Left(message) => {
                let from = open.pop().unwrap_or_default();
                let status = witness.message(message).map(|opened| opened.fields().status);
                if status != Some(U256::from(1)) {
                    writes[from..].iter_mut().for_each(|write| write.undone = true);
                }
            }
        }
    }
    writes
}
