//! `inspect --diff`: what two witnesses do not both say, item by item.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write},
};

use alloy_primitives::{B256, Bytes};
use iso_evm_wire::{
    Opened, block::BlockFields, receipt::ReceiptFields, transaction::TransactionFields,
};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{messages, value};
use crate::report::text::counted;

/// Something in which two witnesses differ: what each says of it, in lines, if it says anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Difference {
    pub(super) item: String,
    #[serde(serialize_with = "lines")]
    pub(super) first: Option<Vec<String>>,
    #[serde(serialize_with = "lines")]
    pub(super) second: Option<Vec<String>>,
}

/// Lines as one text.
fn lines<S: Serializer>(lines: &Option<Vec<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    lines.as_ref().map(|lines| lines.join("\n")).serialize(serializer)
}

/// Differences, as they are found.
#[derive(Debug, Default)]
pub(super) struct Differences(Vec<Difference>);

/// What differs between two witnesses, in the order of the file.
pub(super) fn differences(first: &Opened<'_>, second: &Opened<'_>) -> Vec<Difference> {
    let mut all = Differences::default();
    all.values("chain id", &first.chain_id, &second.chain_id);
    all.values("fork", &first.rules, &second.rules);
    all.serialized("block", &BlockFields::from(&first.block), &BlockFields::from(&second.block));
    let ancestors = |of: &Opened<'_>| -> BTreeMap<usize, Value> {
        of.ancestors.iter().map(|header| json(&BlockFields::from(header))).enumerate().collect()
    };
    all.entries("ancestor", &ancestors(first), &ancestors(second), value::of_json);
    let hash = |hash: &B256| vec![hash.to_string()];
    all.entries("hash of block", &first.block_hashes, &second.block_hashes, hash);
    all.serialized(
        "transaction",
        &TransactionFields::from(&first.transaction),
        &TransactionFields::from(&second.transaction),
    );
    all.serialized(
        "receipt",
        &ReceiptFields::from(&first.receipt),
        &ReceiptFields::from(&second.receipt),
    );
    all.values("root at entry", &first.roots.enter, &second.roots.enter);
    all.values("root at exit", &first.roots.leave, &second.roots.leave);
    messages::messages(&mut all, first, second);
    // What stands under a hash is the same wherever it stands.
    let length = |bytes: &Bytes| vec![counted(bytes.len(), "byte")];
    all.entries("code", &first.codes, &second.codes, length);
    all.entries("trie node", &first.nodes, &second.nodes, length);
    let index = |of: &Opened<'_>| of.inclusion.as_ref().map(|inclusion| inclusion.index);
    if index(first) != index(second) {
        let said = |of: &Opened<'_>| index(of).map(|index| vec![index.to_string()]);
        let item = "place in the block".to_owned();
        all.push(Difference { item, first: said(first), second: said(second) });
    }
    let nodes = |of: &Opened<'_>| -> BTreeMap<B256, Bytes> {
        of.inclusion.as_ref().map(|inclusion| inclusion.nodes.clone()).unwrap_or_default()
    };
    all.entries("trie node of the block", &nodes(first), &nodes(second), length);
    all.0
}

impl Differences {
    pub(super) fn push(&mut self, difference: Difference) {
        self.0.push(difference);
    }

    /// A value of each.
    fn values<T: PartialEq + Display>(&mut self, item: &str, first: &T, second: &T) {
        if first != second {
            let said = |value: &T| Some(vec![value.to_string()]);
            let (first, second) = (said(first), said(second));
            self.push(Difference { item: item.to_owned(), first, second });
        }
    }

    /// A struct of each, field by field.
    fn serialized(&mut self, item: &str, first: &impl Serialize, second: &impl Serialize) {
        if let (Value::Object(first), Value::Object(second)) = (json(first), json(second)) {
            self.objects(item, &first, &second, |_, found| value::of_json(found));
        }
    }

    /// An object of each, field by field, each as `say` says it by its name.
    pub(super) fn objects(
        &mut self,
        item: &str,
        first: &Map<String, Value>,
        second: &Map<String, Value>,
        say: impl Fn(&str, &Value) -> Vec<String>,
    ) {
        let mut names: Vec<&String> = first.keys().chain(second.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let (one, other) = (first.get(name), second.get(name));
            if one != other {
                let said = |value: Option<&Value>| value.map(|value| say(name, value));
                let (first, second) = (said(one), said(other));
                self.push(Difference { item: format!("{item}, {name}"), first, second });
            }
        }
    }

    /// What stands under keys, as `say` says it.
    fn entries<K: Ord + Display, V: PartialEq>(
        &mut self,
        item: &str,
        first: &BTreeMap<K, V>,
        second: &BTreeMap<K, V>,
        say: impl Fn(&V) -> Vec<String>,
    ) {
        let keys: BTreeSet<&K> = first.keys().chain(second.keys()).collect();
        for key in keys {
            let (one, other) = (first.get(key), second.get(key));
            if one != other {
                let (first, second) = (one.map(&say), other.map(&say));
                self.push(Difference { item: format!("{item} {key}"), first, second });
            }
        }
    }
}

/// A struct as JSON.
fn json(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("only numbers, bytes and strings")
}

/// What a person reads: each item, what the first says of it, what the second; and how many there are.
pub(super) fn human(differences: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { item, first, second } in differences {
        let _ = writeln!(text, "{item}");
        for (sign, lines) in [('-', first), ('+', second)] {
            for line in lines.iter().flatten() {
                let _ = writeln!(text, "  {sign} {line}");
            }
        }
    }
    let _ = match differences.len() {
        0 => writeln!(text, "equal"),
        1 => writeln!(text, "1 difference"),
        count => writeln!(text, "{count} differences"),
    };
    text
}
