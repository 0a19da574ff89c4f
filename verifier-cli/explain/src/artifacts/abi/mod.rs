//! A contract's interface, and what bytes say by it: calldata, return data, errors, events.

mod bounds;
mod decoded;
mod reason;
mod value;

use std::collections::BTreeMap;

use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier};
use alloy_json_abi::{Constructor, Error, Event, EventParam, Function, Param};
use alloy_primitives::{B256, Selector};
use serde_json::{Value, value::RawValue};

pub use decoded::{Argument, Decoded};
pub use reason::reason;

use super::json::Fields;
pub(super) use value::{bytes, signed, string, unsigned};

use value::Named;

/// What a contract is called by, returns, reverts with and logs.
#[derive(Debug, Default)]
pub(super) struct Interface {
    functions: BTreeMap<Selector, Function>,
    errors: BTreeMap<Selector, Error>,
    events: Vec<(B256, Event)>,
    constructor: Option<Constructor>,
    has_receive: bool,
    has_fallback: bool,
}

impl Interface {
    /// The interface of an artifact; empty where it has none.
    pub(super) fn read(artifact: &Fields<'_>) -> Self {
        Self::of(artifact.list("abi"))
    }

    /// An interface of its items. What is no item is left out.
    pub(super) fn of(items: Vec<&RawValue>) -> Self {
        let mut interface = Self::default();
        for item in items {
            if bounds::is_sane(item) {
                interface.take(item);
            }
        }
        interface
    }

    fn take(&mut self, item: &RawValue) {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(item.get()) else { return };
        // What a compiler may leave out, and the library wants.
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or("function").to_owned();
        let lists: &[&str] = match &*kind {
            "function" => &["inputs", "outputs"],
            "constructor" | "event" | "error" => &["inputs"],
            _ => &[],
        };
        for list in lists {
            fields.entry(*list).or_insert_with(|| Value::Array(Vec::new()));
        }
        fields.insert("type".to_owned(), kind.clone().into());
        if kind == "event" {
            fields.entry("anonymous").or_insert(false.into());
        }
        let item = Value::Object(fields);
        match &*kind {
            "function" => {
                if let Ok(function) = serde_json::from_value::<Function>(item) {
                    self.functions.insert(function.selector(), function);
                }
            }
            "error" => {
                if let Ok(error) = serde_json::from_value::<Error>(item) {
                    self.errors.insert(error.selector(), error);
                }
            }
            "event" => {
                if let Ok(event) = serde_json::from_value::<Event>(item) {
                    self.events.push((event.selector(), event));
                }
            }
            "constructor" => self.constructor = serde_json::from_value(item).ok(),
            "receive" => self.has_receive = true,
            "fallback" => self.has_fallback = true,
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.functions.is_empty()
            && self.errors.is_empty()
            && self.events.is_empty()
            && self.constructor.is_none()
            && !self.has_receive
            && !self.has_fallback
    }

    fn function(&self, calldata: &[u8]) -> Option<&Function> {
        self.functions.get(calldata.first_chunk::<4>()?)
    }

    pub(super) fn call(&self, calldata: &[u8]) -> Option<Decoded> {
        let function = self.function(calldata)?;
        let arguments = arguments(&function.inputs, &calldata[4..]);
        Some(Decoded::new(&function.name, function.signature(), arguments))
    }

    /// What is called for if no function is.
    pub(super) fn other_call(&self, calldata: &[u8]) -> Option<Decoded> {
        let name = match (calldata.is_empty(), self.has_receive, self.has_fallback) {
            (true, true, _) => "receive",
            (_, _, true) => "fallback",
            _ => return None,
        };
        Some(Decoded::new(name, format!("{name}()"), Some(Vec::new())))
    }

    pub(super) fn constructor(&self, contract: &str, data: &[u8]) -> Decoded {
        let inputs = self.constructor.as_ref().map_or(&[][..], |it| &it.inputs);
        let types: Vec<_> = inputs.iter().map(Param::selector_type).collect();
        let signature = format!("constructor({})", types.join(","));
        Decoded::new(&format!("new {contract}"), signature, arguments(inputs, data))
    }

    pub(super) fn returns(&self, calldata: &[u8], data: &[u8]) -> Option<Decoded> {
        let function = self.function(calldata)?;
        let returned = arguments(&function.outputs, data);
        Some(Decoded::new("", function.signature_with_outputs(), returned))
    }

    pub(super) fn error(&self, data: &[u8]) -> Option<Decoded> {
        let error = self.errors.get(data.first_chunk::<4>()?)?;
        let arguments = arguments(&error.inputs, &data[4..]);
        Some(Decoded::new(&error.name, error.signature(), arguments))
    }

    /// What a log says. Events that differ in what is indexed alone have the same first topic, so what counts is
    /// that all topics are taken and the data can be read.
    pub(super) fn event(&self, topics: &[B256], data: &[u8]) -> Option<Decoded> {
        let events = self.events.iter().filter(|(hash, event)| {
            (event.anonymous || topics.first() == Some(hash)) && event.num_topics() == topics.len()
        });
        let said = events.filter_map(|(_, event)| {
            let topics = if event.anonymous { topics } else { &topics[1..] };
            let arguments = logged(&event.inputs, topics, data)?;
            let said = Decoded::new(&event.name, event.signature(), Some(arguments));
            Some((event.anonymous, said))
        });
        let (anonymous, mut named): (Vec<_>, Vec<_>) = said.partition(|(anonymous, _)| *anonymous);
        // An anonymous one is a guess: only if nothing else is possible.
        match (named.is_empty(), &anonymous[..]) {
            (false, _) => Some(named.swap_remove(0).1),
            (true, [(_, said)]) => Some(said.clone()),
            _ => None,
        }
    }
}

/// The arguments in some data; none if the data are not of these types.
fn arguments(params: &[Param], data: &[u8]) -> Option<Vec<Argument>> {
    let types = params.iter().map(|param| param.resolve().ok()).collect::<Option<Vec<_>>>()?;
    let values = decode(types, data)?;
    let named = params.iter().zip(&values);
    Some(named.map(|(param, value)| Argument::new(Named::of(param), value)).collect())
}

/// The arguments of an event: those that are indexed from the topics, where what is longer than a word is only
/// its hash.
fn logged(params: &[EventParam], topics: &[B256], data: &[u8]) -> Option<Vec<Argument>> {
    let types = params.iter().map(|param| param.resolve().ok()).collect::<Option<Vec<_>>>()?;
    let typed = || params.iter().zip(&types);
    let in_data = typed().filter(|(param, _)| !param.indexed).map(|(_, kind)| kind.clone());
    let mut values = decode(in_data.collect(), data)?.into_iter();
    let mut topics = topics.iter();
    typed()
        .map(|(param, kind)| {
            let named = Named::of_event(param);
            Some(match (param.indexed, is_word(kind)) {
                (false, _) => Argument::new(named, &values.next()?),
                (true, true) => {
                    let value = decode(vec![kind.clone()], topics.next()?.as_slice())?;
                    Argument::new(named, value.first()?)
                }
                (true, false) => Argument::hashed(named, *topics.next()?),
            })
        })
        .collect()
}

const fn is_word(kind: &DynSolType) -> bool {
    matches!(
        kind,
        DynSolType::Bool
            | DynSolType::Int(_)
            | DynSolType::Uint(_)
            | DynSolType::FixedBytes(_)
            | DynSolType::Address
            | DynSolType::Function
    )
}

/// Values in some data, if they can be read without taking more room than a run can fill.
fn decode(types: Vec<DynSolType>, data: &[u8]) -> Option<Vec<DynSolValue>> {
    if types.is_empty() {
        return Some(Vec::new());
    }
    if !bounds::is_readable(&types, data) {
        return None;
    }
    // Solidity reads bytes whose last word is not full; the library wants it full.
    let mut padded = data.to_vec();
    padded.resize(data.len() + 31, 0);
    match DynSolType::Tuple(types).abi_decode_sequence(&padded).ok()? {
        DynSolValue::Tuple(values) => Some(values),
        _ => None,
    }
}
