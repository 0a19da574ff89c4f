//! A call, an error or an event, in Solidity's words.

use std::fmt;

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::B256;
use serde::Serialize;

use super::value::{self, Named};

/// What bytes say by an ABI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decoded {
    /// Name of the function, error or event; `new NAME` for a constructor, empty for what is returned.
    pub name: String,
    /// Signature: name and types.
    pub signature: String,
    /// Arguments, or what is returned; none if the bytes are not of these types.
    pub arguments: Option<Vec<Argument>>,
    /// What the whole means, if more is known.
    pub meaning: Option<String>,
}

/// An argument, or one of the values that are returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Name; empty if it has none.
    pub name: String,
    /// Type, as the source has it (`contract Token`, `struct Order[]`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Value, for a person: of what is long the ends.
    pub value: String,
    /// The bytes, where the type is `bytes`.
    #[serde(skip)]
    pub(in crate::artifacts) bytes: Option<Vec<u8>>,
}

impl Decoded {
    pub(super) fn new(name: &str, signature: String, arguments: Option<Vec<Argument>>) -> Self {
        Self { name: name.to_owned(), signature, arguments, meaning: None }
    }
}

impl Argument {
    pub(super) fn new(named: Named<'_>, value: &DynSolValue) -> Self {
        let bytes = match value {
            DynSolValue::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        };
        let value = value::named(named, value);
        Self { name: named.name.to_owned(), kind: named.kind(), value, bytes }
    }

    /// An argument of which only the hash is there.
    pub(super) fn hashed(named: Named<'_>, hash: B256) -> Self {
        let value = format!("keccak256 {hash}");
        Self { name: named.name.to_owned(), kind: named.kind(), value, bytes: None }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.name {
            "" => f.write_str(&self.value),
            name => write!(f, "{name}: {}", self.value),
        }
    }
}

/// `transfer(to: 0x…, value: 1,000)`; what is returned without a name, and by itself if it is one.
impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.name, self.arguments.as_deref()) {
            ("", Some([argument])) => argument.fmt(f)?,
            ("", None) => write!(f, "bytes that are not what {} returns", self.signature)?,
            (name, Some(arguments)) => {
                write!(f, "{name}(")?;
                for (at, argument) in arguments.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{argument}")?;
                }
                f.write_str(")")?;
            }
            (_, None) => {
                write!(f, "{} with arguments that are not of these types", self.signature)?
            }
        }
        self.meaning.as_ref().map_or(Ok(()), |meaning| write!(f, ": {meaning}"))
    }
}
