//! The [transactions that a block lists](TransactionList), each by its hash or whole, and each read for itself:
//! fields that nobody knows, a hash or a sender that is not that of the fields, a list that is not that of its
//! root. Of those that only nodes of other chains have, and of those that nobody signed, nothing is said.
//!
//! In the data's way this stands behind the block's fields, beside what holds the one that is recorded against
//! the list.

use std::collections::{BTreeMap, BTreeSet};

use alloy_consensus::EMPTY_ROOT_HASH;
use alloy_primitives::B256;
use alloy_rlp::Header;
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_wire::{
    block::BlockFields,
    transaction::{Absent, DEPOSIT_TYPE, TransactionDefaults, TransactionError},
};
use serde_json::{Map, Value};

use super::{
    InputError,
    given_transaction::{NamedFields, named_fields},
    listed::hash_of,
    note::Note,
    said::{Place, own},
    sidecar::Sent,
};

/// Where the list stands.
const PART: &str = "block.transactions";

/// The transactions that a block lists.
#[derive(Clone, Debug)]
pub(super) struct TransactionList {
    elements: Vec<Element>,
    notes: Vec<Note>,
}

/// What stands in the list.
#[derive(Clone, Debug)]
struct Element {
    /// The hash that is given, or else that of the fields.
    hash: Option<B256>,
    /// The transaction's bytes, where they follow from its fields.
    encoded: Option<Encoded>,
}

/// A transaction's bytes.
#[derive(Clone, Debug)]
struct Encoded {
    /// As the block has them.
    mined: Vec<u8>,
    /// As they were sent.
    sent: Sent,
}

impl TransactionList {
    /// Reads what is listed. `own` is the hash of the transaction that is recorded, which is held against the list
    /// elsewhere; `place` is where the first stands.
    pub(super) fn read(listed: &[Value], own: Option<B256>, place: Option<Place>) -> Self {
        let mut reader = Reader { own, ..Reader::default() };
        let elements = listed.iter().enumerate().map(|(index, listed)| {
            let path = format!("{PART}[{index}]");
            let place = place.map(|place| Place { index, ..place });
            reader.element(&path, listed, place)
        });
        let elements = elements.collect();
        Self { elements, notes: reader.into_notes() }
    }

    /// The hashes, as far as they are known.
    pub(super) fn hashes(&self) -> Vec<Option<B256>> {
        self.elements.iter().map(|element| element.hash).collect()
    }

    /// Notes of what is not used in the list; what contradicts is not among them.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| !note.is_contradiction())
    }

    /// Notes of what is listed, and of a list that is not that of the root among the block's fields.
    pub(super) fn notes(&self, fields: &BlockFields) -> Vec<Note> {
        let mut notes = self.notes.clone();
        let twice = self.twice();
        let other = fields.transactions_root.filter(|_| twice.is_none()).and_then(|expected| {
            let against = format!("block.transactionsRoot, {expected}");
            Some(Note::contradiction(PART, self.unless_of(expected)?, against))
        });
        notes.extend(twice.or(other));
        notes
    }

    /// How many bytes the list can have in its block, as the block has it first; none if that is not known.
    pub(super) fn lengths(&self) -> Option<Vec<usize>> {
        let length = |bytes: &&[u8]| {
            let is_list = bytes.first().is_some_and(|first| *first >= 0xc0);
            let text = Header { list: false, payload_length: bytes.len() };
            if is_list { bytes.len() } else { text.length_with_payload() }
        };
        let length = |form: Vec<&[u8]>| {
            let payload_length = form.iter().map(length).sum();
            Header { list: true, payload_length }.length_with_payload()
        };
        Some(self.forms()?.into_iter().map(length).collect())
    }

    /// A note of the first hash that stands there a second time.
    fn twice(&self) -> Option<Note> {
        let mut seen = BTreeMap::new();
        for (index, element) in self.elements.iter().enumerate() {
            let Some(hash) = element.hash else { continue };
            if let Some(first) = seen.insert(hash, index) {
                let against = format!("{PART}[{first}], which is the same");
                let path = format!("{PART}[{index}]");
                return Some(Note::contradiction(path, hash.to_string(), against));
            }
        }
        None
    }

    /// What the list is, in words, unless it has this root or nothing is known of its own.
    fn unless_of(&self, expected: B256) -> Option<String> {
        match self.elements.len() {
            0 => return (expected != EMPTY_ROOT_HASH).then(|| "an empty list".to_owned()),
            count if expected == EMPTY_ROOT_HASH => return Some(format!("a list of {count}")),
            _ => {}
        }
        let mut roots = self.forms()?.into_iter().map(|form| ordered_trie_root_encoded(&form));
        let root = roots.next()?;
        let is_of = root == expected || roots.any(|root| root == expected);
        (!is_of).then(|| format!("a list whose root is {root}"))
    }

    /// The bytes that can be those of the list: the block's, and with the sidecars of blobs, over which anvil makes
    /// root and size. None if some are not known.
    fn forms(&self) -> Option<Vec<Vec<&[u8]>>> {
        let encoded = self.elements.iter().map(|element| element.encoded.as_ref());
        let encoded: Vec<&Encoded> = encoded.collect::<Option<_>>()?;
        if encoded.iter().any(|it| it.sent == Sent::Unread) {
            return None;
        }
        let mined = encoded.iter().map(|it| it.mined.as_slice()).collect();
        let sent = encoded.iter().map(|it| match &it.sent {
            Sent::WithSidecar(bytes) => bytes.as_slice(),
            Sent::Alone | Sent::Unread => it.mined.as_slice(),
        });
        Some(vec![mined, sent.collect()])
    }
}

/// What reads a list, one element after the other.
#[derive(Debug, Default)]
struct Reader {
    own: Option<B256>,
    notes: Vec<Note>,
    /// Fields of which there is a note already: one that is wrong in all elements is one mistake.
    told: BTreeSet<String>,
    /// Fields that are not known, each with where it stands and the names of those that are.
    others: Vec<(String, String, &'static [&'static str])>,
}

impl Reader {
    fn element(&mut self, path: &str, listed: &Value, place: Option<Place>) -> Element {
        let hash = hash_of(listed);
        let encoded = match listed {
            Value::Object(fields) => self.transaction(path, fields, hash, place),
            Value::String(_) if hash.is_some() => None,
            _ => {
                self.tell("", Note::unused(path, "it is neither a transaction nor a hash"));
                None
            }
        };
        match encoded {
            Some((own, encoded)) => Element { hash: hash.or(own), encoded: Some(encoded) },
            None => Element { hash, encoded: None },
        }
    }

    /// Hash and bytes of a transaction that is listed whole, where they follow from its fields.
    fn transaction(
        &mut self,
        path: &str,
        fields: &Map<String, Value>,
        hash: Option<B256>,
        place: Option<Place>,
    ) -> Option<(Option<B256>, Encoded)> {
        /// Nothing that is signed may be left to them.
        const NOTHING: TransactionDefaults =
            TransactionDefaults { chain_id: 0, gas: 0, gas_price: 0 };
        let is_own = hash.is_some() && hash == self.own;
        let NamedFields { fields: mut given, said, others, known } =
            match named_fields(path, fields.clone()) {
                Ok(read) => read,
                // It is another chain's.
                Err(InputError::Transaction(
                    TransactionError::Type { .. } | TransactionError::TypeTooBig(_),
                )) => return None,
                Err(error) => {
                    self.tell("", no_transaction(path, &error.to_string()));
                    return None;
                }
            };
        let is_deposit = given.type_number() == Ok(DEPOSIT_TYPE);
        if is_deposit && given.source_hash.is_none() {
            // Other chains have the number of the OP Stack's deposits for messages of theirs.
            return None;
        }
        self.others.extend(others.into_iter().map(|other| (path.to_owned(), other, known)));
        for note in said.unread(path) {
            let field = note.path.strip_prefix(path).unwrap_or_default().to_owned();
            self.tell(&field, note);
        }
        // Development nodes make up a signature of twice the same number for who has no key, others one of zeros.
        let nobodys = given.r.unwrap_or_default() == given.s.unwrap_or_default();
        if nobodys && !is_deposit {
            return None;
        }
        let from = given.from.take_if(|_| !is_deposit);
        let transaction = match given.into_transaction(NOTHING) {
            Ok(transaction) => transaction,
            // That is told field by field.
            Err(_) if is_own => return None,
            Err(TransactionError::Hash { expected, found, absent })
                if absent == Absent::default() =>
            {
                let against = format!("the hash of its fields, {expected}");
                let path = format!("{path}.hash");
                self.tell("hash", Note::contradiction(path, found.to_string(), against));
                return None;
            }
            Err(error) => {
                self.tell("", no_transaction(path, &error.to_string()));
                return None;
            }
        };
        if !is_own {
            if let Some(found) = from.filter(|from| *from != transaction.from()) {
                let against = format!("the signer of its fields, {}", transaction.from());
                let path = format!("{path}.from");
                self.tell("from", Note::contradiction(path, found.to_string(), against));
            }
            let differences = place.map(|place| said.of_a_listed(&transaction, place));
            for difference in differences.into_iter().flatten() {
                let field = difference.field.clone();
                self.tell(&field, own(path, difference));
            }
        }
        let mined = transaction.encode();
        let sent = Sent::of(fields, &mined);
        Some((transaction.hash(), Encoded { mined, sent }))
    }

    /// Keeps a note of a field, if it is the first.
    fn tell(&mut self, field: &str, note: Note) {
        if self.told.insert(field.to_owned()) {
            self.notes.push(note);
        }
    }

    fn into_notes(self) -> Vec<Note> {
        let Self { mut notes, others, .. } = self;
        let others =
            others.iter().map(|(path, other, known)| (path.clone(), other.as_str(), *known));
        let mut unknown = Note::unknown(PART, others);
        unknown.append(&mut notes);
        unknown
    }
}

/// A note of what is not used because it cannot be read as a transaction.
fn no_transaction(path: &str, error: &str) -> Note {
    Note::unused(path, format!("it is no transaction: {error}"))
}
