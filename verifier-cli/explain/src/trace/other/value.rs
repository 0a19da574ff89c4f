//! A JSON value of another trace, whichever it is: a step, a summary, a document that has steps in it, or a node's
//! answer around that. It is told by its fields, and read as it comes.

use std::{cell::Cell, fmt, rc::Rc};

use alloy_primitives::{B256, Bytes};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    OtherStep, OtherSummary, Said,
    number::{Amount, Count, Pieces, Word},
};
use crate::trace::names::opcode_named;

/// The opcode of `INVALID`.
const INVALID: u8 = 0xfe;

/// An opcode as another client tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// Its byte.
    Byte(u8),
    /// What is no opcode's name or number here.
    Unknown(String),
}

/// Where what is read goes.
pub(super) struct Sink<'a> {
    transaction: Option<B256>,
    line: Rc<Cell<u64>>,
    each: &'a mut dyn FnMut(Said<'_>) -> bool,
    enough: bool,
    anything: bool,
    passed_over: bool,
    refused: Option<String>,
}

impl fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("line", &self.line).finish_non_exhaustive()
    }
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        transaction: Option<B256>,
        line: Rc<Cell<u64>>,
        each: &'a mut dyn FnMut(Said<'_>) -> bool,
    ) -> Self {
        let (enough, anything, passed_over) = (false, false, false);
        Self { transaction, line, each, enough, anything, passed_over, refused: None }
    }

    /// Whether nobody wants more.
    pub(super) const fn is_enough(&self) -> bool {
        self.enough
    }

    /// Whether there was a step, or a summary.
    pub(super) const fn has_anything(&self) -> bool {
        self.anything
    }

    /// Whether there was another transaction's trace.
    pub(super) const fn passed_over(&self) -> bool {
        self.passed_over
    }

    /// What a node says that did not do what it was asked.
    pub(super) fn refused(&mut self) -> Option<String> {
        self.refused.take()
    }

    fn say<E: Error>(&mut self, said: Said<'_>) -> Result<(), E> {
        self.anything = true;
        if (self.each)(said) {
            return Ok(());
        }
        self.enough = true;
        Err(E::custom("that is enough"))
    }
}

/// The value that is read next.
pub(super) struct Value<'s, 'a>(pub(super) &'s mut Sink<'a>);

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A scalar is nothing of a trace.
impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step of a trace, or what has some")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        while all.next_element_seed(Value(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(sink) = self;
        let mut object = Object::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.to_ascii_lowercase().as_str() {
                "result" if object.is_of_another(sink.transaction) => {
                    sink.passed_over = true;
                    map.next_value::<IgnoredAny>()?;
                }
                "result" | "structlogs" => {
                    map.next_value_seed(Value(&mut *sink))?;
                }
                key => object.field(key, &mut map)?,
            }
        }
        object.say(sink)
    }
}

/// What the fields of an object say.
#[derive(Debug, Default)]
struct Object {
    pc: Option<u64>,
    byte: Option<Opcode>,
    name: Option<Opcode>,
    step: OtherStep,
    summary: OtherSummary,
    transaction: Option<B256>,
    complaint: Option<String>,
    is_summary: bool,
    /// Whether it says if a test has passed, which is not whether the run succeeded.
    is_of_test: bool,
    /// Whether it has fields that only steps have.
    is_step: bool,
    /// Whether it says what is thought of a message.
    is_remark: bool,
}

impl Object {
    fn is_of_another(&self, transaction: Option<B256>) -> bool {
        matches!((self.transaction, transaction), (Some(its), Some(ours)) if its != ours)
    }

    /// One field, by its name in lower case.
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Self { step, summary, .. } = self;
        self.is_step |= matches!(key, "op" | "opname" | "gascost" | "stack");
        match key {
            "pc" => self.pc = count(map)?,
            "op" => self.byte = map.next_value::<Named>()?.0,
            "opname" => self.name = map.next_value::<Named>()?.0,
            "depth" => step.depth = count(map)?,
            "gas" => step.gas = amount(map)?,
            "gascost" => step.gas_cost = amount(map)?,
            "memsize" | "memorysize" => step.memory_size = count(map)?,
            "refund" => step.refund = amount(map)?,
            "stack" => {
                let words = map.next_value::<Option<Vec<Word>>>()?;
                step.stack = words.map(|words| words.into_iter().map(|word| word.0).collect());
            }
            "memory" => step.memory = map.next_value::<Pieces>()?.0,
            "output" | "returnvalue" => {
                summary.output = map.next_value::<Pieces>()?.0.map(Bytes::from);
                self.is_summary = true;
            }
            "pass" => {
                summary.pass = map.next_value()?;
                self.is_summary = true;
            }
            "failed" => {
                summary.pass = map.next_value::<Option<bool>>()?.map(|failed| !failed);
                self.is_summary = true;
            }
            "error" => self.complaint = map.next_value::<Complaint>()?.0,
            "verdict" | "stackhash" => {
                self.is_remark = true;
                map.next_value::<IgnoredAny>()?;
            }
            "test" | "posthash" | "postlogshash" => {
                self.is_of_test = true;
                map.next_value::<IgnoredAny>()?;
            }
            "txhash" => self.transaction = map.next_value()?,
            _ => _ = map.next_value::<IgnoredAny>()?,
        }
        Ok(())
    }

    fn say<E: Error>(mut self, sink: &mut Sink<'_>) -> Result<(), E> {
        // What our own lines say of a message has a pc, as a checkpoint has, and is no step.
        if let Some(pc) = self.pc.filter(|_| !self.is_remark || self.is_step) {
            self.step.pc = pc;
            self.step.line = sink.line.get();
            self.step.opcode = told(self.byte, self.name);
            self.step.is_error = self.complaint.is_some();
            return sink.say(Said::Step(&self.step));
        }
        if self.is_step {
            return Err(E::custom("a step does not say at which pc it is"));
        }
        if self.is_summary {
            if self.is_of_test {
                self.summary.pass = None;
            }
            if self.complaint.is_some() {
                self.summary.pass.get_or_insert(false);
            }
            return sink.say(Said::Summary(self.summary));
        }
        sink.refused = self.complaint.or(sink.refused.take());
        Ok(())
    }
}

/// The opcode of a step that tells it by a number and by a name, or by one of them: what is known here goes before
/// what is not, and two that are not the same are none that is known.
fn told(byte: Option<Opcode>, name: Option<Opcode>) -> Option<Opcode> {
    match (byte, name) {
        // What a fork does not have, some clients call so.
        (Some(Opcode::Byte(byte)), Some(Opcode::Byte(INVALID))) => Some(Opcode::Byte(byte)),
        (Some(Opcode::Byte(byte)), Some(Opcode::Byte(named))) if byte != named => {
            Some(Opcode::Unknown(format!("{byte:#04x} by its number, {named:#04x} by its name")))
        }
        (Some(Opcode::Unknown(_)), Some(name @ Opcode::Byte(_))) => Some(name),
        (byte, name) => byte.or(name),
    }
}

/// A number of things, or a place: it is not below zero.
fn count<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<u64>, A::Error> {
    Ok(map.next_value::<Count>()?.0)
}

/// A number of gas, or of refunds.
fn amount<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<u64>, A::Error> {
    Ok(map.next_value::<Amount>()?.0)
}

/// A name that is no opcode's, so that it can be shown: on one line, and no longer than a name is.
fn unknown(name: &str) -> Opcode {
    const LONGEST: usize = 40;
    Opcode::Unknown(name.escape_debug().take(LONGEST).collect())
}

/// An opcode by its number or its name; none if it is null.
struct Named(Option<Opcode>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Text(String),
            Null(()),
        }

        Ok(Self(
            match Form::deserialize(deserializer)
                .map_err(|_| D::Error::custom("an opcode is neither a number nor a name"))?
            {
                Form::Number(number) => Some(match u8::try_from(number) {
                    Ok(byte) => Opcode::Byte(byte),
                    Err(_) => unknown(&number.to_string()),
                }),
                Form::Text(name) => {
                    let byte = name.parse().ok().or_else(|| opcode_named(&name));
                    Some(byte.map_or_else(|| unknown(&name), Opcode::Byte))
                }
                Form::Null(()) => None,
            },
        ))
    }
}

/// What went wrong, in a client's words: none if it is null, or empty.
struct Complaint(Option<String>);

impl<'de> Deserialize<'de> for Complaint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(match value {
            serde_json::Value::Null | serde_json::Value::Bool(false) => None,
            serde_json::Value::String(text) => Some(text).filter(|text| !text.is_empty()),
            serde_json::Value::Object(fields) if fields.is_empty() => None,
            serde_json::Value::Object(fields) => {
                let message = fields.get("message").and_then(serde_json::Value::as_str);
                Some(message.unwrap_or("an error without words").to_owned())
            }
            other => Some(other.to_string()),
        }))
    }
}
