//! What differs between the messages of two witnesses: fields, calldata, records one by one.

use iso_evm_wire::{
    AccessWitness, MessageWitness, Opened, OpenedMessage, StoredMessage,
    records::{Record, shape_of},
};
use serde_json::{Map, Value};

use super::{
    difference::{Difference, Differences},
    records::{by_name, mnemonic, of_record},
    value::{self, COLUMNS},
};
use crate::report::text::counted;

/// Columns that a name may take beside a value of the widest, behind the sign of its side.
const NAME: usize = 80 - 4 - COLUMNS;

/// Compares messages in pre-order. Those that are the same at the beginning and at the end are left out;
/// what is between is paired in order.
pub(super) fn messages(all: &mut Differences, first: &Opened<'_>, second: &Opened<'_>) {
    let (one, other) = (&first.messages[..], &second.messages[..]);
    for (index, pair) in unlike(one, other) {
        match pair {
            (Some(_), Some(_)) => message(all, index, first, second),
            (one, other) => {
                let said = |message: Option<&StoredMessage>, of: &Opened<'_>| {
                    message.map(|_| vec![in_a_line(of, index)])
                };
                let (first, second) = (said(one, first), said(other, second));
                all.push(Difference { item: format!("message {index}"), first, second });
            }
        }
    }
}

/// A message in a line.
fn in_a_line(witness: &Opened<'_>, index: usize) -> String {
    let length = witness.messages[index].len();
    match witness.message(index) {
        Some(message) => {
            let kind = message.kind().map_or("?", |kind| kind.name());
            let records = counted(message.records().len(), "record");
            format!("{kind}, {records}, {}", counted(length, "byte"))
        }
        None => format!("{} that are no message", counted(length, "byte")),
    }
}

fn message(all: &mut Differences, index: usize, first: &Opened<'_>, second: &Opened<'_>) {
    let item = format!("message {index}");
    let (Some(one), Some(other)) = (first.message(index), second.message(index)) else {
        let bytes = |of: &Opened<'_>| Value::String(of.messages[index].bytes().to_string());
        let said = |of: &Opened<'_>| Some(value::bytes(&bytes(of)));
        all.push(Difference { item, first: said(first), second: said(second) });
        return;
    };
    let fields = |of: &OpenedMessage| {
        let mut fields =
            object(&MessageWitness { stateAccessList: Vec::new(), ..of.fields().clone() });
        fields.remove("callData");
        fields
    };
    all.objects(&item, &fields(one), &fields(other), |name, found| match name {
        "status" => vec![value::status(found)],
        "callvalue" | "gasPrice" | "gasAvailable" | "gasUsed" => vec![value::number(found)],
        _ => value::of_json(found),
    });
    if one.call_data() != other.call_data() {
        let said = |of: &OpenedMessage| {
            Some(value::bytes(&Value::String(of.call_data().bytes().to_string())))
        };
        let item = format!("{item}, callData");
        all.push(Difference { item, first: said(one), second: said(other) });
    }
    let (one, other) = (&one.fields().stateAccessList, &other.fields().stateAccessList);
    for (number, pair) in unlike(one, other) {
        record(all, &format!("{item}, record {number}"), pair);
    }
}

/// A record against another, or against none.
fn record(
    all: &mut Differences,
    item: &str,
    pair: (Option<&AccessWitness>, Option<&AccessWitness>),
) {
    if let (Some(one), Some(other)) = pair
        && one.opcode == other.opcode
        && let Some(shape) = shape_of(one.opcode)
        && let Some(both) = decoded(one).zip(decoded(other))
    {
        let item = format!("{item} {}", mnemonic(one.opcode));
        all.objects(&item, &both.0, &both.1, |name, found| match shape.field(name) {
            Some(field) => value::of_field(field, found),
            None => value::of_json(found),
        });
        return;
    }
    let said = |access: Option<&AccessWitness>| {
        let access = access?;
        let mut lines = vec![mnemonic(access.opcode)];
        for (name, mut values) in of_record(access, &Record::decode(access)) {
            // A value that does not fit beside its name stands below it.
            match &mut values[..] {
                [only] if name.len() + 1 + only.chars().count() <= COLUMNS + NAME => {
                    lines.push(format!("{name} {only}"));
                }
                _ => {
                    lines.push(name.to_owned());
                    lines.extend(values.into_iter().map(|value| format!("  {value}")));
                }
            }
        }
        Some(lines)
    };
    let (first, second) = (said(pair.0), said(pair.1));
    all.push(Difference { item: item.to_owned(), first, second });
}

/// A record's fields; none if its bytes are no record.
fn decoded(access: &AccessWitness) -> Option<Map<String, Value>> {
    let record = Record::decode(access).ok()?;
    match by_name(&record) {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// A struct's fields.
fn object(of: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(of) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// An item of each of two lists, where both have it.
type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// What is unlike in two lists, paired in order, with its place: the same beginning and the same end are
/// left out.
fn unlike<'a, T: PartialEq>(
    first: &'a [T],
    second: &'a [T],
) -> impl Iterator<Item = (usize, Pair<'a, T>)> {
    let same = |(one, other): &(&T, &T)| one == other;
    let begin = first.iter().zip(second).take_while(same).count();
    let (one, other) = (&first[begin..], &second[begin..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    (0..one.len().max(other.len()))
        .map(move |place| (begin + place, (one.get(place), other.get(place))))
        .filter(|(_, (one, other))| one != other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_in_the_middle_is_one_difference() {
        let found = |first: &str, second: &str| {
            let (first, second) = (first.as_bytes().to_vec(), second.as_bytes().to_vec());
            let letter = |byte: Option<&u8>| byte.map_or('-', |byte| char::from(*byte));
            let said = |(place, (one, other)): (usize, Pair<'_, u8>)| {
                format!("{place}{}{}", letter(one), letter(other))
            };
            unlike(&first, &second).map(said).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("abc", "abc"), "");
        assert_eq!(found("abc", "axbc"), "1-x");
        assert_eq!(found("axbc", "abc"), "1x-");
        assert_eq!(found("abc", "abd"), "2cd");
        assert_eq!(found("aabb", "acdb"), "1ac 2bd");
        assert_eq!(found("", "ab"), "0-a 1-b");
        assert_eq!(found("aa", "a"), "1a-");
    }
}
