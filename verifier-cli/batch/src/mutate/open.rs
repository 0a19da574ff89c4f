//! A witness with its messages and records taken apart, for changes that go through several of them.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::{
    CallData, MessageWitness, Opened, OpenedMessage, StoredMessage, Witness, encoding,
    records::{Outcome, Record},
};

/// The fields that the records of calls and creations share.
macro_rules! callee {
    ($record:expr, $callee:ident => $use:expr) => {
        match $record {
            Record::Call(_, $callee) => Some($use),
            Record::Create($callee) => Some($use),
            Record::Create2($callee) => Some($use),
            _ => None,
        }
    };
}
pub(super) use callee;

/// A message and its records.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// All but its list of records and its calldata, which are empty.
    pub(super) fields: MessageWitness,
    pub(super) call_data: CallData,
    pub(super) records: Vec<Record>,
}

impl Message {
    pub(super) fn decode(bytes: Vec<u8>) -> Option<Self> {
        Self::of(OpenedMessage::decode(&bytes.into()).ok()?)
    }

    /// A message that is taken apart; `None` if a record of it is none.
    fn of(opened: OpenedMessage) -> Option<Self> {
        let (fields, call_data, records) = opened.into_parts()?;
        Some(Self { fields, call_data, records })
    }

    pub(super) fn wire(&self) -> MessageWitness {
        MessageWitness { callData: self.call_data.bytes(), ..self.without_call_data() }
    }

    fn without_call_data(&self) -> MessageWitness {
        let list = self.records.iter().map(Record::encode).collect();
        MessageWitness { stateAccessList: list, ..self.fields.clone() }
    }

    fn stored(&self) -> StoredMessage {
        StoredMessage::with(&self.without_call_data(), &self.call_data)
    }
}

/// Message and record.
pub(super) type At = (usize, usize);

/// A witness to be changed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) witness: Witness,
    pub(super) messages: Vec<Message>,
    /// The record that opens each message; none for the top.
    pub(super) openers: Vec<Option<At>>,
}

impl Draft {
    /// Takes a witness apart; `None` if a message or record cannot be read.
    pub(super) fn new(witness: &Opened<'_>) -> Option<Self> {
        let messages = witness.opened().iter().map(|message| match message {
            Ok(message) => Message::of(OpenedMessage::clone(message)),
            Err(_) => None,
        });
        let messages: Vec<_> = messages.collect::<Option<_>>()?;
        let mut openers = vec![None; messages.len()];
        let mut seen = vec![0; messages.len()];
        for (index, place) in witness.tree().iter().enumerate() {
            let Some(parent) = place.parent else { continue };
            let opening = messages[parent].records.iter().enumerate();
            let mut opening = opening.filter(|(_, record)| opens(record));
            openers[index] = opening.nth(seen[parent]).map(|(record, _)| (parent, record));
            seen[parent] += 1;
        }
        Some(Self { witness: Witness::clone(witness), messages, openers })
    }

    /// The witness, put together again.
    pub(super) fn close(mut self) -> Witness {
        self.witness.messages = self.messages.iter().map(Message::stored).collect();
        self.witness
    }

    /// All records that fit.
    pub(super) fn find(&self, fits: impl Fn(&Record) -> bool) -> Vec<At> {
        let mut found = Vec::new();
        for (message, Message { records, .. }) in self.messages.iter().enumerate() {
            let those = records.iter().enumerate().filter(|(_, record)| fits(record));
            found.extend(those.map(|(record, _)| (message, record)));
        }
        found
    }

    /// Messages that a record opens.
    pub(super) fn children(&self) -> Vec<usize> {
        (0..self.messages.len()).filter(|index| self.openers[*index].is_some()).collect()
    }

    /// The message that a record opens.
    pub(super) fn child(&self, at: At) -> Option<usize> {
        self.openers.iter().position(|opener| *opener == Some(at))
    }

    /// The end of a message's subtree in the pre-order.
    pub(super) fn end(&self, index: usize) -> usize {
        let below = self.openers.iter().skip(index + 1);
        index + 1 + below.take_while(|opener| opener.is_some_and(|(m, _)| m >= index)).count()
    }

    /// A message's gas used is another by this much, and so is that of all above it.
    pub(super) fn add_gas(&mut self, message: usize, more: i64) {
        let mut at = Some(message);
        while let Some(message) = at {
            let fields = &mut self.messages[message].fields;
            fields.gasUsed = moved(fields.gasUsed, more);
            at = self.openers[message].map(|(parent, record)| {
                callee!(&mut self.messages[parent].records[record], callee => {
                    callee.gasUsed = callee.gasUsed.wrapping_add_signed(more);
                });
                parent
            });
        }
        self.witness.receipt.gas_used = self.witness.receipt.gas_used.wrapping_add_signed(more);
    }

    /// The root before a record.
    pub(super) fn root_before(&self, (message, record): At) -> B256 {
        let Message { fields, records, .. } = &self.messages[message];
        let root = |record: &Record| match record {
            Record::Sstore(record) => Some(record.stateRoot),
            Record::Selfdestruct(record) => Some(record.stateRoot),
            record => callee!(record, callee => callee.stateRoot),
        };
        let roots = records[..record].iter().rev().filter_map(root);
        roots.into_iter().find(|root| !root.is_zero()).unwrap_or(fields.stateRootEnter)
    }

    /// Puts a word in the place of another, everywhere: in all messages, in the roots, and in all
    /// nodes, those above them included, up to the root.
    pub(super) fn substitute(&mut self, old: B256, new: B256) {
        let mut due = vec![(old, new)];
        // Every pair comes of another node, and of each no more than once.
        let mut nodes_left = self.witness.nodes.len();
        while let Some((old, new)) = due.pop() {
            for message in &mut self.messages {
                let mut bytes = encoding::encode(&message.wire());
                let mut found = false;
                for word in bytes.chunks_exact_mut(32).filter(|word| **word == old[..]) {
                    word.copy_from_slice(&new[..]);
                    found = true;
                }
                // What is not changed goes on to share its calldata.
                if let Some(changed) = found.then(|| Message::decode(bytes)).flatten() {
                    *message = changed;
                }
            }
            let roots = &mut self.witness.roots;
            for root in [&mut roots.enter, &mut roots.leave] {
                if *root == old {
                    *root = new;
                }
            }
            let nodes = std::mem::take(&mut self.witness.nodes);
            for (hash, node) in nodes {
                match replaced(&node, &old, &new).filter(|_| nodes_left > 0) {
                    Some(node) => {
                        nodes_left -= 1;
                        due.push((hash, self.add_node(node)));
                    }
                    None => _ = self.witness.nodes.insert(hash, node),
                }
            }
        }
    }

    /// Adds a node under its hash.
    pub(super) fn add_node(&mut self, node: Bytes) -> B256 {
        add(&mut self.witness.nodes, node)
    }
}

/// Puts bytes under their hash.
pub(super) fn add(map: &mut BTreeMap<B256, Bytes>, bytes: Bytes) -> B256 {
    let hash = keccak256(&bytes);
    map.insert(hash, bytes);
    hash
}

/// Whether a record opens a message.
pub(super) fn opens(record: &Record) -> bool {
    callee!(record, callee => callee.outcome) == Some(Outcome::Child as u8)
}

/// A number and another, whose sum wraps.
pub(super) fn moved(number: U256, more: i64) -> U256 {
    let amount = U256::from(more.unsigned_abs());
    if more < 0 { number.wrapping_sub(amount) } else { number.wrapping_add(amount) }
}

/// The bytes with a word in place of another; `None` if it is not in them.
fn replaced(bytes: &[u8], old: &B256, new: &B256) -> Option<Bytes> {
    let at = bytes.windows(32).position(|window| window == &old[..])?;
    let mut changed = bytes.to_vec();
    changed[at..at + 32].copy_from_slice(&new[..]);
    Some(changed.into())
}
