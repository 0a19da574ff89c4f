//! `witness.bin` as what it is, a tree of RLP, so that every byte string in it has its turn,
//! whatever it means. `specs/09-container.md`.

use alloy_consensus::TxType;
use iso_evm_wire::transaction::DEPOSIT_TYPE;
use rlp::{Rlp, RlpStream};

use super::{
    names::{Forms, name},
    variants,
};

/// Bytes before the list: magic and version.
const PREFIX: usize = 5;
/// Lists in lists that are taken apart; honest files have fewer.
const MOST_DEPTH: usize = 8;

/// A part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Bytes(Vec<u8>),
    List(Vec<Item>),
    /// A byte string that is a transaction: type, if it has one, and list.
    Transaction(Option<u8>, Box<Item>),
}

/// Where an item stands: its index in each list on the way.
pub(super) type Path = Vec<usize>;

/// Index of the block.
const BLOCK: usize = 2;
/// Index of the transaction.
const TRANSACTION: usize = 5;
/// Index of the messages.
const MESSAGES: usize = 8;

/// A file taken apart.
#[derive(Clone, Debug)]
pub(super) struct File {
    prefix: Vec<u8>,
    body: Item,
}

impl File {
    /// Takes a file apart that is a `witness.bin`.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (prefix, body) = bytes.split_at_checked(PREFIX)?;
        let mut body = parse(&Rlp::new(body), 0)?;
        if let Item::List(items) = &mut body
            && let Some(Item::List(parts)) = items.get_mut(TRANSACTION)
            && let Some(Item::Bytes(bytes)) = parts.first()
            && let Some(transaction) = parse_transaction(bytes)
        {
            parts[0] = transaction;
        }
        Some(Self { prefix: prefix.to_vec(), body })
    }

    /// The bytes of the whole file.
    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.prefix[..], &encode(&self.body)].concat()
    }

    /// Where all items stand, messages aside, lists before what they hold.
    pub(super) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut open = vec![(Path::new(), &self.body)];
        while let Some((path, item)) = open.pop() {
            let below: &[Item] = match item {
                Item::Bytes(_) => &[],
                Item::List(items) => items,
                Item::Transaction(_, inner) => std::slice::from_ref(inner),
            };
            let is_message = path.len() == 2 && path[0] == MESSAGES;
            for (index, item) in below.iter().enumerate().rev() {
                open.push(([&path[..], &[index]].concat(), item));
            }
            if !is_message {
                paths.push(path);
            }
        }
        paths
    }

    /// The files that differ in one item, and what differs.
    pub(super) fn changes(&self, path: &[usize]) -> Vec<(String, Vec<u8>)> {
        let mut honest = self.clone();
        let Some(item) = honest.at(path).cloned() else { return Vec::new() };
        let name = name(path, self.forms());
        let mut changes = Vec::new();
        let mut add = |what: String, other: Item| {
            let mut changed = self.clone();
            if let Some(place) = changed.at(path) {
                *place = other;
                changes.push((what, changed.encode()));
            }
        };
        match item {
            Item::Bytes(bytes) => {
                for (what, other) in variants::of_bytes(&bytes) {
                    add(format!("{name}, {what}"), Item::Bytes(other));
                }
                add(format!("{name}, a list"), Item::List(Vec::new()));
            }
            Item::List(items) => {
                for index in 0..items.len() {
                    let mut dropped = items.clone();
                    dropped.remove(index);
                    add(format!("{name}.{index} dropped"), Item::List(dropped));
                    let mut doubled = items.clone();
                    doubled.insert(index, items[index].clone());
                    add(format!("{name}.{index} doubled"), Item::List(doubled));
                    if index + 1 < items.len() {
                        let mut swapped = items.clone();
                        swapped.swap(index, index + 1);
                        add(format!("{name}.{index} swapped with the next"), Item::List(swapped));
                    }
                }
                let appended = [&items[..], &[Item::Bytes(vec![0x11; 32])]].concat();
                add(format!("{name}, one more"), Item::List(appended));
            }
            Item::Transaction(kind, inner) => {
                let numbers = [0, 1, 2, 3, 4, 5, DEPOSIT_TYPE];
                for other in [None].into_iter().chain(numbers.map(Some)) {
                    if other != kind {
                        let what = other.map_or("none".to_owned(), |number| number.to_string());
                        let other = Item::Transaction(other, inner.clone());
                        add(format!("{name}, type {what}"), other);
                    }
                }
            }
        }
        changes
    }

    fn forms(&self) -> Forms {
        let Item::List(parts) = &self.body else { return Forms::default() };
        let first = |part: usize| match parts.get(part) {
            Some(Item::List(items)) => items.first(),
            _ => None,
        };
        let kind = match first(TRANSACTION) {
            Some(Item::Transaction(kind, _)) => Some(*kind),
            _ => None,
        };
        Forms {
            header: matches!(first(BLOCK), Some(Item::List(_))),
            transaction: match kind {
                // A legacy transaction has no byte that says its type.
                Some(None) => Some(TxType::Legacy),
                Some(Some(number)) => TxType::try_from(number).ok(),
                None => None,
            },
            deposit: kind == Some(Some(DEPOSIT_TYPE)),
        }
    }

    fn at(&mut self, path: &[usize]) -> Option<&mut Item> {
        path.iter().try_fold(&mut self.body, |item, index| match item {
            Item::Bytes(_) => None,
            Item::List(items) => items.get_mut(*index),
            Item::Transaction(_, inner) => (*index == 0).then_some(&mut **inner),
        })
    }
}

fn parse(rlp: &Rlp<'_>, depth: usize) -> Option<Item> {
    if rlp.is_list() && depth < MOST_DEPTH {
        let items = rlp.iter().map(|item| parse(&item, depth + 1)).collect::<Option<_>>()?;
        return Some(Item::List(items));
    }
    rlp.data().ok().map(|bytes| Item::Bytes(bytes.to_vec()))
}

/// A transaction as EIP-2718 has it.
fn parse_transaction(bytes: &[u8]) -> Option<Item> {
    let (kind, list) = match bytes.split_first()? {
        (kind, rest) if *kind < 0x80 => (Some(*kind), rest),
        _ => (None, bytes),
    };
    let list = Rlp::new(list);
    list.is_list()
        .then(|| parse(&list, 0))
        .flatten()
        .map(|list| Item::Transaction(kind, Box::new(list)))
}

fn encode(item: &Item) -> Vec<u8> {
    let mut stream = RlpStream::new();
    append(item, &mut stream);
    stream.out().to_vec()
}

/// No deeper than what was parsed.
fn append(item: &Item, stream: &mut RlpStream) {
    match item {
        Item::Bytes(bytes) => {
            stream.append(&bytes.as_slice());
        }
        Item::List(items) => {
            stream.begin_list(items.len());
            for item in items {
                append(item, stream);
            }
        }
        Item::Transaction(kind, list) => {
            let bytes: Vec<u8> = kind.iter().copied().chain(encode(list)).collect();
            stream.append(&bytes.as_slice());
        }
    }
}
