//! What somebody brings: a [`Document`], told by its keys or its first bytes. Some can be recorded, by
//! themselves or with a node to ask; the others are told by their name.
//!
//! In the data's way this is in front of everything: the reader of an input asks it, and whoever has a node
//! asks it too.

mod keys;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use alloy_primitives::{B256, Bytes, hex};
use alloy_rlp::Header;
use serde_json::value::RawValue;

use self::keys::{is_checkpoint, is_row, is_step, of_keys, of_outputs, read};
use super::{given_block::BlockName, packing::Packing};
use iso_evm_wire::json::{self, Misread};

/// What a file, a line or an argument is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// An `INPUT.json`: a transaction with the state before it.
    Input,
    /// One of go-ethereum's tracer tests.
    TracerTest,
    /// A [block file](crate::block_file).
    BlockFile,
    /// A transaction by itself, field by field.
    Transaction,
    /// A transaction by itself, as it is sent (EIP-2718).
    RawTransaction(Bytes),
    /// 32 bytes: the hash of a transaction, or of a block.
    Hash(B256),
    /// A block by itself.
    Block(BlockName),
    /// A transaction's receipt.
    Receipt {
        /// Hash of the transaction, where the receipt says it.
        transaction: Option<B256>,
    },
    /// What `prestateTracer` answers, by itself.
    Prestate,
    /// What another tracer answers: calls, or steps.
    Trace,
    /// What `eth_getProof` answers, by itself.
    Proof,
    /// What `debug_executionWitness` answers, by itself.
    ExecutionWitness,
    /// A file of state tests.
    StateTest,
    /// A genesis file: a state and a configuration.
    Genesis,
    /// A `witness.bin`.
    Witness,
    /// A witness in its JSON form.
    WitnessJson,
    /// A certificate of a verification.
    Certificate,
    /// The report of a verification.
    Report,
    /// A message's row in the results of a batch.
    Results,
    /// What a command of this project's printed as JSON, and no command reads.
    Output {
        /// The command.
        command: &'static str,
        /// What it says.
        of: &'static str,
    },
    /// A claim that an operator stands by.
    Claim,
    /// Checkpoints of a message.
    Checkpoints,
    /// The explanation of a witness.
    Explanation,
    /// An emitted contract, with its hashes.
    Emitted,
    /// What a Solidity compiler puts out.
    Artifact,
    /// A keystore, in which a key is.
    Keystore,
    /// Bytes that are packed, or in another encoding.
    Packed(Packing),
    /// An answer of a node that refused, with its message.
    Refusal(String),
    /// What a command with `--json` prints in place of a result; the message.
    Failure(String),
    /// An answer of a node that has nothing.
    Nothing,
    /// A list of things.
    List(Option<Box<Document>>),
    /// None of these.
    Unknown,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "a transaction with the state before it",
            Self::TracerTest => "a tracer test of go-ethereum's",
            Self::BlockFile => "a block with all that its execution looks up",
            Self::Transaction => "a transaction without the state before it",
            Self::RawTransaction(_) => "a raw transaction, without the state before it",
            Self::Hash(_) => "a hash",
            Self::Block(_) => "a block without the state before it",
            Self::Receipt { transaction: Some(hash) } => {
                return write!(f, "a receipt, of transaction {hash}");
            }
            Self::Receipt { transaction: None } => "a receipt",
            Self::Prestate => "the state before a transaction, without the transaction",
            Self::Trace => "a trace, which has no state to run on",
            Self::Proof => "a proof of an account, without a transaction",
            Self::ExecutionWitness => "an execution witness without its block",
            Self::StateTest => "a file of state tests",
            Self::Genesis => "a genesis file, without a transaction",
            Self::Witness => "a witness already",
            Self::WitnessJson => "a witness in its JSON form",
            Self::Certificate => "a certificate of a verification",
            Self::Report => "the report of a verification",
            Self::Results => "the results of a batch",
            Self::Output { command, of } => return write!(f, "{of}, as {command} prints it"),
            Self::Claim => "the claim of an operator",
            Self::Checkpoints => "a list of checkpoints",
            Self::Explanation => "the explanation of a witness",
            Self::Emitted => "an emitted contract",
            Self::Artifact => "an artifact of a Solidity compiler",
            Self::Keystore => "a keystore, which holds a key",
            Self::Packed(packing) => return packing.fmt(f),
            Self::Refusal(message) => return write!(f, "a node's answer, an error: {message}"),
            Self::Failure(message) => {
                return write!(
                    f,
                    "what a command prints in place of a result, an error: {message}"
                );
            }
            Self::Nothing => "a node's answer, which has nothing in it",
            Self::List(None) => "an empty list",
            Self::List(Some(_)) => "a list of several things",
            Self::Unknown => "nothing that is known",
        })
    }
}

/// How deep answers and lists inside of each other are looked into.
const DEEPEST: usize = 4;

/// Keys and values of an object.
type Keys<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// What something is, and the text of it: of a node's whole answer, that of its `result`.
///
/// ```
/// use iso_evm_witness::input::document::{Document, recognise};
///
/// let (document, _) = recognise(b"{\"transactionHash\": null, \"logs\": [], \"status\": \"0x1\"}")?;
/// assert_eq!(document, Document::Receipt { transaction: None });
/// assert_eq!(document.to_string(), "a receipt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If it begins like JSON and is none.
pub fn recognise(bytes: &[u8]) -> Result<(Document, &[u8]), Misread> {
    inside(bytes, 0)
}

/// The same of what stands inside of so many others.
fn inside(bytes: &[u8], depth: usize) -> Result<(Document, &[u8]), Misread> {
    let bytes = json::without_mark(bytes);
    if let Some(packing) = Packing::of(bytes) {
        return Ok((Document::Packed(packing), bytes));
    }
    let text = bytes.trim_ascii();
    let is_json = |text: &[u8]| json::read::<serde::de::IgnoredAny>(text).map(|_| ());
    let document = match text.first() {
        Some(b'{') => return object(text, depth),
        Some(b'[') => {
            is_json(text)?;
            list(text, depth)
        }
        Some(b'"') => {
            let inner: Cow<'_, str> = json::read(text)?;
            of_hex(inner.as_bytes()).unwrap_or(Document::Unknown)
        }
        Some(b'n') if text == b"null" => Document::Nothing,
        _ if bytes.starts_with(b"ISOW") => Document::Witness,
        _ => match of_hex(text).or_else(|| of_bytes(bytes)) {
            Some(document) => document,
            None => {
                is_json(bytes)?;
                Document::Unknown
            }
        },
    };
    Ok((document, text))
}

/// A hash or a transaction, in hex with or without `0x`.
fn of_hex(text: &[u8]) -> Option<Document> {
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let is_hex = digits.len() >= 64 && digits.iter().all(u8::is_ascii_hexdigit);
    let bytes = if is_hex { hex::decode(digits).ok()? } else { return None };
    Some(match <[u8; 32]>::try_from(&bytes[..]) {
        Ok(hash) => Document::Hash(hash.into()),
        Err(_) => Document::RawTransaction(bytes.into()),
    })
}

/// A transaction as its bytes are: a type, if any, and a list that takes up the rest.
fn of_bytes(bytes: &[u8]) -> Option<Document> {
    let mut list = match bytes.first()? {
        0x01..=0x04 | 0x7e => &bytes[1..],
        _ => bytes,
    };
    let Header { list: is_list, payload_length } = Header::decode(&mut list).ok()?;
    let whole = is_list && payload_length == list.len();
    whole.then(|| Document::RawTransaction(bytes.to_vec().into()))
}

fn list(text: &[u8], depth: usize) -> Document {
    let items: Vec<&RawValue> = json::read(text).unwrap_or_default();
    let first = items.first().filter(|_| depth < DEEPEST);
    let keys: Option<Keys<'_>> = first.and_then(|first| read(first.get()));
    if keys.is_some_and(|keys| is_checkpoint(&keys)) {
        return Document::Checkpoints;
    }
    let first = first.map(|first| inside(first.get().as_bytes(), depth + 1));
    let first = first.map(|it| it.map_or(Document::Unknown, |(document, _)| document));
    Document::List(first.map(Box::new))
}

fn object(text: &[u8], depth: usize) -> Result<(Document, &[u8]), Misread> {
    let keys: Keys<'_> = match json::read(text) {
        Ok(keys) => keys,
        Err(error) => {
            // Steps of EIP-3155 stand one a line, and so do results.
            let mut lines = serde_json::Deserializer::from_slice(text).into_iter::<Keys<'_>>();
            return match lines.next() {
                Some(Ok(keys)) if is_step(&keys) => Ok((Document::Trace, text)),
                Some(Ok(keys)) if is_row(&keys) => Ok((Document::Results, text)),
                // Events of a watcher stand one a line too.
                Some(Ok(keys)) => of_outputs(&keys).map(|output| (output, text)).ok_or(error),
                _ => Err(error),
            };
        }
    };
    let document = match answer(&keys) {
        Some(Ok(result)) if depth < DEEPEST => {
            return inside(result.get().as_bytes(), depth + 1);
        }
        Some(Ok(_)) => Document::Unknown,
        Some(Err(document)) => document,
        None => of_keys(&keys, text),
    };
    Ok((document, text))
}

/// What stands in a node's answer, if it is one.
fn answer<'a>(keys: &Keys<'a>) -> Option<Result<&'a RawValue, Document>> {
    let of_an_answer = |key: &Cow<'_, str>| matches!(&**key, "jsonrpc" | "id" | "result" | "error");
    if !keys.keys().all(of_an_answer) {
        return None;
    }
    let error = keys.get("error").filter(|error| error.get() != "null");
    if let (1, Some(Ok(message))) = (keys.len(), error.map(|it| serde_json::from_str(it.get()))) {
        return Some(Err(Document::Failure(message)));
    }
    match (error, keys.get("result")) {
        (Some(error), _) => Some(Err(Document::Refusal(message(error.get())))),
        (None, Some(result)) => Some(Ok(result)),
        (None, None) => keys.contains_key("jsonrpc").then_some(Err(Document::Nothing)),
    }
}

/// The message of an error that a node answered.
fn message(error: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    match serde_json::from_str::<Refusal>(error) {
        Ok(Refusal { message }) => message,
        Err(_) => "without a message".to_owned(),
    }
}
