//! [`put_right`]: a witness with one word changed to what an audit has computed.

use alloy_primitives::B256;
use iso_evm_wire::{
    Opened, Witness, encoding,
    layout::{self, FIELD_NAMES},
    records::{Outcome, Record, shape_of},
};

use crate::verify::{Audit, FalseClaim, Words};

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the head of a message: the field's index.
    Head { message: usize, field: usize },
    /// In a record: the field's index.
    Record { message: usize, record: usize, field: usize },
}

/// The witness with the word that a finding calls false as the audit has computed it; `None` if the
/// finding is about no single word of a message.
pub fn put_right(witness: &Opened<'_>, claim: &FalseClaim) -> Option<Witness> {
    let Words { expected, found } = claim.words?;
    outside(witness, claim, expected, found).or_else(|| {
        let mut places = places(witness, claim).into_iter();
        let place = places.find(|at| word(witness, *at) == Some(found))?;
        with_word(witness, place, expected)
    })
}

/// Words that are in no message: of the receipt and the last root.
fn outside(
    witness: &Opened<'_>,
    claim: &FalseClaim,
    expected: B256,
    found: B256,
) -> Option<Witness> {
    if claim.kind.audit() != Audit::Transaction {
        return None;
    }
    let mut mended = Witness::clone(witness);
    let number = |word: B256| u64::try_from(alloy_primitives::U256::from_be_bytes(word.0)).ok();
    let is_truth = |word: B256| word <= B256::with_last_byte(1);
    match claim.kind.name() {
        "state-root-leave" if mended.roots.leave == found => mended.roots.leave = expected,
        "gas-used" if Some(mended.receipt.gas_used) == number(found) => {
            mended.receipt.gas_used = number(expected)?;
        }
        "block-receipt" if Some(mended.receipt.gas_used) == number(found) => {
            mended.receipt.gas_used = number(expected)?;
        }
        "block-receipt" if is_truth(found) && is_truth(expected) => {
            mended.receipt.success = !expected.is_zero();
        }
        "status" if claim.message.is_none() => mended.receipt.success = !expected.is_zero(),
        _ => return None,
    }
    Some(mended)
}

/// Where the word of a finding may stand: in its record, in its message, in the message that its record
/// opens.
fn places(witness: &Opened<'_>, claim: &FalseClaim) -> Vec<Place> {
    let kind = claim.kind.name();
    let message = claim.message.unwrap_or_default();
    let mut places = Vec::new();
    let record = claim.record.and_then(|record| usize::try_from(record).ok());
    if let Some(record) = record {
        let opcode = witness
            .message(message)
            .and_then(|opened| opened.fields().stateAccessList.get(record))
            .map(|access| access.opcode);
        let fields = opcode.and_then(|opcode| Some(shape_of(opcode)?.fields_of(opcode)));
        for (field, (name, _, shape)) in fields.into_iter().flatten().enumerate() {
            if shape.rule.mismatch == Some(kind) || names(kind).contains(&name.as_str()) {
                places.push(Place::Record { message, record, field });
            }
        }
    }
    let child = record.and_then(|record| child_of(witness, message, record));
    for message in [Some(message).filter(|_| record.is_none()), child].into_iter().flatten() {
        let heads = FIELD_NAMES.iter().enumerate();
        let named = heads.filter(|(_, name)| names(kind).contains(name));
        places.extend(named.map(|(field, _)| Place::Head { message, field }));
        if matches!(kind, "code-hash" | "calldata") {
            places.push(Place::Record { message, record: 0, field: 1 });
        }
    }
    places
}

/// The fields that findings of a kind are about, in a record or in the head of a message.
fn names(kind: &str) -> &'static [&'static str] {
    match kind {
        "is-static" | "static" => &["isStatic"],
        "to" => &["to"],
        "origin" => &["origin"],
        "caller" => &["caller"],
        "context" => &["context"],
        "gas-price" => &["gasPrice"],
        "value" => &["value", "callvalue"],
        "gas" => &["gas", "gasAvailable"],
        "gas-used" | "callee-gas-used" | "precompile-gas" => &["gasUsed"],
        "status" | "precompile-status" => &["status"],
        "returndata-hash" | "returndata" => &["returndataHash"],
        "state-root" => &["stateRoot", "stateRootEnter", "stateRootLeave"],
        "state-root-enter" => &["stateRootEnter"],
        "state-root-leave" => &["stateRootLeave"],
        "code-hash" => &["codeHash"],
        "cold" => &["cold"],
        "delegate-cold" => &["delegateCold"],
        // `SELFBALANCE` is a record of one value.
        "balance" => &["balance", "value"],
        "nonce" => &["nonce"],
        "code-size" => &["size"],
        "empty" => &["empty"],
        "delegate" => &["delegate", "delegated"],
        "original" => &["original"],
        "current" => &["current"],
        "transient" | "block" => &["value"],
        "block-hash" => &["hash"],
        "calldata" => &["calldataHash", "initcodeHash"],
        _ => &[],
    }
}

/// The message that a record opens: messages are in pre-order.
pub(crate) fn child_of(witness: &Opened<'_>, message: usize, record: usize) -> Option<usize> {
    let records = witness.message(message)?.records();
    let opens = |record: &Record| {
        let outcome = match record {
            Record::Call(_, record) => record.outcome,
            Record::Create(record) => record.outcome,
            Record::Create2(record) => record.outcome,
            _ => return false,
        };
        outcome == Outcome::Child as u8
    };
    if !records.get(record)?.as_ref().is_ok_and(opens) {
        return None;
    }
    let before = records[..record].iter().flatten().filter(|record| opens(record)).count();
    let children = witness.tree().into_iter().enumerate();
    let mut children = children.filter(|(_, place)| place.parent == Some(message));
    children.nth(before).map(|(index, _)| index)
}

/// The word at a place.
fn word(witness: &Opened<'_>, place: Place) -> Option<B256> {
    match place {
        Place::Head { message, field } => {
            let at = layout::field(field);
            let bytes = witness.messages.get(message)?.bytes();
            bytes.get(at..at + 32).map(B256::from_slice)
        }
        Place::Record { message, record, field } => {
            let access = witness.message(message)?.fields().stateAccessList.get(record)?;
            access.metadata.get(field * 32..field * 32 + 32).map(B256::from_slice)
        }
    }
}

/// The witness with another word at a place.
fn with_word(witness: &Opened<'_>, place: Place, word: B256) -> Option<Witness> {
    let mut mended = Witness::clone(witness);
    match place {
        Place::Head { message, field } => {
            let at = layout::field(field);
            let stored = mended.messages.get_mut(message)?;
            let mut bytes = stored.to_vec();
            bytes.get_mut(at..at + 32)?.copy_from_slice(&word.0);
            *stored = bytes.into();
        }
        Place::Record { message, record, field } => {
            let stored = mended.messages.get_mut(message)?;
            let mut opened = stored.decode().ok()?;
            let access = opened.stateAccessList.get_mut(record)?;
            let mut metadata = access.metadata.to_vec();
            metadata.get_mut(field * 32..field * 32 + 32)?.copy_from_slice(&word.0);
            access.metadata = metadata.into();
            *stored = encoding::encode(&opened).into();
        }
    }
    Some(mended)
}
