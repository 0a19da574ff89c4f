//! What a block [lists](Listed) beside its header: transactions, by their hashes or whole, uncles and
//! withdrawals. A run uses nothing of it, so only here is it seen that it is not the block's.
//!
//! In the data's way this stands behind block and transaction, once each of them is read.

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header,
    proofs::{calculate_ommers_root, calculate_withdrawals_root},
};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B256, U256};
use alloy_rlp::Encodable;
use iso_evm_wire::{
    Rules,
    block::BlockFields,
    json,
    optimism::Change,
    quantity as number,
    transaction::{Transaction, TransactionFields},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    InputError,
    another::{self, Difference},
    given_transaction::{NamedFields, named_fields},
    note::Note,
    receipt_itself::as_number,
    said::{Place, own},
    transaction_list::TransactionList,
};

/// Why what is listed is not used.
const UNREAD: &str = "it is not what stands in such a field";

/// What a block lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    transactions: Option<Vec<Value>>,
    /// Fields that are there and are not what they should be.
    unread: Vec<&'static str>,
    /// How many bytes the block says that it has.
    size: Option<U256>,
    /// The uncles, and the name that they are given by.
    uncles: Option<(&'static str, List)>,
    withdrawals: Option<List>,
}

/// What a list says of its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    /// What it is.
    Root {
        /// How many things are listed.
        count: usize,
        /// The list's root.
        root: B256,
        /// How many bytes the list has in the block.
        length: usize,
    },
    /// Nothing but that it is not empty: hashes are listed.
    Hashes {
        /// How many there are.
        count: usize,
    },
    /// What is listed cannot be read.
    Unread,
}

/// A withdrawal, with its numbers in any notation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenWithdrawal {
    #[serde(with = "number")]
    index: Option<u64>,
    #[serde(with = "number")]
    validator_index: Option<u64>,
    address: Address,
    #[serde(with = "number")]
    amount: Option<u64>,
}

impl Listed {
    /// What the fields of a block list.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let uncles = ["uncles", "ommers"].into_iter().find_map(|name| {
            let uncles = fields.get(name)?;
            Some((name, uncles_of(uncles)))
        });
        let transactions = fields.get("transactions").map(Value::as_array);
        let size = fields.get("size").map(as_number);
        let unread = [("transactions", transactions == Some(None)), ("size", size == Some(None))];
        Self {
            transactions: transactions.flatten().cloned(),
            unread: unread.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect(),
            size: size.flatten(),
            uncles,
            withdrawals: fields.get("withdrawals").map(withdrawals_of),
        }
    }

    /// Hashes of the transactions, where they are listed and as far as they are told.
    pub(super) fn hashes(&self) -> Option<Vec<Option<B256>>> {
        self.transactions.as_ref().map(|listed| listed.iter().map(hash_of).collect())
    }

    /// The transactions, each read for itself, where they are listed: `own` is the hash of the one that is
    /// recorded, `place` where the first stands.
    pub(super) fn read(&self, own: Option<B256>, place: Option<Place>) -> Option<TransactionList> {
        self.transactions.as_ref().map(|listed| TransactionList::read(listed, own, place))
    }

    /// Notes of fields that are not what they should be.
    pub(super) fn unread(&self) -> Vec<Note> {
        let lists = self.lists().into_iter().filter(|(_, list)| *list == List::Unread);
        let names = lists.map(|(name, _)| name).chain(self.unread.iter().copied());
        names.map(|name| Note::unused(format!("block.{name}"), UNREAD)).collect()
    }

    /// Notes of uncles and withdrawals that are not those of the roots among the block's fields.
    pub(super) fn root_notes(&self, fields: &BlockFields, rules: Rules) -> Vec<Note> {
        let mut notes = self.unread();
        notes.extend(self.other_roots(fields, rules).into_iter().map(|difference| {
            let Difference { field, found, expected } = difference;
            let root = if field == "withdrawals" { "withdrawalsRoot" } else { "sha3Uncles" };
            let against = format!("block.{root}, {expected}");
            Note::contradiction(format!("block.{field}"), found, against)
        }));
        notes
    }

    /// A note of the size that the block says, where all that is in it is told and comes to another. Some nodes
    /// leave the withdrawals out of it.
    pub(super) fn size_note(&self, header: &Header, list: &TransactionList) -> Option<Note> {
        let found = self.size?;
        let length = |list: Option<List>, is_empty: bool| match list {
            Some(List::Root { length, .. }) => Some(length),
            Some(List::Hashes { .. } | List::Unread) => None,
            None => is_empty.then(|| Vec::<Withdrawal>::new().length()),
        };
        let uncles =
            length(self.uncles.map(|(_, list)| list), header.ommers_hash == EMPTY_OMMER_ROOT_HASH)?;
        let no_withdrawals = header.withdrawals_root.is_none_or(|root| root == EMPTY_ROOT_HASH);
        let withdrawals = length(self.withdrawals, no_withdrawals)?;
        let lengths = list.lengths()?.into_iter().flat_map(|transactions| {
            let least = header.length() + transactions + uncles;
            [least + withdrawals, least]
        });
        let mut sizes = lengths.map(|payload_length| {
            alloy_rlp::Header { list: true, payload_length }.length_with_payload()
        });
        let size = sizes.next()?;
        let is = |size: usize| found == U256::from(size);
        let against = format!("the length of what the block has, {size}");
        (!is(size) && !sizes.any(is))
            .then(|| Note::contradiction("block.size", found.to_string(), against))
    }

    /// Uncles and withdrawals that are not those of the roots among a block's fields.
    pub(super) fn other_roots(&self, fields: &BlockFields, rules: Rules) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (name, list) in self.lists() {
            let expected = match name {
                // From Isthmus on it is the root of a storage.
                "withdrawals" if rules.has_optimism(Change::MessagePasserRoot) => None,
                "withdrawals" => fields.withdrawals_root,
                _ => fields.sha3_uncles,
            };
            let Some(expected) = expected else { continue };
            let found = match list {
                List::Root { root, .. } if root == expected => continue,
                List::Root { count: 0, .. } => "an empty list".to_owned(),
                List::Root { root, .. } => format!("a list whose root is {root}"),
                List::Hashes { count } if expected == EMPTY_OMMER_ROOT_HASH => {
                    format!("a list of {count}")
                }
                List::Hashes { .. } | List::Unread => continue,
            };
            differences.push(Difference::new(name, found, expected.to_string()));
        }
        differences
    }

    /// The lists that have a root, by their names.
    fn lists(&self) -> Vec<(&'static str, List)> {
        let withdrawals = self.withdrawals.map(|list| ("withdrawals", list));
        self.uncles.into_iter().chain(withdrawals).collect()
    }

    /// Notes of the transaction of this hash, where it is listed whole and is not the one that is recorded.
    pub(super) fn transaction_notes(
        &self,
        transaction: &Transaction,
        hash: B256,
        place: Place,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        for (index, listed) in self.transactions.iter().flatten().enumerate() {
            let Value::Object(fields) = listed else { continue };
            if hash_of(listed) != Some(hash) {
                continue;
            }
            let path = format!("block.transactions[{index}]");
            let place = Place { index, ..place };
            // Of one that cannot be read the list's own reader tells.
            let found = differences(&path, fields, transaction, place).unwrap_or_default();
            notes.extend(found.into_iter().map(|it| own(&path, it)));
        }
        notes
    }

    /// The first field of a transaction that is listed whole which is not that of the chain's in its place.
    pub(super) fn other_transaction(
        &self,
        transactions: &[Transaction],
        place: Place,
    ) -> Option<Difference> {
        let listed = self.transactions.iter().flatten().zip(transactions).enumerate();
        for (index, (listed, transaction)) in listed {
            let Value::Object(fields) = listed else { continue };
            let path = format!("transactions[{index}]");
            let place = Place { index, ..place };
            let found = differences(&path, fields, transaction, place);
            let first = match found {
                Ok(found) => found.into_iter().next().map(|it| it.under(&path)),
                Err(error) => {
                    let expected = "the transaction that stands there";
                    Some(Difference::new(path, format!("no transaction: {error}"), expected))
                }
            };
            if first.is_some() {
                return first;
            }
        }
        None
    }
}

/// Where a transaction that is listed whole is not this one.
fn differences(
    path: &str,
    fields: &Map<String, Value>,
    transaction: &Transaction,
    place: Place,
) -> Result<Vec<Difference>, InputError> {
    let NamedFields { fields: given, said, .. } = named_fields(path, fields.clone())?;
    let is = TransactionFields::from(transaction);
    let mut apart = printed_otherwise(transaction);
    // What is paid is held against what follows from the fees.
    apart.push("gasPrice");
    if transaction.sender_is_given() {
        apart.push("hash");
    }
    if transaction.signature().is_none() {
        apart.extend(["v", "r", "s", "yParity"]);
    }
    // Nodes print both of a typed one, libraries one of them.
    let typed = is.r#type.is_some_and(|number| !number.is_zero());
    let parity: Option<U256> = given.y_parity.or(given.v);
    let given = TransactionFields {
        input: given.input.clone().or_else(|| given.data.clone()),
        v: given.v.filter(|_| !typed),
        y_parity: parity.filter(|_| typed),
        ..given
    };
    let mut differences = another::differences(&given, &is, &apart);
    differences.extend(said.of_a_listed(transaction, place));
    Ok(differences)
}

/// The fields that nodes print of a transaction and that are not what it has in them.
pub(super) fn printed_otherwise(transaction: &Transaction) -> Vec<&'static str> {
    let fields = TransactionFields::from(transaction);
    let mut apart = Vec::new();
    // What is paid is not what is offered, and a deposit neither pays nor counts.
    let unpaid = transaction.body().is_deposit();
    apart.extend((unpaid || fields.max_fee_per_gas.is_some()).then_some("gasPrice"));
    apart.extend(unpaid.then_some("nonce"));
    // Of one that was signed for any chain, nodes may print their own.
    apart.extend(fields.chain_id.is_none().then_some("chainId"));
    apart
}

/// The hash of a transaction that a block lists, by it or whole.
pub(super) fn hash_of(listed: &Value) -> Option<B256> {
    let hash = listed.get("hash").unwrap_or(listed);
    hash.as_str().filter(|text| text.len() == 66).and_then(|text| text.parse().ok())
}

/// What uncles say, headers or the hashes of such.
fn uncles_of(uncles: &Value) -> List {
    let Some(uncles) = uncles.as_array() else { return List::Unread };
    let count = uncles.len();
    if count > 0 && uncles.iter().all(|uncle| uncle.is_string() && hash_of(uncle).is_some()) {
        return List::Hashes { count };
    }
    let header = |uncle: &Value| {
        let fields = json::read_value::<BlockFields>(uncle.clone()).ok()?;
        fields.into_header().ok()
    };
    match uncles.iter().map(header).collect::<Option<Vec<_>>>() {
        Some(headers) => {
            List::Root { count, root: calculate_ommers_root(&headers), length: headers.length() }
        }
        None => List::Unread,
    }
}

/// What withdrawals say (EIP-4895).
fn withdrawals_of(withdrawals: &Value) -> List {
    let Some(withdrawals) = withdrawals.as_array() else { return List::Unread };
    let withdrawal = |withdrawal: &Value| {
        let given = json::read_value::<GivenWithdrawal>(withdrawal.clone()).ok()?;
        let GivenWithdrawal { index, validator_index, address, amount } = given;
        Some(Withdrawal {
            index: index?,
            validator_index: validator_index?,
            address,
            amount: amount?,
        })
    };
    match withdrawals.iter().map(withdrawal).collect::<Option<Vec<_>>>() {
        Some(list) => List::Root {
            count: list.len(),
            root: calculate_withdrawals_root(&list),
            length: list.length(),
        },
        None => List::Unread,
    }
}

/// Notes of the transactions that a block lists, of which the one that is recorded is not, or not where it
/// says.
pub(super) fn listed_notes(
    listed: &[Option<B256>],
    hash: B256,
    index: Option<u64>,
) -> Option<Note> {
    let at = index.and_then(|index| usize::try_from(index).ok());
    let Some(index) = at else {
        let unknown = listed.iter().any(Option::is_none);
        let missing = !unknown && !listed.contains(&Some(hash));
        let count = match listed.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of 1 other".to_owned(),
            count => format!("a list of {count} others"),
        };
        let against = format!("the transaction, {hash}, which is not in it");
        return missing.then(|| Note::contradiction("block.transactions", count, against));
    };
    let against = match listed.get(index) {
        Some(Some(found)) if *found != hash => format!("block.transactions[{index}], {found}"),
        Some(_) => return None,
        None => format!("block.transactions, of which there are {}", listed.len()),
    };
    Some(Note::contradiction("transaction.transactionIndex", index.to_string(), against))
}
